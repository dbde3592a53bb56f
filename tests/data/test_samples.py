"""Which samples take part: N of them or an error, whoever is out with stage and reason, drawn by seed alone."""

import copy
import csv

import numpy as np
import pytest

from platoscope.data import samples
from platoscope.data.rows import write_lines
from platoscope.data.samples import read_samples
from platoscope.errors import DataError, StoreError
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.store import ClipFrames, digest_ids, write_frames

PARAMS = {
    "dataset": {"source": "folder", "path": "clips"},
    "frames": {"size": 8},
    "samples": {},
    "budgets": {"frames": [1, 4], "captions": [1, 2]},
    "encoders": {
        "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
        "text": {"words": {"family": "hf_text"}},
    },
    "neighbours": {"depth": 1},
    "alignment": {"k": 1},
}
# id: status, note, decoded frames, captions
CLIPS = {
    "good": ("ok", "", 9, 2),
    "broken": ("failed", "not a video", 0, 2),
    "short": ("ok", "", 3, 3),
    "cut": ("truncated", "the end is missing", 9, 2),
    "gap": ("damaged", "", 9, 2),
    "silent": ("ok", "", 9, 1),
    "fine": ("ok", "", 4, 5),
}


def clip(status, note, n_decoded):
    nothing = np.empty((0, 8, 8, 3), np.uint8)
    return ClipFrames(nothing, np.empty(0, np.int32), np.empty(0), {}, n_decoded, 0.0, 8, 8, status, note)


def make(root, clips=CLIPS, *, captions=None, frames=None, gone=False):
    """A project at the stage `samples`; captions and frames in an order of their own, where one is given."""
    project = Project(root)
    ids = list(clips)
    write_lines(project.dataset / "videos.jsonl", ({"id": id_, "source": f"film of {id_}"} for id_ in ids))
    (project.dataset / "absent.csv").write_text(
        "id,reason\ngone,no video gone.* below videos\n" if gone else "id,reason\n"
    )
    rows = (
        {"id": id_, "captions": [{"text": "x"}] * (clips[id_][3] if id_ in clips else 9)} for id_ in captions or ids
    )
    write_lines(project.captions, rows)
    shown = [clip(*clips[id_][:3]) for id_ in ids]
    attributes = {"videos": digest_ids(frames or ids), "size": 8, "choices": []}
    write_frames(project.frames, shown, counts=[0] * len(shown), attributes=attributes)
    return project


def run(project, **changes):
    """Run the stage with parameters changed, dots as two underscores; the kept ids and who is out."""
    params = copy.deepcopy(PARAMS)
    for place, value in changes.items():
        section, name = place.split("__")
        params[section][name] = value
    line = samples.run(parse_params(params), project)
    with project.excluded.open(newline="") as file:
        return line, read_samples(project.samples), list(csv.DictReader(file))


def test_whoever_is_out_stands_with_stage_and_reason(tmp_path):
    line, kept, excluded = run(make(tmp_path))
    assert kept.ids == ("good", "short", "cut", "gap", "fine")
    assert [tuple(row.values()) for row in excluded] == [
        ("broken", "frames", "not a video"),
        ("silent", "captions", "1 captions, 2 are needed"),
    ]
    assert line == "samples: 5 of 7 take part, 2 cannot, 0 were not drawn"


def test_kept_samples_carry_their_source_their_row_and_the_digest_of_their_ids(tmp_path):
    _, kept, _ = run(make(tmp_path))
    assert kept.rows.tolist() == [list(CLIPS).index(id_) for id_ in kept.ids]
    assert kept.sources == tuple(f"film of {id_}" for id_ in kept.ids)
    assert kept.digest == digest_ids(kept.ids)


def test_short_and_damaged_files_are_out_where_params_say_so(tmp_path):
    _, kept, excluded = run(make(tmp_path), frames__short="exclude", frames__whole=True, samples__damaged=False)
    assert kept.ids == ("good", "fine")
    assert {row["id"]: row["reason"] for row in excluded} == {
        "broken": "not a video",
        "short": "3 frames, 4 are needed",
        "cut": "the end is missing",
        "gap": "damaged",
        "silent": "1 captions, 2 are needed",
    }


def test_the_largest_budgets_decide(tmp_path):
    _, kept, _ = run(make(tmp_path), budgets__captions=[1], budgets__frames=[1, 3], frames__short="exclude")
    assert kept.ids == ("good", "short", "cut", "gap", "silent", "fine")
    with pytest.raises(DataError, match="1 of 7 can take part"):
        run(make(tmp_path / "more"), budgets__captions=[1, 5])


@pytest.mark.parametrize("n", [2, 3, 5])
def test_n_are_drawn_in_the_order_of_the_data_set_and_the_rest_stand_as_not_drawn(tmp_path, n):
    _, kept, excluded = run(make(tmp_path), samples__n=n)
    able = ["good", "short", "cut", "gap", "fine"]
    assert list(kept.ids) == [id_ for id_ in able if id_ in kept.ids]
    left = [row["id"] for row in excluded if row["stage"] == "samples"]
    assert left == [id_ for id_ in able if id_ not in kept.ids]
    assert len(kept.ids) == n
    assert all(row["reason"] == f"not among the {n} drawn" for row in excluded if row["stage"] == "samples")


def test_a_listed_sample_without_a_video_is_out_first(tmp_path):
    line, kept, excluded = run(make(tmp_path, gone=True))
    assert kept.ids == ("good", "short", "cut", "gap", "fine")
    assert tuple(excluded[0].values()) == ("gone", "dataset", "no video gone.* below videos")
    assert line == "samples: 5 of 8 take part, 3 cannot, 0 were not drawn"


