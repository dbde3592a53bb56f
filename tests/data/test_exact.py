"""The chosen frames are the right ones: by the numbers in their pixels, and by what the ffmpeg program gives.

What ffmpeg decodes is brought to squares by our own conversion, so that what is compared is decoding and choice.
"""

import shutil
import subprocess

import av
import numpy as np
import pytest
from numbered_clips import FORMATS, SIDE, numbered, numbers

from conftest import SHARED
from platoscope.data.colours import Converter
from platoscope.data.decode import decode_clip
from platoscope.data.sampling import choose_all
from platoscope.data.squares import Canvas, square

ODD = SHARED / "odd"
BUDGETS, SAMPLERS = [1, 2, 5, 16], ["center", "linspace"]
TICKS = [0, 10, 20, 100, 110, 300, 310, 320, 900, 1000, 1010, 1050, 1100, 1500, 1510, 1520, 1900]  # 1/1000 s
HEVC = "log-level=none:pools=1"
VP9 = {"deadline": "good", "cpu-used": "5", "auto-alt-ref": "1", "lag-in-frames": "12", "g": "30"}

REORDERED = {  # file, encoder, pixel format, options: frames stand in the file in another order than they are shown
    "AV1 in mp4": ("clip.mp4", "libsvtav1", "yuv420p", {"preset": "10"}),
    "AV1 in mkv": ("clip.mkv", "libsvtav1", "yuv420p", {"preset": "10", "g": "7"}),
    "HEVC with B-frames": ("clip.mp4", "libx265", "yuv420p", {"x265-params": f"{HEVC}:bframes=4:keyint=9:b-pyramid=1"}),
    "HEVC with open GOPs": ("clip.mkv", "libx265", "yuv420p", {"x265-params": f"{HEVC}:bframes=3:keyint=8:open-gop=1"}),
    "H.264 with B-pyramids": ("clip.mp4", "libx264", "yuv420p", {"bf": "8", "b-pyramid": "normal", "g": "10"}),
    "H.264 with open GOPs": ("clip.mkv", "libx264", "yuv420p", {"x264-params": "open-gop=1:bframes=3:keyint=8"}),
    "VP9 with alt-ref frames": ("clip.webm", "libvpx-vp9", "yuv420p", VP9),
    "VP8 with alt-ref frames": ("clip.webm", "libvpx", "yuv420p", VP9),
}
VARIABLE = {
    "H.265": ("clip.mp4", "libx265", {"x265-params": f"{HEVC}:bframes=3"}),
    "VP9": ("clip.mp4", "libvpx-vp9", VP9),
    "MPEG-4": ("clip.mp4", "mpeg4", {"bf": "2"}),
    "AV1": ("clip.mp4", "libsvtav1", {"preset": "10"}),
}


@pytest.fixture(autouse=True)
def _silent_encoders(monkeypatch):
    monkeypatch.setenv("SVT_LOG", "1")


def clip_of(path, count, *, codec, **how):
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV has no encoder {codec}")
    return numbered(path, count, codec=codec, **how)


def decoded(path, **how):
    return decode_clip(path, budgets=BUDGETS, samplers=SAMPLERS, size=SIDE, fit="crop", **how)


def assert_chosen_by(clip, ticks):
    """Every budget shows the frames whose numbers the times choose."""
    assert (clip.n_decoded, clip.status) == (len(ticks), "ok")
    for cell, expected in choose_all(np.array(ticks), budgets=BUDGETS, samplers=SAMPLERS).items():
        assert numbers(clip.frames[clip.choice[cell]]) == expected.tolist(), cell


@pytest.mark.parametrize("name", REORDERED)
def test_frames_that_are_stored_out_of_order_are_the_ones_whose_numbers_they_carry(tmp_path, name):
    file, codec, pix_fmt, options = REORDERED[name]
    path = clip_of(tmp_path / file, 37, codec=codec, pix_fmt=pix_fmt, options=options)
    assert_chosen_by(decoded(path), range(37))


