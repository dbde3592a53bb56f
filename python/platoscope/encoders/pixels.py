"""Family ``pixels``: what alignment costs nothing to get, as one layer, ``final``.

Of each frame a 4 x 4 ``thumbnail`` or the ``mean_colour``; of each clip how much its frames differ where
(``difference``), or which way its blocks move how far (``motion``). The values of frames are areas' means scaled to
[-1, 1], so that a cosine sees brightness as well as hue.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.areas import area_means
from platoscope.encoders.base import Layers
from platoscope.encoders.block_motion import BINS, GRID, motion_histogram
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams

USES = ("kind", "pool")
CELLS = {"thumbnail": 4, "mean_colour": 1}
CLIPS = {"difference": 4, "motion": GRID}  # cells a side that frames need


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
        values = area_means(frames.astype(np.float64) / 127.5 - 1, self._cells)
        return [values.reshape(len(frames), -1).astype(np.float32)]


class Changes:
    """What changes between the consecutive frames that are shown of a clip, of any number from 2.

    ``difference`` is the mean absolute difference of each of 4 x 4 areas, in [0, 1], float32 [batch, 16]: zeros, which
    have no neighbours, where all frames are equal. ``motion`` is
    :func:`~platoscope.encoders.block_motion.motion_histogram`.
    """

    layers = ("final",)
    n_frames: int | None = None

    def __init__(self, kind: str) -> None:
        self._kind = kind
        told = {"cells": CLIPS[kind]} | ({"bins": BINS} if kind == "motion" else {"scale": "[0, 1]"})
        self.description: dict[str, Any] = {"parameters": 0, "normed": [], "preprocessing": told}

    def encode(self, clips: NDArray[np.uint8]) -> Layers:
        """Encode clips, uint8 [batch, frame, height, width, 3]; float32 [batch, dim].

        Raises
        ------
        InputError
            If they have one frame, in which nothing changes.
        """
        if clips.shape[1] < 2:
            raise InputError(
                f"kind {self._kind} compares consecutive frames, of which a clip of {clips.shape[1]} has none: "
                "budgets.frames must start at 2 (and sampler first shows one alone)"
            )
        if self._kind == "motion":
            return [motion_histogram(clips)]
        steps = np.abs(np.diff(clips.astype(np.float64), axis=1)).mean((1, -1), keepdims=True)[:, 0] / 255
        return [area_means(steps, CLIPS["difference"]).reshape(len(clips), -1).astype(np.float32)]


def load(entry: VideoEncoderParams, *, frame_size: int, device: str) -> Pixels | Changes:  # noqa: ARG001 (no device)
    """Make the encoder of an entry with ``kind``.

    Raises
    ------
    InputError
        If ``kind`` is missing or frames are smaller than its grid.
    """
    if entry.kind is None:
        raise InputError(f"family pixels needs kind: one of {', '.join([*CELLS, *CLIPS])}")
    if entry.pool != "mean":
        raise InputError(f"family pixels has no pool {entry.pool!r}, only mean")
    least = {**CELLS, **CLIPS}[entry.kind]
    if frame_size < least:
        raise InputError(f"{entry.kind} wants frames of at least {least} px, frames.size is {frame_size}")
    return Pixels(least) if entry.kind in CELLS else Changes(entry.kind)