def test_those_that_are_asked_for_by_id_take_part_as_far_as_they_can(tmp_path):
    line, kept, excluded = run(make(tmp_path, gone=True), samples__ids=["fine", "gone", "good", "broken"])
    assert kept.ids == ("good", "fine")
    assert line == "samples: 2 of 4 take part, 2 cannot, 0 were not drawn"
    assert [(row["id"], row["stage"]) for row in excluded[:2]] == [("gone", "dataset"), ("broken", "frames")]
    assert {row["id"]: row["reason"] for row in excluded[2:]} == dict.fromkeys(
        ("short", "cut", "gap", "silent"), "not among samples.ids"
    )


def test_n_may_be_drawn_of_those_that_are_asked_for(tmp_path):
    _, kept, excluded = run(make(tmp_path), samples__ids=["fine", "cut", "good"], samples__n=2)
    assert len(kept.ids) == 2
    assert set(kept.ids) < {"fine", "cut", "good"}
    assert [row["reason"] for row in excluded if row["id"] in {"fine", "cut", "good"}] == ["not among the 2 drawn"]
    with pytest.raises(DataError, match=r"samples\.n asks for 3 samples, 2 of 3 can take part; out are 1 dataset: no"):
        run(make(tmp_path / "b", gone=True), samples__ids=["fine", "gone", "good"], samples__n=3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dataset__n": 7}, "dataset.n let only 7 in"),
        ({"dataset__ids": ["good", "fine"]}, "dataset.ids let only 7 in"),
        ({"dataset__n": 7, "dataset__ids": ["good", "fine"]}, "dataset.n and dataset.ids let only 7 in"),
    ],
)
def test_one_that_may_be_left_out_by_the_data_set_s_own_draw_says_so(tmp_path, changes, words):
    with pytest.raises(DataError) as error:
        run(make(tmp_path), samples__ids=["good", "finne"], **changes)
    assert str(error.value) == (
        f"samples.ids names 1 that the data set does not have, first 'finne'; of what its source lists, {words}"
    )


def test_an_id_that_the_data_set_does_not_have_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"samples\.ids names 1 that the data set does not have, first 'finne'"):
        run(make(tmp_path), samples__ids=["finne", "good"])


def test_who_is_drawn_does_not_depend_on_who_else_is_there(tmp_path):
    clips = {f"s{i:02d}": ("ok", "", 9, 2) for i in range(40)}
    drawn = run(make(tmp_path / "all", clips), samples__n=20)[1].ids
    without = {id_: clip for id_, clip in clips.items() if id_ != drawn[7]}
    assert set(drawn) - set(run(make(tmp_path / "less", without), samples__n=20)[1].ids) == {drawn[7]}


def test_a_seed_draws_the_same_samples_again_and_another_seed_others(tmp_path):
    clips = {f"s{i:02d}": ("ok", "", 9, 2) for i in range(40)}
    project = make(tmp_path, clips)
    drawn = [run(project, samples__n=20, samples__seed=seed)[1].ids for seed in (0, 0, 1, 2)]
    assert drawn[0] == drawn[1]
    assert len({*drawn}) == 3


@pytest.mark.parametrize("n", [6, 7, 100])
def test_fewer_than_n_is_an_error_that_says_who_is_out_and_why(tmp_path, n):
    project = make(tmp_path)
    with pytest.raises(DataError) as caught:
        run(project, samples__n=n)
    assert f"samples.n asks for {n} samples, 5 of 7 can take part" in str(caught.value)
    assert "; out are 1 frames: not a video; 1 captions: 1 captions, 2 are needed (one by one in" in str(caught.value)
    assert not project.samples.exists()
    assert project.excluded.read_text() == (
        'id,stage,reason\nbroken,frames,not a video\nsilent,captions,"1 captions, 2 are needed"\n'
    )


def test_the_error_tells_reasons_by_kind(tmp_path):
    clips = {f"s{i}": ("failed", "no", 0, 2) for i in range(7)}
    with pytest.raises(DataError) as caught:
        run(make(tmp_path, clips))
    assert "asks for at least 2 samples, 0 of 7" in str(caught.value)
    assert str(caught.value).endswith("; out are 7 frames: no (one by one in data/excluded.csv)")


def test_captions_belong_to_samples_by_id_and_not_by_place(tmp_path):
    _, kept, excluded = run(make(tmp_path, captions=list(CLIPS)[::-1]))
    assert kept.ids == ("good", "short", "cut", "gap", "fine")
    assert [row["id"] for row in excluded] == ["broken", "silent"]


@pytest.mark.parametrize("captions", [[*CLIPS, "stranger"], list(CLIPS)[:-1]], ids=["one more", "one less"])
def test_captions_of_other_samples_are_refused(tmp_path, captions):
    odd = "stranger" if "stranger" in captions else "fine"
    with pytest.raises(
        StoreError, match=rf"captions\.jsonl and videos\.jsonl are of different samples, such as '{odd}'"
    ):
        run(make(tmp_path, captions=captions))


@pytest.mark.parametrize("frames", [[*CLIPS, "stranger"], list(CLIPS)[::-1]], ids=["another set", "another order"])
def test_frames_of_other_videos_are_refused(tmp_path, frames):
    with pytest.raises(StoreError, match=r"frames\.zarr was not made from the 7 videos of videos\.jsonl"):
        run(make(tmp_path, frames=frames))


def test_equal_inputs_give_equal_bytes(tmp_path):
    for name in ("a", "b"):
        run(make(tmp_path / name), samples__n=3)
    for file in ("samples", "excluded"):
        one, other = (getattr(Project(tmp_path / name), file).read_bytes() for name in ("a", "b"))
        assert one == other
