"""Frame choice against a brute force over exact fractions."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.data.sampling import (
    SAMPLERS,
    budgets_of,
    choose,
    choose_all,
    doubled_median_step,
    most_shown,
    sort_times,
    union,
)
from platoscope.errors import InputError

PAPER_BUDGETS = [1, 2, 4, 8, 16, 32, 64, 80]

# Small steps make ties frequent; large ones would overflow int64 products and lose exactness in float64.
steps = st.one_of(st.integers(1, 4), st.integers(1, 2**40))
clips = st.tuples(st.integers(-(2**40), 2**40), st.lists(steps, max_size=24)).map(
    lambda drawn: np.cumsum([drawn[0], *drawn[1]], dtype=np.int64)
)
samplers = st.sampled_from(["center", "linspace"])
quiet = settings(deadline=None, max_examples=300)


def positions(times, n_f, sampler):
    """The wanted times as the definition reads, in fractions."""
    first, last = Fraction(times[0]), Fraction(times[-1])
    if sampler == "linspace":
        return [first + (last - first) * Fraction(j, n_f - 1) for j in range(n_f)] if n_f > 1 else [first]
    gaps = sorted(b - a for a, b in pairwise(times))
    half = len(gaps) // 2
    median = Fraction(0) if not gaps else Fraction(gaps[half] + gaps[~half], 2)
    span = (last + median - first) / n_f
    return [first + j * span + span / 2 for j in range(n_f)]


def nearest(times, position):
    distances = [abs(Fraction(time) - position) for time in times]
    return distances.index(min(distances))  # the first of equal ones is the earlier


@quiet
@given(ticks=clips, n_f=st.integers(1, 40), sampler=samplers)
def test_the_choice_is_that_of_a_brute_force_over_fractions(ticks, n_f, sampler):
    times = ticks.tolist()
    expected = [nearest(times, position) for position in positions(times, n_f, sampler)]
    assert choose(ticks, n_f, sampler=sampler).tolist() == expected


@quiet
@given(
    ticks=clips,
    n_f=st.integers(1, 40),
    sampler=samplers,
    scale=st.integers(2, 1001),
    shift=st.integers(-(10**6), 10**6),
)
def test_the_choice_does_not_depend_on_the_unit_or_the_origin_of_time(ticks, n_f, sampler, scale, shift):
    assert np.array_equal(choose(ticks, n_f, sampler=sampler), choose(ticks * scale + shift, n_f, sampler=sampler))


@quiet
@given(ticks=clips, n_f=st.integers(1, 40), sampler=samplers)
def test_chosen_frames_never_go_back_in_time(ticks, n_f, sampler):
    chosen = choose(ticks, n_f, sampler=sampler)
    assert chosen.shape == (n_f,)
    assert chosen.dtype == np.int64
    assert (np.diff(chosen) >= 0).all()


@pytest.mark.parametrize("n_f", [1, 2, 7])
@pytest.mark.parametrize("sampler", ["center", "linspace"])
def test_a_clip_with_one_frame_gives_that_frame_for_every_budget(n_f, sampler):
    assert choose(np.array([90]), n_f, sampler=sampler).tolist() == [0] * n_f


def test_as_many_evenly_spaced_frames_as_the_budget_are_all_chosen_once():
    for n_f in (2, 3, 8, 80):
        for sampler in ("center", "linspace"):
            assert choose(np.arange(n_f) * 3003, n_f, sampler=sampler).tolist() == list(range(n_f))


def test_the_earlier_of_two_equally_near_frames_is_chosen():
    # Three frames: the whole runs from 0 to 3, its middle is at 1.5.
    assert choose(np.arange(3), 1, sampler="center").tolist() == [1]
    # Two frames: 0, half way and 1.
    assert choose(np.arange(2), 3, sampler="linspace").tolist() == [0, 0, 1]


def test_the_span_ends_one_median_frame_duration_after_the_last_frame():
    # Steps 1, 1, 8: the whole runs from 0 to 11, the middles of its halves are at 2.75 and 8.25.
    assert choose(np.array([0, 1, 2, 10]), 2, sampler="center").tolist() == [2, 3]
    # Steps 1 and 4, median 2.5: the whole ends at 7.5, its middle is at 3.75, nearer to 5 than to 1.
    assert choose(np.array([0, 1, 5]), 1, sampler="center").tolist() == [2]


def test_frames_are_chosen_by_time_and_not_by_count():
    dense_start = np.array([*range(100), 1000, 2000, 3000])
    assert choose(dense_start, 4, sampler="linspace").tolist() == [0, 100, 101, 102]


def test_a_budget_above_the_number_of_frames_repeats_the_nearest():
    # The whole runs from 0 to 2: the middles are at 1/4, 3/4, 5/4 and 7/4, the frames at 0 and 1.
    assert choose(np.arange(2), 4, sampler="center").tolist() == [0, 1, 1, 1]


def test_the_budgets_of_the_paper_touch_175_frames_of_300():
    assert len(union(choose_all(np.arange(300), budgets=PAPER_BUDGETS, samplers=["center"]))) == 175


def test_first_takes_the_first_frame_and_has_the_budget_one_alone():
    assert choose(np.array([5, 6, 7]), 1, sampler="first").tolist() == [0]
    assert budgets_of("first", PAPER_BUDGETS) == (1,)
    assert budgets_of("first", [4, 8]) == (1,)
    assert budgets_of("center", [4, 8]) == (4, 8)
    with pytest.raises(InputError, match="'first'"):
        choose(np.arange(5), 2, sampler="first")


@quiet
@given(ticks=clips, n_f=st.integers(1, 40))
def test_repeat_shows_the_frame_of_the_smallest_budget_over_and_over(ticks, n_f):
    (middle,) = choose(ticks, 1, sampler="center")
    assert choose(ticks, n_f, sampler="repeat").tolist() == [middle] * n_f


@quiet
@given(ticks=clips, n_f=st.integers(1, 40))
def test_a_span_is_a_run_of_frames_around_the_middle_one(ticks, n_f):
    chosen, (middle,) = choose(ticks, n_f, sampler="span"), choose(ticks, 1, sampler="center")
    if n_f > len(ticks):
        assert chosen.tolist() == choose(ticks, n_f, sampler="center").tolist()
        return
    assert chosen.tolist() == list(range(chosen[0], chosen[0] + n_f))
    before, after = middle - chosen[0], chosen[-1] - middle
    assert min(before, after) >= 0
    assert abs(after - before) <= 1 or 0 in (chosen[0], len(ticks) - 1 - chosen[-1])


def test_all_choices_are_those_made_one_by_one():
    ticks = np.array([0, 2, 3, 7, 8, 20])
    choices = choose_all(ticks, budgets=[1, 3], samplers=SAMPLERS)
    assert list(choices) == [(name, n_f) for name in SAMPLERS for n_f in (1, 3) if (name, n_f) != ("first", 3)]
    for (sampler, n_f), chosen in choices.items():
        assert np.array_equal(chosen, choose(ticks, n_f, sampler=sampler))
    assert union(choices).tolist() == sorted({int(index) for chosen in choices.values() for index in chosen})


@pytest.mark.parametrize(
    ("ticks", "words"),
    [
        (np.array([0.0, 1.0]), "float64"),
        (np.array([], dtype=np.int64), r"\(0,\)"),
        (np.array([[0, 1]]), r"\(1, 2\)"),
        (np.array([0, 1, 1]), r"ticks\[2\] is 1 after 1"),
        (np.array([3, 2]), r"ticks\[1\] is 2 after 3"),
    ],
)
def test_times_that_are_not_strictly_increasing_integers_are_refused(ticks, words):
    with pytest.raises(InputError, match=words):
        choose(ticks, 1, sampler="center")


@pytest.mark.parametrize("n_f", [0, -1, 1.5, True, "2", None])
def test_a_budget_that_is_no_count_is_refused(n_f):
    with pytest.raises(InputError, match="n_f is"):
        choose(np.arange(5), n_f, sampler="center")


def test_an_unknown_sampler_lists_the_known_ones():
    with pytest.raises(InputError, match="'centre' is not known: wanted one of center, linspace, first"):
        choose(np.arange(5), 1, sampler="centre")
    with pytest.raises(InputError, match="'centre' is not known"):
        budgets_of("centre", [1])


@pytest.mark.parametrize(
    ("budgets", "chosen_samplers", "words"),
    [
        ([], ["center"], "budgets are"),
        ([1, 2, 1], ["center"], "budgets are"),
        ([0], ["first"], "n_f is 0"),
        ([1], [], "samplers are"),
        ([1], ["first", "first"], "samplers are"),
    ],
)
def test_empty_and_repeated_lists_are_refused(budgets, chosen_samplers, words):
    with pytest.raises(InputError, match=words):
        choose_all(np.arange(5), budgets=budgets, samplers=chosen_samplers)


@quiet
@given(clips, st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True))
def test_no_clip_shows_more_frames_than_are_foreseen(times, budgets):
    for chosen in (["center"], ["linspace", "first"], list(SAMPLERS)):
        shown = union(choose_all(times, budgets=budgets, samplers=chosen))
        assert len(shown) <= most_shown(budgets=budgets, samplers=chosen)


def test_a_long_clip_shows_as_many_frames_as_are_foreseen():
    for sampler in ("center", "linspace", "span"):
        shown = union(choose_all(np.arange(100_000), budgets=PAPER_BUDGETS, samplers=[sampler]))
        assert len(shown) == most_shown(budgets=PAPER_BUDGETS, samplers=[sampler]) < sum(PAPER_BUDGETS)


def test_times_are_sorted_and_the_first_of_equal_ones_is_kept():
    ticks, order = sort_times([30, 10, 20, 10, 30])
    assert ticks.tolist() == [10, 20, 30]
    assert order.tolist() == [1, 2, 0]


def test_the_doubled_median_step_is_exact_for_odd_and_even_numbers_of_steps():
    assert doubled_median_step(np.array([4])) == 0
    assert doubled_median_step(np.array([0, 3])) == 6
    assert doubled_median_step(np.array([0, 1, 5])) == 5
