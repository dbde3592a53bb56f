"""MSR-VTT in its published layouts: whole or in two files, splits of the file and the retrieval test of 1,000 clips."""

import json

import pytest

from platoscope.data.datasets.msrvtt import read_msrvtt
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

WHOLE, TRAIN_VAL, TEST = "MSRVTT_data.json", "train_val_videodatainfo.json", "test_videodatainfo.json"
JSFUSION = "MSRVTT_JSFUSION_test.csv"


def video(number, split="train", youtube="Ab_c-dEfgh1", **other):
    return {
        "id": number,
        "video_id": f"video{number}",
        "category": number % 20,
        "url": f"https://www.youtube.com/watch?v={youtube}",
        "start time": 137.72,
        "end time": 149.44,
        "split": split,
        **other,
    }


def said(number, *captions):
    return [{"sen_id": place, "video_id": f"video{number}", "caption": text} for place, text in enumerate(captions)]


VIDEOS = [video(0), video(6513, "validate", "-_-_-_-_-_-"), video(7020, "test"), video(9770, "test")]
SENTENCES = [*said(0, "a é", "a é"), *said(9770, "x", "y"), *said(6513, "b"), *said(7020, "c", "d", "c", "e")]


def put(folder, *ids, name=None, videos=VIDEOS, sentences=SENTENCES, retrieval=None):
    for id_ in ids:
        (folder / "videos" / id_).parent.mkdir(parents=True, exist_ok=True)
        (folder / "videos" / f"{id_}.mp4").write_bytes(b"x")
    if name:
        (folder / name).write_text(json.dumps({"info": {}, "videos": videos, "sentences": sentences}))
    if retrieval is not None:
        lines = ["key,vid_key,video_id,sentence", *retrieval]
        (folder / JSFUSION).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def refused(folder, error=DataError, split=None):
    with pytest.raises(error) as caught:
        read_msrvtt(folder, split=split)
    return str(caught.value)


def test_captions_are_gathered_by_clip_and_the_source_is_the_youtube_id(tmp_path):
    put(tmp_path, "video0", "all/video6513", "video7020", "video9770", name=WHOLE)
    assert read_msrvtt(tmp_path, split=None).rows == (
        Row("video0", "videos/video0.mp4", ("a é", "a é"), "Ab_c-dEfgh1", "train", {"category": 0}),
        Row("video6513", "videos/all/video6513.mp4", ("b",), "-_-_-_-_-_-", "validate", {"category": 13}),
        Row("video7020", "videos/video7020.mp4", ("c", "d", "c", "e"), "Ab_c-dEfgh1", "test", {"category": 0}),
        Row("video9770", "videos/video9770.mp4", ("x", "y"), "Ab_c-dEfgh1", "test", {"category": 10}),
    )


@pytest.mark.parametrize(
    ("split", "ids"), [("train", ["video0"]), ("validate", ["video6513"]), ("test", ["video7020", "video9770"])]
)
def test_a_split_has_the_clips_that_the_file_gives_it(tmp_path, split, ids):
    put(tmp_path, *(one["video_id"] for one in VIDEOS), name=WHOLE)
    assert [row.id for row in read_msrvtt(tmp_path, split=split).rows] == ids


def test_two_files_give_what_the_whole_one_does(tmp_path):
    ids = [one["video_id"] for one in VIDEOS]
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = put(tmp_path / "whole", *ids, name=WHOLE)
    parts = put(tmp_path / "parts", *ids, name=TRAIN_VAL, videos=VIDEOS[:2], sentences=SENTENCES[:2] + SENTENCES[4:5])
    assert read_msrvtt(parts, split="validate") == read_msrvtt(whole, split="validate")  # one of the two will do
    put(parts, name=TEST, videos=VIDEOS[2:], sentences=SENTENCES[2:4] + SENTENCES[5:])
    assert read_msrvtt(parts, split=None) == read_msrvtt(whole, split=None)


def test_the_retrieval_test_puts_its_sentence_before_the_other_captions(tmp_path):
    lines = ["ret0,msr9770,video9770,y", "ret1,msr7020,video7020,c"]
    put(tmp_path, "video0", "video7020", "video9770", name=WHOLE, retrieval=lines)
    rows = read_msrvtt(tmp_path, split="1k-A").rows
    assert [(row.id, row.captions, row.split) for row in rows] == [
        ("video9770", ("y", "x"), "1k-A"),
        ("video7020", ("c", "d", "c", "e"), "1k-A"),
    ]
    assert rows[0].source == "Ab_c-dEfgh1"
    assert rows[0].labels == {"category": 10}
    assert [row.split for row in read_msrvtt(tmp_path, split=None).rows] == ["train", "test", "test"]


def test_a_sentence_that_is_none_of_the_captions_stands_before_them_all(tmp_path):
    put(tmp_path, "video7020", name=WHOLE, retrieval=['ret0,msr7020,video7020,"c, é"'])
    assert read_msrvtt(tmp_path, split="1k-A").rows[0].captions == ("c, é", "c", "d", "c", "e")


