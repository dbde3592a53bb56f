"""Family ``pixels``: what alignment costs nothing to get, as one layer, ``final``.

Of each frame a 4 x 4 ``thumbnail``, the ``mean_colour``, 16 x 16 ``grey16`` areas, or the traces that a camera and a
codec leave (``artefact``); of each clip how much its frames differ where (``difference``), which way its blocks move
how far (``motion``), or which way where (``flow``). The values of frames are areas' means scaled to [-1, 1], so that a
cosine sees brightness as well as hue.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.areas import area_means
from platoscope.encoders.base import Layers
from platoscope.encoders.block_motion import BINS, CELLS, DIRECTIONS, GRID, motion_by_cell, motion_histogram
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams

USES = ("kind", "pool")
DIFFERENCES = 4  # cells a side
FAINT = 1e-6  # of squared grey values on [0, 1]: less energy than this counts as this

Floats = NDArray[np.float32]


class Kind(NamedTuple):
    """What one kind computes, how it is told of, and the least side of a frame in pixels."""

    encode: Callable[[NDArray[np.uint8]], Floats]
    told: dict[str, Any]
    least: int


class Pixels:
    """Values of each frame alone."""

    layers = ("final",)

    def __init__(self, kind: Kind) -> None:
        self._encode = kind.encode
        self.description: dict[str, Any] = {"parameters": 0, "normed": [], "preprocessing": kind.told}

    def encode(self, frames: NDArray[np.uint8]) -> Layers:
        """Encode frames, uint8 [batch, height, width, 3]; float32 [batch, dim]."""
        return [self._encode(frames)]


class Changes:
    """What changes between the consecutive frames that are shown of a clip, of any number from 2: a step a pair."""

    layers = ("final",)
    n_frames: int | None = None

    def __init__(self, name: str, kind: Kind) -> None:
        self._name, self._encode = name, kind.encode
        self.description: dict[str, Any] = {"parameters": 0, "normed": [], "preprocessing": kind.told}

    def encode(self, clips: NDArray[np.uint8]) -> Layers:
        """Encode clips, uint8 [batch, frame, height, width, 3]; float32 [batch, dim], over all pairs of frames.

        Raises
        ------
        InputError
            If they have one frame, in which nothing changes.
        """
        if clips.shape[1] < 2:
            raise InputError(
                f"kind {self._name} compares consecutive frames, of which a clip of {clips.shape[1]} has none: "
                "budgets.frames must start at 2 (and sampler first shows one alone)"
            )
        return [self._encode(clips)]


class Flow(Changes):
    """Changes that are told for each pair of frames apart, too."""

    def step_tensors(self, clips: NDArray[np.uint8]) -> Layers:
        """Encode clips; float32 [batch, pair * dim]."""
        return [motion_by_cell(clips).reshape(len(clips), -1)]


def mean_areas(cells: int) -> Kind:
    """Mean colours of ``cells`` x ``cells`` equal areas of a frame."""

    def encode(frames: NDArray[np.uint8]) -> Floats:
        values = area_means(frames.astype(np.float64) / 127.5 - 1, cells)
        return values.reshape(len(frames), -1).astype(np.float32)

    return Kind(encode, {"cells": cells, "scale": "[-1, 1]"}, cells)


def grey_areas(frames: NDArray[np.uint8]) -> Floats:
    """Mean grey values, the means of the three channels, of 16 x 16 equal areas; float32 [batch, 256]."""
    return area_means(_grey(frames)[..., None] * 2 - 1, 16).reshape(len(frames), -1).astype(np.float32)


def artefacts(frames: NDArray[np.uint8]) -> Floats:
    """What tells a frame's place in a file: log Laplacian energy, mean, variance, mean of the border, [batch, 4].

    Of grey values on [0, 1]; the energy is the mean square of the Laplacian of four neighbours, and the border a
    sixteenth of the side wide.
    """
    grey = _grey(frames)
    middle = grey[:, 1:-1, 1:-1]
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    energy = ((4 * middle - around) ** 2).mean((1, 2))
    width = max(1, grey.shape[1] // 16)
    inner = grey[:, width:-width, width:-width]
    n_border = grey[0].size - inner[0].size
    border = (grey.sum((1, 2)) - inner.sum((1, 2))) / n_border
    values = [np.log(energy + FAINT), grey.mean((1, 2)), grey.var((1, 2)), border]
    return np.stack(values, axis=1).astype(np.float32)


def differences(clips: NDArray[np.uint8]) -> Floats:
    """Mean absolute difference of each of 4 x 4 areas, in [0, 1], float32 [batch, 16].

    Zeros, which have no neighbours, where all frames are equal.
    """
    steps = np.abs(np.diff(clips.astype(np.float64), axis=1)).mean((1, -1), keepdims=True)[:, 0] / 255
    return area_means(steps, DIFFERENCES).reshape(len(clips), -1).astype(np.float32)


def mean_flow(clips: NDArray[np.uint8]) -> Floats:
    """Mean over all pairs of frames of :func:`~platoscope.encoders.block_motion.motion_by_cell`, [batch, 144]."""
    mean: Floats = motion_by_cell(clips).mean(1, dtype=np.float64).astype(np.float32)
    return mean


FRAMES: dict[str, Kind] = {
    "thumbnail": mean_areas(4),
    "mean_colour": mean_areas(1),
    "grey16": Kind(grey_areas, {"cells": 16, "scale": "[-1, 1]", "colour": "grey"}, 16),
    "artefact": Kind(artefacts, {"values": ["log_laplacian", "mean", "variance", "border"], "scale": "[0, 1]"}, 16),
}
CLIPS: dict[str, Kind] = {
    "difference": Kind(differences, {"cells": DIFFERENCES, "scale": "[0, 1]"}, DIFFERENCES),
    "motion": Kind(motion_histogram, {"cells": GRID, "bins": BINS}, GRID),
    "flow": Kind(mean_flow, {"cells": CELLS, "directions": DIRECTIONS, "grid": GRID}, GRID),
}


def load(entry: VideoEncoderParams, *, frame_size: int, device: str) -> Pixels | Changes:  # noqa: ARG001 (no device)
    """Make the encoder of an entry with ``kind``.

    Raises
    ------
    InputError
        If ``kind`` is missing or frames are smaller than its grid.
    """
    if entry.kind is None:
        raise InputError(f"family pixels needs kind: one of {', '.join([*FRAMES, *CLIPS])}")
    if entry.pool != "mean":
        raise InputError(f"family pixels has no pool {entry.pool!r}, only mean")
    kind = {**FRAMES, **CLIPS}[entry.kind]
    if frame_size < kind.least:
        raise InputError(f"{entry.kind} wants frames of at least {kind.least} px, frames.size is {frame_size}")
    if entry.kind in FRAMES:
        return Pixels(kind)
    return (Flow if entry.kind == "flow" else Changes)(entry.kind, kind)


def _grey(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Means of the channels on [0, 1], float64 [batch, height, width]."""
    grey: NDArray[np.float64] = frames.mean(-1, dtype=np.float64) / 255
    return grey
