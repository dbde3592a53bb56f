"""Turns a decoded libav frame into an upright RGB square: uint8 ``[size, size, 3]``.

Colours follow the matrix and range that the frame is tagged with, transparency lies over black, pixels become
square, and one antialiased bicubic step brings the picture to its size.
"""

import struct
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeAlias, cast

import av
import numpy as np
from av.buffer import Buffer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from platoscope.errors import DataError

FITS = ("crop", "pad")

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
Square: TypeAlias = NDArray[np.uint8]


class Canvas(NamedTuple):
    """What is to be made of a frame: the side in pixels, one of ``FITS``, and the largest frame accepted."""

    size: int
    fit: str
    max_pixels: int


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Refuse a frame of more pixels than accepted by a DataError."""
    if width * height > max_pixels:
        raise DataError(f"has frames of {width} x {height} pixels: wanted at most {max_pixels} in all")


def square(frame: VideoFrame, aspect: Fraction | None, canvas: Canvas, reformatter: VideoReformatter) -> Square:
    """Make an upright RGB square: uint8 [size, size, 3]. `aspect` is the width of a pixel over its height."""
    check_pixels(frame.width, frame.height, canvas.max_pixels)
    picture, size = _rgb(frame, reformatter), canvas.size
    width, height, aspect = frame.width, frame.height, aspect or Fraction(1)
    if canvas.fit == "crop":
        box = _centre(width, height, aspect)
        return upright(np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC, box)), frame)
    shape = _inside(width, height, aspect, size=size)
    sheet = Image.new("RGB", (size, size))
    sheet.paste(picture.resize(shape, Image.Resampling.BICUBIC), ((size - shape[0]) // 2, (size - shape[1]) // 2))
    return upright(np.asarray(sheet), frame)


# Exact fractions are slow beside a small picture, and all pictures of a video have one shape.
@lru_cache(maxsize=64)
def _centre(width: int, height: int, aspect: Fraction) -> tuple[float, float, float, float]:
    """Give the displayed square over the short side in stored pixels, which may be fractions of them."""
    side = min(width * aspect, Fraction(height))
    across, down = side / aspect, side
    left, top = (width - across) / 2, (height - down) / 2
    return float(left), float(top), float(left + across), float(top + down)


@lru_cache(maxsize=64)
def _inside(width: int, height: int, aspect: Fraction, *, size: int) -> tuple[int, int]:
    """Give width and height of the whole picture in a square of the size."""
    shown = width * aspect, Fraction(height)
    side = max(shown)
    return max(1, round(size * shown[0] / side)), max(1, round(size * shown[1] / side))


def displayed(frame: VideoFrame, aspect: Fraction | None) -> tuple[int, int]:
    """Width and height of the whole picture with square pixels, upright, to the nearest pixel."""
    width = max(1, round(frame.width * (aspect or Fraction(1))))
    return (frame.height, width) if _turn(frame)[0] else (width, frame.height)


def _rgb(frame: VideoFrame, reformatter: VideoReformatter) -> Image.Image:
    """Convert to RGB at the stored size, transparency over black."""
    layout = frame.format
    if layout.has_palette or any(component.is_alpha for component in layout.components):
        pixels = _array(_converted(frame, "rgba", reformatter))
        pixels = np.rint(pixels[..., :3] * (pixels[..., 3:] / 255)).astype(np.uint8)
    elif layout.is_rgb or layout.name.startswith("gray") or frame.height % (4 // layout.chroma_height(4)):
        pixels = _array(_converted(frame, "rgb24", reformatter))
    else:
        # The same bytes in half the time: libswscale has vector code for this into planes alone. (Not where the last
        # row of chroma stands for fewer rows than the others.)
        planes = _converted(frame, "gbrp", reformatter).planes
        shape = frame.width, frame.height
        bands = [Image.frombuffer("L", shape, cast("bytes", plane), "raw", "L", plane.line_size, 1) for plane in planes]
        return Image.merge("RGB", (bands[2], bands[0], bands[1]))
    if layout.name.startswith(("gray", "ya")) and frame.color_range == ColorRange.MPEG:
        # libswscale takes every grey picture for full range
        pixels = np.rint(np.clip((pixels - 16.0) * (255 / 219), 0, 255)).astype(np.uint8)
    return Image.fromarray(pixels)


def _array(frame: VideoFrame) -> NDArray[np.uint8]:
    return cast("NDArray[np.uint8]", frame.to_ndarray())


def _converted(frame: VideoFrame, to: str, reformatter: VideoReformatter) -> VideoFrame:
    layout = frame.format
    full = frame.color_range == ColorRange.JPEG or layout.name.startswith("yuvj")
    try:
        return reformatter.reformat(
            frame,
            format=to,
            src_colorspace=_matrix(frame),
            src_color_range=None if layout.is_rgb else ColorRange.JPEG if full else ColorRange.MPEG,
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


def upright(picture: Square, frame: VideoFrame) -> Square:
    """Turn and mirror a picture as the display matrix of its frame says."""
    aside, across, down = _turn(frame)
    return (picture.swapaxes(0, 1) if aside else picture)[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1]


def _turn(frame: VideoFrame) -> tuple[bool, int, int]:
    """Whether rows are to become columns, and then the signs of the directions across and down."""
    side_data = cast("Mapping[str, Buffer]", frame.side_data).get("DISPLAYMATRIX")
    if side_data is None:
        return False, 1, 1
    # (x, y) of the picture goes to (a x + c y, b x + d y) of the screen
    a, b, _, c, d = struct.unpack("=9i", bytes(side_data))[:5]
    if max(abs(b), abs(c)) < 0.001 * max(abs(a), abs(d)):
        return False, a, d
    if max(abs(a), abs(d)) < 0.001 * max(abs(b), abs(c)):
        return True, c, b
    raise DataError(f"is to be turned by about {frame.rotation} degrees or sheared: wanted a multiple of 90")
