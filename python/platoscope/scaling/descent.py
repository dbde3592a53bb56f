"""The way down to the bottom of the sum of squares over the two exponents, for many runs at once.

Scores [run, point] and starts (log alpha, log beta) [run, 2] become ``Bottoms``. The constants are solved for at every
step (variable projection, Golub & Pereyra 1973); steps are Newton's with the exact curvature of what is left, damped
(Levenberg 1944) and cut at the edge of the box. The objective is scaled to (1 - R2) / 2, so that a tolerance means the
same for every score.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from platoscope.scaling.points import Array, Cells, scale_of
from platoscope.scaling.projection import C_C, C_F, S_INF, C, solve

STEPS = 200
SMALL = 1e-11  # a step in the logarithms that ends the way
FLAT = 1e-15  # a projected gradient that ends it: beyond, rounding decides
LONGEST = 1.0  # a factor e of an exponent in one step
DAMPING = (1e-3, 1e10)  # at the first step that fails, and where a run gives up


@dataclass(frozen=True)
class Bottoms:
    """Where runs ended: ``theta`` = (log alpha, log beta) [run, 2], the constants S, C_f, C_c, C there [run, 4].

    ``error`` [run] is the sum of squares, ``gradient`` [run] the norm of the projected gradient of (1 - R2) / 2 over
    ``theta``; ``residual`` [run, point] is law - score.
    """

    theta: Array
    constants: Array
    error: Array
    gradient: Array
    residual: Array

    def only(self, runs: NDArray[np.intp]) -> "Bottoms":
        """Keep some of the runs."""
        return Bottoms(*(getattr(self, name)[runs] for name in self.__dataclass_fields__))


def descend(
    cells: Cells, scores: Array, starts: Array, *, exponents: tuple[float, float], pins: Array | None = None
) -> Bottoms:
    """Go from every start to the bottom of its valley within the box of exponents.

    ``pins`` [run, 5] hold S, C_f, C_c, log alpha and log beta where they are not NaN.
    """
    low, high = np.log(exponents)
    scale = scale_of(scores)
    theta = np.clip(starts, low, high)
    pins = np.full((len(theta), 5), np.nan) if pins is None else pins
    theta = np.where(np.isnan(pins[:, 3:]), theta, pins[:, 3:])
    constants, residual, error = _at(cells, scores, theta, pins)
    damping = np.zeros(len(theta))
    gradient = np.full(len(theta), np.inf)
    active = np.arange(len(theta))
    for _ in range(STEPS):
        slope, curvature = slopes(
            cells, theta[active], constants[active], residual[active], scale=scale[active], pins=pins[active]
        )
        still = _held(slope, theta[active], (low, high), pins[active])
        slope = np.where(still, 0.0, slope)
        gradient[active] = np.linalg.norm(slope, axis=1)
        step = _newton(slope, curvature, still, damping[active])
        small = np.max(np.abs(step), axis=1) <= SMALL
        going = ~(small | (gradient[active] <= FLAT) | (damping[active] > DAMPING[1]))
        active, step = active[going], step[going]
        if not len(active):
            break
        tried = np.clip(theta[active] + step, low, high)
        found = _at(cells, scores[active], tried, pins[active])
        near = np.max(np.abs(step), axis=1) < 1e-6  # here the error's own rounding hides what a step brings
        better = (found[2] <= error[active]) | (near & (found[2] <= error[active] * (1 + 1e-9)))
        taken = active[better]
        theta[taken], constants[taken], residual[taken], error[taken] = (x[better] for x in (tried, *found))
        damping[taken] = np.where(damping[taken] < 1e-12, 0.0, damping[taken] / 10)
        failed = active[~better]
        damping[failed] = np.maximum(damping[failed] * 10, DAMPING[0])
    return Bottoms(theta, constants, error, gradient, residual)


def slopes(
    cells: Cells, theta: Array, constants: Array, residual: Array, *, scale: Array, pins: Array
) -> tuple[Array, Array]:
    """Differentiate (1 - R2) / 2 over (log alpha, log beta): gradient [run, 2] and curvature [run, 2, 2].

    The constants follow the exponents where they are free: the curvature is the Schur complement of theirs.
    """
    alpha, beta = np.exp(theta).T
    u, v = cells.terms(alpha, beta)
    la, lb = alpha[:, None] * np.log(cells.frames), beta[:, None] * np.log(cells.captions)
    u1, v1 = -la * u, -lb * v  # du / d log alpha
    c_f, c_c, c = (constants[:, place, None] for place in (C_F, C_C, C))
    on_u, on_v = c * v - c_f, c * u - c_c  # curve = S - C_f u - C_c v + C u v
    first = np.stack([on_u * u1, on_v * v1], axis=2)  # [run, point, 2]
    second = [np.sum(part * residual, axis=1) for part in (on_u * u1 * (1 - la), c * u1 * v1, on_v * v1 * (1 - lb))]
    free = _free(cells, constants, pins)
    columns = np.stack([np.ones_like(u), -u, -v, u * v], axis=2) * free[:, None, :]
    gram = np.swapaxes(columns, 1, 2) @ columns + np.eye(4) * (1.0 - free)[:, :, None]
    mixed = np.swapaxes(columns, 1, 2) @ first + _bent(u, v, u1, v1, residual) * free[:, :, None]  # [run, 4, 2]
    curvature = np.swapaxes(first, 1, 2) @ first + np.stack([np.stack(second[:2], 1), np.stack(second[1:], 1)], 1)
    curvature = curvature - np.swapaxes(mixed, 1, 2) @ _solved(gram, mixed)
    slope = np.sum(first * residual[:, :, None], axis=1)
    return slope / scale[:, None] ** 2, curvature / scale[:, None, None] ** 2


def _free(cells: Cells, constants: Array, pins: Array) -> Array:
    """Say which constants follow the exponents, 1 or 0 [run, 4]: those that are not at a bound, not held, and there."""
    s_inf, c_f, c_c, c = constants.T
    inside = [(s_inf > 0.0) & (s_inf < 1.0), c_f > 0.0, c_c > 0.0, np.full_like(c, cells.form == "interaction")]
    free = np.stack(inside, axis=1).astype(np.float64)
    free[:, :3] *= np.isnan(pins[:, :3])
    return free


def _bent(u: Array, v: Array, u1: Array, v1: Array, residual: Array) -> Array:
    """Give the residual along the columns' own derivatives by either exponent: [run, 4, 2]."""
    by_u, by_v, by_uv1, by_u1v = (np.sum(x * residual, axis=1) for x in (u1, v1, u * v1, u1 * v))
    zero = np.zeros_like(by_u)
    return np.stack([np.stack([zero, -by_u, zero, by_u1v], 1), np.stack([zero, zero, -by_v, by_uv1], 1)], axis=2)


