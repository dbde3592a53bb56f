"""Hubs: samples that are among the nearest of very many others, and orphans, which are among those of none.

Ids int32 `[sample, k]` become the skewness of how often a sample is a neighbour, the share of orphans, and the
largest hubs (Radovanovic, Nanopoulos and Ivanovic 2010, JMLR 11).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Hubness:
    """The k-occurrence of a space: how many samples have a sample among their k nearest.

    skew: third standardised moment over samples, 0 where all occur equally often. orphans: the share that never
    occurs. top: (sample, occurrences) of the largest hubs.
    """

    skew: float
    orphans: float
    top: tuple[tuple[int, int], ...]


def hubness(ids: NDArray[np.int32], *, top: int = 5) -> Hubness:
    """Describe the hubs of one layer's neighbours, int32 `[sample, k]`."""
    occurs = np.bincount(ids.ravel(), minlength=len(ids))
    apart = occurs - occurs.mean()
    spread = float(np.sqrt(np.mean(apart**2)))
    largest = np.argsort(-occurs, kind="stable")[:top]
    return Hubness(
        skew=float(np.mean(apart**3)) / spread**3 if spread > 0 else 0.0,
        orphans=float(np.mean(occurs == 0)),
        top=tuple((int(sample), int(occurs[sample])) for sample in largest),
    )
