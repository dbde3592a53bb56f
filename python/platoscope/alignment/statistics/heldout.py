"""The score on samples that did not choose the pair of layers.

Tables of neighbours int32 `[layer, sample, depth]` become one number. Queries are split in halves; the pair of layers
that is best among one half alone is scored on the queries of the other, whose gallery is whole (halving it would double
chance).
"""

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.agreement import sample_scores, score_matrix
from platoscope.alignment.scores import best_layers
from platoscope.alignment.statistics.galleries import within
from platoscope.alignment.statistics.groups import Labels, numbered, parts_of
from platoscope.errors import UnavailableError

Ids = NDArray[np.int32]


def heldout_score(
    a: Ids, b: Ids, *, metric: str, k: int, splits: int, seed: int, groups: Labels | None = None
) -> float:
    """Give the mean held-out score over ``splits`` random splits, both halves of each choosing for the other.

    a, b: int32 `[layer, sample, depth]`; groups stay in one half. A half chooses by the k neighbours among itself, or
    as many as the tables hold of them: with neighbours of the other half it would see pairs of samples that are scored
    again from their other end, and a third of the optimism would stay.

    Raises
    ------
    UnavailableError
        If all samples are of one group, or some sample has no neighbour of its own half in a table.
    """
    rng, n = np.random.default_rng(seed), a.shape[1]
    numbered(n, groups)
    halves = [parts_of(n, groups, parts=2, rng=rng) == 0 for _ in range(splits)]
    others = [~half for half in halves]
    chosen = [chosen_layers(a, b, np.flatnonzero(half), metric=metric, k=k) for half in [*halves, *others]]
    scored = [*others, *halves]
    values = {best: sample_scores(a[best[0]], b[best[1]], metric=metric, k=k) for best in set(chosen)}
    return float(np.mean([values[best][half].mean() for best, half in zip(chosen, scored, strict=True)]))


def chosen_layers(a: Ids, b: Ids, half: NDArray[np.intp], *, metric: str, k: int) -> tuple[int, int]:
    """Give the pair of layers that is best among these samples alone; raises UnavailableError as ``heldout_score``."""
    tables = [within(side, half, at_most=k) for side in (a, b)]
    reach = min(table.shape[2] for table in tables)
    if reach == 0:
        raise UnavailableError(
            f"tables of {min(a.shape[2], b.shape[2])} neighbours hold none of some sample in its half of the samples: "
            "neighbours.depth has to be larger"
        )
    return best_layers(score_matrix(*tables, metric=metric, k=reach))
