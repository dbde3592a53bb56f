"""Hubs and orphans of small tables by hand, and the skewness of scipy."""

import numpy as np
import pytest
from scipy.stats import skew

from platoscope.alignment.statistics.hubs import hubness


def test_a_hub_that_all_name_and_the_orphans_by_hand():
    ids = np.array([[1, 2], [0, 2], [0, 1], [0, 1], [0, 1]], np.int32)
    found = hubness(ids, top=2)
    assert found.top == ((0, 4), (1, 4))
    assert found.orphans == 2 / 5
    assert found.skew == pytest.approx(skew([4, 4, 2, 0, 0]))


def test_a_ring_has_neither():
    n = 8
    found = hubness(np.stack([(np.arange(n) + 1) % n, (np.arange(n) - 1) % n], axis=1).astype(np.int32))
    assert (found.skew, found.orphans) == (0.0, 0.0)
    assert len(found.top) == 5
