"""Which frames make a clip, against torch's own interpolation and a rule in words."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from platoscope.encoders.subclips import nearest_places, subclip_places

counts = st.integers(1, 200)


@given(counts, counts)
def test_each_place_is_that_of_the_share_in_which_the_middle_of_the_shown_share_lies(n, n_o):
    for shown, place in enumerate(nearest_places(n, n_o)):
        middle = Fraction(2 * shown + 1, 2 * n_o)
        assert Fraction(int(place), n) <= middle < Fraction(int(place) + 1, n)


@given(st.integers(0, 5), counts)
def test_where_numbers_are_powers_of_two_places_are_those_of_torch(exponent, n):
    n_o = 2**exponent  # so that torch's floating point is exact
    frames = torch.arange(n, dtype=torch.float64).reshape(1, 1, n)
    direct = torch.nn.functional.interpolate(frames, size=n_o, mode="nearest-exact")
    assert nearest_places(n, n_o).tolist() == direct.flatten().tolist()


@given(counts, counts)
def test_sub_clips_are_contiguous_equal_within_a_frame_and_each_its_own_interpolation(n_f, n_o):
    clips = subclip_places(n_f, n_o)
    assert clips.shape == (-(-n_f // n_o), n_o)
    shares = np.array_split(np.arange(n_f), len(clips))
    sizes = [len(share) for share in shares]
    edges = [0]
    for clip in clips:
        # A share holds at most n_o frames, so that interpolation leaves none of them out.
        held = np.unique(clip)
        assert held.tolist() == list(range(edges[-1], held[-1] + 1))
        assert clip.tolist() == (edges[-1] + nearest_places(len(held), n_o)).tolist()
        edges.append(int(held[-1]) + 1)
    assert edges[-1] == n_f
    assert sorted(np.diff(edges)) == sorted(sizes)


@pytest.mark.parametrize(
    ("n_f", "n_o", "places"),
    [
        (1, 4, [[0, 0, 0, 0]]),
        (2, 4, [[0, 0, 1, 1]]),
        (3, 4, [[0, 1, 1, 2]]),
        (4, 4, [[0, 1, 2, 3]]),
        (5, 4, [[0, 0, 1, 1], [2, 3, 3, 4]]),
        (8, 4, [[0, 1, 2, 3], [4, 5, 6, 7]]),
        (9, 4, [[0, 1, 1, 2], [3, 4, 4, 5], [6, 7, 7, 8]]),
    ],
)
def test_below_at_and_above_n_o(n_f, n_o, places):
    assert subclip_places(n_f, n_o).tolist() == places