def test_clips_that_are_gone_are_listed(tmp_path):
    put(tmp_path, "video9770", name=WHOLE)
    found = read_msrvtt(tmp_path, split="test")
    assert [row.id for row in found.rows] == ["video9770"]
    assert found.absent == (Absent("video7020", "no video video7020.* below videos"),)


def test_an_unknown_split_is_refused_by_those_that_are_there(tmp_path):
    put(tmp_path, "video0", name=WHOLE)
    message = refused(tmp_path, InputError, split="1k-A")
    assert message == f"dataset.split: {tmp_path} has annotations of train, validate, test, not of '1k-A'"
    put(tmp_path, retrieval=[])
    assert refused(tmp_path, InputError, split="val").endswith("of train, validate, test, 1k-A, not of 'val'")


def test_a_folder_without_annotations_or_with_the_same_ones_twice_is_refused(tmp_path):
    put(tmp_path, "video0")
    assert f"has no annotations {WHOLE} or {TRAIN_VAL} and {TEST}" in refused(tmp_path, InputError)
    put(tmp_path, name=WHOLE)
    put(tmp_path, name=TEST)
    assert f"has {WHOLE} and {TEST}, which is part of it: keep one" in refused(tmp_path, InputError)
    assert "is not a folder" in refused(tmp_path / "absent", InputError)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (video(1, video_id=None), "video_id must be a text that is not empty, got None"),
        (video(1, split=""), "split must be a text that is not empty, got ''"),
        (video(1, url="https://www.youtube.com/"), "url must have one YouTube id (watch?v=ID), got 'https://"),
        (video(1, url=3), "url must be a text that is not empty, got 3"),
        (video(1, category="3"), "category must be a whole number, got '3'"),
        (video(1, category=True), "category must be a whole number, got True"),
        (video(0), "video_id 'video0' is listed twice"),
        ("video1", "the video must be an object, got 'video1'"),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_a_bad_video_is_refused_with_its_file_and_place(tmp_path, raw, says):
    put(tmp_path, "video0", name=WHOLE, videos=[*VIDEOS, raw])
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / WHOLE}: video 4: ")
    assert says in message


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"video_id": "video1", "caption": "x"}, "video_id 'video1' is of no video that is listed"),
        ({"video_id": "video0", "caption": " "}, "caption must be a text that is not empty, got ' '"),
        ({"video_id": "video0", "caption": "\ud800"}, "caption has half a character"),
        ({"caption": "x"}, "video_id must be a text that is not empty, got None"),
        (["video0", "x"], "the sentence must be an object"),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_a_bad_sentence_is_refused_with_its_file_and_place(tmp_path, raw, says):
    put(tmp_path, "video0", name=WHOLE, sentences=[*SENTENCES, raw])
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / WHOLE}: sentence {len(SENTENCES)}: ")
    assert says in message


def test_a_video_of_which_nothing_is_said_is_refused(tmp_path):
    put(tmp_path, "video0", name=WHOLE, sentences=SENTENCES[:-4])
    assert refused(tmp_path) == f"{tmp_path / WHOLE}: video7020: the video has no sentence"


@pytest.mark.parametrize(
    ("text", "says"),
    [("[]", "must be an object"), ("{}", "videos must be a list"), ('{"videos": []}', "sentences must be a list")],
)
def test_a_file_of_another_kind_is_refused_by_name(tmp_path, text, says):
    put(tmp_path, "video0")
    (tmp_path / WHOLE).write_text(text)
    assert refused(tmp_path).startswith(str(tmp_path / WHOLE))
    assert says in refused(tmp_path)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["ret0,msr1,video1,c"], ":2: video_id 'video1' is of no video that is listed"),
        (["ret0,msr7020,video7020,"], ":2: sentence must be a text that is not empty, got ''"),
        (["ret0,msr7020,video7020"], ":2: the row has more or fewer cells than the header"),
        (["ret0,msr7020,video7020,c", "ret1,msr7020,video7020,d"], ": id 'video7020' is listed twice"),
    ],
)
def test_a_bad_line_of_the_retrieval_test_is_refused(tmp_path, lines, says):
    put(tmp_path, "video7020", name=WHOLE, retrieval=lines)
    assert says in refused(tmp_path, split="1k-A")


def test_a_retrieval_test_with_another_header_is_refused(tmp_path):
    put(tmp_path, "video7020", name=WHOLE)
    (tmp_path / JSFUSION).write_text("key;vid_key;video_id;sentence\nret0;msr7020;video7020;c\n")
    assert f"{tmp_path / JSFUSION}:1: no column sentence, video_id" in refused(tmp_path, split="1k-A")


def test_a_clip_of_both_files_is_refused(tmp_path):
    put(tmp_path, "video7020", name=TRAIN_VAL)
    put(tmp_path, name=TEST)
    assert refused(tmp_path, split="test") == f"{tmp_path}: id 'video7020' is listed twice"
