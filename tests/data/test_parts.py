"""Decoding in parts against decoding everything: the same clip in every byte, or everything is decoded after all."""

import random
from types import SimpleNamespace

import av
import numpy as np
import pytest
from numbered_clips import SIDE, bars, damaged_packet, numbered, numbers, write
from test_decode import CLIPS, ODD, assert_same

from platoscope.data import decode, parts, reading
from platoscope.data.decode import decode_clip
from platoscope.errors import DataError

COUNT = 60
X265 = "log-level=none:pools=1:keyint=10:min-keyint=10:scenecut=0:bframes=4"
IN_PARTS = {
    "h264 with a pyramid of B-frames": ("clip.mp4", "libx264", {"bf": "3", "g": "12", "b-pyramid": "normal"}),
    "h264 with one key frame": ("clip.mp4", "libx264", {"bf": "3", "g": "250"}),
    "h264 with open groups": ("clip.mp4", "libx264", {"bf": "3", "g": "12", "x264-params": "open-gop=1"}),
    "h264 in mkv": ("clip.mkv", "libx264", {"bf": "2", "g": "10"}),
    "h264 in a transport stream": ("clip.ts", "libx264", {"bf": "3", "g": "10"}),
    "h264 in fragments": ("clip.mp4", "libx264", {"movflags": "frag_keyframe+empty_moov", "g": "8"}),
    "h264 in slices": ("clip.mp4", "libx264", {"bf": "3", "g": "15", "slices": "4"}),
    "hevc with closed groups": ("clip.mp4", "libx265", {"x265-params": f"{X265}:open-gop=0"}),
    "hevc with open groups": ("clip.mp4", "libx265", {"x265-params": f"{X265}:open-gop=1"}),
    "hevc in a transport stream": ("clip.ts", "libx265", {"x265-params": f"{X265}:open-gop=1"}),
    "vp9 in webm": ("clip.webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "g": "10"}),
    "vp9 with hidden frames": ("clip.webm", "libvpx-vp9", {"auto-alt-ref": "1", "lag-in-frames": "16", "g": "15"}),
    "av1 in mkv": ("clip.mkv", "libsvtav1", {"preset": "12", "g": "10", "svtav1-params": "lp=1"}),
}
WHOLE = {
    "mpeg4": ("clip.avi", "mpeg4", {"bf": "2", "g": "10"}),
    "h264 that is refreshed bit by bit": ("clip.ts", "libx264", {"x264-params": "intra-refresh=1:keyint=10"}),
    "h264 without a container": ("clip.h264", "libx264", {"bf": "2", "g": "10"}),
}


@pytest.fixture
def told(monkeypatch):
    """What decoding in parts did: the number of packets that it was given for each clip, or its refusal."""
    seen, run = [], decode._decode_parts

    def watched(pictures, needed, *rest, **how):
        given = run(pictures, needed, *rest, **how)
        seen.append(sum(len(part.packets) for part in needed))
        return given

    monkeypatch.setattr(decode, "_decode_parts", watched)
    return seen


def both(path, budgets, *, samplers=("center",), size=SIDE):
    """The clip in parts where that may be, and by decoding everything."""
    how = {"budgets": budgets, "samplers": samplers, "size": size, "fit": "crop"}
    return decode_clip(path, **how), decode_clip(path, **how, whole=True)


def make(path, codec, options, **more):
    try:
        av.codec.Codec(codec, "w")
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"PyAV has no encoder {codec}")
    return numbered(path, COUNT, codec=codec, pix_fmt="yuv420p", options=options, **more)


@pytest.mark.parametrize("name", IN_PARTS)
def test_parts_give_the_same_clip_as_everything(tmp_path, told, name):
    file, codec, options = IN_PARTS[name]
    path = make(tmp_path / file, codec, options)
    for budgets in ([1], [2], [3], [1, 2, 4, 8], [16]):
        clip, whole = both(path, budgets, samplers=("center", "linspace"))
        assert_same(clip, whole)
        assert numbers(clip.frames) == clip.frame_index.tolist()
    _, only_first = both(path, [1], samplers=["first"])
    assert numbers(only_first.frames) == [0]
    assert told
    assert min(told) <= COUNT / 4


@pytest.mark.parametrize("file", ["clip.mp4", "clip.mkv"])
def test_parts_follow_the_times_of_a_variable_rate(tmp_path, told, file):
    ticks = np.cumsum(np.random.default_rng(0).integers(5, 120, COUNT)).tolist()
    path = make(tmp_path / file, "libx264", {"bf": "3", "g": "9"}, ticks=ticks)
    for budgets in ([1], [5], [2, 7]):
        assert_same(*both(path, budgets, samplers=("center", "linspace")))
    assert told


@pytest.mark.parametrize("name", WHOLE)
def test_where_groups_may_lean_on_one_another_everything_is_decoded(tmp_path, monkeypatch, name):
    file, codec, options = WHOLE[name]
    path = make(tmp_path / file, codec, options)
    given, gather = [], decode._decode_all
    monkeypatch.setattr(decode, "_decode_all", lambda *a, **k: given.append(gather(*a, **k)) or given[-1])
    clip = decode_clip(path, budgets=[2], samplers=["center"], size=SIDE, fit="crop")
    if name == "h264 that is refreshed bit by bit":  # one group, of which what stands before the last chosen is decoded
        assert numbers(clip.frames) == clip.frame_index.tolist()
    else:
        assert [len(decoded.times) for decoded in given][-1] == COUNT


