"""Variants are index lists of the frames that are there, and what is done to pixels is its own inverse."""

import numpy as np
import pytest

from platoscope.errors import InputError
from platoscope.temporal.variants import turned, variant


def test_the_index_lists_by_hand():
    lists = {name: variant(name, frames=6).tolist() for name in ("fwd", "rev", "swap", "static")}
    assert lists == {
        "fwd": [0, 1, 2, 3, 4, 5],
        "rev": [5, 4, 3, 2, 1, 0],
        "swap": [3, 4, 5, 0, 1, 2],
        "static": [3, 3, 3, 3, 3, 3],
    }


@pytest.mark.parametrize("name", ["rev", "swap"])
def test_reversing_and_swapping_twice_changes_nothing(name):
    index = variant(name, frames=8)
    np.testing.assert_array_equal(index[index], np.arange(8))


@pytest.mark.parametrize("seed", range(20))
def test_a_shuffle_is_a_permutation_that_is_not_the_clip_itself_and_the_same_every_time(seed):
    index = variant(f"shuf@{seed}", frames=3)
    assert sorted(index) == [0, 1, 2]
    assert index.tolist() != [0, 1, 2]
    np.testing.assert_array_equal(index, variant(f"shuf@{seed}", frames=3))


def test_shuffles_of_different_seeds_differ():
    assert len({tuple(variant(f"shuf@{seed}", frames=8)) for seed in range(10)}) > 5


def test_a_clip_of_one_frame_has_every_variant_but_swap():
    for name in ("fwd", "rev", "static", "shuf@1"):
        assert variant(name, frames=1).tolist() == [0]


@pytest.mark.parametrize("name", ["reverse", "shuf", "shuf@x", "flip", ""])
def test_unknown_names_are_refused_with_those_that_there_are(name):
    with pytest.raises(InputError, match="fwd, rev, swap, static, shuf@SEED"):
        variant(name, frames=4)


def test_halves_of_an_odd_number_of_frames_are_refused():
    with pytest.raises(InputError, match="5 frames: an even number"):
        variant("swap", frames=5)
    with pytest.raises(InputError, match="frames is 0"):
        variant("fwd", frames=0)


def test_flip_turns_upside_down_and_mirror_left_to_right():
    frames = np.arange(2 * 3 * 4 * 1, dtype=np.uint8).reshape(2, 3, 4, 1)
    np.testing.assert_array_equal(turned(frames, "flip"), frames[:, ::-1])
    np.testing.assert_array_equal(turned(frames, "mirror"), frames[:, :, ::-1])
    with pytest.raises(InputError, match="no change of pixels 'rev', but flip, mirror"):
        turned(frames, "rev")
    with pytest.raises(InputError, match=r"\[\.\.\., height, width, channel\]"):
        turned(frames[0, 0], "flip")
