"""Representational similarity analysis of every layer of one list with every layer of another.

Layers `[sample, dim]` become vectors of the dissimilarities of all pairs of samples, `[pair]`, and the correlations of
those vectors the scores `[layer_a, layer_b]`.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.features.distances import pair_distances
from platoscope.alignment.features.spaces import CONSTANT, Space, centred, prepared, unit
from platoscope.errors import InputError

Floats: TypeAlias = NDArray[np.float64]
Distance = Literal["correlation", "cosine", "euclidean"]
Correlation = Literal["spearman", "pearson"]

VECTOR_BYTES = 1 << 29  # of dissimilarities that are held of each list at a time
LEVEL = 1e-12  # dissimilarities that spread by less than this share of the largest are equal


def rsa_matrix(
    a: Sequence[Space],
    b: Sequence[Space],
    *,
    distance: Distance = "correlation",
    correlation: Correlation = "spearman",
) -> Floats:
    """Give RSA of every pair of layers, float64 `[layer_a, layer_b]` (Kriegeskorte et al. 2008).

    The dissimilarity of two samples is 1 - Pearson's correlation of their rows over dims ("correlation"), 1 - cosine
    ("cosine") or the distance, not its square ("euclidean"). "spearman" ranks the N (N - 1) / 2 of them, ties (to 1e-12
    of the largest) by their mean rank; "pearson" takes them as they are. Memory: 4 N^2 bytes a vector; of each list
    as many as VECTOR_BYTES holds, at least one, and a few for the one that is made. Where a does not fit, b is computed
    anew for each part of it.

    Raises InputError for unknown names, fewer than 3 samples, unequal samples, a row of zeros where a cosine is taken,
    a row without spread over dims where a correlation is, and layers whose dissimilarities are all equal.
    """
    _check_names(distance, correlation)

    def prepare(space: Space) -> Floats:
        return _standard(dissimilarities(space, distance), name=space.name, correlation=correlation)

    prepared(a, b, lambda space: space.name, least=3)  # refuses what does not go together
    score = np.empty((len(a), len(b)))
    for rows in _parts(a):
        one = np.stack([prepare(space) for space in a[rows]])
        for columns in _parts(b):
            score[rows, columns] = one @ np.stack([prepare(space) for space in b[columns]]).T
    return score


def dissimilarities(space: Space, distance: Distance) -> Floats:
    """Give the dissimilarity of every pair i < j of samples, row after row: float64 `[sample (sample - 1) / 2]`.

    Of rows of length 1, 1 - <u, v> = |u - v|^2 / 2, which keeps its digits where all rows are alike.
    """
    if distance == "euclidean":
        return np.sqrt(pair_distances(centred(space)))
    directed = unit(space if distance == "cosine" else _level(space))
    return pair_distances(centred(directed)) / 2


def _level(space: Space) -> Space:
    """Give the space with the mean over dims taken from each row: a cosine is then Pearson's correlation."""
    rows = space.rows - space.rows.mean(axis=1, keepdims=True)
    flat = np.abs(rows).max(axis=1) <= CONSTANT * np.abs(space.rows).max(axis=1)
    if flat.any():
        row = int(np.argmax(flat))
        raise InputError(
            f"row {row} of {space.name} has no spread over its dims, but a correlation needs one: "
            "distance 'cosine' or 'euclidean' would do"
        )
    return Space(space.name, rows, space.salt)


def _standard(pairs: Floats, *, name: str, correlation: Correlation) -> Floats:
    """Give values or ranks less their mean, brought to length 1: their products are correlations."""
    if np.ptp(pairs) <= LEVEL * pairs.max():
        raise InputError(f"all dissimilarities of {name} are equal, so that any correlation would be 0/0")
    if correlation == "spearman":
        pairs = ranks(pairs)
    pairs = pairs - pairs.mean()
    pairs /= np.linalg.norm(pairs)
    return pairs


def ranks(pairs: Floats) -> Floats:
    """Give the rank of each value, float64 `[pair]`; values as near to the next as rounding share their mean rank."""
    order = np.argsort(pairs)
    new = np.diff(pairs[order], prepend=-np.inf) > LEVEL * pairs.max()
    group = np.cumsum(new) - 1
    shared = np.bincount(group, np.arange(len(pairs))) / np.bincount(group)
    found = np.empty(len(pairs))
    found[order] = shared[group]
    return found


def _parts(layers: Sequence[Space]) -> Iterator[slice]:
    samples = len(layers[0].rows)
    step = max(1, VECTOR_BYTES // (4 * samples * samples))
    return (slice(start, start + step) for start in range(0, len(layers), step))


def _check_names(distance: str, correlation: str) -> None:
    for name, value, known in (
        ("distance", distance, get_args(Distance)),
        ("correlation", correlation, get_args(Correlation)),
    ):
        if value not in known:
            raise InputError(f"{name} is {value!r}, but must be one of {', '.join(map(repr, known))}")
