"""Rows about the permutation null of the maximum over pairs of layers, on 2 threads, K = 1,000 permutations."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks import peers
from benchmarks.data import Features, features, tables
from benchmarks.table import Line, against, at_most, skipped
from benchmarks.timing import medians, once
from platoscope import max_null
from platoscope.alignment.search.neighbours import nearest

if TYPE_CHECKING:
    from torch import Tensor

LAYERS, SAMPLES, DIM, K = (25, 43), 1024, 256, 10
PERMUTATIONS = 1000
_MOST = {"unrelated": 1.3, "sharing": 0.3}
_SAMPLE, _FEW = (3, 4), 2  # layers and permutations that the peer is timed on
_LEAST = 2000


def null(rounds: int) -> list[Line]:
    """Time the null from tables of neighbours, and from features beside `calibrated-similarity`."""
    lines = []
    for kind, most in _MOST.items():
        a, b = tables(kind, layers=LAYERS, samples=SAMPLES, k=K)
        call = partial(max_null, a, b, permutations=PERMUTATIONS, seed=7, threads=2)
        seconds = medians(once({"ours": call}), (None,), rounds=rounds)["ours"]
        what = f"null of the maximum, {LAYERS[0]} x {LAYERS[1]} {kind} layers, K = {PERMUTATIONS:,}, 2 threads"
        lines.append(at_most(what, seconds, most=most, unit="s"))
    return [*lines, _from_features(rounds)]


def _from_features(rounds: int) -> Line:
    what = f"neighbours and null, {LAYERS[0]} x {LAYERS[1]} layers, D = {DIM}, K = {PERMUTATIONS:,}, 2 threads"
    x, y = (features(count, samples=SAMPLES, dim=DIM, seed=seed) for seed, count in enumerate(LAYERS))
    calls: dict[str, Callable[[], object]] = {"ours": partial(searched_null, x, y)}
    try:
        calls["peer"] = _calibrated(x, y)
    except peers.MissingPeerError as reason:
        seconds = medians(once(calls), (None,), rounds=rounds)
        return skipped(what, ours=seconds["ours"], reason=reason, least=_LEAST)
    seconds = medians(once(calls), (None,), rounds=rounds)
    # It compares the layers once as they are and once a permutation, each pair anew.
    whole = (PERMUTATIONS + 1) * LAYERS[0] * LAYERS[1]
    scale = whole / ((_FEW + 1) * _SAMPLE[0] * _SAMPLE[1])
    named = f"calibrate_layers (scaled from {_SAMPLE[0]} x {_SAMPLE[1]} layers, K = {_FEW})"
    return against(what, ours=seconds["ours"], peer=seconds["peer"] * scale, named=named, least=_LEAST)


def searched_null(x: Features, y: Features) -> NDArray[np.float64]:
    """Give our null from features."""
    sides = [np.stack([nearest(layer, k=K, salt=salt) for layer in layers]) for salt, layers in enumerate((x, y))]
    return max_null(*sides, permutations=PERMUTATIONS, seed=7, threads=2)


def _calibrated(x: Features, y: Features) -> Callable[[], object]:
    """Give the peer on the first layers of each side."""
    import torch

    calibrate_layers = peers.calibrate_layers()
    some = [
        [torch.from_numpy(layer) for layer in layers[:count]] for layers, count in zip((x, y), _SAMPLE, strict=True)
    ]
    return lambda: calibrate_layers(*some, mutual_knn, agg="max", K=_FEW)


def mutual_knn(one: "Tensor", other: "Tensor") -> "Tensor":
    """Give mutual k-NN of two torch tensors `[sample, dim]`, as a user of that library would write it."""
    import torch

    found = []
    for layer in (one, other):
        unit = torch.nn.functional.normalize(layer, dim=1)
        found.append((unit @ unit.T).fill_diagonal_(-torch.inf).topk(K, dim=1).indices)
    held = torch.zeros(len(one), len(one)).scatter_(1, found[0], 1.0)
    return held.gather(1, found[1]).mean()
