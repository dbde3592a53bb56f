"""The PE Video Dataset in both layouts: captions as JSON lines beside loose videos, or beside shards as published."""

import json
import re

import pytest
from tars import put_shard

from platoscope.data.datasets.pvd import read_pvd
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

CLIP = {
    "id": "7",
    "category": "Made Up",
    "description": "a title",
    "human_caption": "Seven things are seen. One é moves.",
    "model_caption": "The video shows seven things.",
    "rephrased_captions": [f"thing {n}" for n in range(10)],
    "duration_s": 6.5,
    "fps": 25,
}
LABELS = {"category": "Made Up", "duration_s": 6.5, "fps": 25}


def put(folder, *clips, name="captions.jsonl"):
    folder.mkdir(exist_ok=True)
    lines = [clip if isinstance(clip, str) else json.dumps(clip, ensure_ascii=False) for clip in clips]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def loose(folder, *names):
    (folder / "videos").mkdir(exist_ok=True)
    for name in names:
        (folder / "videos" / name).touch()
    return folder


def refused(folder, captions="rephrased", error=DataError):
    with pytest.raises(error) as caught:
        read_pvd(folder, captions=captions)
    return str(caught.value)


SHORT = tuple(CLIP["rephrased_captions"])


@pytest.mark.parametrize(
    ("kind", "captions", "paraphrases"),
    [
        ("rephrased", SHORT, tuple(tuple(text for text in SHORT if text != own) for own in SHORT)),
        ("human", (CLIP["human_caption"],), (SHORT,)),
        ("model", (CLIP["model_caption"],), (SHORT,)),
    ],
)
def test_the_captions_are_of_the_kind_that_is_asked_for_and_the_short_ones_their_paraphrases(
    tmp_path, kind, captions, paraphrases
):
    loose(put(tmp_path, CLIP), "7.mp4")
    found = read_pvd(tmp_path, captions=kind)
    assert found.rows == (Row("7", "videos/7.mp4", captions, labels=LABELS, paraphrases=paraphrases),)
    assert found.packed is None


def test_a_clip_without_short_captions_has_no_paraphrases(tmp_path):
    loose(put(tmp_path, {**CLIP, "rephrased_captions": None}), "7.mp4")
    (row,) = read_pvd(tmp_path, captions="human").rows
    assert row.paraphrases == ()


def test_loose_videos_are_found_by_id_and_those_that_are_gone_are_absent(tmp_path):
    loose(put(tmp_path, {**CLIP, "id": "b"}, "", CLIP, {**CLIP, "id": "é"}), "é.webm", "7.mp4", "other.mp4")
    found = read_pvd(tmp_path, captions="human")
    assert [(row.id, row.video, row.split) for row in found.rows] == [
        ("7", "videos/7.mp4", None),
        ("é", "videos/é.webm", None),
    ]
    assert found.absent == (Absent("b", "no video b.* below videos"),)


def test_shards_as_published_are_searched_for_the_clips_that_are_listed(tmp_path):
    put(tmp_path, *({**CLIP, "id": id_} for id_ in ("3", "1", "5", "2", "4")))
    put_shard(tmp_path / "test" / "000000.tar", ("1.mp4", b"one"), ("1.json", b"not read"), ("9.mp4", b"not listed"))
    put_shard(tmp_path / "train" / "000000.tar", ("2.json", {}), ("2.mp4", b"two!"), ("4.json", {}))
    put_shard(tmp_path / "000003.tar", ("deep/3.mp4", b"three"))
    put_shard(tmp_path / "extended" / "000001.tar")
    found = read_pvd(tmp_path, captions="model")
    assert [(row.id, row.video, row.split) for row in found.rows] == [
        ("3", "deep/3.mp4", None),
        ("1", "1.mp4", "test"),
        ("2", "2.mp4", "train"),
    ]
    assert found.absent == tuple(Absent(id_, f"no video {id_}.* in the shards") for id_ in ("5", "4"))
    assert [found.packed.read(row.id) for row in found.rows] == [b"three", b"one", b"two!"]
    assert [found.packed.n_bytes(row.id) for row in found.rows] == [5, 3, 4]


def test_both_layouts_give_the_same_clips_and_captions(tmp_path):
    clips = [{**CLIP, "id": str(n), "human_caption": f"caption {n}"} for n in range(4)]
    one = loose(put(tmp_path / "one", *clips), *(f"{n}.mp4" for n in range(3)))
    other = put(tmp_path / "other", *clips)
    put_shard(other / "a.tar", *((f"{n}.mp4", b"") for n in (2, 0, 1)))
    read = [read_pvd(folder, captions="human") for folder in (one, other)]
    assert [(row.id, row.captions, row.labels) for row in read[0].rows] == [
        (row.id, row.captions, row.labels) for row in read[1].rows
    ]
    assert [gone.id for gone in read[0].absent] == [gone.id for gone in read[1].absent] == ["3"]


