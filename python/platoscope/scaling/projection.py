"""The linear part of the law, solved exactly for given exponents.

Terms u, v [point] and scores y [point] become the constants of y ~ S - C_f u - C_c v, 0 <= S <= 1, C_f >= 0,
C_c >= 0, that leave the smallest sum of squares: of every u against every v for a grid of exponents (``project``), or
of one u, v, y a run (``solve``), where C u v of either sign may be added and constants held.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COLLINEAR = 1e-12  # terms whose squared sine is below this say the same thing: one of them is enough
S_INF, C_F, C_C, C = 0, 1, 2, 3  # places of the constants


@dataclass(frozen=True)
class Constants:
    """The best constants and the squared error that they leave, each [..., a, b]."""

    s_inf: Array
    c_f: Array
    c_c: Array
    error: Array


def project(u: Array, v: Array, y: Array) -> Constants:
    """Solve for every row of ``u`` [a, point] against every row of ``v`` [b, point]: [draw, a, b] of y [draw, point].

    The error, minimised over the two amplitudes, is convex in S: where the free optimum leaves [0, 1], the bounded
    one lies at the bound that it crossed.
    """
    best = _grid(u, v, y, s_inf=None)
    for bound, crossed in ((1.0, best.s_inf > 1.0), (0.0, best.s_inf < 0.0)):
        if np.any(crossed):
            best = _where(crossed, _grid(u, v, y, s_inf=bound), best)
    return best


def solve(u: Array, v: Array, y: Array, *, interaction: bool = False, pins: Array | None = None) -> Array:
    """Solve for every run, u, v, y [run, point]: constants [run, 4] in the order S, C_f, C_c, C.

    ``interaction`` frees C, of y ~ S - C_f u - C_c v + C u v, of either sign; ``pins`` [run, 3] hold S, C_f and C_c
    where they are not NaN.
    """
    w = u * v if interaction else None
    pinned = np.zeros((len(y), 3), dtype=bool) if pins is None else ~np.isnan(pins)
    if pins is not None:
        y = y + np.nan_to_num(pins[:, C_F, None]) * u + np.nan_to_num(pins[:, C_C, None]) * v
        u, v = u * ~pinned[:, C_F, None], v * ~pinned[:, C_C, None]
    best = _run(u, v, w, y, s_inf=None)
    level = np.full((len(y), 1), np.nan) if pins is None else pins[:, :1].copy()
    free = ~pinned[:, S_INF]
    level[free & (best[:, S_INF] > 1.0)] = 1.0
    level[free & (best[:, S_INF] < 0.0)] = 0.0
    given = np.flatnonzero(~np.isnan(level[:, 0]))
    if len(given):
        best[given] = _run(u[given], v[given], None if w is None else w[given], y[given], s_inf=level[given])
    if pins is not None:
        best[:, :3] = np.where(pinned, pins, best[:, :3])
    return best


def _grid(u: Array, v: Array, y: Array, *, s_inf: float | None) -> Constants:
    """Solve for non-negative amplitudes, S being given or free: a free S is what centring takes out."""
    middle, r = _level(y, None if s_inf is None else np.full((len(y), 1), s_inf))
    u_middle = np.mean(u, axis=1, keepdims=True) * (s_inf is None)
    v_middle = np.mean(v, axis=1, keepdims=True) * (s_inf is None)
    p, q = u_middle - u, v_middle - v  # y ~ S - C_f u - C_c v  <=>  r ~ C_f p + C_c q
    pp, qq = np.sum(p * p, axis=1)[:, None], np.sum(q * q, axis=1)[None, :]
    # Not by BLAS, whose last bits depend on the number of threads.
    pq, pr, qr = (np.einsum("ip,jp->ij", a, b) for a, b in ((p, q), (r, p), (r, q)))
    pr, qr = pr[:, :, None], qr[:, None, :]
    c_f, c_c = _nonnegative(pp, qq, pq, pr, qr)
    error = np.sum(r * r, axis=1)[:, None, None] - 2 * (c_f * pr + c_c * qr)
    error = error + c_f**2 * pp + 2 * c_f * c_c * pq + c_c**2 * qq
    return Constants(middle[:, :, None] + c_f * u_middle + c_c * v_middle.T, c_f, c_c, error)


def _run(u: Array, v: Array, w: Array | None, y: Array, *, s_inf: Array | None) -> Array:
    """Solve every run, S being given or free; ``w`` is swept out of all else first, for its sign is free."""
    middle, r = _level(y, s_inf)
    none = None if s_inf is None else np.zeros_like(s_inf)
    (u_middle, p), (v_middle, q) = _level(u, none), _level(v, none)
    p, q = -p, -q
    along_p = along_q = along_r = np.zeros(len(y))
    w_middle = 0.0 * middle
    if w is not None:
        w_middle, w = _level(w, none)
        square = np.sum(w * w, axis=1)
        along_p, along_q, along_r = (
            np.divide(np.sum(w * x, axis=1), square, out=np.zeros(len(y)), where=square > 0.0) for x in (p, q, r)
        )
        p, q, r = (x - along[:, None] * w for x, along in ((p, along_p), (q, along_q), (r, along_r)))
    pp, qq, pq, pr, qr = (np.sum(a * b, axis=1) for a, b in ((p, p), (q, q), (p, q), (p, r), (q, r)))
    c_f, c_c = _nonnegative(pp, qq, pq, pr, qr)
    c = along_r - c_f * along_p - c_c * along_q
    level = middle[:, 0] + c_f * u_middle[:, 0] + c_c * v_middle[:, 0] - c * w_middle[:, 0]
    return np.stack([level, c_f, c_c, c], axis=1)


def _level(x: Array, given: Array | None) -> tuple[Array, Array]:
    """Give what is taken out of x [run, point] and what is left: its mean, or a given level [run, 1]."""
    if given is not None:
        return given, x - given
    first = x[:, :1]  # shifting by one value first leaves exact zeros where all are equal
    level = first + np.mean(x - first, axis=1, keepdims=True)
    return level, x - level


def _nonnegative(pp: Array, qq: Array, pq: Array, pr: Array, qr: Array) -> tuple[Array, Array]:
    """Minimise |r - C_f p - C_c q|^2 over the quadrant: the minimum lies inside it, or on one of its two edges."""
    determinant = pp * qq - pq * pq
    inside = determinant > COLLINEAR * pp * qq
    divisor = np.where(inside, determinant, 1.0)
    c_f, c_c = (qq * pr - pq * qr) / divisor, (pp * qr - pq * pr) / divisor
    inside = inside & (c_f >= 0.0) & (c_c >= 0.0)
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
