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


def test_grey_areas_are_means_of_the_channels_and_of_sixteen_areas_each_way():
    seen = frames(3, 32, 32)
    (layer,) = encoder("grey16", size=32).encode(seen)
    direct = seen.mean(-1).reshape(3, 16, 2, 16, 2).mean((2, 4)) / 127.5 - 1
    assert layer.dtype == np.float32
    np.testing.assert_allclose(layer, direct.reshape(3, -1), rtol=0, atol=1e-6)


def test_artefacts_are_energy_mean_variance_and_border_of_a_frame():
    seen = frames(2, 32, 32)
    (layer,) = encoder("artefact", size=32).encode(seen)
    grey = seen.mean(-1) / 255
    for values, picture in zip(layer, grey, strict=True):
        energies = [
            (4 * picture[y, x] - picture[y - 1, x] - picture[y + 1, x] - picture[y, x - 1] - picture[y, x + 1]) ** 2
            for y in range(1, 31)
            for x in range(1, 31)
        ]
        edge = [picture[y, x] for y in range(32) for x in range(32) if min(y, x, 31 - y, 31 - x) < 2]
        direct = [np.log(np.mean(energies) + 1e-6), picture.mean(), picture.var(), np.mean(edge)]
        np.testing.assert_allclose(values, direct, rtol=1e-5, atol=1e-6)


def test_a_frame_without_any_detail_has_a_finite_energy():
    (layer,) = encoder("artefact", size=32).encode(np.full((1, 32, 32, 3), 7, np.uint8))
    assert np.isfinite(layer).all()


def test_flow_says_which_way_blocks_move_in_each_cell_and_pair_and_turns_round_when_the_clip_does():
    rng = np.random.default_rng(1)
    ground = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    clip = np.stack([np.roll(ground, 2 * step, axis=1) for step in range(3)])[None]  # to the right
    one = encoder("flow", size=64)
    steps = one.step_tensors(clip)[0].reshape(2, 16, 9)
    assert one.encode(clip)[0].shape == (1, 144)
    np.testing.assert_allclose(one.encode(clip)[0].reshape(16, 9), steps.mean(0), atol=1e-6)
    np.testing.assert_allclose(steps.sum(2), 1, atol=1e-6)
    inner = [5, 6, 9, 10]
    assert (steps[:, inner, 1] == 1).all()
    back = one.step_tensors(clip[:, ::-1])[0].reshape(2, 16, 9)
    assert (back[:, inner, 5] == 1).all()
    still = one.step_tensors(np.repeat(clip[:, :1], 3, axis=1))[0].reshape(2, 16, 9)
    assert (still[..., 0] == 1).all()
