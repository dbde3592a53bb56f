"""Turns a decoded libav frame into three planes of 8 bits, uint8 ``[row, column]`` each, that can be resized to RGB.

4:2:0 video stays luma and differences, whose conversion is ours (``_native.resized_luma``): of the part that is shown
alone, and quicker. Everything else becomes red, green and blue by libswscale. Both are exact to rounding and
interpolate chroma; colours follow the matrix and range that the frame is tagged with, transparency lies over black.
"""

from typing import NamedTuple, TypeAlias, cast

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from platoscope.errors import DataError

# Exact to rounding, chroma interpolated; libav's default is up to three levels off and varies with the processor.
_CONVERSION = (
    Interpolation.BILINEAR
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.BITEXACT
)
_UNTAGGED = (2, 3)  # AVColorSpace: unspecified, reserved
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
}
# Shares of red and blue in luma.
_SHARES = {
    Colorspace.ITU709: (0.2126, 0.0722),
    Colorspace.FCC: (0.30, 0.11),
    Colorspace.ITU601: (0.299, 0.114),
    Colorspace.SMPTE240M: (0.212, 0.087),
    Colorspace.BT2020: (0.2627, 0.0593),
}
_LUMA = ("yuv420p", "yuvj420p")
_PROBE = 8  # pixels a side
# What a difference makes of the third to the sixth pixel, in sixths of the most, by where it lies between the fourth
# and the fifth: in halves of a pixel from the fourth.
_SPREADS = {(3, 6, 3, 0): 0, (2, 6, 6, 2): 1, (0, 3, 6, 3): 2}
Plane: TypeAlias = NDArray[np.uint8]


class Luma(NamedTuple):
    """How luma and differences become RGB: what ``_native.resized_luma`` takes."""

    shares: tuple[float, float]
    full: bool
    sites: tuple[int, int]


class Planes(NamedTuple):
    """Red, green and blue, or luma, blue and red differences; rows may be longer than the picture is wide."""

    values: tuple[Plane, Plane, Plane]
    luma: Luma | None = None


class Converter:
    """Converts frames; it keeps what libswscale computes once for frames that are alike."""

    def __init__(self) -> None:
        self._whole, self._tiny, self._probe = VideoReformatter(), VideoReformatter(), VideoReformatter()
        self._known: dict[tuple[object, ...], tuple[int, int] | None] = {}

    def notice(self, frame: VideoFrame) -> None:
        """Take note of a decoded frame, shown or not: where chroma lies may be another from a key frame on."""
        if frame.key_frame:
            self._known.clear()

    def planes(self, frame: VideoFrame) -> Planes:
        """Give the planes of a frame, of which :meth:`notice` was told if it is of a stream.

        Raises
        ------
        DataError
            If its matrix is not known, or libswscale cannot read its pixel format.
        """
        layout = frame.format
        if layout.has_palette or any(component.is_alpha for component in layout.components):
            pixels = _array(_converted(frame, "rgba", self._whole))
            pixels = np.rint(pixels[..., :3] * (pixels[..., 3:] / 255)).astype(np.uint8)
        elif layout.name in _LUMA and (luma := self._luma(frame)):
            one, two, three = map(_rows, frame.planes)
            return Planes((one, two, three), luma)
        elif layout.is_rgb or layout.name.startswith("gray") or frame.height % (4 // layout.chroma_height(4)):
            pixels = _array(_converted(frame, "rgb24", self._whole))
        else:
            # The same bytes in half the time: libswscale has vector code for this into planes alone. (Not where the
            # last row of chroma stands for fewer rows than the others.)
            green, blue, red = map(_rows, _converted(frame, "gbrp", self._whole).planes)
            return Planes((red, green, blue))
        if layout.name.startswith(("gray", "ya")) and frame.color_range == ColorRange.MPEG:
            # libswscale takes every grey picture for full range
            pixels = np.rint(np.clip((pixels - 16.0) * (255 / 219), 0, 255)).astype(np.uint8)
        return of_pixels(pixels)

    def _luma(self, frame: VideoFrame) -> Luma | None:
        """How to make RGB of 4:2:0 video; None where libswscale has to: fields, rows upside down, rare sites."""
        matrix = _matrix(frame)
        if matrix is None or frame.interlaced_frame or any(plane.line_size <= 0 for plane in frame.planes):
            return None
        like = frame.format.name, frame.width, frame.height, frame.colorspace, frame.color_range
        if like not in self._known:
            self._known[like] = self._sites(frame)
        sites = self._known[like]
        return sites and Luma(_SHARES[matrix], _is_full(frame), sites)

    def _sites(self, frame: VideoFrame) -> tuple[int, int] | None:
        """Where chroma lies, across and down: PyAV hides the tag, libswscale shows it by what it makes of one value."""
        if (frame.width, frame.height) == (_PROBE, _PROBE):
            return None  # it would be given back itself, and is not ours to write to
        point, size = Interpolation.POINT, _PROBE
        small = self._tiny.reformat(frame, width=size, height=size, format="yuv420p", interpolation=point, threads=1)
        small.color_range, small.colorspace = ColorRange.JPEG, Colorspace.ITU709
        for plane in small.planes:
            _rows(plane)[:] = 128
        _rows(small.planes[2])[2, 2] = 128 + 64
        red = _rows(_converted(small, "gbrp", self._probe).planes[2])[3:7, 3:7].astype(int) - 128
        across, down = (_SPREADS.get(tuple(np.rint(6 * red.max(axis) / red.max()).tolist())) for axis in (0, 1))
        return None if across is None or down is None else (across, down)


def of_pixels(pixels: NDArray[np.uint8]) -> Planes:
    """Part the colours of an RGB picture [height, width, 3]."""
    red, green, blue = np.ascontiguousarray(np.moveaxis(pixels, 2, 0))
    return Planes((red, green, blue))


def _rows(plane: VideoPlane) -> Plane:
    """Borrow the rows of a plane of 8 bits, padding included: [row, line_size]."""
    return np.frombuffer(cast("bytes", plane), np.uint8).reshape(-1, plane.line_size)


def _array(frame: VideoFrame) -> NDArray[np.uint8]:
    return cast("NDArray[np.uint8]", frame.to_ndarray())


def _is_full(frame: VideoFrame) -> bool:
    return frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")


def _converted(frame: VideoFrame, to: str, reformatter: VideoReformatter) -> VideoFrame:
    layout = frame.format
    try:
        return reformatter.reformat(
            frame,
            format=to,
            src_colorspace=_matrix(frame),
            src_color_range=None if layout.is_rgb else ColorRange.JPEG if _is_full(frame) else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=_CONVERSION,
            threads=1,
        )
    except MemoryError:
        raise
    except av.FFmpegError as error:
        raise DataError(f"has the pixel format {layout.name}, which cannot be made RGB: {error.strerror}") from error


def _matrix(frame: VideoFrame) -> Colorspace | None:
    if frame.format.is_rgb or frame.format.name.startswith(("gray", "ya", "pal")):
        return None
    if frame.colorspace in _UNTAGGED:
        return Colorspace.ITU709 if frame.width >= 1280 or frame.height > 576 else Colorspace.ITU601
    if frame.colorspace not in _MATRICES:
        known = ", ".join(map(str, (*_MATRICES, *_UNTAGGED)))
        raise DataError(f"has the colour matrix {frame.colorspace} (AVColorSpace): wanted one of {known}")
    return _MATRICES[frame.colorspace]
