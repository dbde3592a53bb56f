"""How much two tables of neighbours agree, for every pair of their layers.

Ids int32 `[layer, sample, k]`, nearest first, of the same samples become scores float64 `[layer_a, layer_b]` by any
metric over neighbours, what each metric gives by chance, and the null of the best pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope import _native
from platoscope.alignment.scores import metric_named
from platoscope.errors import InputError

if TYPE_CHECKING:
    from typing import TypeAlias

    Ids: TypeAlias = NDArray[np.int32]

_ROWS = 1 << 16  # of random lists whose mean score stands for chance


def overlap_matrix(a: Ids, b: Ids, *, threads: int | None = None) -> NDArray[np.float64]:
    """Give mutual k-NN of every pair of layers, float64 `[layer_a, layer_b]`, from tables of neighbours.

    a, b: int32 `[layer, sample, k]` of the same samples, whose k ids in a row are distinct and in [0, N - 1];
    slices of deeper tables are welcome. `threads`: by default as many as the process may use.

    Raises InputError for other dtypes and shapes, unequal samples or k, and bad ids.
    """
    return score_matrix(a, b, metric="mutual_knn", threads=threads)


def max_null(
    a: Ids,
    b: Ids,
    *,
    permutations: int,
    seed: int,
    metric: str = "mutual_knn",
    k: int | None = None,
    blocks: NDArray[np.int64] | None = None,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Give the permutation null of the largest score of any pair of layers: float64 `[permutation]`.

    a, b as in `overlap_matrix`, `metric` and `k` as in `score_matrix`; mutual_knn has a kernel of its own, the others
    are computed anew for every permutation, which takes a hundred times as long. Each permutation of the samples is the
    same for all layers and relabels rows and neighbours; the maximum over pairs is taken inside each, as it is of the
    score that the null is for. Entry j depends on `seed` and j alone. `blocks`, int64 `[sample]`, labels samples of one
    source: whole blocks exchange with blocks of their size, single samples among themselves, and a block of unique size
    is permuted within.

    p = (1 + #{null >= score}) / (1 + permutations). Raises InputError as `overlap_matrix` does, and for fewer distinct
    permutations than are asked for.
    """
    a, b = _checked(a, b, same_k=k is None)
    if metric == "mutual_knn":
        return _native.max_null(a, b, k=k, permutations=permutations, seed=seed, blocks=blocks, threads=threads)
    if not 0 < permutations < 1 << 24:
        raise InputError(f"permutations is {permutations}, but must be from 1 to {(1 << 24) - 1}")
    largest = np.empty(permutations)
    for index in range(permutations):
        order = _native.permutation(a.shape[1], seed=seed, index=index, blocks=blocks)
        largest[index] = score_matrix(a, _relabelled(b, order), metric=metric, k=k, threads=threads).max()
    return largest


def score_matrix(
    a: Ids, b: Ids, *, metric: str, k: int | None = None, threads: int | None = None
) -> NDArray[np.float64]:
    """Give a metric over neighbours of every pair of layers, float64 `[layer_a, layer_b]`; `metric` as in `METRICS`.

    a, b, `threads` and errors as in `overlap_matrix`, with the first `k` of each row (without k all of them). Whole
    numbers are added up, how many samples have which count, so that a score is off by a few units in the last place.
    """
    chosen = metric_named(metric)
    a, b = _checked(a, b, same_k=k is None)
    depth = a.shape[2] if k is None else k
    if metric == "mutual_knn":
        shares: NDArray[np.float64] = _native.overlap_totals(a, b, k=k, threads=threads) / (a.shape[1] * depth)
        return shares
    counts = _native.value_counts(a, b, measure=chosen.measure, k=k, threads=threads)
    scores: NDArray[np.float64] = counts @ chosen.score(np.arange(depth + 1.0), depth) / a.shape[1]
    return scores


def sample_scores(a: Ids, b: Ids, *, metric: str, k: int) -> NDArray[np.float64]:
    """Give the score of every sample, float64 `[sample]`, by the first `k` of each row of one layer a side.

    a, b: int32 `[sample, depth]`; otherwise as `score_matrix`, whose entry is the mean of this.
    """
    chosen = metric_named(metric)
    tables = _checked(a[None], b[None], same_k=False)
    counts = _native.sample_values(*tables, measure=chosen.measure, k=k)[0, 0]
    return chosen.score(counts.astype(np.float64), k)


def chance_of(metric: str, *, samples: int, k: int) -> float:
    """Give the mean score of independent spaces: every list k of the N - 1 others, in any order.

    mutual_knn: k / (N - 1). cycle_knn: 1 - (1 - k / (N - 1))^k. The others are means over 65,536 pairs of random
    lists, drawn by a fixed seed, whose standard error is a 256th of the spread of a sample's score. Real spaces have
    hubs, of which only a permutation null knows.
    """
    chosen = metric_named(metric)
    share = k / (samples - 1)
    if metric == "mutual_knn":
        return share
    if metric == "cycle_knn":
        return 1 - (1 - share) ** k
    rng = np.random.default_rng(0)
    one, other = (_random_lists(rng, samples - 1, k)[None] for _ in range(2))
    counts = _native.value_counts(one, other, measure=chosen.measure, gallery=samples - 1)[0, 0]
    return float(counts @ chosen.score(np.arange(k + 1.0), k) / _ROWS)


def _random_lists(rng: np.random.Generator, others: int, k: int) -> Ids:
    """Give lists of k distinct numbers below `others` in random order, int32 `[row, k]` (Floyd's way, shuffled)."""
    lists = np.empty((_ROWS, k), np.int32)
    for place, most in enumerate(range(others - k, others)):
        drawn = rng.integers(0, most + 1, _ROWS, dtype=np.int32)
        taken = (lists[:, :place] == drawn[:, None]).any(axis=1)
        lists[:, place] = np.where(taken, most, drawn)
    return rng.permuted(lists, axis=1)


def _relabelled(ids: Ids, order: Ids) -> Ids:
    """Give row i the neighbours of sample order[i], each under the name of the row that it moves to."""
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order), dtype=order.dtype)
    return inverse[ids[:, order]]


def _checked(a: Ids, b: Ids, *, same_k: bool = True) -> tuple[Ids, Ids]:
    for name, table in (("a", a), ("b", b)):
        if not isinstance(table, np.ndarray) or table.ndim != 3:
            shape = getattr(table, "shape", type(table).__name__)
            raise InputError(f"{name} is {shape}, but must be an int32 array [layer, sample, k]")
    if a.shape[1] != b.shape[1] or (same_k and a.shape[2] != b.shape[2]):
        raise InputError(f"a is {a.shape} and b is {b.shape}, but samples and k must be equal")
    return np.ascontiguousarray(a), np.ascontiguousarray(b)
