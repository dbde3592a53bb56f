"""Centred kernel alignment within the neighbours that two layers share, for all pairs of two lists of layers.

Each layer `[sample, dim]` becomes the edges from every sample to its k nearest, `[sample k]`, once a layer; a pair of
layers is scored on the edges that both have, so that no `[sample, sample]` matrix is made of a pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.counts import neighbour_count
from platoscope.alignment.features.distances import stripes
from platoscope.alignment.features.gram import DEGENERATE
from platoscope.alignment.features.spaces import Space, centred, prepared
from platoscope.alignment.search.ties import EXACT_TIE, drawn_by
from platoscope.errors import InputError

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


def cknna_matrix(a: Iterable[Space], b: Iterable[Space], *, k: int) -> Floats:
    """Give CKNNA of every pair of layers, float64 `[layer_a, layer_b]` (Huh et al. 2024, arXiv 2405.07987, appendix).

    K_ij = <x_i, x_j> of the rows as they are given. An edge (i, j) is one where j is among the k samples with the
    largest K_ij, i left out; ties to 1e-12 (of |x_i| and the longest row) fall by hash(salt, i, j), as in `nearest`,
    whose neighbours these are where rows have length 1. M holds the edges that both layers have, and the score is
    S(K, L) / sqrt(S(K, K) S(L, L)), S being HSIC_1 (Song et al. 2012, eq. 5) of M * K and M * L. Its tr(K L)
    multiplies K_ij by L_ji, so that only edges in both directions count there, and as M is not symmetric neither
    is the score, quite. The published code adds 1e-6 to the denominator.

    Raises InputError for a k outside [2, N - 1], fewer than 4 samples, unequal samples, and a layer whose S(K, K) is
    not positive.
    """

    def prepare(space: Space) -> _Edges:
        centred(space)  # which refuses constant features: rounding would give them some score
        return _edges(space, neighbour_count(k, name="k", samples=len(space.rows), least=2))

    one, other = prepared(a, b, prepare, least=4)
    lengths = [np.sqrt([_own(edges, k) for edges in side]) for side in (one, other)]
    score: Floats = np.array([[_shared(x, y) for y in other] for x in one]) / np.outer(*lengths)
    return score


@dataclass(frozen=True)
class _Edges:
    """A layer's edges (i, j), in order of the code i N + j: K_ij, and whether (j, i) is an edge too, `[sample k]`."""

    name: str
    samples: int
    codes: Places
    values: Floats
    mutual: Flags


def _edges(space: Space, k: int) -> _Edges:
    samples = len(space.rows)
    ids, values = np.empty((samples, k), np.int64), np.empty((samples, k))
    longest = float(np.sqrt(np.vecdot(space.rows, space.rows).max()))
    for start, stop in stripes(samples, 1):
        kernel = space.rows[start:stop] @ space.rows.T  # [query, sample]
        kernel[np.arange(stop - start), np.arange(start, stop)] = -np.inf
        ids[start:stop] = found = np.argpartition(kernel, samples - k, axis=1)[:, samples - k :]
        lengths = np.sqrt(np.vecdot(space.rows[start:stop], space.rows[start:stop]))
        for query, chosen in _drawn(kernel, found, EXACT_TIE * longest * lengths, space.salt, start):
            ids[start + query] = chosen
        values[start:stop] = np.take_along_axis(kernel, ids[start:stop], axis=1)
    queries = np.repeat(np.arange(samples), k)
    codes = queries * samples + ids.ravel()
    order = np.argsort(codes)
    mutual = np.isin(ids.ravel() * samples + queries, codes, assume_unique=True)
    return _Edges(space.name, samples, codes[order], values.ravel()[order], mutual[order])


def _drawn(kernel: Floats, found: Places, tie: Floats, salt: int, start: int) -> Iterator[tuple[int, Places]]:
    """Give the queries that have to choose among equals at rank k, and the k that the hash draws, `[k]`."""
    last = np.take_along_axis(kernel, found, axis=1).min(axis=1)
    above = (kernel > (last + tie)[:, None]).sum(axis=1)
    within = (kernel >= (last - tie)[:, None]).sum(axis=1)
    k = found.shape[1]
    for query in np.flatnonzero(within > k):
        surely = kernel[query] > last[query] + tie[query]
        sure, equal = np.flatnonzero(surely), np.flatnonzero(~surely & (kernel[query] >= last[query] - tie[query]))
        drawn = drawn_by(salt, np.full(len(equal), start + query), equal.astype(np.int32))
        yield int(query), np.concatenate([sure, equal[np.argsort(drawn)[: k - above[query]]]])


def _shared(x: _Edges, y: _Edges) -> float:
    """Give S(K, L) of two layers, on the edges of both."""
    place = np.minimum(np.searchsorted(x.codes, y.codes), len(x.codes) - 1)
    shared = x.codes[place] == y.codes
    place = place[shared]
    return _hsic(x.codes[place], x.values[place], y.values[shared], x.mutual[place] & y.mutual[shared], x.samples)


def _own(x: _Edges, k: int) -> float:
    own = _hsic(x.codes, x.values, x.values, x.mutual, x.samples)
    if not own * x.samples * (x.samples - 3) > DEGENERATE * np.vdot(x.values, x.values):
        raise InputError(
            f"the kernel of {x.name} with k = {k} has HSIC {own:.3g} with itself, which must be above 0 and more than "
            "rounding: take more neighbours, or centre the features"
        )
    return own


def _hsic(codes: Places, kernel: Floats, other: Floats, mutual: Flags, samples: int) -> float:
    """Give HSIC_1 of two sparse kernels on the same edges, `[edge]`, whose diagonals are zero.

    (tr(K L) + 1'K1 1'L1 / ((N - 1) (N - 2)) - 2 1'K L 1 / (N - 2)) / (N (N - 3)), where 1'K L 1 is the product of K's
    column sums and L's row sums. As both kernels are symmetric before they are cut, L_ji is the number L_ij.
    """
    row, column = np.divmod(codes, samples)
    trace = (kernel * other)[mutual].sum()
    totals = kernel.sum() * other.sum()
    columns = np.bincount(column, kernel, minlength=samples)
    products = columns @ np.bincount(row, other, minlength=samples)
    hsic = trace + totals / ((samples - 1) * (samples - 2)) - 2 / (samples - 2) * products
    return float(hsic / (samples * (samples - 3)))