@pytest.mark.parametrize("name", VARIABLE)
def test_frames_of_a_variable_rate_are_the_ones_whose_times_are_chosen(tmp_path, name):
    file, codec, options = VARIABLE[name]
    path = clip_of(tmp_path / file, len(TICKS), codec=codec, pix_fmt="yuv420p", options=options, ticks=TICKS)
    clip = decoded(path)
    assert_chosen_by(clip, TICKS)
    assert clip.pts_seconds - clip.pts_seconds[0] == pytest.approx([TICKS[rank] / 1000 for rank in clip.frame_index])


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_frames_of_a_rotated_video_of_a_variable_rate_are_upright_and_the_right_ones(tmp_path, turn):
    how = {"codec": "libx264", "pix_fmt": "yuv420p", "options": {"bf": "2"}, "ticks": TICKS}
    clip = decoded(clip_of(tmp_path / "clip.mp4", len(TICKS), rotation=(float(turn),), **how))
    back = np.rot90(clip.frames, -turn // 90, axes=(1, 2))
    for cell, expected in choose_all(np.array(TICKS), budgets=BUDGETS, samplers=SAMPLERS).items():
        assert numbers(back[clip.choice[cell]]) == expected.tolist(), cell


# Beside the ffmpeg program

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the program ffmpeg is not installed")
needs_odd = pytest.mark.skipif(not ODD.is_dir(), reason="../shared/odd is absent")
OF_FFMPEG = {**FORMATS, **REORDERED}
# Their inverse transforms are not specified to the bit, and differ between processors and versions.
ROUNDED = {"mpeg4", "mpeg2video", "h263"}
WHOLE = [
    "Debianopenc__morph6.gif",
    "Panda-70M__vE7ciKU5KM4.4.mp4",
    "decord__unordered.mov",
    "decord__video_180.mov",
    "decord__video_270.mov",
    "decord__video_90.mov",
    "lumiere-vide__astronaut.webm",
    "mediabunny__entry24-segment3.ts",
    "mediabunny__sar_2x1.mp4",
    "moviepy__bitmap.mp4",
    "mp4parser__MOV00006.3gp",
    "mp4parser__count-video.mp4",
    "robotics-tra__knock_coke_can_over.mp4",
    "sample-video__again.mkv",
    "torchcodec__bt709_full_range.mp4",
    "torchcodec__h264_10bits.mp4",
    "torchcodec__h265_10bits.mp4",
    "torchcodec__nasa_13013.mp4",
]


def by_ffmpeg(path, ranks):
    """Frames that ffmpeg gives at these ranks, as squares of ours, and the codec: uint8 [SIDE, SIDE, 3] each."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        model, aspect, codec = next(container.decode(stream)), stream.sample_aspect_ratio, stream.codec_context.name
    picked = "+".join(f"eq(n\\,{rank})" for rank in ranks)
    words = ["ffmpeg", "-v", "error", "-noautorotate", "-i", str(path), "-map", "0:v:0", "-vf", f"select={picked}"]
    words += ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", model.format.name, "-"]
    raw = subprocess.run(words, capture_output=True, check=True).stdout
    canvas = Canvas(SIDE, "pad", 1 << 26)
    return [square(frame, aspect, canvas, Converter()) for frame in in_turn(raw, model)], codec


def in_turn(raw, model):
    """Give a frame, with its tags and its matrix, the planes of one raw frame after another."""
    item = 2 if "10" in model.format.name else 4 if model.format.name in ("bgra", "bgr0") else 1
    shapes = [(plane.height, plane.width * item) for plane in model.planes]
    size = sum(height * width for height, width in shapes)
    assert len(raw) % size == 0
    codes = np.frombuffer(raw, np.uint8)
    while len(codes):
        for plane, (height, width) in zip(model.planes, shapes, strict=True):
            rows = np.zeros((height, plane.line_size), np.uint8)
            rows[:, :width] = codes[: height * width].reshape(height, width)
            plane.update(rows.tobytes())
            codes = codes[height * width :]
        yield model


def assert_as_ffmpeg(path):
    clip = decode_clip(path, budgets=BUDGETS, samplers=SAMPLERS, size=SIDE, fit="pad")
    expected, codec = by_ffmpeg(path, [*clip.frame_index.tolist(), clip.n_decoded])  # the last is not there
    assert len(expected) == len(clip.frames)
    off = np.abs(np.stack(expected).astype(int) - clip.frames)
    assert off.max() <= (1 if codec in ROUNDED else 0)


@needs_ffmpeg
@pytest.mark.parametrize("name", OF_FFMPEG)
def test_frames_are_those_of_the_ffmpeg_program(tmp_path, name):
    file, codec, pix_fmt, options = OF_FFMPEG[name]
    assert_as_ffmpeg(clip_of(tmp_path / file, 29, codec=codec, pix_fmt=pix_fmt, options=options))


@needs_ffmpeg
@needs_odd
@pytest.mark.parametrize("name", WHOLE)
def test_frames_of_an_odd_file_are_those_of_the_ffmpeg_program(name):
    assert_as_ffmpeg(ODD / name)
