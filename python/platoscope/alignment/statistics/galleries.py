"""Neighbours among fewer samples, from tables that were made among all of them.

Ids int32 `[layer, sample, depth]` and the places of the samples that are kept become ids among these, int32
`[layer, kept, k]`: what is gone is passed over, so the tables reach as far as their depth does.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.agreement import chance_of, max_null, score_matrix
from platoscope.alignment.statistics.groups import Labels
from platoscope.alignment.statistics.nulls import calibrate
from platoscope.errors import InputError

Ids = NDArray[np.int32]
SMALLEST = 128  # samples of the smallest gallery of a curve
NEIGHBOURS = (1, 2, 5, 10, 20, 50)  # beside a hundredth of the gallery


def within(ids: Ids, kept: NDArray[np.intp], *, at_most: int) -> Ids:
    """Give the nearest among the ``kept`` samples of each of them, named by their places in ``kept``.

    ids: int32 `[layer, sample, depth]`; kept: places `[kept]`, each once. The result is int32 `[layer, kept, reach]`:
    ``at_most``, or fewer where some row of the tables holds fewer of the kept.
    """
    place = np.full(ids.shape[1], -1, np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    layers = [_within(layer, kept, place, at_most=at_most) for layer in ids]
    reach = min(layer.shape[1] for layer in layers)
    return np.stack([layer[:, :reach] for layer in layers])


def _within(layer: Ids, kept: NDArray[np.intp], place: Ids, *, at_most: int) -> Ids:
    """Give the first kept neighbours of a layer's rows, as many as all have; ``place`` renames ids, -1 is gone."""
    depth = layer.shape[1]
    width = min(depth, 8 + 2 * at_most * len(layer) // len(kept))  # mostly enough, and less to look at
    while True:
        places = place[layer[kept, :width]]
        there = places >= 0
        reach = int(np.count_nonzero(there, axis=1).min())
        if reach >= at_most or width == depth:
            break
        width = min(depth, 2 * width)
    reach = min(reach, at_most)
    there &= np.cumsum(there, axis=1) <= reach
    return places[there].reshape(len(places), reach)


@dataclass(frozen=True)
class Point:
    """The score among ``n`` samples at ``k``: mean, least and largest over ``draws`` random sets of samples.

    ``line`` names what is held: "k = 10", or "k = N/100". null_mean and null95 are of one of the draws.
    """

    line: str
    n: int
    k: int
    draws: int
    score: float
    score_min: float
    score_max: float
    chance: float
    null_mean: float
    null95: float


@dataclass(frozen=True)
class Curves:
    """The points of two encoders' curves, and in words which were left out."""

    points: tuple[Point, ...]
    left_out: tuple[str, ...]


def gallery_curves(
    a: Ids, b: Ids, *, metric: str, draws: int, permutations: int, seed: int, groups: Labels | None = None
) -> Curves:
    """Score two encoders, int32 `[layer, sample, depth]` each, among 128, 256, ... all samples, at several k.

    Each score is that of the best pair of layers there, as is the null beside it. Of a smaller gallery there are
    ``draws`` random ones, of whole groups. What the tables are not deep enough for, and what has no null, is left out
    and named.
    """
    n = a.shape[1]
    points: list[Point] = []
    left_out: list[str] = []
    for size in [*(SMALLEST << step for step in range(24) if SMALLEST << step < n), n]:
        most = min(max(*NEIGHBOURS, round(size / 100)), size - 1)
        drawn = []
        for draw in range(1 if size == n else draws):
            kept = _drawn(n, size, groups, rng=np.random.default_rng([seed, size, draw]))
            drawn.append((kept, within(a, kept, at_most=most), within(b, kept, at_most=most)))
        reach = min(min(x.shape[2], y.shape[2]) for _, x, y in drawn)
        wanted = [(f"k = {k}", k) for k in NEIGHBOURS] + [("k = N/100", max(1, round(size / 100)))]
        short = sorted({k for _, k in wanted if reach < k < size})
        if short:
            depth = min(a.shape[2], b.shape[2])
            ks = ", ".join(map(str, short))
            left_out.append(f"N = {size} at k = {ks}: tables of {depth} neighbours are too shallow")
        found: dict[int, Point | None] = {}
        for line, k in wanted:
            if k > reach:
                continue
            if k not in found:
                try:
                    found[k] = _point(drawn, k, metric, permutations=permutations, seed=seed, groups=groups)
                except InputError as error:  # no null: too few distinct permutations, or one that reaches 1
                    found[k] = None
                    left_out.append(f"N = {size} at k = {k}: {error}")
            if (point := found[k]) is not None:
                points.append(replace(point, line=line))
    return Curves(tuple(points), tuple(left_out))


def _drawn(n: int, size: int, groups: Labels | None, *, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw the places of a smaller gallery: samples, or whole groups, of which the last is cut to size."""
    if groups is None or size == n:
        return np.sort(rng.choice(n, size, replace=False))
    labels = np.unique(groups, return_inverse=True)[1]
    rank = rng.permutation(labels.max() + 1)[labels]
    return np.sort(np.lexsort((rng.random(n), rank))[:size])


def _point(
    drawn: list[tuple[NDArray[np.intp], Ids, Ids]],
    k: int,
    metric: str,
    *,
    permutations: int,
    seed: int,
    groups: Labels | None,
) -> Point:
    scores = [float(score_matrix(x, y, metric=metric, k=k).max()) for _, x, y in drawn]
    kept, x, y = drawn[0]
    blocks = None if groups is None else groups[kept]
    null = max_null(x, y, metric=metric, k=k, permutations=permutations, seed=seed, blocks=blocks)
    calibration = calibrate(scores[0], null)
    return Point(
        line="",
        n=len(kept),
        k=k,
        draws=len(drawn),
        score=float(np.mean(scores)),
        score_min=min(scores),
        score_max=max(scores),
        chance=chance_of(metric, samples=len(kept), k=k),
        null_mean=calibration.null_mean,
        null95=calibration.null95,
    )
