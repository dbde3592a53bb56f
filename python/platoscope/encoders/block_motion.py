"""Clips, uint8 [batch, frame, height, width, 3], as histograms of motion, float32 [batch, BINS].

Each block of a small grey picture is looked for in the frame before, among all shifts of up to ``REACH`` px; the
histogram counts which way and how far blocks came. It sums to 1, and a clip that stands still is all in its first bin.
Or, of each pair of frames apart, which way blocks came in each of a few cells.
"""

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.areas import area_means

GRID = 64  # side of the grey pictures, in px
SIDE = 8  # of a block
REACH = 4
DIRECTIONS = 8
FAR = 2.0  # px, beyond which a motion is a long one
BINS = 1 + 2 * DIRECTIONS
CELLS = 4  # a side, of histograms apart


def motion_histogram(clips: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Share of blocks, over all consecutive pairs of frames, in each bin, float32 [batch, BINS].

    Bin 0 holds blocks that stand still, 1 + d those that move by at most ``FAR`` px and 1 + ``DIRECTIONS`` + d those
    that move further in direction d: 0 to the right, 2 down, in steps of 45 degrees.
    """
    bins = _bins()[_moved(clips)].reshape(len(clips), -1)  # [batch, pair * block]
    counts = np.stack([np.bincount(row, minlength=BINS) for row in bins])
    return (counts / bins.shape[1]).astype(np.float32)


def motion_by_cell(clips: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Share of the blocks of each of ``CELLS`` x ``CELLS`` cells that came in each direction, for every pair of frames.

    float32 [batch, pair, CELLS * CELLS * (1 + DIRECTIONS)], cells in rows, of each first the share of blocks that stand
    still, then directions as in :func:`motion_histogram`.
    """
    bins = _bins()
    kinds = np.where(bins == 0, 0, 1 + (bins - 1) % DIRECTIONS)
    moved = _moved(clips, dtype=np.float32)  # [batch * pair, block, block]
    side = GRID // SIDE // CELLS
    came = np.eye(1 + DIRECTIONS)[kinds[moved]]
    shares = came.reshape(len(moved), CELLS, side, CELLS, side, 1 + DIRECTIONS).mean((2, 4))
    by_cell: NDArray[np.float32] = shares.reshape(len(clips), clips.shape[1] - 1, -1).astype(np.float32)
    return by_cell


def _moved(clips: NDArray[np.uint8], *, dtype: type[np.floating[Any]] = np.float64) -> NDArray[np.int64]:
    """Which of :func:`shifts` each block came by, int64 [batch * pair, GRID / SIDE, GRID / SIDE]."""
    grey = area_means(clips.mean(-1, keepdims=True).reshape(-1, *clips.shape[2:4], 1), GRID)
    pictures = grey.reshape(*clips.shape[:2], GRID, GRID).astype(dtype)
    return block_shifts(pictures[:, :-1].reshape(-1, GRID, GRID), pictures[:, 1:].reshape(-1, GRID, GRID))


def block_shifts(before: NDArray[np.floating[Any]], after: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    """Which of :func:`shifts` each block of ``after`` came by, int64 [pair, GRID / SIDE, GRID / SIDE].

    The one of the least mean absolute difference, the shortest of those that are equal; beyond its edge a picture goes
    on as at its edge.

    Parameters
    ----------
    before, after
        Grey pictures, floats [pair, GRID, GRID].
    """
    padded = np.pad(before, ((0, 0), (REACH, REACH), (REACH, REACH)), mode="edge")
    n = GRID // SIDE
    best, chosen = np.full((len(after), n, n), np.inf), np.zeros((len(after), n, n), np.int64)
    for index, (down, right) in enumerate(shifts()):
        top, left = REACH - down, REACH - right
        off = np.abs(after - padded[:, top : top + GRID, left : left + GRID])
        cost = off.reshape(len(after), n, SIDE, n, SIDE).mean((2, 4))
        better = cost < best
        best[better], chosen[better] = cost[better], index
    return chosen


def shifts() -> list[tuple[int, int]]:
    """All shifts (down, right), in px, in the order of their lengths; the first is none."""
    reach = range(-REACH, REACH + 1)
    return sorted(product(reach, reach), key=lambda shift: (shift[0] ** 2 + shift[1] ** 2, shift))


def _bins() -> NDArray[np.int64]:
    """The bin of each of :func:`shifts`."""
    down, right = np.array(shifts()).T
    turn = np.round(np.arctan2(down, right) / (2 * np.pi / DIRECTIONS)).astype(np.int64) % DIRECTIONS
    length = np.hypot(down, right)
    return np.where(length == 0, 0, 1 + turn + DIRECTIONS * (length > FAR))
