"""Real clips: which are cut or bordered and so left out, and what artefacts tell in each window: ``windows.csv``.

Grey pictures of frames alone, float32 [sample, frame, 256] of the baseline ``grey16``, say where a picture changes at
once and where a black border never does. The baseline of artefacts is asked for the arrow at both ends and between.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.store import TemporalStore
from platoscope.temporal.passes import EDGES
from platoscope.temporal.signs import protected_pairs
from platoscope.temporal.stages.clips import Pairs
from platoscope.temporal.stages.features_of import layer_differences

SIDE = 16  # cells of a grey picture
CUT = 0.25  # mean change of a cell from one frame to the next, of the range from black to white
TIMES = 4.0  # as much as the clip's median change
BLACK = 0.03  # of the same range, above black
COLUMNS = ("probe", "encoder", "window", "variants", "n_pairs", "n_sources", "acc", "ci_low", "ci_high", "p")
LEFT_OUT = ("id", "why")


def left_out(store: TemporalStore) -> dict[int, str]:
    """Say of each sample that is left out why, by its row: a cut between two frames shown, or a black border."""
    grey = (store.alone(len(store.layers) - 1).astype(np.float64) + 1) / 2  # [sample, frame, cell] on [0, 1]
    change = np.abs(np.diff(grey, axis=1)).mean(axis=2)
    usual = np.median(change, axis=1, keepdims=True)
    cut = ((change > CUT) & (change > TIMES * usual)).any(axis=1)
    pictures = grey.reshape(*grey.shape[:2], SIDE, SIDE)
    border = _black(pictures, axis=3) | _black(pictures, axis=2)
    why = {int(row): "cut" for row in np.flatnonzero(cut)}
    return why | {int(row): "black border" for row in np.flatnonzero(border & ~cut)}


def _black(pictures: NDArray[np.float64], *, axis: int) -> NDArray[np.bool_]:
    """Whether an outer row (axis 3 is summed over) or column is black in all frames, while the picture is not."""
    lines = pictures.max(axis=axis)  # [sample, frame, line]
    outer: NDArray[np.bool_] = (lines[:, :, [0, -1]] <= BLACK).all(axis=1).any(axis=1)
    lit: NDArray[np.bool_] = pictures.max(axis=(1, 2, 3)) > BLACK
    return np.logical_and(outer, lit)


def window_rows(
    store: TemporalStore, pairs: Pairs, settings: Mapping[str, Any], *, probe: str, key: str
) -> list[dict[str, Any]]:
    """Ask for the arrow in the window that is shown, and in those at both ends where the store has them."""
    of = {"middle": ("fwd", "rev"), **{edge: (edge, f"{edge}_rev") for edge in EDGES}}
    rows = []
    for window, variants in of.items():
        if set(variants) <= set(store.variants):
            d = layer_differences(store, variants, name="concat", rows=pairs.rows)
            told = protected_pairs(d, signs=pairs.signs, sources=pairs.sources, **{**settings, "repeats": 1})
            values = (probe, key, window, " ".join(variants), told.n, told.n_sources, told.acc, told.ci_low,
                      told.ci_high, told.p)  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows
