"""Whose fault it is that a video gives no frames or too few: the file's own, or the machine's, which is an error."""

import errno
import os
import struct

import av
import pytest
from frames_stage import Here, job, of_files
from numbered_clips import SIDE, damaged_packet, numbered, numbers
from PIL import Image

from platoscope.data import frames, reading
from platoscope.data.decode import decode_clip
from platoscope.data.frames import decode
from platoscope.errors import DataError
from platoscope.parallel import Crash
from platoscope.project import Project


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("list.mp4", "ffconcat version 1.0\nfile a.mp4\n", "concat"),
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.mp4\n#EXT-X-ENDLIST\n", "hls"),
    ],
)
def test_a_list_of_other_files_is_no_video(tmp_path, name, text, kind):
    numbered(tmp_path / "a.mp4", 3, codec="libx264", pix_fmt="yuv420p")
    (tmp_path / name).write_text(text)
    given = decode(job(tmp_path / name))
    assert (given.status, given.note) == ("failed", f"is a list of other files ({kind}), which are not followed")


def test_a_name_that_looks_like_a_pattern_is_that_of_one_file(tmp_path):
    for name, red in (("pic1.png", 40), ("pic2.png", 80), ("pic%d.png", 200)):
        Image.new("RGB", (32, 32), (red, 0, 0)).save(tmp_path / name)
    given = decode(job(tmp_path / "pic%d.png"))
    assert (given.n_decoded, given.frames[0, 0, 0].tolist()) == (1, [200, 0, 0])


def test_pixels_that_are_wide_beyond_measure_make_a_picture_that_is_refused(tmp_path):
    path = numbered(tmp_path / "clip.mp4", 3, codec="libx264", pix_fmt="yuv420p", tagged={"sample_aspect_ratio": 2})
    content = path.read_bytes()
    place = content.index(b"pasp")
    path.write_bytes(content[: place + 4] + struct.pack(">II", 2**31 - 1, 1) + content[place + 12 :])
    given = decode(job(path))
    assert (given.status, given.note) == (
        "failed",
        "has frames of 137438953408 x 64 pixels: wanted at most 67108864 in all",
    )


def flipped(path, *, which):
    """Change one byte in the middle of a packet."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        place = packets[which].pos + packets[which].size // 2
    content = bytearray(path.read_bytes())
    content[place] ^= 0x55
    path.write_bytes(content)


@pytest.mark.parametrize("options", [{"g": "1"}, {"g": "4"}, {"g": "1", "slices": "4"}], ids=str)
def test_pictures_whose_checksum_is_wrong_are_lost(tmp_path, options):
    path = numbered(tmp_path / "clip.mkv", 12, options={"level": "3", **options})
    assert decode(job(path)).status == "ok"
    flipped(path, which=5)
    given = decode_clip(path, budgets=[12], samplers=["linspace"], size=SIDE, fit="crop")
    assert given.status == "damaged"
    assert given.note == "1 losses, the first after 5 frames: a checksum is wrong"
    left = [0, 1, 2, 3, 4, *range(8 if options["g"] == "4" else 6, 12)]  # what leans on the lost one is lost too
    assert numbers(given.frames) == left


def test_pictures_without_checksums_are_taken_as_they_come(tmp_path):
    path = numbered(tmp_path / "clip.mkv", 6, options={"level": "3", "slicecrc": "0"})
    assert (decode(job(path)).status, decode(job(path)).n_decoded) == ("ok", 6)


def test_a_video_that_goes_before_it_is_decoded_is_an_error_and_no_failure(tmp_path):
    with pytest.raises(DataError, match=r"gone\.mp4 cannot be read any more \(No such file or directory\)"):
        decode(job(tmp_path / "gone.mp4"))


@pytest.mark.parametrize("status", ["ok", "damaged"])
def test_a_video_that_goes_while_it_is_decoded_is_an_error_whatever_was_read(tmp_path, monkeypatch, status):
    path = numbered(tmp_path / "clip.mp4", 24, codec="libx264", pix_fmt="yuv420p", options={"g": "12", "bf": "0"})
    if status == "damaged":
        damaged_packet(path, which=14)
    assert decode(job(path)).status == status
    whole = frames.decode_clip

    def gone_then(*place, **how):
        clip = whole(*place, **how)
        path.unlink()
        return clip

    monkeypatch.setattr(frames, "decode_clip", gone_then)
    with pytest.raises(DataError, match=r"clip\.mp4 cannot be read any more"):
        decode(job(path))


@pytest.mark.parametrize("fault", [errno.EIO, errno.ESTALE, errno.ENOENT])
def test_what_libav_calls_a_fault_of_the_disk_is_the_videos_where_its_file_can_be_read(tmp_path, monkeypatch, fault):
    def failing(*_, **__):
        raise DataError("clip.mkv: cannot be opened") from av.error.FFmpegError(fault, os.strerror(fault))

    path = numbered(tmp_path / "clip.mkv", 3)
    monkeypatch.setattr(frames, "decode_clip", failing)
    assert decode(job(path)).status == "failed"
    monkeypatch.setattr(reading.Path, "open", lambda *_, **__: failing_disk(fault))
    with pytest.raises(DataError, match=r"clip\.mkv cannot be read any more"):
        decode(job(path))


def failing_disk(fault):
    raise OSError(fault, os.strerror(fault))


def test_a_disk_that_does_not_answer_is_an_error_and_no_failure_of_its_videos(tmp_path, monkeypatch):
    class Hanging(Here):
        def do(self, *_):
            return Crash("did not end within 300 s")

    numbered(tmp_path / "c.mkv", 3)
    monkeypatch.setattr(frames, "Pool", Hanging)
    with pytest.raises(DataError, match=r"c\.mkv cannot be read, see to its disk: reading it did not end within 300 s"):
        of_files(tmp_path, Project(tmp_path / "project"), "c.mkv")