def test_pictures_that_no_other_needs_are_left_out(tmp_path, told):
    path = make(tmp_path / "clip.mp4", "libx264", {"bf": "3", "g": "250", "b-pyramid": "none"})
    clip, whole = both(path, [1, 2], samplers=["linspace"])  # the first and the last: all that stands between
    assert clip.frame_index.tolist() == [0, COUNT - 1]
    assert_same(clip, whole)
    assert told[0] < COUNT / 2


def grouped(tmp_path):
    path = tmp_path / "clip.mp4"
    return make(path, "libx264", {"bf": "0", "g": "10", "sc_threshold": "0"})


def test_damage_that_no_chosen_frame_leans_on_is_seen_by_decoding_the_whole_alone(tmp_path, told):
    path = grouped(tmp_path)
    undamaged, _ = both(path, [2])
    assert undamaged.frame_index.tolist() == [15, 45]
    damaged_packet(path, which=30, after=8)
    clip, whole = both(path, [2])
    assert (clip.status, whole.status) == ("ok", "damaged")
    assert_same(clip, undamaged)
    assert len(told) == 2


def test_a_packet_that_is_not_what_it_should_be_makes_everything_be_decoded(tmp_path, told):
    path = grouped(tmp_path)
    damaged_packet(path, which=33)
    clip, whole = both(path, [2])
    assert clip.status == "damaged"
    assert_same(clip, whole)
    assert not told


def test_damage_that_is_met_makes_everything_be_decoded(tmp_path, told):
    path = grouped(tmp_path)
    damaged_packet(path, which=10, after=8)
    clip, whole = both(path, [2])
    assert clip.status == "damaged"
    assert_same(clip, whole)
    assert not told


@pytest.mark.parametrize("odd", ["corrupt", "other time", "interlaced", "twice", "missing", "error"])
def test_whatever_is_out_of_the_ordinary_ends_the_parts(odd):
    def frame(time, **traits):
        return SimpleNamespace(pts=time, **{"is_corrupt": False, "interlaced_frame": False, **traits})

    given = {
        "corrupt": [frame(1), frame(2, is_corrupt=True)],
        "other time": [frame(1), frame(2), frame(4)],
        "interlaced": [frame(1), frame(2, interlaced_frame=True)],
        "twice": [frame(1), frame(2), frame(2)],
        "missing": [frame(1)],
        "error": [],
    }[odd]

    def undecodable(_packet):
        if odd == "error":
            raise av.FFmpegError(1, "broken")
        return given

    codec = SimpleNamespace(decode=lambda _: [], flush_buffers=lambda: None)
    stream = SimpleNamespace(decode=undecodable, codec_context=codec)
    with pytest.raises(parts.NotInPartsError):
        list(parts.frames_of(parts.Run([None], {1, 2}, {3}), stream))


def test_frames_that_may_come_need_not():
    frame = SimpleNamespace(pts=1, is_corrupt=False, interlaced_frame=False)
    codec = SimpleNamespace(decode=lambda _: [], flush_buffers=lambda: None)
    stream = SimpleNamespace(decode=lambda _: [frame], codec_context=codec)
    assert list(parts.frames_of(parts.Run([None], {1}, {3}), stream)) == [frame]


def test_a_file_too_large_to_hold_gives_the_same(tmp_path, told, monkeypatch):
    path = grouped(tmp_path)
    held, _ = both(path, [3])
    monkeypatch.setattr(reading, "HELD", path.stat().st_size // 4)
    reread, _ = both(path, [3])
    assert_same(held, reread)
    assert len(told) == 1


def test_every_wanted_position_stands_in_a_stretch_that_begins_with_its_group():
    draw = random.Random(0)
    for _ in range(300):
        count = draw.randint(1, 30)
        starts = sorted({0, *(draw.randrange(count) for _ in range(draw.randint(0, 5)))})
        times = list(range(count))
        for start in starts[1:]:  # some leading pictures
            for position in range(start + 1, min(start + draw.randint(1, 3), count)):
                if position not in starts:
                    times[position - 1], times[position] = times[position], times[position - 1]
        wanted = set(draw.sample(times, draw.randint(1, count)))
        stretches = list(parts._stretches(times, starts, wanted))
        covered = [p for first, _, last in stretches for p in range(first, last + 1)]
        assert len(set(covered)) == len(covered)
        assert all(first in starts for first, _, _ in stretches)
        for time in wanted:
            position = times.index(time)
            group = max(start for start in starts if start <= position)
            needed = range(group, position + 1)
            if time < times[group]:
                needed = range(max(start for start in starts if start < group), position + 1)
            assert set(needed) <= set(covered)


@pytest.mark.skipif(not ODD.is_dir(), reason="../shared/odd is absent")
def test_odd_files_give_the_same_in_parts():
    for path in sorted(ODD.iterdir()):
        if path.suffix != ".jsonl" and path.is_file():
            assert_same(*both(path, [1, 3], size=32))


@pytest.mark.skipif(not CLIPS.is_dir(), reason="../shared/clips is absent")
def test_real_clips_give_the_same_in_parts(told):
    paths = sorted(CLIPS.iterdir())[7::40]
    for path in paths:
        for budgets in ([1], [4], [8]):
            assert_same(*both(path, budgets, size=32))
    assert len(told) > len(paths)


def test_a_picture_of_no_size_that_fits_is_refused_in_parts_too(tmp_path):
    path = write(tmp_path / "clip.mp4", [bars(1)] * COUNT, codec="libx264", pix_fmt="yuv420p", options={"g": "5"})
    with pytest.raises(DataError, match="64 x 64 pixels: wanted at most 100"):
        decode_clip(path, budgets=[2], samplers=["center"], size=8, fit="crop", max_pixels=100)
