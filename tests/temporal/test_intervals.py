"""Intervals by sources: against the binomial, whole sources, pairs of outcomes, and refusals."""

import numpy as np
import pytest

from platoscope.errors import InputError
from platoscope.temporal.intervals import paired_gap, share_interval, source_bootstrap

ALONE = np.arange(400)


def test_the_interval_of_single_clips_is_that_of_a_share():
    outcomes = (ALONE % 4 > 0).astype(float)
    low, high = share_interval(outcomes, ALONE, draws=4000, level=0.95, seed=0)
    reach = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert (low, high) == pytest.approx((0.75 - reach, 0.75 + reach), abs=0.006)


def test_copies_of_clips_in_their_source_make_nothing_surer():
    outcomes = (np.arange(40) % 4 > 0).astype(float)
    once = source_bootstrap(outcomes, np.arange(40), draws=2000, level=0.95, seed=0)
    tenfold = source_bootstrap(np.repeat(outcomes, 10), np.repeat(np.arange(40), 10), draws=2000, level=0.95, seed=0)
    assert once == pytest.approx(tenfold)


def test_a_gap_is_paired():
    rng = np.random.default_rng(0)
    others = (rng.random(400) < 0.6).astype(float)
    outcomes = np.maximum(others, ALONE % 20 == 0)  # right wherever the other is, and a little more
    found = paired_gap(outcomes, others, ALONE)
    assert found.gap == pytest.approx((outcomes - others).mean())
    assert 0 < found.ci_low < found.gap < found.ci_high
    assert found.ci_high - found.ci_low < 0.05  # two independent shares would have 0.13
    assert paired_gap(others, others, ALONE) == type(found)(0.0, 0.0, 0.0)


def test_all_wrong_is_all_right_upside_down_and_ties_are_sure():
    low, high = share_interval(np.zeros(30), np.arange(30), draws=100, level=0.9, seed=0)
    assert (low, high) == (0.0, pytest.approx(1 - 0.05 ** (1 / 30)))
    assert share_interval(np.full(30, 0.5), np.arange(30), draws=100, level=0.9, seed=0) == (0.5, 0.5)


def test_other_pairs_and_few_draws_are_refused():
    with pytest.raises(InputError, match="of the same samples"):
        paired_gap(np.zeros(3), np.zeros(4), np.arange(3))
    with pytest.raises(InputError, match="draws is 5"):
        source_bootstrap(np.zeros(3), np.arange(3), draws=5, level=0.9, seed=0)
    with pytest.raises(InputError, match="level 1"):
        source_bootstrap(np.zeros(3), np.arange(3), draws=200, level=1, seed=0)
