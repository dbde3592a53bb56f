"""Family ``pixels``: what alignment costs nothing to get. A 4 x 4 thumbnail or the mean colour of each frame.

Values are areas' means scaled to [-1, 1], so that a cosine sees brightness as well as hue. One layer, ``final``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.base import Layers
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams

USES = ("kind", "pool")
CELLS = {"thumbnail": 4, "mean_colour": 1}


class Pixels:
    """Mean colours of ``cells`` x ``cells`` equal areas of a frame."""

    layers = ("final",)

    def __init__(self, cells: int) -> None:
        self._cells = cells
        self.description: dict[str, Any] = {
            "parameters": 0,
            "normed": [],
            "preprocessing": {"cells": cells, "scale": "[-1, 1]"},
        }

    def encode(self, frames: NDArray[np.uint8]) -> Layers:
        """Encode frames, uint8 [batch, height, width, 3]; float32 [batch, cells * cells * 3]."""
        edges = [np.linspace(0, side, self._cells + 1).round().astype(int) for side in frames.shape[1:3]]
        values = frames.astype(np.float64) / 127.5 - 1
        sums = np.add.reduceat(np.add.reduceat(values, edges[0][:-1], axis=1), edges[1][:-1], axis=2)
        areas = np.outer(np.diff(edges[0]), np.diff(edges[1]))[..., None]
        return [(sums / areas).reshape(len(frames), -1).astype(np.float32)]


def load(entry: VideoEncoderParams, *, frame_size: int, device: str) -> Pixels:  # noqa: ARG001 (no device is used)
    """Make the encoder of an entry with ``kind``.

    Raises
    ------
    InputError
        If ``kind`` is missing or frames are smaller than its grid.
    """
    if entry.kind is None:
        raise InputError(f"family pixels needs kind: one of {', '.join(CELLS)}")
    if entry.pool != "mean":
        raise InputError(f"family pixels has no pool {entry.pool!r}, only mean")
    if frame_size < CELLS[entry.kind]:
        raise InputError(f"{entry.kind} wants frames of at least {CELLS[entry.kind]} px, frames.size is {frame_size}")
    return Pixels(CELLS[entry.kind])
