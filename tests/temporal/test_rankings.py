"""Rank measures against SciPy and against all ways to break ties."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from platoscope.temporal.rankings import exact, pairwise, position_error, spearman

SCORES = st.lists(st.integers(0, 3), min_size=4, max_size=4)


def broken(scores):
    """Give the places of the steps for all orders of those that tie."""
    orders = [order for order in permutations(range(4)) if all(np.diff([scores[step] for step in order]) >= 0)]
    return [np.argsort(order) for order in orders]


@given(SCORES, st.permutations(range(4)))
def test_measures_of_ties_are_means_over_all_ways_to_break_them(scores, true):
    given_, places = np.array([scores], float), np.array([true])
    ways = broken(scores)
    assert position_error(given_, places)[0] == pytest.approx(np.mean([np.abs(way - true).mean() for way in ways]))
    assert exact(given_, places)[0] == pytest.approx(np.mean([(way == true).all() for way in ways]))
    assert spearman(given_, places)[0] == pytest.approx(np.mean([spearmanr(way, true)[0] for way in ways]))
    taus = [kendalltau(way, true)[0] for way in ways]
    assert 2 * pairwise(given_, places.astype(float))[0] - 1 == pytest.approx(np.mean(taus))


@pytest.mark.parametrize("n", [3, 5])
def test_all_orders_alike_have_the_chances_that_are_printed(n):
    orders = np.array(list(permutations(range(n))))
    places = np.broadcast_to(np.arange(n), orders.shape)
    scores = orders.astype(float)
    assert position_error(scores, places).mean() == pytest.approx((n * n - 1) / (3 * n))
    assert exact(scores, places).sum() == 1
    assert spearman(scores, places).mean() == pytest.approx(0, abs=1e-12)
    assert pairwise(scores, places.astype(float)).mean() == pytest.approx(0.5)


def test_steps_that_all_tie_are_at_chance():
    scores, places = np.zeros((1, 5)), np.arange(5)[None]
    assert position_error(scores, places)[0] == pytest.approx(1.6)
    assert exact(scores, places)[0] == pytest.approx(1 / 120)
    assert spearman(scores, places)[0] == 0.0
    assert pairwise(scores, places.astype(float))[0] == 0.5


def test_pairs_are_counted_for_every_vector_apart():
    rng = np.random.default_rng(0)
    scores, times = rng.random((6, 4, 3)), rng.random((6, 4, 3))
    whole = pairwise(scores, times)
    for vector in range(3):
        np.testing.assert_array_equal(whole[:, vector], pairwise(scores[..., vector], times[..., vector]))
