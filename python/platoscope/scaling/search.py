"""The search for the law's two exponents: a grid of starts, and the way down from each (variable projection).

Budgets and scores [point] become (log alpha, log beta) at the bottom of each start's valley. The constants are
solved for at every step, and the objective is scaled to 1 - R2, so that tolerances mean the same for every score.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import least_squares

from platoscope.scaling.projection import Array, Constants, project

GRID = 48  # exponents tried per axis, evenly in the logarithm
APART = 3  # steps of the grid from its best cell to the two starts beside it
TOLERANCE = 1e-12  # of the local search, on the scaled objective


@dataclass(frozen=True)
class Bottom:
    """What one search ended in: ``theta`` = (log alpha, log beta), the constants there, law - score [point]."""

    theta: Array
    constants: Constants
    residual: Array


@dataclass(frozen=True)
class Cells:
    """Budgets and scores [point] in a canonical order; ``form`` says which budgets vary."""

    frames: Array
    captions: Array
    scores: Array
    form: str

    def scale(self) -> float:
        """Give the scores' norm about their mean; 1 where all are equal."""
        spread = self.scores - self.scores[0]
        return float(np.linalg.norm(spread - np.mean(spread))) or 1.0

    def terms(self, alpha: Array, beta: Array) -> tuple[Array, Array]:
        """Give n_f^-alpha [a, point] and n_c^-beta [b, point]; zeros for a budget that does not vary."""
        u = self.frames ** -alpha[:, None] * (self.form != "captions")
        return u, self.captions ** -beta[:, None] * (self.form != "frames")

    def solve(self, theta: Array) -> Bottom:
        """Find the best constants at (log alpha, log beta)."""
        u, v = self.terms(np.exp(theta[:1]), np.exp(theta[1:]))
        best = project(u, v, self.scores)
        return Bottom(theta, best, (best.s_inf - best.c_f * u - best.c_c * v)[0] - self.scores)


def search(cells: Cells, exponents: tuple[float, float]) -> list[Bottom]:
    """Go down from every start; the bottoms that are worth having agree."""
    return [cells.solve(_descend(cells, start, exponents)) for start in _starts(cells, exponents)]


def _starts(cells: Cells, exponents: tuple[float, float]) -> list[Array]:
    """Take the best grid cell of each quadrant of the box, and two on either side of the best of all."""
    axis = np.linspace(np.log(exponents[0]), np.log(exponents[1]), GRID)
    error = project(*cells.terms(np.exp(axis), np.exp(axis)), cells.scores).error
    half = GRID // 2
    found = []
    for i, j in ((0, 0), (0, half), (half, 0), (half, half)):
        a, b = np.unravel_index(np.argmin(error[i : i + half, j : j + half]), (half, half))
        found.append((i + int(a), j + int(b)))
    best = min(found, key=lambda cell: float(error[cell]))
    beside = [[min(max(at + step, 0), GRID - 1) for at in best] for step in (-APART, APART)]
    return [axis[list(cell)] for cell in [*found, *beside]]


def _descend(cells: Cells, start: Array, exponents: tuple[float, float]) -> Array:
    """Go from a start to the bottom of its valley."""
    low, high = np.log(exponents)
    inside = np.clip(start, low + 1e-6, high - 1e-6)  # the search wants a start within the box, not on its edge
    found = least_squares(
        partial(_residual, cells), inside, jac=partial(_slope, cells), bounds=(low, high),
        ftol=TOLERANCE, xtol=TOLERANCE, gtol=TOLERANCE, max_nfev=500,
    )  # fmt: skip
    return np.asarray(found.x, dtype=np.float64)


def _residual(cells: Cells, theta: Array) -> Array:
    """Give law minus score at the best constants, scaled so that its square sums to 1 - R2."""
    return cells.solve(theta).residual / cells.scale()


def _slope(cells: Cells, theta: Array) -> Array:
    """Differentiate the residual [point, 2], less what the free constants would take up (Kaufman 1975)."""
    alpha, beta = np.exp(theta)
    u, v = (term[0] for term in cells.terms(np.array([alpha]), np.array([beta])))
    best = cells.solve(theta).constants
    s_inf, c_f, c_c = best.s_inf[0, 0], best.c_f[0, 0], best.c_c[0, 0]
    by_alpha = alpha * c_f * np.log(cells.frames) * u  # d/d log alpha of -C_f n_f^-alpha
    by_beta = beta * c_c * np.log(cells.captions) * v
    slope = np.stack([by_alpha, by_beta], axis=1)
    columns = ((np.ones_like(u), 0.0 < s_inf < 1.0), (u, c_f > 0.0), (v, c_c > 0.0))
    free = [column for column, is_free in columns if is_free]
    if free:
        q, _ = np.linalg.qr(np.stack(free, axis=1))
        slope = slope - q @ (q.T @ slope)
    return np.asarray(slope / cells.scale(), dtype=np.float64)
