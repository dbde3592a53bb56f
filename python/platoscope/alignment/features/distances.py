"""Squared Euclidean distances between the rows of one layer, computed once a layer.

Centred rows `[sample, dim]` become blocks `[row, sample]` of the distance matrix, or the vector `[pair]` of all pairs
of distinct samples.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

ROUNDING = 1e-14
BLOCK_BYTES = 1 << 28  # of the Gram rows that are held at a time


def stripes(samples: int, layers: int) -> Iterator[tuple[int, int]]:
    """Cut the rows of `[sample, sample]` matrices of so many layers into stripes of at most BLOCK_BYTES float64."""
    step = max(1, BLOCK_BYTES // (8 * samples * layers))
    return ((start, min(start + step, samples)) for start in range(0, samples, step))


def squared_distances(rows: Floats, start: int, stop: int) -> Floats:
    """Give |x_i - x_j|^2 for i in start..stop - 1 and j from start on: `[stop - start, sample - start]`.

    |x_i|^2 + |x_j|^2 - 2 <x_i, x_j> is off by some 1e-16 of the squared norms, so rows should be centred; what is below
    ROUNDING of them is 0, so that duplicates are.
    """
    norms = np.vecdot(rows[start:], rows[start:])
    both = norms[: stop - start, None] + norms
    found: Floats = rows[start:stop] @ rows[start:].T
    found *= -2
    found += both
    found[found < ROUNDING * both] = 0
    return found


def pair_distances(rows: Floats) -> Floats:
    """Give |x_i - x_j|^2 of all pairs i < j, row after row: float64 `[sample (sample - 1) / 2]`."""
    samples = len(rows)
    pairs = np.empty(samples * (samples - 1) // 2)
    end = 0
    for start, stop in stripes(samples, 1):
        block = squared_distances(rows, start, stop)
        for row in range(stop - start):
            begin, end = end, end + samples - start - row - 1
            pairs[begin:end] = block[row, row + 1 :]
    return pairs
