"""What encoders are shown: index lists that start in the middle of what was chosen."""

import numpy as np

from platoscope.temporal.passes import clip_passes, frame_passes, orders, still_passes, window


def places(passes):
    return {one.name: one.places.tolist() for one in passes}


def test_the_middle_of_what_was_chosen_is_shown_so_that_the_ends_of_a_file_are_not():
    assert window(frames=4, chosen=4).tolist() == [0, 1, 2, 3]
    assert window(frames=4, chosen=8).tolist() == [2, 3, 4, 5]


def test_an_encoder_of_frames_is_shown_them_once_and_once_for_each_change_of_pixels():
    passes = frame_passes(frames=4, chosen=4, changes=["flip", "mirror"], edges=True)
    assert places(passes) == {name: [0, 1, 2, 3] for name in ("frames", "flip", "mirror")}
    assert [one.change for one in passes] == [None, "flip", "mirror"]


def test_the_baseline_of_artefacts_sees_both_ends_too_where_there_are_more_frames():
    passes = frame_passes(frames=4, chosen=8, changes=[], edges=True)
    assert places(passes) == {"frames": [2, 3, 4, 5], "early": [0, 1, 2, 3], "late": [4, 5, 6, 7]}


def test_an_encoder_of_clips_is_shown_every_order_of_the_same_frames():
    passes = clip_passes(frames=4, chosen=6, changes=["flip", "mirror"])
    shown = places(passes)
    assert shown["fwd"] == [1, 2, 3, 4]
    assert shown["rev"] == shown["flip_rev"] == shown["mirror_rev"] == [4, 3, 2, 1]
    assert shown["swap"] == shown["mirror_swap"] == [3, 4, 1, 2]
    assert shown["static"] == [3, 3, 3, 3]
    assert "flip_swap" not in shown
    assert {one.change for one in passes if one.name.startswith("flip")} == {"flip"}


def test_a_frame_alone_is_a_clip_of_nothing_else_and_upside_down_where_that_is_asked():
    stills = still_passes(frames=4, chosen=6, changes=["mirror"])
    assert [one.places.tolist() for one in stills] == [[at] * 4 for at in (1, 2, 3, 4)]
    both = still_passes(frames=4, chosen=6, changes=["flip", "mirror"])
    assert [one.name for one in both] == ["frames"] * 4 + ["flip"] * 4


def test_orders_are_kept_as_lists_over_the_frames_that_are_shown():
    kept = orders(4)
    assert kept["rev"] == [3, 2, 1, 0]
    assert all(np.array_equal(np.sort(kept[name]), np.arange(4)) for name in ("fwd", "rev", "swap"))
