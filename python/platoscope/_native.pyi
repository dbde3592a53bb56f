"""The compiled kernels: neighbour tables become counts of shared neighbours, planes of pictures small pictures.

A table is a C-contiguous int32 array of neighbour ids, nearest first: ``[layer, sample, depth]``. The
first ``k`` ids of each row are used (without ``k`` all of them) and nothing behind them is looked at, so
that one deep table serves every k without a copy. Those ids must lie in ``0 .. gallery - 1`` and be
distinct within their row; ``gallery`` is the number of samples unless it is given, for tables whose rows
are some of the queries. Budgets are more layers: reshape ``[budget, layer, sample, k]`` to
``[budget * layer, sample, k]``.

Everything else raises :class:`platoscope.errors.InputError` and is never converted: other dtypes, other
orders, other numbers of axes, empty arrays, ids out of range, repeated ids, ``k`` of 0 or beyond the
depth, tables of different samples. The GIL is released while counting; an array must not be written to
meanwhile. ``threads`` is the number of threads, by default as many as the process may use; it never
changes a result.

``measured_rows``, ``centred_rows``, ``largest`` and ``cosines`` are the passes over float32 features by which
neighbours are found; they refuse in the same way, the first values that are not finite too. So do ``resized_rgb`` and
``resized_luma``, which make frames of decoded pictures: a plane is a C-contiguous uint8 array ``[row, column]``.
"""

from collections.abc import Sequence
from typing import SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import NDArray

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
    "bytes", "bits", "hashed" or "compared"; all give the same integers, and by default the fastest is chosen from the
    sizes. At most 2^22 pairs of layers are counted at once.
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
    compared permutation by permutation. As there, an index beyond the distinct permutations is an error.
    """

def sample_values(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    *,
    measure: str,
    k: SupportsIndex | None = None,
    gallery: SupportsIndex | None = None,
    threads: SupportsIndex | None = None,
) -> NDArray[np.int32]:
    """A measure of every sample for every pair of layers: int32 ``[layer_a, layer_b, sample]``, from 0 to k.

    ``measure`` is "overlap", shared neighbours ``|a[i] ∩ b[i]|``; "lcs", the length of the longest common
    subsequence of the two lists; "edit", their Levenshtein distance (insert, delete, replace: 1); or "cycle",
    1 where sample i is in ``a[j]`` for any of its neighbours j in ``b[i]`` (``cycle_knn(feats_A=a,
    feats_B=b)`` of Huh et al. 2024, arXiv 2405.07987, before the mean). At most 2^29 numbers are returned.
    """

def value_counts(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    *,
    measure: str,
    k: SupportsIndex | None = None,
    gallery: SupportsIndex | None = None,
    threads: SupportsIndex | None = None,
) -> NDArray[np.int64]:
    """How many samples have each value of :func:`sample_values`: int64 ``[layer_a, layer_b, k + 1]``."""

def measured_rows(
    rows: NDArray[np.float32],
    *,
    limit: SupportsFloat | None = None,
    name: str | None = None,
    threads: SupportsIndex | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lengths of rows and the mean of the rows brought to length 1: float64 ``[sample]`` and ``[dim]``.

    ``rows`` is ``[sample, dim]``; values are first clipped to ``[-limit, limit]``. A row of zeros is an error, as is
    one that is not finite; messages call the rows ``name``.
    """

def centred_rows(
    rows: NDArray[np.float32],
    *,
    norms: NDArray[np.float64],
    mean: NDArray[np.float64],
    limit: SupportsFloat | None = None,
    threads: SupportsIndex | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Rows clipped, brought to length 1 and centred, computed in float64.

    ``rows`` is ``[sample, dim]``: all those that :func:`measured_rows` gave the ``mean`` of, ``[dim]``, or some of
    them, with their ``norms``, ``[sample]``. With u the clipped rows brought to length 1, m their mean and c = u - m,
    the result is c, float32 ``[sample, dim]``, the bias ``<m, c_j>``, float32 ``[sample]``, and the largest length.
    """

def largest(
    scores: NDArray[np.float32],
    *,
    width: SupportsIndex,
    bias: NDArray[np.float32] | None = None,
    threads: SupportsIndex | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The largest sums of each query and whose they are: float32 and int64 ``[query, width]``, falling.

    ``scores`` is ``[query, sample]`` and ``bias`` ``[sample]``; they are added in float32. Of equal sums the one that
    stands first comes first. Infinite sums have their place; a NaN is an error. ``width`` is from 1 to the number of
    samples.
    """

def cosines(
    rows: NDArray[np.float32],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    *,
    norms: NDArray[np.float64],
    limit: SupportsFloat | None = None,
    threads: SupportsIndex | None = None,
) -> NDArray[np.float64]:
    """Cosines of the pairs (left, right) of rows ``[sample, dim]``, in float64: ``[pair]``.

    ``norms``, ``[sample]``, are the lengths that :func:`measured_rows` gives for the same ``limit``.
    """

def resized_rgb(
    red: NDArray[np.uint8],
    green: NDArray[np.uint8],
    blue: NDArray[np.uint8],
    *,
    size: Sequence[SupportsIndex],
    edges: Sequence[SupportsFloat],
    to: Sequence[SupportsIndex],
) -> NDArray[np.uint8]:
    """A box of a picture at another size, by one antialiased bicubic step: uint8 ``[height, width, 3]``.

    ``size`` is width and height of the picture; planes may be larger, what is beyond is padding. ``edges`` are left,
    top, right and bottom of the box in pixels and may lie between pixels; the filter (Keys' cubic, a = -1/2, widened by
    the scale) sees pixels of the picture outside the box. ``to`` is width and height of the result, each from 1 to
    65535. Columns are filtered first and rounded, then rows; an axis along which nothing changes is left as it is.
    Weights have 15 bits at most. All processors give the same bytes.
    """

def resized_luma(
    luma: NDArray[np.uint8],
    blue: NDArray[np.uint8],
    red: NDArray[np.uint8],
    *,
    shares: Sequence[SupportsFloat],
    full: bool,
    sites: Sequence[SupportsIndex],
    size: Sequence[SupportsIndex],
    edges: Sequence[SupportsFloat],
    to: Sequence[SupportsIndex],
) -> NDArray[np.uint8]:
    """The same of luma and differences, one of each for two by two pixels (4:2:0), which first become RGB.

    ``blue`` and ``red`` are the differences, of half as many rows and columns, rounded up. ``shares`` are those of red
    and blue in luma; values have the range 0 to 255 where it is ``full``, else 16 to 235 (luma) and 16 to 240.
    ``sites`` says where differences lie, across and down, in halves of a pixel from the first of two pixels: 0, 1 or 2.
    Between them they are interpolated linearly. RGB is rounded to the nearest whole number (within 0.03).
    """

def source_digest(*, part: str | None = None) -> str:
    """SHA-256 of the sources that this module was built from, 64 hexadecimal digits.

    Over the files in the order of their paths relative to ``rust/``: the path, a zero byte, the length as 8 bytes
    little endian, the bytes. The files are those of ``platoscope.provenance.RUST`` and ``RUST_SHARED``; of the part
    "overlap" or "pictures" alone where one is named.
    """
