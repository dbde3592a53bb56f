"""Mean colours of areas against a loop over pixels."""

from itertools import pairwise

import numpy as np
import pytest

from platoscope.encoders.base import load_video_encoder
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams


def entry(**more):
    return VideoEncoderParams(family="pixels", **more)


def encoder(kind, *, size=12):
    return load_video_encoder(entry(kind=kind), frame_size=size, device="cpu")


def frames(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)


def in_a_loop(frame, edges):
    """Mean over the pixels between two edges each way, in [-1, 1]."""
    values = []
    for top, bottom in pairwise(edges):
        for left, right in pairwise(edges):
            for channel in range(3):
                pixels = [frame[y, x, channel] / 127.5 - 1 for y in range(top, bottom) for x in range(left, right)]
                values.append(sum(pixels) / len(pixels))
    return values


@pytest.mark.parametrize(("size", "edges"), [(12, [0, 3, 6, 9, 12]), (10, [0, 2, 5, 8, 10]), (4, [0, 1, 2, 3, 4])])
def test_a_thumbnail_is_the_mean_of_each_of_sixteen_areas_even_where_they_differ_by_a_pixel(size, edges):
    seen = frames(3, size, size)
    (layer,) = encoder("thumbnail", size=size).encode(seen)
    assert layer.shape == (3, 48)
    assert layer.dtype == np.float32
    np.testing.assert_allclose(layer, [in_a_loop(frame, edges) for frame in seen], rtol=0, atol=1e-6)


def test_the_mean_colour_is_the_mean_over_all_pixels():
    seen = frames(5, 12, 12)
    (layer,) = encoder("mean_colour").encode(seen)
    np.testing.assert_allclose(layer, seen.reshape(5, -1, 3).mean(1) / 127.5 - 1, rtol=0, atol=1e-6)


def test_black_is_minus_one_and_white_is_one():
    seen = np.stack([np.zeros((12, 12, 3), np.uint8), np.full((12, 12, 3), 255, np.uint8)])
    (layer,) = encoder("thumbnail").encode(seen)
    assert (layer[0] == -1).all()
    assert (layer[1] == 1).all()


def test_a_frame_gives_the_same_bytes_in_any_batch():
    seen = frames(7, 12, 12)
    one = encoder("thumbnail")
    whole = one.encode(seen)[0]
    assert np.array_equal(np.concatenate([one.encode(seen[i : i + 1])[0] for i in range(7)]), whole)


def test_its_one_layer_is_final_and_it_has_no_parameter():
    one = encoder("thumbnail")
    assert one.layers == ("final",)
    assert one.description["parameters"] == 0
    assert one.description["preprocessing"]["cells"] == 4


@pytest.mark.parametrize(
    ("more", "size", "message"),
    [
        ({}, 12, "needs kind: one of thumbnail, mean_colour"),
        ({"kind": "thumbnail", "pool": "cls"}, 12, "no pool 'cls', only mean"),
        ({"kind": "thumbnail"}, 3, "at least 4 px, frames.size is 3"),
        ({"kind": "thumbnail", "checkpoint": "x"}, 12, r"no use of checkpoint \('x'\), only of kind, pool"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(more, size, message):
    with pytest.raises(InputError, match=message):
        load_video_encoder(entry(**more), frame_size=size, device="cpu")


def test_differences_are_means_over_the_pixels_of_an_area_its_channels_and_all_pairs():
    clips = np.random.default_rng(3).integers(0, 256, (2, 3, 10, 10, 3)).astype(np.uint8)
    (layer,) = encoder("difference", size=10).encode(clips)
    edges = [0, 2, 5, 8, 10]
    direct = np.zeros((2, 16))
    for clip, area in np.ndindex(2, 16):
        rows, columns = (slice(*edges[i : i + 2]) for i in divmod(area, 4))
        parts = [clips[clip, t, rows, columns].astype(float) for t in range(3)]
        direct[clip, area] = np.mean([np.abs(parts[1] - parts[0]), np.abs(parts[2] - parts[1])]) / 255
    assert layer.dtype == np.float32
    np.testing.assert_allclose(layer, direct, rtol=0, atol=1e-6)


def test_what_does_not_change_has_no_difference_and_stands_still():
    still = np.repeat(frames(2, 64, 64)[:, None], 3, axis=1)
    assert not encoder("difference", size=64).encode(still)[0].any()
    assert (encoder("motion", size=64).encode(still)[0][:, 0] == 1).all()


@pytest.mark.parametrize("kind", ["difference", "motion"])
def test_one_frame_has_nothing_to_be_compared_with_and_is_refused(kind):
    with pytest.raises(InputError, match=rf"kind {kind} compares consecutive frames, .* a clip of 1 .* start at 2"):
        encoder(kind, size=64).encode(frames(2, 64, 64)[:, None])


@pytest.mark.parametrize("kind", ["difference", "motion"])
def test_kinds_of_clips_take_any_number_of_frames_and_each_clip_alone_gives_the_same_bytes(kind):
    one = encoder(kind, size=64)
    assert one.n_frames is None
    assert one.layers == ("final",)
    clips = np.random.default_rng(0).integers(0, 256, (3, 5, 64, 64, 3)).astype(np.uint8)
    whole = one.encode(clips)[0]
    assert np.array_equal(np.concatenate([one.encode(clips[i : i + 1])[0] for i in range(3)]), whole)
    with pytest.raises(InputError, match=r"motion wants frames of at least 64 px, frames.size is 63"):
        encoder("motion", size=63)
