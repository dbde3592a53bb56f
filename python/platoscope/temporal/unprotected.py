"""Pairs that a bag of frames can tell apart: what is left beyond it, and whether the answer survives reversal.

Two probes of the same pairs become their gap; the answers on clips and on the same clips backwards, outcomes float64
`[sample]`, become how often they agree. A ballistic clip reversed is ballistic: which way is down must not change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from platoscope.errors import InputError
from platoscope.temporal.folds import source_numbers
from platoscope.temporal.intervals import Gap, paired_gap

if TYPE_CHECKING:
    from platoscope.temporal.folds import Sources
    from platoscope.temporal.signs import PairProbe


@dataclass(frozen=True)
class Backwards:
    """The same probe on clips and on the same clips reversed.

    acc: share told rightly backwards. fall: that forwards less it, with its paired interval; a probe that has learnt
    which way things move falls. agreement: share of pairs with the same answer, of ties one half.
    """

    acc: float
    fall: Gap
    agreement: float


def gap_over(
    probe: PairProbe,
    baseline: PairProbe,
    *,
    sources: Sources | None = None,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Gap:
    """Give acc of a probe less that of a baseline (its bag) on the same pairs, with a paired interval by sources.

    Raises InputError where the two are not of the same number of pairs.
    """
    numbers = source_numbers(sources, samples=_same(probe, baseline))
    return paired_gap(probe.outcomes, baseline.outcomes, numbers, draws=draws, level=level, seed=seed)


def backwards(
    forward: PairProbe,
    reversed_: PairProbe,
    *,
    sources: Sources | None = None,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Backwards:
    """Compare a probe's outcomes with those of the same probe on clips reversed (`protected_pairs(..., tested=...)`).

    Both are of the same pairs, folds and labels, so that equal outcomes are equal answers. Raises InputError where the
    two are not of the same number of pairs.
    """
    numbers = source_numbers(sources, samples=_same(forward, reversed_))
    one, other = forward.outcomes, reversed_.outcomes
    fall = paired_gap(one, other, numbers, draws=draws, level=level, seed=seed)
    return Backwards(reversed_.acc, fall, float(np.mean(one * other + (1 - one) * (1 - other))))


def _same(one: PairProbe, other: PairProbe) -> int:
    if one.n != other.n:
        raise InputError(f"the probes are of {one.n} and {other.n} pairs, but must be of the same")
    return one.n
