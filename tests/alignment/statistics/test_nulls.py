"""p, thresholds, calibrated scores and false discovery rates as their formulas have them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from platoscope.alignment.statistics.nulls import calibrate, q_values, too_few_permutations
from platoscope.errors import InputError, UnavailableError

SHARES = st.integers(0, 50).map(lambda twentieths: twentieths / 100)


def test_the_figures_of_a_small_null_by_hand():
    null = np.linspace(0.01, 0.20, 20)[::-1]  # 0.01, 0.02, ... 0.20
    found = calibrate(0.195, null)
    assert found.null_mean == pytest.approx(0.105)
    assert found.null95 == pytest.approx(0.20)  # the ceil(.95 x 21) = 20th of 20
    assert found.p == pytest.approx(2 / 21)
    assert found.p_floor == pytest.approx(1 / 21)
    assert found.calibrated == pytest.approx((0.195 - 0.105) / 0.895)
    assert found.calibrated95 == 0.0
    assert calibrate(0.6, null).calibrated95 == pytest.approx(0.5)
    assert calibrate(0.6, null).p == calibrate(0.6, null).p_floor


@given(SHARES, st.lists(SHARES, min_size=19, max_size=199))
def test_p_is_at_most_5_percent_exactly_where_the_score_lies_above_the_95_percent_point(score, null):
    found = calibrate(score, np.array(null))
    assert (found.p <= 0.05) == (score > found.null95)
    assert found.p_floor <= found.p <= 1.0
    assert (found.calibrated95 > 0) == (found.p <= 0.05)


@pytest.mark.parametrize("null", [[0.1] * 18, [], [[0.1] * 30], [0.1] * 30 + [math.nan]])
def test_a_null_that_says_nothing_is_refused(null):
    with pytest.raises(InputError, match="at least 19 finite values"):
        calibrate(0.3, np.array(null))


def test_a_null_at_the_largest_score_is_refused():
    with pytest.raises(UnavailableError, match="the null reaches 1"):
        calibrate(1.0, np.ones(30))


@given(st.lists(st.integers(1, 100).map(lambda p: p / 100), min_size=1, max_size=30))
def test_q_values_are_those_of_benjamini_and_hochberg(p):
    np.testing.assert_allclose(q_values(np.array(p)), false_discovery_control(p), rtol=1e-12)


def test_too_few_permutations_for_a_lone_pair_are_said_with_the_number_that_would_do():
    assert too_few_permutations(50, 1000) is None
    assert "999 lets it pass" in too_few_permutations(50, 998)
    for pairs, permutations in ((51, 1000), (50, 998)):
        lone = np.ones(pairs)
        lone[3] = 1 / (permutations + 1)
        assert q_values(lone).min() > 0.05
    lone = np.ones(50)
    lone[3] = 1 / 1000
    assert q_values(lone).min() <= 0.05


def test_a_score_that_differs_from_the_null_in_its_last_bits_alone_is_reached_by_it():
    null = np.full(99, 0.3)
    above = np.nextafter(np.nextafter(0.3, 1), 1)
    assert calibrate(above, null).p == 1.0
    assert calibrate(above, null).calibrated95 == 0.0
