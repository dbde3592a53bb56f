"""Shards of one's own become rows with the bytes of their videos; samples that are not clear are refused by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tars import put_shard

from platoscope.data import dataset
from platoscope.data.datasets.webdataset import read_webdataset
from platoscope.data.rows import Absent, Row, read_lines
from platoscope.errors import DataError, InputError
from platoscope.params import parse_params
from platoscope.project import Project


def read(folder, caption_field="caption", source_field=None):
    return read_webdataset(folder, caption_field=caption_field, source_field=source_field)


def refused(folder, *fields):
    with pytest.raises(DataError) as caught:
        read(folder, *fields)
    return str(caught.value)


def test_samples_of_all_shards_are_rows_in_the_order_of_the_shards(tmp_path):
    put_shard(tmp_path / "b.tar", ("c.webm", b"video c"), ("c.json", {"caption": ["one", "two"], "film": 7}))
    put_shard(
        tmp_path / "a" / "0.tar",
        *[("b.json", {"caption": "é \u2028", "film": "f"}), ("b.mp4", b"video b")],
        *[("d/a.mp4", b"video a"), ("d/a.json", {"caption": "x", "film": None}), ("d/a.jpg", b"picture")],
    )
    (tmp_path / "0_stats.json").write_text("{}")
    found = read(tmp_path, "caption", "film")
    assert found.rows == (
        Row("b", "b.mp4", ("é \u2028",), source="f"),
        Row("d/a", "d/a.mp4", ("x",)),
        Row("c", "c.webm", ("one", "two"), source="7"),
    )
    assert found.absent == ()
    assert [found.packed.read(row.id) for row in found.rows] == [b"video b", b"video a", b"video c"]
    assert [found.packed.n_bytes(row.id) for row in found.rows] == [7, 7, 7]
    assert [row.source for row in read(tmp_path).rows] == [None, None, None]


def test_captions_are_the_lines_of_a_text_where_the_field_is_its_suffix(tmp_path):
    put_shard(
        tmp_path / "a.tar",
        *[("a.mp4", b"a"), ("a.txt", "one\r\n\ntwo é \u2028 more\n".encode()), ("a.json", b"not read")],
        *[("b.mp4", b"b"), ("b.en.txt", b"no text of this name"), ("b.json", {"txt": "from the JSON"})],
    )
    rows = read(tmp_path, "txt").rows
    assert [row.captions for row in rows] == [("one", "two é \u2028 more"), ("from the JSON",)]


def test_samples_without_a_video_are_absent(tmp_path):
    put_shard(tmp_path / "a.tar", ("a.json", {"caption": "x"}), ("b.json", {"caption": "x"}), ("b.mp4", b"b"))
    found = read(tmp_path)
    assert found.absent == (Absent("a", "no video in its sample in a.tar"),)
    assert [row.id for row in found.rows] == ["b"]
    put_shard(tmp_path / "a.tar", ("a.json", {"caption": "x"}))
    assert refused(tmp_path) == f"{tmp_path}: of the 1 samples in its shards not one has a video"


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([("b.mp4", b"")], "no captions: beside its video is neither a .json nor a .caption; members of a"),
        ([("b.mp4", b""), ("b.json", {"text": "x", "n": 1})], "no captions: its .json has no 'caption', only text, n"),
        ([("b.mp4", b""), ("b.json", {"caption": ""})], "caption must be a list of texts that are not empty, got ['']"),
        ([("b.mp4", b""), ("b.json", {"caption": None})], "caption must be a list of texts that are not empty"),
        ([("b.mp4", b""), ("b.json", {"caption": [3]})], "caption must be a list of texts that are not empty"),
        ([("b.mp4", b""), ("b.json", b'{"caption": "\\ud800"}')], "a caption has half a character"),
        ([("b.mp4", b""), ("b.json", b"{")], "b.json is not JSON: "),
        ([("b.mp4", b""), ("b.json", b"[" * 100_000)], "b.json is not JSON: "),
        ([("b.mp4", b""), ("b.json", b'{"caption": NaN}')], "NaN is no JSON number"),
        ([("b.mp4", b""), ("b.json", b"[1]")], "b.json must be an object, got [1]"),
        ([("b.mp4", b""), ("b.json", b"\xff")], "b.json:1: not UTF-8: byte 0xff"),
        ([("b.mp4", b""), ("b.mkv", b"")], "has mp4 and mkv, of which only one can be meant"),
        ([("b.mp4", b""), ("b.a.json", b"{}"), ("b.b.json", b"{}")], "has a.json and b.json, of which only one"),
        ([("b.mp4", b""), ("b.caption", b" \n\n")], "b.caption must be a list of texts that are not empty, got []"),
        ([("b.mp4", b""), ("b.caption", b"\n\xff")], "b.caption:2: not UTF-8"),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_a_bad_sample_is_refused_with_its_shard_and_key(tmp_path, members, says):
    shard = put_shard(tmp_path / "a.tar", ("a.mp4", b""), ("a.json", {"caption": "x"}), *members)
    message = refused(tmp_path)
    assert message.startswith(f"{shard}: sample 'b': ")
    assert says in message


def test_a_source_has_to_be_there_where_it_is_asked_for(tmp_path):
    put_shard(
        tmp_path / "a.tar", ("a.mp4", b""), ("a.txt", b"x"), ("b.mp4", b""), ("b.txt", b"x"), ("b.json", {"f": ""})
    )
    message = refused(tmp_path, "txt", "f")
    assert "sample 'a': no source: its .json has no 'f', only nothing" in message
    assert "sample 'b': f must be a text that is not empty, got ''" in message
    assert len(read(tmp_path, "txt").rows) == 2


def test_a_key_that_stands_twice_is_refused_with_both_shards(tmp_path):
    for name in ("a.tar", "b.tar"):
        put_shard(tmp_path / name, ("x.mp4", b""), ("x.json", {"caption": "x"}))
    told = f"{tmp_path}/b.tar: sample 'x': the key stands in {tmp_path}/a.tar already"
    assert refused(tmp_path) == f"{told}; members of a sample have to follow each other"
    (tmp_path / "b.tar").unlink()
    put_shard(tmp_path / "a.tar", *[(f"{key}.{s}", {"caption": "x"}) for key in "xyx" for s in ("json", "mp4")])
    assert "sample 'x': the key stands in" in refused(tmp_path)


def test_five_bad_samples_are_named_and_the_others_counted(tmp_path):
    put_shard(tmp_path / "a.tar", *[(f"{key}.mp4", b"") for key in "abcdefg"])
    message = refused(tmp_path)
    assert [f"sample '{key}'" in message for key in "abcdefg"] == [True] * 5 + [False] * 2
    assert message.endswith("; and 2 more")


def test_a_damaged_shard_is_refused(tmp_path):
    shard = put_shard(tmp_path / "a.tar", ("a.mp4", b"x"))
    shard.write_bytes(shard.read_bytes()[:700])
    assert refused(tmp_path).startswith(f"{shard}: after member 'a.mp4' it is no tar or is damaged")


@pytest.mark.parametrize("field", ["mp4", "webm", "json"])
def test_a_field_that_is_no_caption_is_refused(tmp_path, field):
    put_shard(tmp_path / "a.tar", ("a.mp4", b""), ("a.json", {"caption": "x"}))
    with pytest.raises(InputError, match=rf"dataset\.caption_field is '{field}': name a key of the \.json or a suffix"):
        read(tmp_path, field)


def test_a_folder_without_shards_is_refused(tmp_path):
    (tmp_path / "a.mp4").touch()
    with pytest.raises(InputError, match=r"dataset\.path: .* has no shards \(\*\.tar\)"):
        read(tmp_path)


KEY = st.text(
    st.characters(codec="utf-8", exclude_characters="/.", exclude_categories=("Cc", "Zl", "Zp")), min_size=1, max_size=6
)
CAPTION = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(str.strip)


@given(st.dictionaries(KEY, st.tuples(st.lists(CAPTION, min_size=1), st.binary()), min_size=1, max_size=4))
def test_what_is_written_is_read(tmp_path_factory, samples):
    folder = tmp_path_factory.mktemp("shards")
    members = [
        member for key, (texts, video) in samples.items() for member in ((f"{key}.mp4", video), (f"{key}.json", texts))
    ]
    members = [(name, {"caption": part} if isinstance(part, list) else part) for name, part in members]
    put_shard(folder / "a.tar", *members, kind=2)
    found = read(folder)
    assert {row.id: (list(row.captions), found.packed.read(row.id)) for row in found.rows} == samples


def test_the_stage_copies_the_videos_out_of_the_shards(tmp_path):
    mine = tmp_path / "mine"
    put_shard(mine / "a.tar", *[(f"é{n}.{s}", {"caption": str(n)}) for n in range(3) for s in ("json", "MP4")])
    project = Project(tmp_path / "project")
    params = parse_params(
        {
            "dataset": {"source": "webdataset", "path": str(mine), "n": 2},
            "frames": {"size": 8},
            "budgets": {"frames": [1], "captions": [1]},
            "encoders": {
                "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
                "text": {"words": {"family": "hf_text"}},
            },
        }
    )
    assert dataset.run(params, project) == "dataset: 2 clips of mine, 2 captions"
    written = read_lines(project.dataset / "videos.jsonl")
    captions = read_lines(project.dataset / "captions.jsonl")
    assert [row["path"] for row in written] == ["videos/0000000.mp4", "videos/0000001.mp4"]
    for row, caption in zip(written, captions, strict=True):
        assert row["id"] == caption["id"] == f"é{caption['captions'][0]}"
        assert json.loads((project.dataset / row["path"]).read_bytes()) == {"caption": caption["captions"][0]}
