"""Samples of one source stay together, and parts are nearly equal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.alignment.statistics.groups import groups_of, parts_of


def test_samples_of_one_source_share_a_label_and_others_have_their_own():
    labels = groups_of(["a", None, "b", "a", None])
    assert labels.dtype == np.int64
    assert labels[0] == labels[3]
    assert len(set(labels.tolist())) == 4


@pytest.mark.parametrize("sources", [[None] * 4, ["a", "b", "c"], ["a", None, "b"]])
def test_sources_of_one_sample_each_are_no_groups(sources):
    assert groups_of(sources) is None


@given(st.lists(st.integers(0, 6), min_size=2, max_size=40), st.integers(2, 8), st.integers(0, 9))
def test_groups_are_never_cut_and_every_part_has_samples(labels, parts, seed):
    groups = np.array(labels, np.int64)
    part_of = parts_of(len(groups), groups, parts=parts, rng=np.random.default_rng(seed))
    for label in set(labels):
        assert len(set(part_of[groups == label].tolist())) == 1
    assert sorted(set(part_of.tolist())) == list(range(min(parts, len(set(labels)))))


@given(st.integers(2, 60), st.integers(2, 9), st.integers(0, 9))
def test_single_samples_are_dealt_evenly(n, parts, seed):
    sizes = np.bincount(parts_of(n, None, parts=parts, rng=np.random.default_rng(seed)))
    assert len(sizes) == min(parts, n)
    assert np.ptp(sizes) <= 1


def test_equal_groups_make_equal_parts():
    groups = np.repeat(np.arange(12), 3)
    assert set(np.bincount(parts_of(36, groups, parts=4, rng=np.random.default_rng(0))).tolist()) == {9}
