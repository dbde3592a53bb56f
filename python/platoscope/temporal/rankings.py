"""How well a clip's steps were put in order: by pairs, by ranks, by places, and as a whole.

Scores `[sample, step]` and true places int `[sample, step]` become measures `[sample]`; steps that tie are taken in
all orders alike, so that each measure is its expectation.
"""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import TypeAlias

    Floats: TypeAlias = NDArray[np.float64]
    Places: TypeAlias = NDArray[np.int64]


def pairwise(scores: Floats, times: Floats) -> Floats:
    """Give the share of pairs of steps in the right order, ties 1/2: `[sample, ...]` of `[sample, step, ...]` each.

    Kendall's tau is 2 of it less 1.
    """
    one, other = np.triu_indices(scores.shape[1], 1)
    told = np.zeros((len(scores), *scores.shape[2:]))
    for i, j in zip(one, other, strict=True):
        told += np.sign(scores[:, j] - scores[:, i]) * np.sign(times[:, j] - times[:, i])
    return (1 + told / len(one)) / 2


def spearman(scores: Floats, places: Places) -> Floats:
    """Give Spearman's rank correlation of each clip, 0 where all tie: `[sample]`."""
    low, high = _spans(scores)
    ranks = (low + high) / 2
    n = scores.shape[1]
    centre = (n - 1) / 2
    products: Floats = ((ranks - centre) * (places - centre)).sum(axis=1)
    rho: Floats = products / (n * (n * n - 1) / 12)
    return rho


def position_error(scores: Floats, places: Places) -> Floats:
    """Give the mean distance of a step from its place: `[sample]`; by chance (n^2 - 1) / (3 n)."""
    low, high = _spans(scores)
    places_of = np.arange(scores.shape[1])
    inside = (places_of >= low[..., None]) & (places_of <= high[..., None])
    far = np.where(inside, np.abs(places_of - places[..., None]), 0).sum(axis=2) / inside.sum(axis=2)
    error: Floats = far.mean(axis=1)
    return error


def exact(scores: Floats, places: Places) -> Floats:
    """Give how likely all steps are in their places: `[sample]`, 0 or 1 where nothing ties; by chance 1 / n!."""
    low, high = _spans(scores)
    right = ((places >= low) & (places <= high)).all(axis=1)
    tied = high - low + 1
    sizes = np.array([factorial(size) for size in range(scores.shape[1] + 1)], np.float64)
    ways = np.prod(sizes[tied] ** (1 / tied), axis=1)  # each tie of m steps counts m times
    return np.where(right, 1 / ways, 0.0)


def _spans(scores: Floats) -> tuple[Places, Places]:
    """Give the first and last place that each step may have: int `[sample, step]` each."""
    below = (scores[:, None, :] < scores[:, :, None]).sum(axis=2)
    tied = (scores[:, None, :] == scores[:, :, None]).sum(axis=2)
    return below, below + tied - 1
