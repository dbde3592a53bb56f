"""The linear part of the law, solved exactly for many exponents at once.

Terms ``u`` [a, point] and ``v`` [b, point] and scores ``y`` [point] become the constants of y ~ S - C_f u - C_c v,
0 <= S <= 1, C_f >= 0, C_c >= 0, that leave the smallest sum of squares: each [a, b].
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COLLINEAR = 1e-12  # terms whose squared sine is below this say the same thing: one of them is enough


@dataclass(frozen=True)
class Constants:
    """The best constants at every pair of exponents and the squared error that they leave, each [a, b]."""

    s_inf: Array
    c_f: Array
    c_c: Array
    error: Array


def project(u: Array, v: Array, y: Array) -> Constants:
    """Solve the bounded least squares of the module's head for every row of ``u`` against every row of ``v``.

    Its error, minimised over the two amplitudes, is convex in S: where the free optimum leaves [0, 1], the bounded
    one lies at the bound that it crossed.
    """
    best = _amplitudes(u, v, y, s_inf=None)
    for bound, crossed in ((1.0, best.s_inf > 1.0), (0.0, best.s_inf < 0.0)):
        if np.any(crossed):
            best = _where(crossed, _amplitudes(u, v, y, s_inf=bound), best)
    return best


def _amplitudes(u: Array, v: Array, y: Array, *, s_inf: float | None) -> Constants:
    """Solve for non-negative amplitudes, S being given or free: a free S is what centring takes out."""
    first = y[0]  # shifting by a score first leaves exact zeros where all scores are equal
    middle = float(first + np.mean(y - first)) if s_inf is None else s_inf
    u_middle = np.mean(u, axis=1, keepdims=True) * (s_inf is None)
    v_middle = np.mean(v, axis=1, keepdims=True) * (s_inf is None)
    p, q, r = u_middle - u, v_middle - v, y - middle  # y ~ S - C_f u - C_c v  <=>  r ~ C_f p + C_c q
    pp, qq, pq = np.sum(p * p, axis=1)[:, None], np.sum(q * q, axis=1)[None, :], p @ q.T
    pr, qr = (p @ r)[:, None], (q @ r)[None, :]
    c_f, c_c = _nonnegative(pp, qq, pq, pr, qr)
    error = r @ r - 2 * (c_f * pr + c_c * qr) + c_f**2 * pp + 2 * c_f * c_c * pq + c_c**2 * qq
    return Constants(middle + c_f * u_middle + c_c * v_middle.T, c_f, c_c, error)


def _nonnegative(pp: Array, qq: Array, pq: Array, pr: Array, qr: Array) -> tuple[Array, Array]:
    """Minimise |r - C_f p - C_c q|^2 over the quadrant: the minimum lies inside it, or on one of its two edges."""
    determinant = pp * qq - pq * pq
    inside = determinant > COLLINEAR * pp * qq
    divisor = np.where(inside, determinant, 1.0)
    c_f, c_c = (qq * pr - pq * qr) / divisor, (pp * qr - pq * pr) / divisor
    inside &= (c_f >= 0.0) & (c_c >= 0.0)
    edge_f, edge_c = _one_amplitude(pp, pr), _one_amplitude(qq, qr)
    by_frames = edge_f * pr >= edge_c * qr  # an edge lowers the error by C (p . r)
    c_f = np.where(inside, c_f, np.where(by_frames, edge_f, 0.0))
    return c_f, np.where(inside, c_c, np.where(by_frames, 0.0, edge_c))


def _one_amplitude(square: Array, product: Array) -> Array:
    """Give the best non-negative multiple of one term; 0 for a term that is zero everywhere."""
    return np.maximum(product, 0.0) / np.where(square > 0.0, square, 1.0)


def _where(chosen: NDArray[np.bool_], a: Constants, b: Constants) -> Constants:
    """Take ``a`` where chosen, else ``b``."""
    return Constants(
        np.where(chosen, a.s_inf, b.s_inf),
        np.where(chosen, a.c_f, b.c_f),
        np.where(chosen, a.c_c, b.c_c),
        np.where(chosen, a.error, b.error),
    )
