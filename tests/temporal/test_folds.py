"""Sources stay whole, folds are of nearly equal size and of the seed alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.errors import InputError
from platoscope.temporal.folds import check_whole, folds_of, source_numbers


@given(st.lists(st.integers(0, 8), min_size=10, max_size=60), st.integers(2, 5), st.integers(0, 5))
def test_no_source_lies_in_two_folds_and_no_fold_is_empty(labels, folds, seed):
    sources = source_numbers(labels, samples=len(labels))
    if sources.max() < 1:
        return
    dealt = folds_of(sources, folds=folds, seed=seed)
    check_whole(dealt, sources)
    assert set(dealt) == set(range(min(folds, sources.max() + 1)))


def test_pairs_that_are_split_over_folds_are_refused():
    sources = source_numbers(["a", "a", "b", "b"], samples=4)
    check_whole(np.array([0, 0, 1, 1]), sources)
    with pytest.raises(InputError, match=r"samples \[0, 1\] are of one source, but lie in folds \[0, 1\]"):
        check_whole(np.array([0, 1, 1, 1]), sources)


def test_folds_depend_on_the_seed_alone():
    sources = source_numbers(None, samples=50)
    one, again, other = (folds_of(sources, folds=5, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert np.bincount(one).tolist() == [10] * 5


def test_every_stratum_has_its_share_of_every_fold_and_is_dealt_as_if_alone():
    strata = np.repeat([0, 1, 2], [20, 30, 50])
    dealt = folds_of(source_numbers(None, samples=100), folds=5, seed=3, strata=strata)
    for one, size in enumerate((4, 6, 10)):
        rows = strata == one
        assert np.bincount(dealt[rows]).tolist() == [size] * 5
        alone = folds_of(source_numbers(None, samples=rows.sum()), folds=5, seed=3)
        np.testing.assert_array_equal(dealt[rows], alone)


def test_sources_are_numbered_and_other_counts_refused():
    np.testing.assert_array_equal(source_numbers(["b", "a", "b"], samples=3), [1, 0, 1])
    with pytest.raises(InputError, match=r"sources has shape \(2,\), but there are 3 samples"):
        source_numbers(["a", "b"], samples=3)


def test_one_source_and_one_fold_are_refused():
    with pytest.raises(InputError, match="all samples are of one source"):
        folds_of(np.zeros(4, np.int64), folds=5, seed=0)
    with pytest.raises(InputError, match="folds is 1"):
        folds_of(np.arange(4), folds=1, seed=0)
