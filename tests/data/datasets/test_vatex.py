"""VATEX in its published layout: ten captions a clip, splits by file, sources by YouTube id."""

import json

import pytest

from platoscope.data.datasets.vatex import read_vatex
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

ONE, TWO, THREE = "Ab_c-dEfgh1_000122_000132", "Ab_c-dEfgh1_000010_000020", "-_-_-_-_-_-_000000_000010"
FILES = {
    "training": "vatex_training_v1.0.json",
    "validation": "vatex_validation_v1.0.json",
    "public_test": "vatex_public_test_english_v1.1.json",
}


def clip(id_, *captions):
    return {"videoID": id_, "enCap": list(captions) or ["one", "two"], "chCap": ["\u4e00"]}


def put(folder, *videos, **splits):
    (folder / "videos").mkdir(exist_ok=True)
    for name in videos:
        (folder / "videos" / name).parent.mkdir(exist_ok=True)
        (folder / "videos" / name).write_bytes(b"x")
    for split, clips in splits.items():
        (folder / FILES[split]).write_text(json.dumps(clips, ensure_ascii=False), encoding="utf-8")
    return folder


def refused(folder, error=DataError, split=None):
    with pytest.raises(error) as caught:
        read_vatex(folder, split=split)
    return str(caught.value)


def test_clips_of_all_files_are_read_with_their_split_and_source(tmp_path):
    put(tmp_path, f"{ONE}.mp4", f"{TWO}.webm", f"deep/{THREE}.mkv", training=[clip(ONE, "a cat é", "a cat é")])
    put(tmp_path, public_test=[clip(THREE)], validation=[clip(TWO)])
    assert read_vatex(tmp_path, split=None).rows == (
        Row(THREE, f"videos/deep/{THREE}.mkv", ("one", "two"), source="-_-_-_-_-_-", split="public_test"),
        Row(ONE, f"videos/{ONE}.mp4", ("a cat é", "a cat é"), source="Ab_c-dEfgh1", split="training"),
        Row(TWO, f"videos/{TWO}.webm", ("one", "two"), source="Ab_c-dEfgh1", split="validation"),
    )


def test_a_split_is_read_from_its_file_alone(tmp_path):
    put(tmp_path, f"{ONE}.mp4", f"{TWO}.mp4", training=[clip(ONE)], validation=[clip(TWO)])
    (tmp_path / FILES["training"]).write_text("not JSON")
    assert [row.id for row in read_vatex(tmp_path, split="validation").rows] == [TWO]


def test_clips_that_are_gone_are_listed_in_order(tmp_path):
    put(tmp_path, f"{TWO}.mp4", "Ab_c-dEfgh1.mp4", training=[clip(ONE), clip(TWO), clip(THREE)])
    found = read_vatex(tmp_path, split="training")
    assert [row.id for row in found.rows] == [TWO]
    assert found.absent == tuple(Absent(id_, f"no video {id_}.* below videos") for id_ in (ONE, THREE))


def test_the_private_test_has_no_captions_and_is_no_split(tmp_path):
    put(tmp_path, f"{ONE}.mp4", training=[clip(ONE)])
    (tmp_path / "vatex_private_test_without_annotations.json").write_text('["a"]')
    assert [row.id for row in read_vatex(tmp_path, split=None).rows] == [ONE]
    message = refused(tmp_path, InputError, split="private_test_without_annotations")
    assert message.endswith("has annotations of training, not of 'private_test_without_annotations'")


def test_an_unknown_split_is_refused_by_those_that_are_there(tmp_path):
    put(tmp_path, f"{ONE}.mp4", training=[clip(ONE)], validation=[clip(TWO)])
    message = refused(tmp_path, InputError, split="train")
    assert message == f"dataset.split: {tmp_path} has annotations of training, validation, not of 'train'"


def test_a_folder_without_annotations_or_with_two_of_a_split_is_refused(tmp_path):
    assert refused(tmp_path, InputError).endswith("has no annotations vatex_*.json")
    put(tmp_path, f"{ONE}.mp4", training=[clip(ONE)])
    (tmp_path / "vatex_training_v1.1.json").write_text("[]")
    assert "are both of the split training" in refused(tmp_path, InputError)
    assert "is not a folder" in refused(tmp_path / "absent", InputError)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({**clip(ONE), "enCap": None}, "enCap must be a list of texts that are not empty, got None"),
        ({**clip(ONE), "enCap": []}, "enCap must be a list of texts that are not empty, got []"),
        ({**clip(ONE), "enCap": ["a", ""]}, "enCap must be a list of texts that are not empty"),
        ({**clip(ONE), "enCap": ["\ud800"]}, "half a character"),
        (clip("Ab_c-dEfgh1"), "must end in first and last second (_000122_000132), got 'Ab_c-dEfgh1'"),
        (clip("Ab_c-dEfgh1_122_132"), "must end in first and last second"),
        (clip("_000122_000132"), "must end in first and last second"),
        (clip(ONE + "\n"), "must end in first and last second"),
        ({**clip(ONE), "videoID": 3}, "videoID must be a text that is not empty, got 3"),
        ([ONE], "the clip must be an object"),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_a_bad_clip_is_refused_with_its_file_and_place(tmp_path, raw, says):
    put(tmp_path, f"{TWO}.mp4")
    (tmp_path / FILES["training"]).write_text(json.dumps([clip(TWO), raw]))
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / FILES['training']}: clip 1: ")
    assert says in message


def test_five_bad_clips_are_named_and_the_others_counted(tmp_path):
    put(tmp_path, training=[3] * 6, validation=[4])
    message = refused(tmp_path)
    assert message.count(" must be an object") == 5
    assert message.endswith("; and 2 more")


@pytest.mark.parametrize(("text", "says"), [('{"a": 1}', "must be a list"), ("[", "is not JSON"), ("", "is not JSON")])
def test_a_file_that_is_no_list_is_refused_by_name(tmp_path, text, says):
    put(tmp_path, f"{ONE}.mp4")
    (tmp_path / FILES["training"]).write_text(text)
    message = refused(tmp_path)
    assert message.startswith(str(tmp_path / FILES["training"]))
    assert says in message


def test_a_clip_that_stands_twice_is_refused(tmp_path):
    put(tmp_path, f"{ONE}.mp4", training=[clip(ONE)], validation=[clip(ONE)])
    assert refused(tmp_path) == f"{tmp_path}: id '{ONE}' is listed twice"
