"""Vectors float32 ``[row, dim]``, each wanted in any number of places, read as an array ``[budget, sample, dim]``.

They lie in one file, so that a layer of any size takes no memory. Where a place names several, it has their mean.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Places = Sequence[NDArray[np.int64]]  # [sample, vector] of each budget: which vectors a sample's are the mean of


class Spool:
    """A layer whose vectors lie in a file; slices of its first two axes are read as float32."""

    def __init__(self, file: Path, blocks: Iterable[NDArray[np.float32]], *, places: Places, dim: int) -> None:
        self.shape = len(places), len(places[0]), dim
        self._file, self._places = file, places
        with file.open("wb") as handle:
            for vectors in blocks:
                handle.write(np.ascontiguousarray(vectors, np.float32).data)

    def __getitem__(self, box: tuple[slice, ...]) -> NDArray[np.float32]:
        budgets, samples = box[:2]
        # Mapped anew each time: pages that were read do not count as ours for longer than they are needed.
        vectors = np.memmap(self._file, np.float32, "r").reshape(-1, self.shape[2])
        return np.stack([mean_of(vectors[table[samples]]) for table in self._places[budgets]])


def mean_of(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean over the middle axis of [sample, vector, dim], the same to the last bit in any order of the vectors.

    A float64 sum alone is not: its rounding depends on the order, so the values are sorted first.
    """
    if vectors.shape[1] == 1:
        return vectors[:, 0]
    # NumPy sums in an order of its own for each memory layout, and keeps the layout when it sorts.
    total = np.sort(np.ascontiguousarray(vectors), axis=1).sum(axis=1, dtype=np.float64)
    mean: NDArray[np.float32] = (total / vectors.shape[1]).astype(np.float32)
    return mean
