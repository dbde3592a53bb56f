"""The search for the law's two exponents: a grid of starts, and the way down from each of them.

Scores [draw, point] at the same budgets become the lowest bottom of every draw (``refit``); of one set of scores all
bottoms, which have to agree (``search``).
"""

import numpy as np
from numpy.typing import NDArray

from platoscope.scaling.descent import Bottoms, descend
from platoscope.scaling.points import Array, Cells
from platoscope.scaling.projection import project, solve

GRID, COARSE = 48, 24  # exponents tried per axis, evenly in the logarithm; the latter for draws
MINIMA = 4  # of the grid of a draw that are gone down from; there is one where the valley is
APART = 3  # steps of the grid from its best cell to the two starts beside it
BATCH = 64  # draws whose grids are made at once


def search(cells: Cells, scores: Array, *, exponents: tuple[float, float]) -> Bottoms:
    """Go down for scores [point] from six starts: the best grid cell of each quadrant, two beside the best of all.

    Starts that are equal count once, and so do those of a reduced law that differ only in the exponent it leaves out:
    that they agree says nothing.
    """
    axis = _axis(exponents, GRID)
    error = _errors(cells, scores[None], axis)
    found = _quadrants(error)[0]  # [4, 2]
    best = found[np.argmin(error[0, found[:, 0], found[:, 1]])]
    beside = [np.clip(best + step, 0, GRID - 1) for step in (-APART, APART)]
    places = np.stack([*found, *beside])
    places[:, {"frames": [1], "captions": [0]}.get(cells.form, [])] = 0
    starts = axis[places[np.sort(np.unique(places, axis=0, return_index=True)[1])]]
    return descend(cells, np.repeat(scores[None], len(starts), axis=0), starts, exponents=exponents)


def refit(cells: Cells, scores: Array, *, exponents: tuple[float, float]) -> Bottoms:
    """Give the lowest bottom of every row of scores [draw, point], from the lowest local minima of a grid."""
    axis = _axis(exponents, COARSE)
    draws, starts = [], []
    for at in range(0, len(scores), BATCH):
        draw, places = _minima(_errors(cells, scores[at : at + BATCH], axis))
        draws.append(draw + at)
        starts.append(axis[places])
    draw = np.concatenate(draws)
    runs = descend(cells, scores[draw], np.concatenate(starts), exponents=exponents)
    order = np.lexsort((runs.error, draw))  # of each draw the lowest first
    return runs.only(order[np.unique(draw[order], return_index=True)[1]])


def _axis(exponents: tuple[float, float], points: int) -> Array:
    """Give the logarithms of the exponents that are tried."""
    return np.linspace(np.log(exponents[0]), np.log(exponents[1]), points)


def _errors(cells: Cells, scores: Array, axis: Array) -> Array:
    """Give the sum of squares of every draw at every pair of exponents [draw, a, b]."""
    u, v = cells.terms(np.exp(axis), np.exp(axis))
    if cells.form != "interaction":
        return project(u, v, scores).error
    points, size = scores.shape[1], (len(axis), len(axis), scores.shape[1])
    pairs = np.broadcast_to(u[:, None], size).reshape(-1, points), np.broadcast_to(v, size).reshape(-1, points)
    return np.stack([_interaction_errors(*pairs, y).reshape(size[:2]) for y in scores])


def _interaction_errors(u: Array, v: Array, y: Array) -> Array:
    """Give the sum of squares that S - C_f u - C_c v + C u v leaves of y [point], at u, v [run, point]: [run]."""
    best = solve(u, v, np.broadcast_to(y, u.shape), interaction=True)
    left = best[:, :1] - best[:, 1:2] * u - best[:, 2:3] * v + best[:, 3:] * u * v - y
    return np.asarray(np.sum(left * left, axis=1), dtype=np.float64)


def _quadrants(error: Array) -> NDArray[np.intp]:
    """Find the lowest cell of each quadrant of errors [draw, a, b]: places [draw, 4, 2]."""
    half = error.shape[1] // 2
    found = []
    for i, j in ((0, 0), (0, half), (half, 0), (half, half)):
        flat = error[:, i : i + half, j : j + half].reshape(len(error), -1)
        a, b = np.unravel_index(np.argmin(flat, axis=1), (half, half))
        found.append(np.stack([a + i, b + j], axis=1))
    return np.stack(found, axis=1)


def _minima(error: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find the lowest local minima of errors [draw, a, b]: of each its draw [run] and its place [run, 2]."""
    n, a, b = error.shape
    padded = np.pad(error, ((0, 0), (1, 1), (1, 1)), constant_values=np.inf)
    around = np.full(error.shape, np.inf)
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)):
        np.minimum(around, padded[:, i : i + a, j : j + b], out=around)
    flat = np.where(error <= around, error, np.inf).reshape(n, -1)
    lowest = np.argpartition(flat, MINIMA, axis=1)[:, :MINIMA]
    draw, place = np.nonzero(np.isfinite(np.take_along_axis(flat, lowest, axis=1)))
    return draw, np.stack(np.unravel_index(lowest[draw, place], (a, b)), axis=1)
