"""Turns a decoded libav frame into an upright RGB square: uint8 ``[size, size, 3]``.

Colours follow the matrix and range that the frame is tagged with, transparency lies over black, pixels become
square, and one antialiased bicubic step brings the picture to its size.
"""

import struct
from collections.abc import Mapping
from fractions import Fraction
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
    picture, size = Image.fromarray(_rgb(frame, reformatter)), canvas.size
    width, height = frame.width * (aspect or Fraction(1)), Fraction(frame.height)  # as displayed
    if canvas.fit == "crop":
        # The displayed square [side, side] in stored pixels, which may be fractions of them.
        side = min(width, height)
        across, down = side / width * frame.width, side
        left, top = (frame.width - across) / 2, (frame.height - down) / 2
        box = (float(left), float(top), float(left + across), float(top + down))
        return upright(np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC, box)), frame)
    side = max(width, height)
    shape = max(1, round(size * width / side)), max(1, round(size * height / side))
    sheet = Image.new("RGB", (size, size))
    sheet.paste(picture.resize(shape, Image.Resampling.BICUBIC), ((size - shape[0]) // 2, (size - shape[1]) // 2))
    return upright(np.asarray(sheet), frame)


def _rgb(frame: VideoFrame, reformatter: VideoReformatter) -> NDArray[np.uint8]:
    """Convert to uint8 [height, width, 3] at the stored size, transparency over black."""
    layout = frame.format
    opaque = not layout.has_palette and not any(component.is_alpha for component in layout.components)
    full = frame.color_range == ColorRange.JPEG or layout.name.startswith("yuvj")
    try:
        converted = reformatter.reformat(
            frame,
            format="rgb24" if opaque else "rgba",
            src_colorspace=_matrix(frame),
            src_color_range=None if layout.is_rgb else ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=_CONVERSION,
            threads=1,
        )
    except av.FFmpegError as error:
        raise DataError(f"has the pixel format {layout.name}, which cannot be made RGB: {error.strerror}") from error
    pixels = cast("NDArray[np.uint8]", converted.to_ndarray())
    if not opaque:
        pixels = np.rint(pixels[..., :3] * (pixels[..., 3:] / 255)).astype(np.uint8)
    if layout.name.startswith(("gray", "ya")) and frame.color_range == ColorRange.MPEG:
        # libswscale takes every grey picture for full range
        pixels = np.rint(np.clip((pixels - 16.0) * (255 / 219), 0, 255)).astype(np.uint8)
    return pixels


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
    side_data = cast("Mapping[str, Buffer]", frame.side_data).get("DISPLAYMATRIX")
    if side_data is None:
        return picture
    # (x, y) of the picture goes to (a x + c y, b x + d y) of the screen
    a, b, _, c, d = struct.unpack("=9i", bytes(side_data))[:5]
    if max(abs(b), abs(c)) < 0.001 * max(abs(a), abs(d)):
        across, down = a, d
    elif max(abs(a), abs(d)) < 0.001 * max(abs(b), abs(c)):
        picture, across, down = picture.swapaxes(0, 1), c, b
    else:
        raise DataError(f"is to be turned by about {frame.rotation} degrees or sheared: wanted a multiple of 90")
    return picture[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1]
