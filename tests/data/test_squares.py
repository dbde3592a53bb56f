"""Squares against the formula of resizing, beside Pillow, and where they lie in a picture."""

from fractions import Fraction

import av
import numpy as np
import pytest
from numbered_clips import as_frame, write
from PIL import Image
from resizing import assert_as_the_formula, by_formula, smooth
from test_decode import first_square

from platoscope import _native
from platoscope.data.colours import Converter, of_pixels
from platoscope.data.squares import FITS, Canvas, square


def square_of(picture, size, fit="crop", aspect=None):
    return square(as_frame(picture), aspect, Canvas(size, fit, 1 << 26), Converter()).astype(int)


def noise(height, width, *, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", [16, 32, 64, 100])
@pytest.mark.parametrize(("height", "width"), [(64, 96), (96, 64), (64, 64), (63, 94), (37, 64), (300, 31)])
def test_crop_is_the_centred_square_over_the_short_side_in_one_step(height, width, size):
    picture, side = noise(height, width), min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    expected = by_formula(picture, (left, top, left + side, top + side), (size, size))
    assert_as_the_formula(square_of(picture, size), expected)


@pytest.mark.parametrize("aspect", [Fraction(2), Fraction(1, 2), Fraction(64, 45), Fraction(10, 11)])
def test_crop_is_a_square_of_what_is_displayed(aspect):
    picture = noise(60, 90)
    side = min(90 * aspect, Fraction(60))
    left, top = float((90 - side / aspect) / 2), float((60 - side) / 2)
    expected = by_formula(picture, (left, top, 90 - left, 60 - top), (32, 32))
    assert_as_the_formula(square_of(picture, 32, aspect=aspect), expected)


@pytest.mark.parametrize(("height", "width"), [(63, 94), (95, 62), (37, 64)])
def test_crop_is_at_the_very_centre_also_where_that_is_between_pixels(tmp_path, height, width):
    picture = noise(height, width)
    plain = first_square(write(tmp_path / "plain.mkv", [picture]), size=32)
    turned = first_square(write(tmp_path / "turned.mkv", [picture[::-1, ::-1]]), size=32)
    assert np.abs(plain - turned[::-1, ::-1]).max() <= 1


@pytest.mark.parametrize(("height", "width"), [(64, 128), (128, 64), (64, 64), (45, 128)])
def test_pad_keeps_the_whole_picture_centred_on_black(height, width):
    picture = noise(height, width)
    scale = 32 / max(height, width)
    rows, columns = round(height * scale), round(width * scale)
    top, left = (32 - rows) // 2, (32 - columns) // 2
    expected = np.zeros((32, 32, 3))
    expected[top : top + rows, left : left + columns] = by_formula(picture, (0, 0, width, height), (columns, rows))
    assert_as_the_formula(square_of(picture, 32, "pad"), expected)


@pytest.mark.parametrize("fit", FITS)
def test_a_square_of_its_own_size_keeps_every_byte(fit):
    picture = noise(40, 40)
    assert np.array_equal(square_of(picture, 40, fit), picture)


def test_resizing_is_antialiased():
    stripes = np.zeros((128, 128, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(square_of(stripes, 32)[:, 2:-2] - 127.5).max() < 3


@pytest.mark.parametrize("box", [(0, 0, 240, 180), (30, 0, 210, 180), (30.5, 7.25, 200, 170.75)])
@pytest.mark.parametrize("to", [(32, 32), (90, 77), (224, 224), (400, 301)])
def test_squares_of_natural_pictures_are_within_two_levels_of_what_pillow_makes(box, to):
    picture = smooth(np.random.default_rng(3), 180, 240)
    found = _native.resized_rgb(*of_pixels(picture).values, size=(240, 180), edges=box, to=to).astype(int)
    pillow = np.asarray(Image.fromarray(picture).resize(to, Image.Resampling.BICUBIC, box), dtype=int)
    assert np.abs(found - pillow).max() <= 2  # both round twice, in another order
    assert (np.abs(found - pillow) > 1).mean() < 0.001
    assert abs((found - pillow).mean()) < 0.01


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuvj420p", "yuv422p", "yuv420p10le", "bgra", "gray", "rgb24"])
@pytest.mark.parametrize("fit", FITS)
def test_what_a_picture_is_stored_as_makes_no_difference_to_how_it_is_resized(pix_fmt, fit):
    """Each is the resizing of the picture that it is at its own size."""
    frame = as_frame(smooth(np.random.default_rng(1), 63, 63)).reformat(format=pix_fmt)
    whole = square(frame, None, Canvas(63, fit, 1 << 26), Converter())
    small = square(frame, None, Canvas(24, fit, 1 << 26), Converter())
    assert_as_the_formula(small, by_formula(whole, (0, 0, 63, 63), (24, 24)))


def test_rows_of_a_frame_that_are_longer_than_it_is_wide_make_no_difference():
    picture = noise(50, 50)
    wide, narrow = (av.VideoFrame(50, 50, "gbrp") for _ in range(2))
    assert wide.planes[0].line_size > 50
    for frame, padding in ((wide, 255), (narrow, 0)):
        for plane, channel in zip(frame.planes, (1, 2, 0), strict=True):
            rows = np.full((50, plane.line_size), padding, np.uint8)
            rows[:, :50] = picture[..., channel]
            plane.update(rows.tobytes())
    found = [square(frame, None, Canvas(31, "crop", 1 << 26), Converter()) for frame in (wide, narrow)]
    assert np.array_equal(*found)
    assert np.array_equal(found[0], square_of(picture, 31))
