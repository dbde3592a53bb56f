"""One cell of the grid: the neighbours of two encoders at a budget each, and the best pair of their layers.

Ids int32 ``[layer, sample, depth]`` of both sides become scores ``[layer, layer]``, and the values ``[sample]`` of one
pair of layers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.agreement import sample_scores, score_matrix
from platoscope.alignment.scores import best_layers
from platoscope.alignment.statistics.estimates import Sides
from platoscope.alignment.statistics.galleries import within
from platoscope.errors import UnavailableError

Floats = NDArray[np.float64]
Ids = NDArray[np.int32]


@dataclass(frozen=True)
class CellTables:
    """Neighbours of two encoders at one cell of the grid, int32 ``[layer, sample, depth]`` each, and a metric at k."""

    a: Ids
    b: Ids
    metric: str
    k: int
    matrix: Floats

    @classmethod
    def of(cls, a: Ids, b: Ids, *, metric: str, k: int) -> "CellTables":
        """Score the tables of all layers of both sides."""
        return cls(a, b, metric, k, score_matrix(a, b, metric=metric, k=k))

    @property
    def best(self) -> tuple[int, int]:
        """The pair of layers with the largest score; of equals the first."""
        return best_layers(self.matrix)

    @property
    def score(self) -> float:
        """The score of that pair."""
        return float(self.matrix[self.best])

    @property
    def sides(self) -> Sides:
        """The tables of that pair, ``[sample, depth]``."""
        return Sides(self.a[self.best[0]], self.b[self.best[1]], self.metric, self.k)

    @property
    def values(self) -> Floats:
        """The score of every sample for that pair, ``[sample]``."""
        return sample_scores(self.sides.a, self.sides.b, metric=self.metric, k=self.k)

    def among(self, kept: NDArray[np.intp]) -> "CellTables":
        """Give the cell among the kept samples alone; raises UnavailableError where the tables are not deep enough."""
        tables = []
        for table in (self.a, self.b):
            tables.append(within(table, kept, at_most=table.shape[2]))
            if tables[-1].shape[2] < self.k:
                raise UnavailableError(
                    f"tables of {table.shape[2]} neighbours among {table.shape[1]} samples hold only "
                    f"{tables[-1].shape[2]} of some sample among the {len(kept)} shared ones, and k is {self.k}: "
                    "neighbours.depth has to be larger"
                )
        return CellTables.of(*tables, metric=self.metric, k=self.k)
