"""p-values and points of the sign-flip null by hand, and its level where there is nothing to find."""

import numpy as np
import pytest
from scipy.stats import binomtest

from platoscope.errors import InputError
from platoscope.temporal.sign_flips import null_interval, sign_vectors, two_sided, upper_point
from platoscope.temporal.signs import protected_pairs


def test_p_and_the_points_of_a_small_null_by_hand():
    null = np.array([0.4, 0.5, 0.6, 0.7] * 5 + [0.45] * 19)
    assert two_sided(0.6, null) == (1 + 15) / 40  # 0.4, 0.6 and 0.7, five of each
    assert two_sided(0.3, null) == (1 + 5) / 40
    assert two_sided(0.5, null) == 1.0
    assert upper_point(null) == 0.7
    assert null_interval(null, 0.95) == pytest.approx((0.3, 0.7))


def test_a_share_lies_outside_the_interval_of_the_null_exactly_where_its_p_is_small():
    null = 0.5 + np.random.default_rng(0).integers(-40, 41, 199) / 200
    low, high = null_interval(null, 0.95)
    for value in np.linspace(0.2, 0.8, 121):
        assert (two_sided(value, null) <= 0.05) == (value < low - 1e-9 or value > high + 1e-9)


def test_sources_flip_whole_and_both_signs_are_drawn():
    labels = np.array([1.0, -1.0, 1.0, 1.0, -1.0])
    vectors = sign_vectors(labels, np.array([0, 0, 1, 2, 2]), flips=200, seed=0)
    np.testing.assert_array_equal(vectors[:, 0], labels)
    kept = vectors * labels[:, None]
    assert (kept[0] == kept[1]).all()
    assert (kept[3] == kept[4]).all()
    assert len({tuple(column) for column in kept.T}) == 8
    with pytest.raises(InputError, match="flips is 5"):
        sign_vectors(labels, np.arange(5), flips=5, seed=0)


def test_where_there_is_nothing_p_is_small_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [
        protected_pairs(rng.standard_normal((2, 24, 6)), flips=59, draws=100, repeats=1, seed=draw)
        for draw in range(200)
    ]
    for name in ("p", "p_max"):
        hits = sum(getattr(probe, name) <= 0.05 for probe in found)
        assert binomtest(hits, len(found), 0.05).pvalue > 0.001, (name, hits)
    alone = sum(probe.curve_p[1] <= 0.05 for probe in found)
    assert binomtest(alone, len(found), 0.05).pvalue > 0.001
