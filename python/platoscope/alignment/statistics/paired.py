"""Two scores on the same samples: how far they are apart, and whether that could be chance.

The tables of two cells, int32 ``[layer, sample, depth]`` each side, become a ``Difference``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.statistics.bootstrap import Interval, bootstrap_interval
from platoscope.alignment.statistics.cells import CellTables
from platoscope.alignment.statistics.estimates import Estimate, available, jackknife, sampling
from platoscope.alignment.statistics.groups import Labels
from platoscope.alignment.statistics.heldout import heldout_score
from platoscope.errors import InputError


@dataclass(frozen=True)
class Difference:
    """The first score less the second, on the samples that both have.

    ci: the bootstrap's interval over queries, conditional on the gallery. sampling, jackknife: estimates over samples;
    ``None`` where the tables are too shallow or the metric has none (``notes`` say so). All three take the pairs of
    layers as given; ``heldout`` is the difference of held-out scores.
    """

    n: int
    k: int
    first: float
    second: float
    ci: Interval
    sampling: Estimate | None
    jackknife: Estimate | None
    heldout: float | None
    notes: tuple[str, ...]

    @property
    def value(self) -> float:
        """First less second."""
        return self.first - self.second

    @property
    def p(self) -> float | None:
        """Two-sided p of no difference, by the sampling error or else by the jackknife, which is too careful."""
        found = self.sampling or self.jackknife
        return None if found is None else found.p


def difference(
    first: CellTables,
    second: CellTables,
    *,
    draws: int,
    blocks: int,
    splits: int,
    level: float,
    seed: int,
    groups: Labels | None = None,
) -> Difference:
    """Compare two cells of the same samples in the same order, by one metric at one k; groups stay whole.

    Raises InputError for other metrics, k or numbers of samples, and for a single group.
    """
    for name in ("metric", "k"):
        if getattr(first, name) != getattr(second, name):
            raise InputError(f"{name} is {getattr(first, name)} and {getattr(second, name)}, but must be the same")
    n, sides = first.a.shape[1], [first.sides, second.sides]
    if second.a.shape[1] != n:
        raise InputError(f"{n} and {second.a.shape[1]} samples: compare scores on the samples that both have")
    notes: list[str] = []

    def heldout() -> float:
        one, other = (
            heldout_score(cell.a, cell.b, metric=cell.metric, k=cell.k, splits=splits, seed=seed, groups=groups)
            for cell in (first, second)
        )
        return one - other

    return Difference(
        n=n,
        k=first.k,
        first=first.score,
        second=second.score,
        ci=bootstrap_interval(first.values - second.values, draws=draws, level=level, seed=seed, groups=groups),
        sampling=available("sampling error", lambda: sampling(sides, groups=groups), notes),
        jackknife=available("jackknife", lambda: jackknife(sides, blocks=blocks, seed=seed, groups=groups), notes),
        heldout=available("held-out score", heldout, notes),
        notes=tuple(notes),
    )


def shared_places(first: Sequence[str], second: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give where the shared ids stand in either, in the order of the first; raises InputError where there are none."""
    places = {id_: place for place, id_ in enumerate(second)}
    both = [(place, places[id_]) for place, id_ in enumerate(first) if id_ in places]
    if not both:
        raise InputError(f"no sample is in both: one has such as {first[0]!r}, the other such as {second[0]!r}")
    one, other = np.array(both, np.intp).T
    return one, other
