"""Planes of frames against what libswscale makes of them, and 4:2:0 against its formula."""

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, VideoReformatter
from numbered_clips import as_frame, planar, write
from resizing import smooth
from test_decode import ODD, first_square, needs_odd, textbook_rgb

from platoscope import _native
from platoscope.data import colours
from platoscope.data.colours import Converter

SITES = {0: (0, 1), 1: (1, 1), 2: (0, 0), 3: (1, 0), 4: (0, 2), 5: (1, 2)}  # those that x264 knows, by its numbers
SIZES = [(64, 96), (62, 95), (63, 94), (2, 1), (37, 33), (8, 8), (8, 10)]


def rgb(planes, frame):
    """The whole picture at its own size, [height, width, 3]."""
    size = frame.width, frame.height
    how = {"size": size, "edges": (0, 0, *size), "to": size}
    if planes.luma is None:
        return _native.resized_rgb(*planes.values, **how)
    return _native.resized_luma(*planes.values, **planes.luma._asdict(), **how)


def by_libswscale(frame, *, full):
    """The picture in one exact conversion."""
    plain = VideoReformatter().reformat(
        frame,
        format="rgb24",
        src_colorspace=colours._matrix(frame),
        src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=colours._CONVERSION,
        threads=1,
    )
    return plain.to_ndarray()


def decoded(path):
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


def stored(path, planes, *, codec="libx264", pix_fmt="yuv420p", **how):
    """The frame that a file of these planes gives."""
    options = {"qp": "0", **how.pop("options", {})} if codec == "libx264" else how.pop("options", {})
    return decoded(write(path, [planar(pix_fmt, planes)], codec=codec, pix_fmt=pix_fmt, options=options, **how))


def blocks(rng, height, width):
    """Planes of 4:2:0 with flat blocks and hard edges, as far as libswscale does not run over."""
    half = (height + 1) // 2, (width + 1) // 2
    sizes = ((height, width, 16, 236), (*half, 40, 217), (*half, 40, 217))
    return [
        rng.integers(low, high, (rows // 3 + 1, columns // 3 + 1)).repeat(3, 0).repeat(3, 1)[:rows, :columns]
        for rows, columns, low, high in sizes
    ]


@pytest.mark.parametrize("pix_fmt", ["yuv422p", "yuv444p", "yuv420p10le", "yuv410p", "nv12"])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_planes_become_the_same_rgb_as_in_one_conversion(pix_fmt, height, width):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    frame = as_frame(picture).reformat(format=pix_fmt)
    planes = Converter().planes(frame)
    assert planes.luma is None
    assert np.array_equal(rgb(planes, frame), by_libswscale(frame, full=frame.color_range == ColorRange.JPEG))


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("height", "width"), [size for size in SIZES if size != (8, 8)])
def test_luma_of_every_size_becomes_rgb_by_the_formula(height, width, full):
    """Odd sides too, over which libswscale stretches the differences."""
    frame = planar("yuv420p", blocks(np.random.default_rng(0), height, width))
    frame.colorspace, frame.color_range = 1, 2 if full else 1
    planes = Converter().planes(frame)
    assert planes.luma.sites == (1, 1)
    luma, *chroma = (plane.astype(float) for plane in planes.values)
    values = [luma[:height, :width], *(spread(plane, height, width) for plane in chroma)]
    expected = textbook_rgb(*values, matrix=1, full=full, bits=8)
    assert np.abs(rgb(planes, frame) - expected).max() < 0.54


def spread(plane, height, width):
    """Differences of every pixel, [height, width], which lie in the middle of four."""
    rows, columns = (height + 1) // 2, (width + 1) // 2
    across = np.stack([np.interp(np.arange(width), 2 * np.arange(columns) + 0.5, row[:columns]) for row in plane])
    down = [np.interp(np.arange(height), 2 * np.arange(rows) + 0.5, column[:rows]) for column in across.T]
    return np.stack(down, axis=1)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuvj420p"])
@pytest.mark.parametrize(("height", "width"), [(64, 96), (62, 94), (8, 10), (288, 352)])
def test_luma_becomes_the_rgb_of_libswscale_to_a_level(pix_fmt, height, width):
    frame = as_frame(smooth(np.random.default_rng(0), height, width)).reformat(format=pix_fmt)
    planes = Converter().planes(frame)
    full = pix_fmt == "yuvj420p" or frame.color_range == ColorRange.JPEG
    assert planes.luma.full == full
    off = np.abs(rgb(planes, frame).astype(int) - by_libswscale(frame, full=full))
    assert off.max() <= 1
    assert (off > 0).mean() < 0.02


@pytest.mark.parametrize("site", SITES)
def test_chroma_lies_where_the_stream_says(tmp_path, site):
    planes = blocks(np.random.default_rng(site), 46, 62)
    tagged = {"colorspace": 1, "color_range": 1}
    frame = stored(tmp_path / "c.mkv", planes, options={"x264-params": f"chromaloc={site}"}, tagged=tagged)
    found = Converter().planes(frame)
    assert found.luma.sites == SITES[site]
    off = np.abs(rgb(found, frame).astype(int) - by_libswscale(frame, full=False))
    assert off.max() <= 1
    elsewhere = found._replace(luma=found.luma._replace(sites=SITES[(site + 1) % 6]))
    assert np.abs(rgb(elsewhere, frame).astype(int) - by_libswscale(frame, full=False)).max() > 10


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [1, 4, 5, 6, 7, 9])
def test_the_matrix_and_the_range_of_luma_are_those_of_the_stream(tmp_path, matrix, full):
    tagged = {"colorspace": matrix, "color_range": 2 if full else 1}
    frame = stored(tmp_path / "c.mkv", blocks(np.random.default_rng(matrix), 46, 62), tagged=tagged)
    found = Converter().planes(frame)
    assert found.luma.full == full
    off = np.abs(rgb(found, frame).astype(int) - by_libswscale(frame, full=full))
    assert off.max() <= 1
    assert (off > 0).mean() < 0.02


