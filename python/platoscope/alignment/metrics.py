"""The metrics: two arrays of features become a number that says how alike the spaces are.

Those defined here compare the k nearest neighbours of every sample, by cosine similarity; those of `feature_metrics`
compare the features themselves. x and y are `[sample, dim]` of the same samples in the same order, NumPy or torch on
any device, of any float type; their dims may differ. `clip` is that of `nearest`. Exact ties fall by other salts in
x and in y: independent spaces stay at chance, and a space with ties at rank k scores below 1 against itself.

`many_to_many` is of samples with several captions each, every one an item.

All raise InputError for a bad array (type, shape, values that are not finite, a row of zeros where a cosine is taken),
unequal sample counts and a k outside [1, N - 1].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platoscope.alignment.agreement import score_matrix
from platoscope.alignment.clip.outliers import float32_layer
from platoscope.alignment.features.feature_metrics import cka, cknna, rsa, svcca, unbiased_cka
from platoscope.alignment.many_to_many import many_to_many
from platoscope.alignment.search.neighbours import neighbour_table
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError

if TYPE_CHECKING:
    from platoscope.alignment.clip.outliers import Clip, Layer

__all__ = [
    "cka",
    "cknna",
    "cycle_knn",
    "edit_distance_knn",
    "jaccard_knn",
    "lcs_knn",
    "many_to_many",
    "mutual_knn",
    "rsa",
    "svcca",
    "unbiased_cka",
]


def mutual_knn(x: Layer, y: Layer, *, k: int = 10, clip: Clip = None) -> float:
    """Give the mean over samples of |kNN_x(i) ∩ kNN_y(i)| / k (Huh et al. 2024, arXiv 2405.07987), in [0, 1].

    Identical input gives 1, independent spaces k / (N - 1) on average. x and y may be exchanged.
    """
    return _score(x, y, metric="mutual_knn", k=k, clip=clip)


def jaccard_knn(x: Layer, y: Layer, *, k: int = 10, clip: Clip = None) -> float:
    """Give the mean over samples of |kNN_x(i) ∩ kNN_y(i)| / |kNN_x(i) ∪ kNN_y(i)| in [0, 1].

    The k-NN Jaccard similarity of Klabunde et al. 2023 (arXiv 2305.06329). Identical input gives 1, independent spaces
    a little over half of what `mutual_knn` gives. x and y may be exchanged.
    """
    return _score(x, y, metric="jaccard_knn", k=k, clip=clip)


def cycle_knn(x: Layer, y: Layer, *, k: int = 10, clip: Clip = None) -> float:
    """Give the share of samples that are a neighbour in x of one of their neighbours in y, in [0, 1].

    Huh et al. 2024 (arXiv 2405.07987), whose cycle_knn(feats_A, feats_B) this is with A = x and B = y. Identical
    input gives the share of samples that have a neighbour of which they are a neighbour too, near 1 but rarely 1;
    independent spaces 1 - (1 - k / (N - 1))^k on average. x and y may not be exchanged.
    """
    return _score(x, y, metric="cycle_knn", k=k, clip=clip)


def lcs_knn(x: Layer, y: Layer, *, k: int = 10, clip: Clip = None) -> float:
    """Give the mean length of the longest common subsequence of the neighbour lists, divided by k, in [0, 1].

    Huh et al. 2024 (arXiv 2405.07987), whose code gives the length itself: k times this. Identical input gives 1,
    independent spaces less than k / (N - 1). x and y may be exchanged.
    """
    return _score(x, y, metric="lcs_knn", k=k, clip=clip)


def edit_distance_knn(x: Layer, y: Layer, *, k: int = 10, clip: Clip = None) -> float:
    """Give 1 less the mean edit distance (Levenshtein) of the neighbour lists divided by k, in [0, 1].

    Huh et al. 2024 (arXiv 2405.07987). Insert, delete and replace cost 1 each. Identical input gives 1, independent
    spaces about 1 / (N - 1) where k is much smaller than N: the share of ranks that hold the same neighbour. x and y
    may be exchanged.
    """
    return _score(x, y, metric="edit_distance_knn", k=k, clip=clip)


def _score(x: Layer, y: Layer, *, metric: str, k: int, clip: Clip) -> float:
    x, y = float32_layer(x, name="x"), float32_layer(y, name="y")
    if len(x) != len(y):
        raise InputError(f"x has {len(x)} samples and y has {len(y)}, but they must be the same samples")
    ids_x = neighbour_table(x, depth=k, clip=clip, salt=salt_of("x"), name="x", depth_name="k").ids
    ids_y = neighbour_table(y, depth=k, clip=clip, salt=salt_of("y"), name="y", depth_name="k").ids
    return float(score_matrix(ids_x[None], ids_y[None], metric=metric)[0, 0])
