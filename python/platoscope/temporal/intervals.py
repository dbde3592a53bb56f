"""How sure shares of pairs are: a bootstrap over sources of what was told, the probe being taken as given.

Outcomes float64 `[sample]` (1 right, 0 wrong, 1/2 a tie) and source numbers int64 `[sample]` become intervals. What
other splits of the same pairs give is not in them: that is the spread over repeated splits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

if TYPE_CHECKING:
    from typing import TypeAlias

    from platoscope.temporal.folds import Folds

    Floats: TypeAlias = NDArray[np.float64]

_CELLS = 1 << 22  # weights that are drawn at a time


@dataclass(frozen=True)
class Gap:
    """A mean difference of two outcomes of the same pairs, with its paired interval."""

    gap: float
    ci_low: float
    ci_high: float


def source_bootstrap(values: Floats, sources: Folds, *, draws: int, level: float, seed: int) -> tuple[float, float]:
    """Give the interval of a mean by drawing whole sources with replacement: low and high percentile of `draws`.

    values: `[sample]`. The mean of a draw is over its samples. Raises InputError for a bad level or too few draws.
    """
    if draws < 100 or not 0 < level < 1:
        raise InputError(f"draws is {draws} and level {level}, but at least 100 draws and a level in (0, 1) are needed")
    count = int(sources.max()) + 1
    sums, sizes = np.bincount(sources, values, count), np.bincount(sources, minlength=count).astype(np.float64)
    rng = np.random.default_rng([seed, 1])
    means = np.empty(draws)
    step = max(1, _CELLS // count)
    for start in range(0, draws, step):
        some = slice(start, min(start + step, draws))
        weights = rng.multinomial(count, np.full(count, 1 / count), size=some.stop - some.start)
        means[some] = (weights @ sums) / (weights @ sizes)
    low, high = np.quantile(means, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def share_interval(outcomes: Floats, sources: Folds, *, draws: int, level: float, seed: int) -> tuple[float, float]:
    """Give the interval of a share of pairs that are told rightly.

    Where every pair was right (or every one wrong) no draw differs; the far end is then that of Clopper and Pearson
    (1934) for so many sources, ((1 - level) / 2)^(1 / sources). Pairs that all tie stay at 1/2 by construction.
    """
    low, high = source_bootstrap(outcomes, sources, draws=draws, level=level, seed=seed)
    far = ((1 - level) / 2) ** (1 / (int(sources.max()) + 1))
    if np.all(outcomes == 1.0):
        return far, 1.0
    if np.all(outcomes == 0.0):
        return 0.0, 1 - far
    return low, high


def paired_gap(
    outcomes: Floats, others: Floats, sources: Folds, *, draws: int = 2000, level: float = 0.95, seed: int = 0
) -> Gap:
    """Give the mean of outcomes less others, both `[sample]` of the same pairs, with an interval by sources.

    Raises InputError where the two are not of the same pairs.
    """
    if outcomes.shape != others.shape or outcomes.shape != sources.shape:
        shapes = ", ".join(map(str, (outcomes.shape, others.shape, sources.shape)))
        raise InputError(f"outcomes, others and sources have shapes {shapes}, but must be of the same samples")
    low, high = source_bootstrap(outcomes - others, sources, draws=draws, level=level, seed=seed)
    return Gap(float(np.mean(outcomes - others)), low, high)
