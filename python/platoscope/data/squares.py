"""Turns a decoded libav frame into an upright RGB square: uint8 ``[size, size, 3]``.

Colours follow the matrix and range that the frame is tagged with, transparency lies over black, pixels become
square, and one antialiased bicubic step brings the picture to its size.
"""

import struct
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeAlias, cast

import numpy as np
from av.buffer import Buffer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from platoscope import _native
from platoscope.data.colours import Converter, Planes
from platoscope.errors import DataError

FITS = ("crop", "pad")

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


def square(frame: VideoFrame, aspect: Fraction | None, canvas: Canvas, converter: Converter) -> Square:
    """Make an upright RGB square: uint8 [size, size, 3]. `aspect` is the width of a pixel over its height."""
    check_pixels(frame.width, frame.height, canvas.max_pixels)
    planes, size = converter.planes(frame), canvas.size
    width, height, aspect = frame.width, frame.height, aspect or Fraction(1)
    if canvas.fit == "crop":
        return upright(_resized(planes, (width, height), _centre(width, height, aspect), (size, size)), frame)
    across, down = _inside(width, height, aspect, size=size)
    left, top = (size - across) // 2, (size - down) // 2
    sheet = np.zeros((size, size, 3), np.uint8)
    whole = _resized(planes, (width, height), (0, 0, width, height), (across, down))
    sheet[top : top + down, left : left + across] = whole
    return upright(sheet, frame)


def _resized(
    planes: Planes, size: tuple[int, int], edges: tuple[float, float, float, float], to: tuple[int, int]
) -> Square:
    if planes.luma is None:
        return _native.resized_rgb(*planes.values, size=size, edges=edges, to=to)
    return _native.resized_luma(*planes.values, **planes.luma._asdict(), size=size, edges=edges, to=to)


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