def test_blue_beyond_all_measure_is_blue_where_libswscale_runs_over(tmp_path):
    planes = [np.full((46, 62), 255), np.full((23, 31), 239), np.full((23, 31), 2)]
    frame = stored(tmp_path / "c.mkv", planes, tagged={"colorspace": 1, "color_range": 1})
    assert (by_libswscale(frame, full=False)[..., 2] == 0).all()
    assert (rgb(Converter().planes(frame), frame)[..., 2] == 255).all()


def test_fields_are_interpolated_each_by_itself_by_libswscale(tmp_path):
    planes = blocks(np.random.default_rng(0), 64, 62)
    frame = stored(tmp_path / "c.mkv", planes, options={"x264-params": "tff=1:fake-interlaced=0"})
    assert frame.interlaced_frame
    found = Converter().planes(frame)
    assert found.luma is None
    assert np.array_equal(rgb(found, frame), by_libswscale(frame, full=False))


@pytest.mark.parametrize("side", [2, 8, 64])
def test_a_frame_is_left_as_it_is(side):
    frame = as_frame(np.full((side, side, 3), 200, np.uint8)).reformat(format="yuv420p")
    before = [bytes(plane) for plane in frame.planes]
    tags = frame.colorspace, frame.color_range
    converter = Converter()
    first = rgb(converter.planes(frame), frame)
    assert np.array_equal(first, rgb(converter.planes(frame), frame))
    assert [bytes(plane) for plane in frame.planes] == before
    assert (frame.colorspace, frame.color_range) == tags


def test_frames_of_other_sizes_and_layouts_may_follow_each_other():
    rng, converter = np.random.default_rng(0), Converter()
    frames = [
        as_frame(smooth(rng, height, 40)).reformat(format=pix_fmt)
        for height in (20, 33)
        for pix_fmt in ("yuv420p", "gray", "yuv444p", "bgra", "yuvj420p")
    ]
    for frame in [*frames, *frames[::-1]]:
        assert np.array_equal(rgb(converter.planes(frame), frame), rgb(Converter().planes(frame), frame))


@needs_odd
@pytest.mark.parametrize("name", ["torchcodec__bt709_full_range.mp4", "torchcodec__nasa_13013.mp4"])
def test_pictures_of_real_files_are_those_of_libswscale_to_a_level(name):
    frame = decoded(ODD / name)
    found = Converter().planes(frame)
    assert found.luma is not None
    off = np.abs(rgb(found, frame).astype(int) - by_libswscale(frame, full=found.luma.full))
    assert off.max() <= 1
    assert off.mean() < 0.01


def test_first_squares_are_made_of_these_planes(tmp_path):
    planes = blocks(np.random.default_rng(0), 48, 48)
    path = write(tmp_path / "c.mkv", [planar("yuv420p", planes)], codec="ffv1", pix_fmt="yuv420p")
    frame = decoded(path)
    assert np.array_equal(first_square(path, size=48), rgb(Converter().planes(frame), frame))
