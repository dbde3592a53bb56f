"""The exact null of a share of pairs: the signs of whole sources are flipped at random, for all layers alike.

Numbers of sources int64 `[sample]` become sign vectors float64 `[sample, 1 + flip]`, whose first is the labels
themselves; shares under them, float64 `[flip]`, become p-values and points of the null.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds

    Floats: TypeAlias = NDArray[np.float64]

CHANCE = 0.5
SAME = 1e-12  # shares that are this near are one
FEWEST = 19  # flips, of which none can be beaten at 5 % by fewer


def sign_vectors(labels: Floats, sources: Folds, *, flips: int, seed: int) -> Floats:
    """Give `[sample, 1 + flip]`: the labels, and `flips` vectors in which each source's keep or change their sign.

    Raises InputError for fewer than 19 flips.
    """
    if flips < FEWEST:
        raise InputError(f"flips is {flips}, but at least {FEWEST} are needed")
    rng = np.random.default_rng([seed, 2])
    drawn = rng.integers(0, 2, size=(int(sources.max()) + 1, flips), dtype=np.int8)
    vectors = np.empty((len(labels), 1 + flips))
    vectors[:, 0] = labels
    vectors[:, 1:] = labels[:, None] * (2.0 * drawn[sources] - 1.0)
    return vectors


def checked_signs(signs: Any, *, samples: int) -> Floats:
    """Give sign labels as float64 `[sample]`, +1 where there are none; raises InputError for others than -1 and +1."""
    if signs is None:
        return np.ones(samples)
    labels = np.asarray(signs, np.float64)
    if labels.shape != (samples,) or not np.all(np.abs(labels) == 1.0):
        raise InputError(f"signs has shape {labels.shape}, but must be -1 or +1 for each of {samples} samples")
    return labels


def two_sided(value: float, null: Floats, *, centre: float = CHANCE) -> float:
    """Give p = (1 + #{|null - centre| >= |value - centre|}) / (1 + flips).

    Two-sided, since few sources can lie below chance honestly, and a split gone wrong does.
    """
    return one_sided(abs(value - centre), np.abs(null - centre))


def one_sided(value: float, null: Floats) -> float:
    """Give p = (1 + #{null >= value}) / (1 + flips)."""
    return (1 + int(np.count_nonzero(null >= value - SAME))) / (1 + len(null))


def upper_point(null: Floats, level: float = 0.95) -> float:
    """Give the ceil(level (flips + 1))-th of the null in order, which a value has to exceed for p <= 1 - level."""
    return float(np.sort(null)[min(math.ceil(level * (len(null) + 1)), len(null)) - 1])


def null_interval(null: Floats, level: float = 0.99) -> tuple[float, float]:
    """Give the two-sided interval of the null around chance: 1/2 -+ the point of |null - 1/2|.

    A twin, whose law is symmetric in time, has to lie inside.
    """
    reach = upper_point(np.abs(null - CHANCE), level)
    return CHANCE - reach, CHANCE + reach
