"""Shards are listed sample by sample as the convention has it, and bytes are read by their place."""

import re
import tarfile

import pytest
from tars import put_shard, special

from platoscope.data.datasets import shards
from platoscope.data.datasets.shards import Member, read_member, read_member_text, samples_of, shards_below
from platoscope.errors import DataError, InputError

BLOCK = tarfile.BLOCKSIZE
FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


def listed(shard):
    """Samples as (key, {suffix: content})."""
    return [
        (sample.key, {suffix: read_member(member) for suffix, member in sample.members.items()})
        for sample in samples_of(shard)
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_members_of_one_key_that_follow_each_other_are_a_sample(tmp_path, kind):
    long = "x" * 90 + "/" + "y" * 120  # more than the oldest headers hold in one field
    shard = put_shard(
        tmp_path / "a.tar",
        ("b.mp4", b"video b"),
        ("b.JSON", {"n": 1}),
        ("dir.d/a.left.mp4", b"left"),
        ("dir.d/a.txt", b""),
        ("./c.mp4", b"c"),
        *([(f"{long}.mp4", b"long"), ("é.mp4", b"e")] if kind != tarfile.USTAR_FORMAT else []),
        kind=kind,
    )
    wanted = [
        ("b", {"mp4": b"video b", "json": b'{"n": 1}'}),
        ("dir.d/a", {"left.mp4": b"left", "txt": b""}),
        ("c", {"mp4": b"c"}),
    ]
    more = [(long, {"mp4": b"long"}), ("é", {"mp4": b"e"})] if kind != tarfile.USTAR_FORMAT else []
    assert listed(shard) == wanted + more


def test_a_key_that_comes_again_later_is_another_sample(tmp_path):
    shard = put_shard(tmp_path / "a.tar", ("a.mp4", b"1"), ("b.mp4", b"2"), ("a.json", {}))
    assert [sample.key for sample in samples_of(shard)] == ["a", "b", "a"]


def test_folders_hidden_files_names_without_a_dot_and_notes_are_passed_over(tmp_path):
    shard = put_shard(
        tmp_path / "a.tar",
        special("d", tarfile.DIRTYPE),
        ("d/._a.mp4", b"of another system"),
        ("d/a.mp4", b"1"),
        ("README", b"none"),
        ("__notes.of.it__", b"none"),
        ("d/__b__.mp4", b"2"),
    )
    assert listed(shard) == [("d/a", {"mp4": b"1"}), ("d/__b__", {"mp4": b"2"})]


def test_a_shard_of_nothing_has_no_samples(tmp_path):
    assert listed(put_shard(tmp_path / "a.tar")) == []


def test_one_member_of_a_kind_is_found_by_its_whole_suffix_or_else_by_its_end(tmp_path):
    shard = put_shard(
        tmp_path / "a.tar",
        *[("a.mp4", b""), ("a.left.mp4", b""), ("a.json", b"")],
        *[("b.720p.webm", b""), ("b.txt", b"")],
        *[("c.mp4", b""), ("c.mkv", b"")],
    )
    a, b, c = samples_of(shard)
    assert a.video().name == "a.mp4"
    assert b.video().name == "b.720p.webm"
    assert b.member({"json"}) is None
    with pytest.raises(DataError, match="has mp4 and mkv, of which only one can be meant"):
        c.video()


def test_a_text_is_read_to_a_limit_and_has_to_be_utf_8(tmp_path, monkeypatch):
    shard = put_shard(tmp_path / "a.tar", ("a.txt", "é".encode()), ("b.txt", b"\n\xff"), ("c.txt", b"12345678"))
    monkeypatch.setattr(shards, "TEXT_LIMIT", 7)
    a, b, c = (sample.members["txt"] for sample in samples_of(shard))
    assert read_member_text(a) == "é"
    with pytest.raises(DataError, match=r"b\.txt:2: not UTF-8: byte 0xff"):
        read_member_text(b)
    with pytest.raises(DataError, match=r"'c\.txt' has 8 bytes, a text may have 7"):
        read_member_text(c)


def test_videos_are_located_and_not_read(tmp_path, monkeypatch):
    shard = put_shard(tmp_path / "a.tar", ("a.mp4", bytes(3 * 2**20)), ("b.mp4", bytes(3 * 2**20)))
    read = []
    plain = shards._Headers.read
    monkeypatch.setattr(shards._Headers, "read", lambda self, size=-1: read.append(size) or plain(self, size))
    assert [sample.video() for sample in samples_of(shard)] == [
        Member(shard, "a.mp4", BLOCK, 3 * 2**20),
        Member(shard, "b.mp4", 2 * BLOCK + 3 * 2**20, 3 * 2**20),
    ]
    assert 0 < sum(read) < 2**17


def test_shards_are_found_anywhere_below_in_the_order_of_their_names(tmp_path):
    names = ["b/000001.tar", "b/000000.tar", "a.TAR", "c.tar.idx", "a.tar.txt"]
    for name in names:
        put_shard(tmp_path / name)
    assert [shard.relative_to(tmp_path).as_posix() for shard in shards_below(tmp_path)] == [
        "a.TAR",
        "b/000000.tar",
        "b/000001.tar",
    ]
    with pytest.raises(InputError, match=r"dataset\.path: .* is not a folder"):
        shards_below(tmp_path / "none")


@pytest.mark.parametrize("name", ["a.tar.gz", "deep/a.TGZ", "a.tar.zst"])
def test_a_compressed_shard_is_refused_by_name(tmp_path, name):
    put_shard(tmp_path / "a.tar")
    put_shard(tmp_path / name)
    with pytest.raises(InputError, match=rf"{re.escape(name)} is compressed.*unpack it to a \.tar"):
        shards_below(tmp_path)
