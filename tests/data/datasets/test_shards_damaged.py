"""Hostile and damaged shards are refused by the name of shard and member, whatever their headers claim."""

import gzip
import io
import re
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tars import put_shard, special

from platoscope.data.datasets.shards import read_member, samples_of
from platoscope.errors import DataError

BLOCK = tarfile.BLOCKSIZE


def refused(shard):
    with pytest.raises(DataError) as caught:
        list(samples_of(shard))
    message = str(caught.value)
    assert message.startswith(f"{shard}: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("member", "says"),
    [
        (special("b.mp4", tarfile.SYMTYPE, link="/etc/passwd"), "member 'b.mp4' is no plain file (type b'2')"),
        (special("b.mp4", tarfile.LNKTYPE, link="a.mp4"), "member 'b.mp4' is no plain file (type b'1')"),
        (special("b.mp4", tarfile.FIFOTYPE), "member 'b.mp4' is no plain file"),
        (special("b.mp4", tarfile.CHRTYPE), "member 'b.mp4' is no plain file"),
        (special("b.mp4", tarfile.GNUTYPE_SPARSE), "member 'b.mp4' is no plain file"),
        (special("b.mp4", b"V"), "member 'b.mp4' is no plain file"),
        (("/b.mp4", b"x"), "member '/b.mp4': the path leads out of the shard"),
        (("d/../../b.mp4", b"x"), "member 'd/../../b.mp4': the path leads out of the shard"),
        (("b\udcff.mp4", b"x"), "member 'b\\udcff.mp4': the name is not UTF-8"),
        (("a.MP4", b"x"), "member 'a.MP4' stands twice in a sample"),
    ],
    ids=[
        "a link that is symbolic",
        "a hard link",
        "a fifo",
        "a device",
        "a sparse file",
        "a volume's name",
        "an absolute path",
        "a path that leads out",
        "a name that is not UTF-8",
        "a part that stands twice",
    ],
)
def test_a_member_that_is_no_plain_file_below_the_shard_is_refused_by_name(tmp_path, member, says):
    shard = put_shard(tmp_path / "a.tar", ("a.mp4", b"1"), member)
    assert says in refused(shard)


@pytest.mark.parametrize("name", ["b\0/../c.mp4", "/abs.mp4", "../up.mp4"])
def test_a_path_in_a_later_header_is_looked_at_too(tmp_path, name):
    info = tarfile.TarInfo("b.mp4")
    info.pax_headers = {"path": name}
    shard = put_shard(tmp_path / "a.tar", ("a.mp4", b"1"), info, kind=tarfile.PAX_FORMAT)
    assert "the path leads out of the shard" in refused(shard)


def test_wherever_a_shard_is_cut_it_is_refused(tmp_path):
    whole = put_shard(tmp_path / "whole.tar", ("a.mp4", b"1" * 700), ("b.mp4", b"2")).read_bytes()
    end = 3 * BLOCK + 2 * BLOCK  # header and two blocks, header and one block
    shard = tmp_path / "cut.tar"
    for cut in [*range(0, end + BLOCK, 64), end - 1, end + BLOCK - 1]:
        shard.write_bytes(whole[:cut])
        assert re.search("not whole|cut short|damaged", refused(shard)), cut
    shard.write_bytes(whole[: end + BLOCK])
    assert [sample.key for sample in samples_of(shard)] == ["a", "b"]


def test_the_member_that_is_cut_or_follows_damage_is_named(tmp_path):
    whole = put_shard(tmp_path / "a.tar", ("a.mp4", b"1" * 700), ("b.mp4", b"2")).read_bytes()
    shard = tmp_path / "b.tar"
    shard.write_bytes(whole[: 2 * BLOCK])
    assert refused(shard).endswith("member 'a.mp4' is not whole: 700 bytes are claimed, 512 are left")
    shard.write_bytes(whole[: 3 * BLOCK] + b"\xff" * BLOCK + whole[4 * BLOCK :])
    assert refused(shard).endswith("after member 'a.mp4' the shard is damaged or was cut short at byte 1536")


