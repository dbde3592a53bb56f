"""Something-Something v2 in both published layouts: labels as captions, templates as labels."""

import json

import pytest

from platoscope.data.datasets.ssv2 import read_ssv2
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError


def clip(id_, label="putting é onto wool", template="Putting [something] onto [something]"):
    return {"id": id_, "label": label, "template": template, "placeholders": ["é", "wool"]}


def put(folder, *videos, **texts):
    """Empty videos, and files below ``labels/`` (or of the earlier publication) by split."""
    (folder / "20bn-something-something-v2").mkdir(exist_ok=True)
    (folder / "labels").mkdir(exist_ok=True)
    for id_ in videos:
        (folder / f"20bn-something-something-v2/{id_}.webm").write_bytes(b"x")
    for name, content in texts.items():
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (folder / FILES[name]).write_text(text, encoding="utf-8")
    return folder


FILES = {
    "train": "labels/train.json",
    "validation": "labels/validation.json",
    "test": "labels/test-answers.csv",
    "old_train": "something-something-v2-train.json",
    "old_validation": "something-something-v2-validation.json",
}


def refused(folder, error=DataError, split=None):
    with pytest.raises(error) as caught:
        read_ssv2(folder, split=split)
    return str(caught.value)


def row(id_, caption, template, split):
    video = f"20bn-something-something-v2/{id_}.webm"
    return Row(id_, video, (caption,), split=split, labels={"template": template})


@pytest.mark.parametrize("old", ["", "old_"], ids=["labels/", "earlier"])
def test_labels_are_captions_and_templates_lose_their_brackets(tmp_path, old):
    clips = {f"{old}train": [clip("78687"), clip("42", "a", "b")], f"{old}validation": [clip("7")]}
    put(tmp_path, "42", "78687", "7", **clips)
    (tmp_path / "labels/test.json").write_text('[{"id": "1"}]')
    (tmp_path / "labels/labels.json").write_text('{"Putting something onto something": "0"}')
    template = "Putting something onto something"
    rows = (
        row("78687", "putting é onto wool", template, "train"),
        row("42", "a", "b", "train"),
        row("7", "putting é onto wool", template, "validation"),
    )
    assert read_ssv2(tmp_path, split=None).rows == rows
    assert read_ssv2(tmp_path, split="train").rows == rows[:2]
    assert read_ssv2(tmp_path, split="validation").rows == rows[2:]


def test_answers_of_the_test_are_templates(tmp_path):
    put(tmp_path, "3", "4", test="3;Holding something\n4;Moving something up, or down\r\n")
    assert read_ssv2(tmp_path, split="test").rows == (
        row("3", "Holding something", "Holding something", "test"),
        row("4", "Moving something up, or down", "Moving something up, or down", "test"),
    )


def test_clips_that_are_gone_are_listed(tmp_path):
    put(tmp_path, "2", train=[clip("1"), clip("2")])
    found = read_ssv2(tmp_path, split=None)
    assert [one.id for one in found.rows] == ["2"]
    assert found.absent == (Absent("1", "no video 1.* below 20bn-something-something-v2"),)


def test_an_unknown_split_is_refused_by_those_that_are_there(tmp_path):
    put(tmp_path, "1", train=[clip("1")], validation=[clip("2")])
    (tmp_path / "labels/test.json").write_text('[{"id": "1"}]')
    message = refused(tmp_path, InputError, split="test")
    assert message == f"dataset.split: {tmp_path} has annotations of train, validation, not of 'test'"


def test_a_folder_without_labels_or_videos_or_with_two_files_of_a_split_is_refused(tmp_path):
    assert "has no annotations labels/train.json, something-something-v2-train.json" in refused(tmp_path, InputError)
    put(tmp_path, "1", train=[clip("1")], old_train=[clip("1")])
    assert "are both of the split train: keep one" in refused(tmp_path, InputError)
    (tmp_path / FILES["old_train"]).unlink()
    (tmp_path / "20bn-something-something-v2").rename(tmp_path / "videos")
    assert "has no folder 20bn-something-something-v2 with the videos" in refused(tmp_path, InputError)
    assert "is not a folder" in refused(tmp_path / "absent", InputError)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (clip("2", label=""), "label must be a text that is not empty, got ''"),
        ({"id": "2", "template": "x"}, "label must be a text that is not empty, got None"),
        (clip("2", template=None), "template must be a text that is not empty, got None"),
        (clip("2", label="\ud800"), "label has half a character"),
        (clip(2), "id must be a text that is not empty, got 2"),
        (clip("2a"), "id must be a number, got '2a'"),
        (clip("\u0662"), "id must be a number"),
        ("2;Holding something", "the clip must be an object, got '2;Holding something'"),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_a_bad_label_is_refused_with_its_file_and_place(tmp_path, raw, says):
    put(tmp_path, "1")
    (tmp_path / FILES["train"]).write_text(json.dumps([clip("1"), raw]))
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / FILES['train']}: clip 1: ")
    assert says in message


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2", "label must be a text that is not empty, got ''"),
        ("2,Holding something", "id must be a number, got '2,Holding something'"),
        (";Holding something", "id must be a text that is not empty, got ''"),
        ("id;label", "id must be a number, got 'id'"),
    ],
)
def test_a_bad_answer_is_refused_with_file_and_line(tmp_path, line, says):
    put(tmp_path, "1", test=f"1;Holding something\n\n{line}\n")
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / FILES['test']}:3: ")
    assert says in message


def test_a_file_that_is_no_list_is_refused_by_name(tmp_path):
    put(tmp_path, "1", train={"1": clip("1")})
    assert refused(tmp_path).startswith(f"{tmp_path / FILES['train']} must be a list, got ")


def test_a_clip_that_stands_twice_is_refused(tmp_path):
    put(tmp_path, "1", train=[clip("1")], validation=[clip("1")])
    assert refused(tmp_path) == f"{tmp_path}: id '1' is listed twice"
