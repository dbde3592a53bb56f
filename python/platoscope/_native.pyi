"""The compiled kernels: neighbour tables become counts of shared neighbours.

A table is a C-contiguous int32 array of neighbour ids, nearest first: ``[layer, sample, depth]``, or
``[sample, depth]`` for one layer. The first ``k`` ids of each row are used (without ``k`` all of them)
and nothing behind them is looked at, so that one deep table serves every k without a copy. Those ids
must lie in ``0 .. gallery - 1`` and be distinct within their row; ``gallery`` is the number of samples
unless it is given, for tables whose rows are some of the queries. Budgets are more layers: reshape
``[budget, layer, sample, k]`` to ``[budget * layer, sample, k]``.

Everything else raises :class:`platoscope.errors.InputError` and is never converted: other dtypes, other
orders, other numbers of axes, empty arrays, ids out of range, repeated ids, ``k`` of 0 or beyond the
depth, tables of different samples. The GIL is released while counting; an array must not be written to
meanwhile. ``threads`` is the number of threads, by default as many as the process may use; it never
changes a result.
"""

from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

def overlap_counts(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    *,
    k: SupportsIndex | None = None,
    gallery: SupportsIndex | None = None,
) -> NDArray[np.int32]:
    """Shared neighbours of every sample, ``|a[i] ∩ b[i]|``: int32 ``[sample]``."""

def overlap_totals(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    *,
    k: SupportsIndex | None = None,
    gallery: SupportsIndex | None = None,
    threads: SupportsIndex | None = None,
    algorithm: str | None = None,
) -> NDArray[np.int64]:
    """Shared neighbours of every pair of layers, summed over samples: int64 ``[layer_a, layer_b]``.

    Divided by ``sample * k`` this is mutual k-NN (Huh et al. 2024, arXiv 2405.07987). ``algorithm`` is
    "lookups", "layer_masks" or "bitsets"; all give the same integers, and by default the fastest is
    chosen from the sizes and a look at a few rows. At most 2^22 pairs of layers are counted at once.
    """

def max_null(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    *,
    k: SupportsIndex | None = None,
    permutations: SupportsIndex,
    seed: SupportsIndex,
    blocks: NDArray[np.int64] | None = None,
    threads: SupportsIndex | None = None,
) -> NDArray[np.float64]:
    """The permutation null of the maximum over pairs of layers: float64 ``[permutation]``.

    For each permutation p of the samples, the same for all layers, row i of ``b`` becomes
    ``inverse(p)[b[layer, p[i]]]`` (rows and neighbour labels both), and the entry is the largest mutual
    k-NN of any pair of layers, between 0 and 1. The permutations are those of :func:`permutation` with
    the indices 0, 1, ...: entry j depends on the seed and j alone.

    ``blocks``, int64 ``[sample]``, labels samples of one source: whole blocks exchange with blocks of the
    same size (single samples among themselves), a block of unique size is permuted within. Fewer distinct
    permutations than are asked for are an error. ``seed`` is from 0 to 2^64 - 1.
    """

def permutation(
    samples: SupportsIndex,
    *,
    seed: SupportsIndex,
    index: SupportsIndex,
    blocks: NDArray[np.int64] | None = None,
) -> NDArray[np.int32]:
    """The permutation that :func:`max_null` uses at ``index``: int32 ``[sample]``.

    Row i is given the sample ``permutation[i]``. It is for the nulls of other metrics, so that they can be
    compared permutation by permutation.
    """

def lcs_lengths(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    *,
    k: SupportsIndex | None = None,
    gallery: SupportsIndex | None = None,
) -> NDArray[np.int32]:
    """Length of the longest common subsequence of the two neighbour lists: int32 ``[sample]``."""

def edit_distances(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    *,
    k: SupportsIndex | None = None,
    gallery: SupportsIndex | None = None,
) -> NDArray[np.int32]:
    """Levenshtein distance of the two neighbour lists (insert, delete, replace: 1): int32 ``[sample]``."""

def cycle_hits(a: NDArray[np.int32], b: NDArray[np.int32], *, k: SupportsIndex | None = None) -> NDArray[np.bool_]:
    """Whether sample i is in ``b[j]`` for any of its neighbours j in ``a[i]``: bool ``[sample]``.

    The mean is ``cycle_knn(feats_A=b, feats_B=a)`` of Huh et al. 2024 (arXiv 2405.07987).
    """

def source_digest() -> str:
    """SHA-256 of the sources that this module was built from, 64 hexadecimal digits.

    Over the files in the order of their paths relative to ``rust/``: the path, a zero byte, the length as
    8 bytes little endian, the bytes. The files are ``Cargo.toml``, ``Cargo.lock``, ``overlap/Cargo.toml``,
    ``bindings/Cargo.toml``, ``bindings/build.rs`` and everything under ``overlap/src`` and ``bindings/src``.
    """
