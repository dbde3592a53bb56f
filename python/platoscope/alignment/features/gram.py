"""Centred kernel alignment of every layer of one list with every layer of another.

Layers `[sample, dim]` become scores `[layer_a, layer_b]`. Gram matrices are never whole in memory: a stripe of their
rows is made for all layers at once, `[layer, row, sample]`, and leaves inner products and row sums behind, so that
each entry is computed once a layer, never once a pair. Centring follows from those sums.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.features.distances import pair_distances, squared_distances, stripes
from platoscope.alignment.features.spaces import Space, centred, prepared
from platoscope.errors import InputError

Floats: TypeAlias = NDArray[np.float64]
Kernel = Literal["linear", "rbf"]
Estimator = Literal["biased", "unbiased"]

SMALLEST = 1e-100  # of a bandwidth or sigma, whose square must not vanish
FAINT = 500.0  # exp(-500) is nothing beside the diagonal's 1, and exp(500) does not overflow
DEGENERATE = 1e-12  # what centring leaves of a Gram matrix below this share of it is float64's rounding


def cka_matrix(
    a: Iterable[Space],
    b: Iterable[Space],
    *,
    kernel: Kernel = "linear",
    estimator: Estimator = "biased",
    bandwidth: float | None = None,
    sigma: float | None = None,
) -> Floats:
    """Give CKA of every pair of layers, float64 `[layer_a, layer_b]`: HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)).

    `kernel` "linear" is <x_i, x_j>, "rbf" exp(-|x_i - x_j|^2 / (2 s^2)) with s = `sigma`, or `bandwidth` (1 where
    neither is given) times the layer's median distance between distinct samples. `estimator` "biased" is
    Kornblith et al. 2019 (arXiv 1905.00414), "unbiased" HSIC_1 of Song et al. 2012 (eq. 5), as Nguyen et al. 2021
    (arXiv 2010.15327) use it. Memory: the centred layers, BLOCK_BYTES of Gram rows, and 4 N^2 bytes for a median.

    Raises InputError for unknown names, a bandwidth that does not fit the kernel, unequal samples, fewer than 2
    (unbiased: 4) of them, and layers whose own HSIC is zero up to rounding.
    """
    _check_names(kernel, estimator)
    multiple = _checked_bandwidth(kernel, bandwidth, sigma)

    def prepare(space: Space) -> _Gram:
        rows = centred(space)  # HSIC does not change, and no digit is lost to a common offset
        if kernel == "linear":
            return _Gram(space.name, rows, None)
        return _Gram(space.name, rows, sigma or multiple * median_distance(rows, name=space.name))

    grams = prepared(a, b, prepare, least=4 if estimator == "unbiased" else 2)
    moments = _moments(*grams, estimator=estimator)
    lengths = [_lengths(gram, moment, estimator) for gram, moment in zip(grams, moments[1:], strict=True)]
    inner, one, other = moments
    products = one.sums @ other.sums.T
    cross = _hsic(inner, products, np.outer(one.totals, other.totals), one.sums.shape[1], estimator)
    score: Floats = cross / np.outer(*lengths)
    return score


def median_distance(rows: Floats, *, name: str) -> float:
    """Give the median Euclidean distance between distinct samples of centred `[sample, dim]`.

    Raises InputError where it is 0, as when more than half of the pairs are duplicates.
    """
    median = float(np.median(np.sqrt(pair_distances(rows)), overwrite_input=True))
    if median == 0:
        raise InputError(f"the median distance of {name} is 0, so that no bandwidth can follow from it: give sigma")
    return median


@dataclass(frozen=True)
class _Gram:
    """A Gram matrix that is yet to be computed: centred rows `[sample, dim]`, and the sigma of an RBF kernel."""

    name: str
    rows: Floats
    sigma: float | None

    def stripe(self, start: int, stop: int) -> Floats:
        """Give rows start..stop - 1, columns from start on: `[stop - start, sample - start]`.

        From an RBF kernel its level is taken, exp(-e) - exp(-m) with m the mean of its exponents e between distinct
        samples: centring removes a constant in any case, and so the digits in which entries differ are kept.
        """
        if self.sigma is None:
            linear: Floats = self.rows[start:stop] @ self.rows[start:].T
            return linear
        exponent: Floats = squared_distances(self.rows, start, stop)
        exponent /= -2 * self.sigma * self.sigma
        mean = 2 * np.vdot(self.rows, self.rows) / (len(self.rows) - 1) / (2 * self.sigma * self.sigma)
        level = min(float(mean), FAINT)
        exponent += level
        np.expm1(exponent, out=exponent)
        exponent *= math.exp(-level)
        return exponent


@dataclass(frozen=True)
class _Own:
    """What the Gram matrices of one list leave behind: squares sum_ij K_ij^2 `[layer]`, row sums `[layer, sample]`."""

    squares: Floats
    sums: Floats

    @property
    def totals(self) -> Floats:
        totals: Floats = self.sums.sum(axis=1)
        return totals


def _moments(a: Sequence[_Gram], b: Sequence[_Gram], *, estimator: Estimator) -> tuple[Floats, _Own, _Own]:
    """Give sum_ij K_ij L_ij of every pair, `[layer_a, layer_b]`, and what each list has of its own."""
    samples = len(a[0].rows)
    inner = np.zeros((len(a), len(b)))
    own = tuple(_Own(np.zeros(len(grams)), np.zeros((len(grams), samples))) for grams in (a, b))
    for start, stop in stripes(samples, len(a) + len(b)):
        flat = [_add_stripe(grams, part, start, stop, estimator) for grams, part in zip((a, b), own, strict=True)]
        inner += flat[0] @ flat[1].T
    return inner, own[0], own[1]


def _add_stripe(grams: Sequence[_Gram], own: _Own, start: int, stop: int, estimator: Estimator) -> Floats:
    """Add a stripe to the sums of its list; gives it as `[layer, entry]`, of which inner products can be taken.

    Columns before `start` were rows of earlier stripes. What lies right of the square on the diagonal stands for its
    mirror image too, hence its factor of sqrt(2) on either side of a product.
    """
    rows = stop - start
    block = np.empty((len(grams), rows, own.sums.shape[1] - start))
    for layer, gram in enumerate(grams):
        block[layer] = gram.stripe(start, stop)
    if estimator == "unbiased":
        diagonal = np.arange(rows)
        block[:, diagonal, diagonal] = 0
    own.sums[:, start:stop] += block.sum(axis=2)
    own.sums[:, stop:] += block[:, :, rows:].sum(axis=1)
    block[:, :, rows:] *= math.sqrt(2)
    flat = block.reshape(len(grams), -1)
    own.squares[:] += np.vecdot(flat, flat)
    return flat


def _hsic(inner: Floats, products: Floats, totals: Floats, samples: int, estimator: Estimator) -> Floats:
    """Give HSIC up to a factor that the ratio loses, from <K, L>, r_K . r_L and s_K s_L (r: row sums, s: totals).

    biased: tr(K H L H) = <K, L> - 2 r_K . r_L / N + s_K s_L / N^2, H = 1 - 11'/N. unbiased (eq. 5 of Song et al.):
    with zeros on both diagonals, <K, L> + s_K s_L / ((N - 1) (N - 2)) - 2 r_K . r_L / (N - 2).
    """
    if estimator == "biased":
        return inner - 2 / samples * products + totals / samples**2
    return inner + totals / ((samples - 1) * (samples - 2)) - 2 / (samples - 2) * products


def _lengths(grams: Sequence[_Gram], own: _Own, estimator: Estimator) -> Floats:
    """Give sqrt(HSIC(K, K)) of each layer, `[layer]`."""
    products = np.vecdot(own.sums, own.sums)
    hsic = _hsic(own.squares, products, own.totals**2, own.sums.shape[1], estimator)
    for gram, value, whole in zip(grams, hsic, own.squares, strict=True):
        if not value > DEGENERATE * whole:
            kind = "off its diagonal " if estimator == "unbiased" else ""
            raise InputError(
                f"the kernel of {gram.name} is constant {kind}once it is centred, so that any score would be 0/0"
            )
    lengths: Floats = np.sqrt(hsic)
    return lengths


def _check_names(kernel: str, estimator: str) -> None:
    if kernel not in ("linear", "rbf"):
        raise InputError(f"kernel is {kernel!r}, but must be 'linear' or 'rbf'")
    if estimator not in ("biased", "unbiased"):
        raise InputError(f"estimator is {estimator!r}, but must be 'biased' or 'unbiased'")


def _checked_bandwidth(kernel: Kernel, bandwidth: float | None, sigma: float | None) -> float:
    """Give the multiple of the median distance, which an RBF kernel takes where it has no sigma."""
    given = {name: value for name, value in (("bandwidth", bandwidth), ("sigma", sigma)) if value is not None}
    for name, value in given.items():
        if kernel == "linear":
            raise InputError(f"{name} is {value}, but a linear kernel takes none: kernel 'rbf' does")
        if not isinstance(value, float | int) or not SMALLEST < value < math.inf:
            raise InputError(f"{name} is {value!r}, but must be a positive and finite number, above {SMALLEST}")
    if len(given) == 2:
        raise InputError(f"bandwidth is {bandwidth} and sigma is {sigma}, but only one can be given")
    return 1.0 if bandwidth is None else bandwidth
