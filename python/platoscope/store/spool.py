"""Vectors that come in any order, float32 ``[row, dim]``, read back as an array ``[budget, sample, dim]``.

They lie in one file, so that a layer of any size takes no memory.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray


class Spool:
    """A layer that is put together in a file; slices of its first two axes are read as float32."""

    def __init__(self, file: Path, shape: tuple[int, int, int]) -> None:
        self.shape = shape
        self._file = file.open("w+b")
        self._row_bytes = 4 * shape[2]

    def put(self, places: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Write vectors [row, dim] to their places, budget * samples + sample, which grow: neighbours at once."""
        ends = np.flatnonzero(np.diff(places) != 1) + 1
        for start, stop in zip([0, *ends.tolist()], [*ends.tolist(), len(places)], strict=True):
            self._file.seek(int(places[start]) * self._row_bytes)
            self._file.write(np.ascontiguousarray(vectors[start:stop], np.float32).data)

    def __getitem__(self, box: tuple[slice, ...]) -> NDArray[np.float32]:
        budgets, samples = (range(n)[part] for n, part in zip(self.shape[:2], box[:2], strict=True))
        return np.stack([self._rows(budget, samples) for budget in budgets])

    def _rows(self, budget: int, samples: range) -> NDArray[np.float32]:
        self._file.seek((budget * self.shape[1] + samples.start) * self._row_bytes)
        rows = np.frombuffer(self._file.read(len(samples) * self._row_bytes), np.float32)
        return rows.reshape(len(samples), self.shape[2])

    def close(self) -> None:
        """Close the file, which stays."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def spooled(
    file: Path,
    blocks: Iterable[tuple[int, NDArray[np.float32]]],
    *,
    places: NDArray[np.int64],
    dim: int,
) -> Spool:
    """Put together a layer of which each value of ``places``, int64 [budget, sample], names a vector.

    ``blocks`` give a first number and the vectors from it on, float32 [row, dim].
    """
    spool = Spool(file, (*places.shape, dim))
    order = np.argsort(places, axis=None, kind="stable")
    numbers = places.ravel()[order]
    try:
        for first, vectors in blocks:
            start, stop = np.searchsorted(numbers, [first, first + len(vectors)])
            at = np.sort(order[start:stop])
            if len(at):
                spool.put(at, vectors[places.ravel()[at] - first])
    except BaseException:
        spool.close()
        raise
    return spool