def test_shards_that_were_joined_are_refused_since_the_second_would_be_lost(tmp_path):
    one, other = (put_shard(tmp_path / f"{name}.tar", (f"{name}.mp4", b"x")).read_bytes() for name in "ab")
    shard = tmp_path / "both.tar"
    shard.write_bytes(one + other)
    assert "after member 'a.mp4' the tar ends at byte 1024, but more follows" in refused(shard)


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"x" * 4000, gzip.compress(b"x", mtime=0)])
def test_what_is_no_tar_is_refused(tmp_path, content):
    shard = tmp_path / "a.tar"
    shard.write_bytes(content)
    refused(shard)


def header(name, *, fields):
    """A header with fields as they are given, and a checksum that fits."""
    raw = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    for (start, stop), value in fields.items():
        raw[start:stop] = value.ljust(stop - start, b"\0")
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)
    return bytes(raw)


SIZE, TYPE = (124, 136), (156, 157)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({SIZE: b"\xff" * 12}, "-1 bytes are claimed"),  # back onto itself: no end to it
        ({SIZE: b"\xff" * 11 + b"\0"}, "-256 bytes are claimed"),
        ({SIZE: b"\x80" + b"\xff" * 11}, "bytes are claimed"),
        ({SIZE: b"77777777777"}, "8589934591 bytes are claimed"),
        ({SIZE: b"77777777777", TYPE: b"L"}, "a header claims a length of"),
        ({SIZE: b"77777777777", TYPE: b"x"}, "a header claims a length of"),
        ({SIZE: b"\xff" * 10 + b"\xfc\0", TYPE: b"x"}, "a header claims a length of"),
        ({SIZE: b"\xff" * 10 + b"\xfc\0", TYPE: b"g"}, "a header claims a length of"),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_a_header_that_lies_about_lengths_is_refused_at_once(tmp_path, fields, says):
    shard = tmp_path / "a.tar"
    shard.write_bytes(header("a.mp4", fields=fields) + bytes(64 * BLOCK))
    assert says in refused(shard)


def test_a_chain_of_headers_without_end_is_refused(tmp_path):
    shard = tmp_path / "a.tar"
    shard.write_bytes((header("a", fields={SIZE: b"1", TYPE: b"L"}) + b"x".ljust(BLOCK, b"\0")) * 5000)
    assert "it is no tar or is damaged" in refused(shard)


WHOLE = io.BytesIO()
with tarfile.open(fileobj=WHOLE, mode="w", format=tarfile.PAX_FORMAT) as tar:
    for name in ("a.mp4", "a.json", f"{'é' * 60}.mp4"):
        info = tarfile.TarInfo(name)
        info.size = 5
        tar.addfile(info, io.BytesIO(b"12345"))


@given(st.lists(st.tuples(st.integers(0, 9 * BLOCK - 1), st.integers(0, 255)), max_size=3), st.integers(0, 20 * BLOCK))
def test_any_damage_is_a_listing_within_the_file_or_an_error_of_the_data(tmp_path_factory, flips, cut):
    content = bytearray(WHOLE.getvalue())
    for place, value in flips:
        content[place] = value
    shard = tmp_path_factory.mktemp("bent") / "a.tar"
    shard.write_bytes(bytes(content[:cut]))
    try:
        samples = list(samples_of(shard))
    except DataError as error:
        assert str(error).startswith(f"{shard}: ")  # noqa: PT017 (not every case is an error)
        return
    for sample in samples:
        for member in sample.members.values():
            assert len(read_member(member)) == member.size


def test_a_shard_that_shrinks_after_it_was_listed_is_refused(tmp_path):
    shard = put_shard(tmp_path / "a.tar", ("a.mp4", b"12345"))
    (sample,) = samples_of(shard)
    shard.write_bytes(shard.read_bytes()[: BLOCK + 2])
    with pytest.raises(DataError, match=r"member 'a\.mp4' is not whole: the shard was changed meanwhile"):
        read_member(sample.video())
