"""The samples at either end of the scores, with who is near to them on both sides."""

import numpy as np
import pytest

from platoscope.alignment.extremes import extremes
from platoscope.errors import InputError
from platoscope.store import PairLayers

NEAREST = np.array([[[1, 2], [0, 2], [3, 1], [2, 0]], [[1, 3], [2, 0], [0, 1], [2, 1]]], np.int32)
PAIR = PairLayers(
    video="net",
    text="words",
    frames=(1, 4),
    captions=(1,),
    video_layers=("block",),
    text_layers=("0",),
    fixed=(0, 0),
    score=np.full((2, 1, 1, 1), 0.625),
    count=np.array([[[2, 2, 2, 2]], [[1, 2, 1, 1]]], np.uint16),
    nearest=NEAREST,
    n=4,
    metric="mutual_knn",
    k=2,
    chance=2 / 3,
    samples="digest",
)


def test_the_most_and_the_least_at_the_largest_budgets_of_equals_the_first():
    most, least = extremes(PAIR, 2)
    assert [one.sample for one in most] == [1, 0]
    assert [one.sample for one in least] == [0, 2]
    assert most[0].counted == "2 of 2 neighbours in common"
    assert (most[0].score, least[0].score) == (1.0, 0.5)


def test_the_neighbours_of_both_sides_and_those_they_share():
    first = extremes(PAIR, 1)[1][0]
    assert (first.video, first.text, first.shared) == ((1, 2), (1, 3), frozenset({1}))


def test_more_than_there_are_is_all_of_them_and_fewer_than_none_is_refused():
    assert [len(end) for end in extremes(PAIR, 9)] == [4, 4]
    assert extremes(PAIR, 0) == ([], [])
    with pytest.raises(InputError, match="count is -1"):
        extremes(PAIR, -1)