def test_what_is_not_known_of_a_clip_is_no_label(tmp_path):
    loose(put(tmp_path, {"id": "7", "human_caption": "x", "fps": None}), "7.mp4")
    assert read_pvd(tmp_path, captions="human").rows == (Row("7", "videos/7.mp4", ("x",)),)


@pytest.mark.parametrize(
    ("clip", "says"),
    [
        ({**CLIP, "id": 8}, "id must be a text that is not empty, got 8"),
        ({**CLIP, "id": ""}, "id must be a text that is not empty, got ''"),
        ({"id": "8"}, "rephrased_captions must be a list of texts that are not empty, got None"),
        (
            {**CLIP, "id": "8", "rephrased_captions": []},
            "rephrased_captions must be a list of texts that are not empty",
        ),
        ({**CLIP, "id": "8", "rephrased_captions": ["x", ""]}, "rephrased_captions must be a list of texts"),
        ({**CLIP, "id": "8", "category": 3}, "category must be a text that is not empty, got 3"),
        ({**CLIP, "id": "8", "duration_s": "6"}, "duration_s must be a number above 0, got '6'"),
        ({**CLIP, "id": "8", "duration_s": 0}, "duration_s must be a number above 0, got 0"),
        ({**CLIP, "id": "8", "fps": True}, "fps must be a number above 0, got True"),
        ("[1]", "the line must be an object, got [1]"),
        ("{", "the line is not JSON: "),
        ('{"id": "8", "fps": NaN}', "NaN is no JSON number"),
        ('{"id": "8\\ud800"}', "id has half a character"),
        (CLIP, "id '7' stands on line 1 already"),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_a_bad_line_is_refused_with_file_and_line(tmp_path, clip, says):
    loose(put(tmp_path, CLIP, "", clip), "7.mp4", "8.mp4")
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / 'captions.jsonl'}:3: ")
    assert says in message


@pytest.mark.parametrize(("kind", "field"), [("human", "human_caption"), ("model", "model_caption")])
def test_a_caption_that_lacks_is_refused_where_its_kind_is_asked_for(tmp_path, kind, field):
    loose(put(tmp_path, {**CLIP, field: " "}), "7.mp4")
    assert f":1: {field} must be a list of texts that are not empty, got [' ']" in refused(tmp_path, kind)
    assert len(read_pvd(tmp_path, captions="rephrased").rows) == 1


def test_five_bad_lines_are_named_and_the_others_counted(tmp_path):
    loose(put(tmp_path, *["{"] * 7), "7.mp4")
    assert refused(tmp_path).endswith("; and 2 more")


def test_a_kind_of_captions_that_does_not_exist_is_refused(tmp_path):
    message = refused(tmp_path, "short", InputError)
    assert message == "dataset.captions is 'short', it must be one of rephrased, human, model"


def test_one_file_of_captions_is_needed_and_one_layout_of_videos(tmp_path):
    assert "is not a folder" in refused(tmp_path / "none", error=InputError)
    assert "needs one file with captions (*.jsonl), it has none" in refused(tmp_path, error=InputError)
    put(tmp_path, CLIP)
    assert "has neither a folder videos nor shards (*.tar); one of them is needed" in refused(
        tmp_path, error=InputError
    )
    loose(tmp_path, "7.mp4")
    put_shard(tmp_path / "test" / "000000.tar", ("7.mp4", b""))
    assert re.search(r"has both a folder videos and shards \(.*000000\.tar\)", refused(tmp_path, error=InputError))
    put(tmp_path, CLIP, name="more.jsonl")
    assert "it has captions.jsonl and more.jsonl" in refused(tmp_path, error=InputError)


def test_an_id_with_two_videos_is_refused(tmp_path):
    put(tmp_path, CLIP)
    for split in ("test", "train"):
        put_shard(tmp_path / split / "000000.tar", ("7.mp4", b""))
    assert re.search("'7' has two videos, in .*/test/000000.tar and in .*/train/000000.tar", refused(tmp_path))
    (tmp_path / "train" / "000000.tar").unlink()
    put_shard(tmp_path / "test" / "000000.tar", ("7.mp4", b""), ("7.mkv", b""))
    assert refused(tmp_path).endswith("sample '7' has mp4 and mkv, of which only one can be meant")


def test_captions_without_a_single_video_are_refused(tmp_path):
    put(tmp_path, CLIP)
    put_shard(tmp_path / "a.tar", ("8.mp4", b""))
    assert refused(tmp_path) == f"{tmp_path}: of the 1 clips listed not one has a video in the shards"
    (tmp_path / "a.tar").unlink()
    assert "of the 1 samples listed not one has a video below videos" in refused(loose(tmp_path, "8.mp4"))
    assert "of the 0 samples listed" in refused(put(tmp_path, ""))


def test_a_damaged_shard_is_refused(tmp_path):
    put(tmp_path, CLIP)
    shard = put_shard(tmp_path / "a.tar", ("7.mp4", b"x"))
    shard.write_bytes(shard.read_bytes()[:1024])
    assert refused(tmp_path) == f"{shard}: after member '7.mp4' the shard is damaged or was cut short at byte 1024"