def _solved(gram: Array, mixed: Array) -> Array:
    """Solve gram x = mixed; columns that say the same (a ridge of 1e-14 of the trace) leave no error."""
    ridge = 1e-14 * np.trace(gram, axis1=1, axis2=2)
    return np.linalg.solve(gram + ridge[:, None, None] * np.eye(4), mixed)


def _at(cells: Cells, scores: Array, theta: Array, pins: Array) -> tuple[Array, Array, Array]:
    """Give the best constants at ``theta`` [run, 2], law - score [run, point] and its sum of squares [run]."""
    u, v = cells.terms(*np.exp(theta).T)
    constants = solve(
        u,
        v,
        scores,
        interaction=cells.form == "interaction",
        pins=None if np.all(np.isnan(pins[:, :3])) else pins[:, :3],
    )
    s_inf, c_f, c_c, c = (constants[:, place, None] for place in (S_INF, C_F, C_C, C))
    residual = s_inf - c_f * u - c_c * v + c * u * v - scores
    return constants, residual, np.sum(residual * residual, axis=1)


def _held(slope: Array, theta: Array, box: tuple[float, float], pins: Array) -> NDArray[np.bool_]:
    """Say which exponents stay: those at an edge that the slope presses against, and those that are pinned."""
    pressed = ((theta <= box[0]) & (slope >= 0.0)) | ((theta >= box[1]) & (slope <= 0.0))
    return pressed | ~np.isnan(pins[:, 3:])


def _newton(slope: Array, curvature: Array, still: NDArray[np.bool_], damping: Array) -> Array:
    """Give the damped step [run, 2]; a curvature that is not positive is lifted until it is."""
    moving = ~still
    a = np.where(moving[:, 0], curvature[:, 0, 0], 1.0)
    d = np.where(moving[:, 1], curvature[:, 1, 1], 1.0)
    b = np.where(moving[:, 0] & moving[:, 1], curvature[:, 0, 1], 0.0)
    least = (a + d) / 2 - np.hypot((a - d) / 2, b)
    size = np.maximum(np.abs(a) + np.abs(d), 1e-30)
    lift = np.where(least > 1e-13 * size, 0.0, 1e-3 * size - least) + damping * size
    a, d = a + lift, d + lift
    determinant = a * d - b * b
    step = -np.stack([d * slope[:, 0] - b * slope[:, 1], a * slope[:, 1] - b * slope[:, 0]], 1) / determinant[:, None]
    step = np.where(still, 0.0, step)
    longest = np.max(np.abs(step), axis=1, keepdims=True)
    return np.asarray(step / np.maximum(longest / LONGEST, 1.0), dtype=np.float64)
