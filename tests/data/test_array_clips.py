"""Clips that are arrays: copied bit by bit, and chosen from so that reversal changes nothing."""

import numpy as np
import pytest
from frames_stage import SIZE, job, of_files

from platoscope.data import frames as stage
from platoscope.data.array_clips import choose_closed, read_array_clip
from platoscope.data.sampling import choose_all
from platoscope.errors import DataError, InputError
from platoscope.project import Project
from platoscope.store import FramesStore

CLOSED = ("center", "linspace")


def put(path, frames=8, size=SIZE):
    pixels = np.random.default_rng(frames).integers(0, 256, (frames, size, size, 3)).astype(np.uint8)
    np.save(path, pixels)
    return pixels


@pytest.mark.parametrize("n_frames", [1, 2, 5, 8, 15, 16, 33])
@pytest.mark.parametrize("n_f", [1, 2, 3, 4, 5, 7, 8, 16, 40])
@pytest.mark.parametrize("sampler", CLOSED)
def test_a_choice_is_its_own_mirror_image_but_for_one_middle_frame(n_frames, n_f, sampler):
    chosen = choose_closed(n_frames, budgets=[n_f], samplers=[sampler])[sampler, n_f]
    assert len(chosen) == n_f
    assert (np.diff(chosen) >= 0).all()
    assert 0 <= chosen[0] <= chosen[-1] < n_frames
    pairs = chosen + chosen[::-1] == n_frames - 1
    if n_f % 2 and not (n_frames % 2):
        pairs[n_f // 2] = True  # two frames are in the middle
    if not (sampler == "linspace" and n_f == 1):
        assert pairs.all()


@pytest.mark.parametrize("n_frames", [6, 16])
def test_as_many_as_there_are_is_all_and_fewer_are_near_those_of_a_decoded_video(n_frames):
    budgets = range(1, n_frames + 1)
    mine = choose_closed(n_frames, budgets=budgets, samplers=CLOSED)
    theirs = choose_all(np.arange(n_frames), budgets=budgets, samplers=CLOSED)
    for sampler in CLOSED:
        assert mine[sampler, n_frames].tolist() == list(range(n_frames))
    assert max(np.abs(mine[cell] - theirs[cell]).max() for cell in mine) <= 1
    for n_f in budgets:
        half = slice(n_f // 2)
        assert mine["linspace", n_f][half].tolist() == theirs["linspace", n_f][half].tolist()


def test_controls_are_in_the_middle_and_closed_where_they_can_be():
    chosen = choose_closed(8, budgets=[1, 4, 8, 12], samplers=["span", "repeat", "first"])
    assert chosen["span", 4].tolist() == [2, 3, 4, 5]
    assert chosen["span", 8].tolist() == list(range(8))
    assert chosen["span", 12].tolist() == [0, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 7]
    assert chosen["repeat", 4].tolist() == [4] * 4
    assert chosen["first", 1].tolist() == [0]
    assert ("first", 4) not in chosen


def test_samplers_are_checked_as_for_videos():
    for samplers in ([], ["center", "center"], ["middle"]):
        with pytest.raises(InputError, match="sampler"):
            choose_closed(4, budgets=[1], samplers=samplers)


def test_pixels_are_copied_bit_by_bit_by_the_frames_stage(tmp_path):
    pixels, project = put(tmp_path / "a.npy"), Project(tmp_path / "project")
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY and nothing")
    np.save(tmp_path / "grey.npy", pixels[..., 0])
    np.save(tmp_path / "objects.npy", np.array([{}], object), allow_pickle=True)
    told = of_files(tmp_path, project, "a.npy", "bad.npy", "grey.npy", "objects.npy")
    assert told["a.npy"] == ("ok", "")
    assert {told[name][0] for name in ("bad.npy", "grey.npy", "objects.npy")} == {"failed"}
    assert "is not an array that can be read" in told["bad.npy"][1]
    assert told["grey.npy"][1] == "is an array uint8 [8, 16, 16]: uint8 [frame, height, width, 3] is needed"
    assert "Python objects" in told["objects.npy"][1]
    store = FramesStore(project.frames)
    assert store.n_decoded[0] == 8
    clip = stage.decode(job(tmp_path / "a.npy"))
    assert np.array_equal(clip.frames, pixels[clip.frame_index])
    assert clip.frame_index[clip.choice["center/4"]].tolist() == [1, 3, 4, 6]


def test_a_reversed_array_gives_the_reversed_choice(tmp_path):
    pixels = put(tmp_path / "a.npy", frames=16)
    np.save(tmp_path / "b.npy", pixels[::-1])
    options = {"budgets": [2, 4, 8, 16], "samplers": ["center", "linspace"], "size": SIZE}
    one, other = (read_array_clip(tmp_path / name, **options) for name in ("a.npy", "b.npy"))
    for cell in one.choice:
        assert np.array_equal(one.frames[one.choice[cell]][::-1], other.frames[other.choice[cell]])
    assert one.pts_seconds.tolist() == [k / 16 for k in range(16)]
    assert (one.duration_seconds, one.n_decoded, one.width, one.height) == (1.0, 16, SIZE, SIZE)


def test_arrays_are_never_resized(tmp_path):
    put(tmp_path / "a.npy", size=SIZE + 1)
    with pytest.raises(InputError, match=r"a\.npy has frames of 17 x 17 pixels, frames\.size is 16: arrays are copied"):
        stage.decode(job(tmp_path / "a.npy"))


def test_an_array_that_is_gone_is_no_fault_of_its_own(tmp_path):
    with pytest.raises(DataError, match="cannot be read any more"):
        stage.decode(job(tmp_path / "gone.npy"))
