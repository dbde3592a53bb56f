"""Rows against the seed's code (Huh et al. 2024): its whole loop over layers, and its metrics over ordered lists."""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks import peers
from benchmarks.data import Features, Ids, features, tables
from benchmarks.table import Line, against, skipped
from benchmarks.timing import medians, once
from platoscope.alignment.agreement import overlap_matrix, score_matrix
from platoscope.alignment.search.neighbours import nearest

LAYERS, SAMPLES, DIM, K = (40, 42), 1024, 1024, 10
_SAMPLE = (3, 4)  # layers of either side that the seed's loop is timed on
_FEW = (4, 6)
_LOOP = 60
_ORDERED = 200


def compute_score(rounds: int) -> list[Line]:
    """Time the seed's `compute_score` and ours, from the same features to the best pair, on 2 threads.

    Each pair costs the seed the same, as it finds the neighbours of both layers anew: 3 x 4 pairs are timed and scaled.
    """
    what = f"compute_score, {LAYERS[0]} x {LAYERS[1]} layers, D = {DIM:,}, 2 threads"
    x, y = (features(count, samples=SAMPLES, dim=DIM, seed=seed) for seed, count in enumerate(LAYERS))
    calls: dict[str, Callable[[], float]] = {"ours": partial(best, x, y)}
    some = _spread(x, _SAMPLE[0]), _spread(y, _SAMPLE[1])
    try:
        calls["seed"] = _seed_best(*some)
    except peers.MissingPeerError as reason:
        return [skipped(what, ours=medians(once(calls), (None,), rounds=rounds)["ours"], reason=reason, least=_LOOP)]
    np.testing.assert_allclose(calls["seed"](), best(*some), atol=1 / (SAMPLES * K))  # a near-tie may fall elsewhere
    seconds = medians(once(calls), (None,), rounds=rounds)
    scale = LAYERS[0] * LAYERS[1] / (_SAMPLE[0] * _SAMPLE[1])
    named = f"the seed's loop (scaled from {_SAMPLE[0]} x {_SAMPLE[1]} layers)"
    return [against(what, ours=seconds["ours"], peer=seconds["seed"] * scale, named=named, least=_LOOP)]


def best(x: Features, y: Features) -> float:
    """Give the largest mutual k-NN of any pair of layers."""
    sides = [np.stack([nearest(layer, k=K, salt=salt) for layer in layers]) for salt, layers in enumerate((x, y))]
    return float(overlap_matrix(*sides, threads=2).max())


def _spread(layers: Features, count: int) -> Features:
    return [layers[place] for place in np.linspace(0, len(layers) - 1, count).round().astype(int)]


def _seed_best(x: Features, y: Features) -> Callable[[], float]:
    """Give the seed's loop over these layers, whose features are given as it likes them best."""
    import torch

    score = peers.seed("measure_alignment").compute_score
    sides = [[torch.from_numpy(layer) for layer in layers] for layers in (x, y)]
    return lambda: score(*sides, metric="mutual_knn", topk=K)[0]


def ordered(rounds: int) -> list[Line]:
    """Time the metrics over ordered lists, a pair of layers, on one thread, from the same tables of neighbours."""
    a, b = tables("sharing", layers=_FEW, samples=SAMPLES, k=K)
    return [
        _ordered(a, b, metric="lcs_knn", title="longest common subsequence", rounds=rounds),
        _ordered(a, b, metric="edit_distance_knn", title="edit distance", rounds=rounds),
    ]


def _ordered(a: Ids, b: Ids, *, metric: str, title: str, rounds: int) -> Line:
    what = f"{title}, N = {SAMPLES:,}, a pair"
    ours = partial(score_matrix, a, b, metric=metric, threads=1)
    calls: dict[str, Callable[[], object]] = {"ours": ours}
    try:
        calls["seed"] = seeds = _seed_ordered(a[0], b[0], metric=metric)
    except peers.MissingPeerError as reason:
        seconds = medians(once(calls), (None,), rounds=rounds)
        return skipped(what, ours=seconds["ours"] / (len(a) * len(b)), reason=reason, least=_ORDERED)
    np.testing.assert_allclose(ours()[0, 0], seeds(), rtol=1e-6)
    seconds = medians(once(calls), (None,), rounds=rounds)
    each = seconds["ours"] / (len(a) * len(b))
    return against(what, ours=each, peer=seconds["seed"], named="the seed's Python", least=_ORDERED)


def _seed_ordered(one: Ids, other: Ids, *, metric: str) -> Callable[[], float]:
    """Give the seed's comparison of two tables as its metrics call it, less the search for the tables."""
    import torch

    metrics = peers.seed("metrics")
    pair = torch.from_numpy(one), torch.from_numpy(other)
    if metric == "lcs_knn":
        return lambda: float(metrics.longest_ordinal_sequence(*pair).float().mean()) / K
    distance = metrics.TAF.edit_distance
    return lambda: float(1 - metrics.compute_distance(*pair, distance).mean() / K)
