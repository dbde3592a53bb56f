"""Turns marks into frames uint8 [frame, size, size, 3]: antialiased shapes, each in the box that it fills.

A frame depends on the places in it alone, never on its number: the frames of a reversed path are those of the path,
reversed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.clocks.scene import Camera, Colour, Mark

Floats = NDArray[np.float32]
_WEAVE = 0.35  # how much darker a textured object is in places


class Box(NamedTuple):
    """A part of the picture, and offsets in pixels from a mark's middle: to the right [1, w], and down [h, 1]."""

    rows: slice
    columns: slice
    right: Floats
    down: Floats


def paint(
    marks: Sequence[Mark], grounds: Floats, *, camera: Camera, weave: tuple[float, float] | None
) -> NDArray[np.uint8]:
    """Paint marks, one after the other, on grounds float32 [frame, size, size, 3], in place."""
    size = grounds.shape[1]
    for mark in marks:
        for frame, cover, box in _covers(mark, camera, len(grounds), size):
            part = grounds[frame, box.rows, box.columns]
            part += cover[..., None] * (_colours(mark, box, weave, camera, size) - part)
    return np.rint(np.clip(grounds, 0, 255)).astype(np.uint8)


def cells_picture(cells: NDArray[np.bool_], *, size: int, on: Colour, off: Colour) -> NDArray[np.uint8]:
    """Paint cells bool [frame, cell, cell] in two colours, as nearly equal squares of pixels."""
    place = np.arange(size) * cells.shape[1] // size
    shades = np.array([off, on], np.uint8)
    return shades[cells[:, place][:, :, place].astype(np.intp)]


def _covers(mark: Mark, camera: Camera, frames: int, size: int) -> Iterator[tuple[int, Floats, Box]]:
    """Give for each frame how much of each pixel the mark fills, float32 [h, w], where it fills any."""
    scale = size / 2
    middles, ends = (None if path is None else _pixels(camera.seen(path), size) for path in (mark.at, mark.end))
    assert middles is not None
    radii = np.broadcast_to(np.asarray(mark.radius) * scale, frames)
    opacities = np.broadcast_to(np.asarray(mark.opacity), frames)
    for frame in range(frames):
        radius, opacity = float(radii[frame]), float(opacities[frame])
        if opacity <= 0:
            continue
        if mark.shape == "blot":
            box = _box(middles[frame], float(size) * 2, size)
            yield frame, _blot(box, radius, opacity), box
            continue
        along = np.zeros(2) if ends is None else ends[frame] - middles[frame]
        box = _box(middles[frame] + along / 2, np.abs(along).max() / 2 + radius * 1.5 + 1, size)
        if box.right.size and box.down.size:
            shift = along / 2
            offset = Box(box.rows, box.columns, box.right + np.float32(shift[0]), box.down + np.float32(shift[1]))
            cover = _SHAPES[mark.shape](offset, radius, along, camera)
            yield frame, np.float32(opacity) * cover, offset


def _pixels(places: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Column and row of places in the picture's square, [..., 2]; the middle of the first pixel is 0."""
    return np.stack([(1 + places[..., 0]) / 2 * size - 0.5, (1 - places[..., 1]) / 2 * size - 0.5], axis=-1)


def _box(middle: NDArray[np.float64], reach: float, size: int) -> Box:
    left, top = (max(0, int(np.floor(place - reach))) for place in middle)
    right, bottom = (min(size, int(np.ceil(place + reach)) + 1) for place in middle)
    across = (np.arange(left, right) - middle[0]).astype(np.float32)
    down = (np.arange(top, bottom) - middle[1]).astype(np.float32)
    return Box(slice(top, max(top, bottom)), slice(left, max(left, right)), across[None, :], down[:, None])


def _disc(box: Box, radius: float, along: NDArray[np.float64], camera: Camera) -> Floats:
    del along, camera
    return np.clip(np.float32(radius + 0.5) - np.hypot(box.right, box.down), 0, 1)


def _tile(box: Box, radius: float, along: NDArray[np.float64], camera: Camera) -> Floats:
    del along
    cos, sin = np.float32(np.cos(camera.roll)), np.float32(np.sin(camera.roll))
    edge = np.float32(radius + 0.5)
    one, other = np.abs(cos * box.right - sin * box.down), np.abs(sin * box.right + cos * box.down)
    return np.clip(edge - one, 0, 1) * np.clip(edge - other, 0, 1)


def _rod(box: Box, radius: float, along: NDArray[np.float64], camera: Camera) -> Floats:
    del camera
    x, y = along.astype(np.float32)
    length = max(float(x * x + y * y), 1e-12)
    part = np.clip((box.right * x + box.down * y) / np.float32(length), 0, 1)
    cover: Floats = np.clip(np.float32(radius + 0.5) - np.hypot(box.right - part * x, box.down - part * y), 0, 1)
    return cover


def _blot(box: Box, sigma: float, ink: float) -> Floats:
    """What ink of a Gaussian concentration keeps back of the light (Beer-Lambert)."""
    nearness = [np.exp(-0.5 * np.square(offset / np.float32(sigma))) for offset in (box.down, box.right)]
    kept: Floats = 1 - np.exp(-np.float32(ink) * (nearness[0] * nearness[1]))
    return kept


_SHAPES: dict[str, Callable[[Box, float, NDArray[np.float64], Camera], Floats]] = {
    "disc": _disc,
    "tile": _tile,
    "rod": _rod,
}


def _colours(mark: Mark, box: Box, weave: tuple[float, float] | None, camera: Camera, size: int) -> Floats:
    """Give the colour of a mark where it is, float32 [3], or [h, w, 3] where objects are textured."""
    colour = np.array(mark.colour, np.float32)
    if weave is None or mark.shape in ("rod", "blot"):
        return colour
    waves, angle = weave
    pixels = float(np.max(np.asarray(mark.radius))) * size / 2
    across = np.cos(angle + camera.roll) * box.right + np.sin(angle + camera.roll) * box.down
    shade = 1 - _WEAVE * (0.5 + 0.5 * np.cos(np.float32(np.pi * waves / pixels) * across))
    shaded: Floats = (shade[..., None] * colour).astype(np.float32)
    return shaded
