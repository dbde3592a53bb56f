"""Limits of the frames stage: pixels, seconds, time and memory of a machine; and all odd files through it."""

import shutil
import struct
import sys
import zlib
from fractions import Fraction

import numpy as np
import pytest
from frames_stage import in_this_process, job, of_files, params
from numbered_clips import damaged_packet, numbered, write

from conftest import SHARED
from platoscope.data import dataset, frames, samples
from platoscope.data import decode as decoding
from platoscope.data.captions import stage as captions
from platoscope.data.frames import decode
from platoscope.data.rows import write_lines
from platoscope.inspection import samples_table
from platoscope.project import Project


@pytest.fixture(autouse=True)
def _workers(monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_WORKERS", "1")
    for name in ("PLATOSCOPE_WORK", "DVC_ROOT", "PLATOSCOPE_DECODE_GB", "PLATOSCOPE_DECODE_SECONDS"):
        monkeypatch.delenv(name, raising=False)


def png_of(width, height):
    """A PNG that says it is so large, and has one row of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1 + width))
    parts = [(b"IHDR", header), (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def test_huge_and_endless_files_are_refused_without_being_decoded(tmp_path, monkeypatch):
    gif = numbered(tmp_path / "huge.gif", 2, codec="gif", pix_fmt="rgb8").read_bytes()
    for side in (10_000, 30_000):
        (tmp_path / f"{side}.png").write_bytes(png_of(side, side))
        (tmp_path / f"{side}.gif").write_bytes(gif[:6] + struct.pack("<HH", side, side) + gif[10:])
    for name, codec in (("long.mkv", "ffv1"), ("long.mp4", "libx264")):
        pix_fmt = "bgr0" if codec == "ffv1" else "yuv420p"
        numbered(tmp_path / name, 3, codec=codec, pix_fmt=pix_fmt, ticks=[0, 40, 36_000_000])
    in_this_process(monkeypatch)
    monkeypatch.setattr(decoding, "square", lambda *_: pytest.fail("decoded"))
    names = "10000.png", "10000.gif", "30000.png", "30000.gif", "long.mkv", "long.mp4"
    given = of_files(tmp_path, Project(tmp_path / "project"), *names)
    large = ("failed", "has frames of 10000 x 10000 pixels: wanted at most 67108864 in all")
    long = ("failed", "lasts 36000.0 s: wanted at most 14400")
    assert [given[name] for name in names if "30000" not in name] == [large, large, long, long]
    for name in ("30000.png", "30000.gif"):  # libav has a limit of its own, and gives no size then
        status, reason = given[name]
        assert status == "failed"
        assert "nor has it a size that libav accepts, at most 2^28 pixels" in reason


def test_the_limits_are_parameters(tmp_path, monkeypatch):
    numbered(tmp_path / "clip.mkv", 30)
    in_this_process(monkeypatch)
    project = Project(tmp_path / "project")
    for changes, given in (
        ({"frames__max_pixels": 4095}, ("failed", "has frames of 64 x 64 pixels: wanted at most 4095 in all")),
        ({"frames__max_seconds": 1.0}, ("failed", "lasts 1.2 s: wanted at most 1")),
        ({"frames__max_seconds": 1.2, "frames__max_pixels": 4096}, ("ok", "")),
    ):
        assert of_files(tmp_path, project, "clip.mkv", **changes) == {"clip.mkv": given}


def test_damage_where_no_budget_looks_is_seen_where_params_ask_for_the_whole_video(tmp_path, monkeypatch):
    path = numbered(tmp_path / "clip.mp4", 96, codec="libx264", pix_fmt="yuv420p", options={"g": "12", "bf": "0"})
    damaged_packet(path, which=5, after=8)  # its unit begins and ends where it says
    in_this_process(monkeypatch)
    project = Project(tmp_path / "project")
    few = {"budgets__frames": [1]}  # of the middle
    assert of_files(tmp_path, project, "clip.mp4", **few)["clip.mp4"] == ("ok", "")
    status, reason = of_files(tmp_path, project, "clip.mp4", **few, frames__whole=True)["clip.mp4"]
    assert status == "damaged"
    assert "losses, the first after 5 frames" in reason


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_video_that_takes_more_memory_than_allowed_has_failed_and_the_others_have_not(tmp_path, monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_DECODE_GB", "0.125")
    numbered(tmp_path / "small.mkv", 3)
    large = np.zeros((3072, 4096, 3), np.uint8)
    write(tmp_path / "large.mkv", [large], codec="ffv1", pix_fmt="bgr0")
    project = Project(tmp_path / "project")
    greedy = ("failed", "decoding needs more than 0.125 GB of memory")
    names = "small.mkv", "large.mkv"
    assert of_files(tmp_path, project, *names) == dict(zip(names, [("ok", ""), greedy], strict=True))
    monkeypatch.setenv("PLATOSCOPE_DECODE_GB", "2")
    assert of_files(tmp_path, project, *names) == dict.fromkeys(names, ("ok", ""))


def test_limits_of_the_machine_go_to_the_pool_and_others_decode_again(tmp_path, monkeypatch):
    numbered(tmp_path / "clip.mkv", 3)
    seen, limits = in_this_process(monkeypatch), []
    pool = frames.Pool
    monkeypatch.setattr(frames, "Pool", lambda **given: limits.append(given) or pool(**given))
    project = Project(tmp_path / "project")
    of_files(tmp_path, project, "clip.mkv")
    monkeypatch.setenv("PLATOSCOPE_DECODE_SECONDS", "30")
    monkeypatch.setenv("PLATOSCOPE_DECODE_GB", "1")
    of_files(tmp_path, project, "clip.mkv")
    assert seen == ["clip"] * 2
    assert limits == [
        {"workers": 1, "limit_s": 300.0, "limit_gb": 4.0},
        {"workers": 1, "limit_s": 30.0, "limit_gb": 1.0},
    ]


@pytest.mark.parametrize("turn", [0, 90])
def test_the_size_of_a_video_is_that_of_its_picture_as_displayed(tmp_path, turn):
    wide = np.zeros((48, 64, 3), np.uint8)
    how = {"codec": "libx264", "pix_fmt": "yuv420p", "tagged": {"sample_aspect_ratio": Fraction(3, 2)}}
    clip = decode(job(write(tmp_path / "clip.mp4", [wide], rotation=(turn,), **how)))
    assert (clip.width, clip.height) == ((96, 48) if turn == 0 else (48, 96))


@pytest.mark.skipif(not (SHARED / "odd").is_dir(), reason="../shared/odd is absent")
def test_odd_files_take_part_or_are_out_for_the_right_reason(tmp_path):
    folder = tmp_path / "clips"
    shutil.copytree(SHARED / "odd", folder)
    (folder / "odd.jsonl").unlink()
    numbered(folder / "generated.mkv", 30)
    numbered(folder / "hours.mkv", 3, ticks=[0, 40, 36_000_000])
    (folder / "large.png").write_bytes(png_of(10_000, 10_000))
    (folder / "notes.mp4").write_text("no moving pictures here")
    names = sorted(file.name for file in folder.iterdir())
    write_lines(folder / "captions.jsonl", ({"id": name, "video": name, "captions": ["x"]} for name in names))
    asked = params(
        folder,
        frames__short="exclude",
        frames__whole=True,
        samples__damaged=False,
        alignment__k=2,
        neighbours__depth=5,
    )
    project = Project(tmp_path / "project")
    for stage in (dataset, frames, captions, samples):
        stage.run(asked, project)
    table = samples_table(project)
    assert "clips      26, of which 16 take part\n" in table
    assert "size       1 x 1 to 1920 x 1080, " in table
    few, cut, *others = table.splitlines()[-5:]
    assert few.startswith(
        "  frames        5  1 to 3 frames, 4 are needed  [Debianopenc__morph6.gif, decord__video_180.mov, "
    )
    assert cut.startswith("  frames        2  ")
    assert "the file promises 5.000 to 35.229 s and ends at" in cut
    assert cut.endswith("[decord__corrupted.mp4, mediabunny__annex-b.mp4]")
    assert others == [
        "  frames        1  cannot be opened as a video: Invalid data found when processing input  [notes.mp4]",
        "  frames        1  has frames of 10000 x 10000 pixels: wanted at most 67108864 in all  [large.png]",
        "  frames        1  lasts 36000.0 s: wanted at most 14400  [hours.mkv]",
    ]
