"""The metrics over neighbours: what each counts of a sample's two neighbour lists, and which score that is.

Whole numbers from 0 to k, one a sample, become scores in [0, 1]; the mean over samples is the metric. Of the scores of
all pairs of layers, `[layer, layer]`, one pair is the best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

Measure = Literal["overlap", "lcs", "edit", "cycle"]
Name = Literal["mutual_knn", "jaccard_knn", "cycle_knn", "lcs_knn", "edit_distance_knn"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """A metric over neighbours.

    measure: what is counted; score: its score, of counts of any shape and k; title: the score in words, of {k};
    counted: what the count of a sample is, of {value} and {k}.
    """

    measure: Measure
    score: Callable[[Floats, int], Floats]
    title: str
    counted: str


METRICS: dict[Name, Metric] = {
    "mutual_knn": Metric(
        "overlap",
        lambda shared, k: shared / k,
        "share of the {k} nearest neighbours in common",
        "{value} of {k} neighbours in common",
    ),
    "jaccard_knn": Metric(
        "overlap",
        lambda shared, k: shared / (2 * k - shared),  # |A ∩ B| / |A ∪ B|
        "common ones among all of the {k} nearest neighbours of both sides",
        "{value} of {k} neighbours in common",
    ),
    "cycle_knn": Metric(
        "cycle",
        lambda found, _: found,
        "found again by {k} neighbours there and {k} back",
        "found again by {k} neighbours there and back: {value} (1 is yes)",
    ),
    "lcs_knn": Metric(
        "lcs",
        lambda length, k: length / k,
        "longest common subsequence of the {k} nearest neighbours, as a share of {k}",
        "{value} of {k} neighbours in the same order",
    ),
    "edit_distance_knn": Metric(
        "edit",
        lambda distance, k: 1 - distance / k,
        "1 less the edit distance of the {k} nearest neighbours, as a share of {k}",
        "{value} edits between {k} neighbours",
    ),
}


def metric_named(name: str) -> Metric:
    """Give the metric over neighbours of this name; raises InputError for another."""
    for known, metric in METRICS.items():
        if name == known:
            return metric
    raise InputError(f"metric is {name!r}, but must be one of {', '.join(METRICS)}")


def best_layers(score: NDArray[np.float64]) -> tuple[int, int]:
    """Give the pair of layers with the largest score of a matrix `[layer, layer]`; of equals the first."""
    one, other = np.unravel_index(int(np.argmax(score)), score.shape)
    return int(one), int(other)
