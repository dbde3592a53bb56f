"""TEMPO-TL's annotations become before/after pairs of whole DiDeMo videos; all else in its files is passed over."""

import json

import pytest

from platoscope.data.datasets.test_of_time import read_test_of_time
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError


def annotation(id_="before_7_0", video="12@N02_3.mov", **changed):
    """One as published."""
    return {
        "annotation_id": id_,
        "video": video,
        "description": "The dog lies down before the cat jumps.\n",
        "reference_description": "the cat jumps.",
        "context": [3, 3],
        "train_times": [[0, 1]],
        "times": [[0, 1], [0, 0], [0, 1]],
        "num_segments": 6,
        **changed,
    }


AFTER = annotation(
    "after_7_1", description="After the cat jumps, the dog lies down", context=[0, 0], train_times=[[5, 5]]
)
MOMENT = {"annotation_id": 9, "video": "x", "description": "a dog", "times": [[0, 0]], "context": []}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos/12@N02_3.mp4").touch()
    return tmp_path


def put(folder, annotations, split="test"):
    (folder / f"tempoTL+didemo_{split}.json").write_text(json.dumps(annotations), encoding="utf-8")


def put_listing(folder, *ids, split="test_temporal_1k"):
    lines = "".join(f"12@N02_3.mov,{id_}\n" for id_ in ids)
    (folder / f"tempoTL+didemo_{split}.csv").write_text(f"video,annotation_id\n{lines}", encoding="utf-8")


def ids_of(folder, split):
    return [row.id for row in read_test_of_time(folder, split=split).rows]


def test_annotations_become_pairs_with_the_video_as_source_and_the_seconds_of_both_events(folder):
    put(folder, [annotation(), AFTER])
    before, after = read_test_of_time(folder, split=None).rows
    assert before == Row(
        id="before_7_0",
        video="videos/12@N02_3.mp4",
        captions=("the dog lies down before the cat jumps",),
        source="12@N02_3",
        split="test",
        labels={
            "relation": "before",
            "first": "the dog lies down",
            "second": "the cat jumps",
            "first_seconds": [0, 10],
            "second_seconds": [15, 20],
        },
        negatives=("the cat jumps before the dog lies down",),
    )
    assert after.captions == ("the dog lies down after the cat jumps",)
    assert after.negatives == ("the cat jumps after the dog lies down",)
    assert after.labels == {
        "relation": "after",
        "first": "the cat jumps",
        "second": "the dog lies down",
        "first_seconds": [0, 5],
        "second_seconds": [25, 30],
    }


def test_moments_then_sentences_and_sentences_with_the_word_twice_are_passed_over(folder):
    twice = annotation("before_1_0", description="a before b before c")
    never = annotation("before_1_1", description="beforehand a b")
    put(folder, [MOMENT, annotation("then_7_0", context=None), twice, annotation(), never])
    assert ids_of(folder, None) == ["before_7_0"]


def test_a_split_is_a_json_file_or_a_listing_of_a_part_of_it(folder):
    put(folder, [annotation(), AFTER])
    put(folder, [annotation("before_8_0")], split="val")
    put_listing(folder, "after_7_1")
    assert ids_of(folder, None) == ["before_7_0", "after_7_1", "before_8_0"]
    assert ids_of(folder, "test") == ["before_7_0", "after_7_1"]
    (row,) = read_test_of_time(folder, split="test_temporal_1k").rows
    assert (row.id, row.split) == ("after_7_1", "test_temporal_1k")


def test_an_unknown_split_is_refused_with_those_that_are_there(folder):
    put(folder, [annotation()])
    put_listing(folder, "before_7_0")
    put_listing(folder, "before_7_0", split="val_temporal_1k")  # of which there is no whole
    for split in ("train", "val_temporal_1k"):
        with pytest.raises(InputError, match=f"annotations of test, test_temporal_1k, not of '{split}'"):
            read_test_of_time(folder, split=split)


def test_a_listing_that_names_what_is_not_there_is_refused(folder):
    put(folder, [annotation()])
    put_listing(folder, "before_7_0", "before_99_0")
    with pytest.raises(DataError, match="has no annotation 'before_99_0', which the listing of test_temporal_1k names"):
        read_test_of_time(folder, split="test_temporal_1k")
    (folder / "tempoTL+didemo_test_temporal_1k.csv").write_text("video\nx\n")
    with pytest.raises(DataError, match=r"_1k\.csv:1: no column annotation_id"):
        read_test_of_time(folder, split="test_temporal_1k")


def test_annotations_of_one_video_share_its_file_and_those_without_one_are_absent(folder):
    put(folder, [annotation(), AFTER, annotation("before_8_0", video="gone.avi")])
    found = read_test_of_time(folder, split=None)
    assert {row.video for row in found.rows} == {"videos/12@N02_3.mp4"}
    assert found.absent == (Absent("before_8_0", "no video gone.* below videos"),)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (3, "the annotation must be an object, got 3"),
        (annotation(description=None), "description must be a text that is not empty, got None"),
        (annotation(reference_description=["a", "b"]), "reference_description must be a text"),
        (annotation(video=""), "video must be a text"),
        (annotation(description="before"), "must name two events"),
        (annotation(description="Before a bird sings, a dog runs"), "must go on with its reference 'the cat jumps'"),
        (annotation(train_times=None), "train_times must be a list, got None"),
        (annotation(train_times=[[0, 0], [1, 1]]), "train_times must have one [first part, last part]"),
        (annotation(train_times=[[2, 1]]), "train_times must be [first part, last part] of 0 to 5, got [2, 1]"),
        (annotation(train_times=[[0, 6]]), "of 0 to 5, got [0, 6]"),
        (annotation(train_times=[[0, True]]), "of 0 to 5, got [0, True]"),
        (annotation(train_times=[0]), "of 0 to 5, got 0"),
        (annotation(context=[]), "context must be [first part, last part] of 0 to 5, got []"),
        (annotation(context=[1.0, 2]), "context must be [first part, last part]"),
    ],
    ids=lambda value: f"{value!s:.40}" if isinstance(value, str) else "",
)
def test_a_bad_annotation_is_refused_with_file_and_place(folder, bad, says):
    put(folder, [AFTER, bad])
    with pytest.raises(DataError) as caught:
        read_test_of_time(folder, split=None)
    assert str(caught.value).startswith(f"{folder / 'tempoTL+didemo_test.json'}: annotation 1: ")
    assert says in str(caught.value)


def test_an_id_that_stands_twice_is_refused(folder):
    put(folder, [annotation(), annotation()])
    with pytest.raises(DataError, match="id 'before_7_0' is listed twice"):
        read_test_of_time(folder, split=None)


def test_a_file_that_is_no_list_is_refused(folder):
    put(folder, {"annotations": []})
    with pytest.raises(DataError, match=r"tempoTL\+didemo_test\.json must be a list"):
        read_test_of_time(folder, split=None)
