"""What more captions add: how much of the gain is what they say, how much is wording, and how much is mere length.

Scores of every sample `[sample]` in each mode, at the largest budgets and at the smallest number of captions, become
parts of the gain, which add up to it. A mode that only makes texts longer (`repeat`) is the first step of it, one that
also words the same facts in other ways (`paraphrase`) the second, one that states new facts (`distinct`) the last.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.statistics.bootstrap import Interval, bootstrap_means
from platoscope.alignment.statistics.groups import Labels

Floats = NDArray[np.float64]

# From less to more, and what each adds to the one before.
STEPS = {"repeat": "length", "paraphrase": "wording", "distinct": "coverage"}


@dataclass(frozen=True)
class Part:
    """A part of a gain: its share of it, with an interval over queries; ``None`` where there is no gain to share."""

    name: str
    value: float
    share: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Gain:
    """What the largest number of captions adds to the smallest, and its parts, whose values add up to it."""

    value: float
    interval: Interval
    parts: tuple[Part, ...]


def gain_of(
    start: Floats, scores: Mapping[str, Floats], *, draws: int, level: float, seed: int, groups: Labels | None = None
) -> Gain | None:
    """Part the gain of ``distinct`` captions over ``start`` by the modes of ``STEPS`` that ``scores`` has.

    start, scores: float64 `[sample]`, for one pair of layers: those of the fewest captions, and of the most in every
    mode. Samples, or whole groups, are drawn as queries. ``None`` without ``distinct`` and another mode; raises
    UnavailableError for a single group.
    """
    steps = [mode for mode in STEPS if mode in scores]
    if "distinct" not in steps or len(steps) < 2:
        return None
    values = np.stack([start, *(scores[mode] for mode in steps)], axis=1)
    means = bootstrap_means(values, draws=draws, seed=seed, groups=groups)
    ends = (1 - level) / 2, (1 + level) / 2
    drawn, parts = means[:, -1] - means[:, 0], np.diff(values.mean(axis=0))
    low, high = np.quantile(drawn, ends)
    gains = low > 0
    found = []
    for place, name in enumerate(_names(steps)):
        share = interval = None
        if gains:
            shares = (means[:, place + 1] - means[:, place])[drawn > 0] / drawn[drawn > 0]
            share = float(parts[place] / parts.sum())
            interval = _interval(shares, ends)
        found.append(Part(name, float(parts[place]), share, interval))
    return Gain(float(parts.sum()), (float(low), float(high)), tuple(found))


def _names(steps: list[str]) -> list[str]:
    """Name what each step adds; a step that is left out adds to the next: "length and wording"."""
    names, waiting = [], list[str]()
    for mode, name in STEPS.items():
        waiting.append(name)
        if mode in steps:
            names.append(" and ".join(waiting))
            waiting = []
    return names


def _interval(values: Floats, ends: tuple[float, float]) -> Interval:
    low, high = np.quantile(values, ends)
    return float(low), float(high)
