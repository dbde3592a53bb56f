"""From the neighbours of two spaces to numbers that say how alike the spaces are.

Features `[sample, dim]`, or tables of neighbour ids `[layer, sample, k]`, become mutual k-NN scores: equal sets of
neighbours give 1, and independent ones k / (N - 1) on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope import _native
from platoscope.alignment.neighbours import neighbour_table, salt_of
from platoscope.alignment.outliers import float32_layer
from platoscope.errors import InputError

if TYPE_CHECKING:
    from platoscope.alignment.outliers import Clip, Layer


def mutual_knn(x: Layer, y: Layer, *, k: int = 10, clip: Clip = None) -> float:
    """Give the mean over samples of |kNN_x(i) ∩ kNN_y(i)| / k (Huh et al. 2024, arXiv 2405.07987), in [0, 1].

    x, y: `[sample, dim]` of the same samples in the same order, NumPy or torch, any float type; the dims may
    differ. `clip` as in `nearest`. Exact ties fall by other salts in x and in y: independent spaces stay at
    chance, k / (N - 1), and a space with ties at rank k scores below 1 against itself.

    Raises InputError for unequal sample counts, a k outside [1, N - 1], and what `neighbour_table` refuses.
    """
    x, y = float32_layer(x, name="x"), float32_layer(y, name="y")
    if len(x) != len(y):
        raise InputError(f"x has {len(x)} samples and y has {len(y)}, but they must be the same samples")
    ids_x = neighbour_table(x, depth=k, clip=clip, salt=salt_of("x"), name="x", depth_name="k").ids
    ids_y = neighbour_table(y, depth=k, clip=clip, salt=salt_of("y"), name="y", depth_name="k").ids
    return float(_native.overlap_counts(ids_x, ids_y).sum() / ids_x.size)


def overlap_matrix(a: NDArray[np.int32], b: NDArray[np.int32], *, threads: int | None = None) -> NDArray[np.float64]:
    """Give mutual k-NN of every pair of layers, float64 `[layer_a, layer_b]`, from tables of neighbours.

    a, b: int32 `[layer, sample, k]` of the same samples, whose k ids in a row are distinct and in [0, N - 1];
    slices of deeper tables are welcome. `threads`: by default as many as the process may use.

    Raises InputError for other dtypes and shapes, unequal samples or k, and bad ids.
    """
    for name, table in (("a", a), ("b", b)):
        if not isinstance(table, np.ndarray) or table.ndim != 3:
            shape = getattr(table, "shape", type(table).__name__)
            raise InputError(f"{name} is {shape}, but must be an int32 array [layer, sample, k]")
    if a.shape[1:] != b.shape[1:]:
        raise InputError(f"a is {a.shape} and b is {b.shape}, but samples and k must be equal")
    totals = _native.overlap_totals(np.ascontiguousarray(a), np.ascontiguousarray(b), threads=threads)
    shares: NDArray[np.float64] = totals / (a.shape[1] * a.shape[2])
    return shares
