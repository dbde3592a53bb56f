"""Histograms of motion of pictures that were moved by hand."""

import numpy as np
import pytest

from platoscope.encoders.block_motion import BINS, DIRECTIONS, GRID, REACH, SIDE, block_shifts, motion_histogram, shifts

N = GRID // SIDE


def noise(seed=0):
    """A grey picture whose every part is unlike every other, wider than what is shown of it."""
    return np.random.default_rng(seed).integers(0, 256, (GRID + 2 * REACH, GRID + 2 * REACH)).astype(np.float64)


def shown(picture, down, right):
    """What a camera sees of it after the picture moved."""
    top, left = REACH - down, REACH - right
    return picture[top : top + GRID, left : left + GRID]


@pytest.mark.parametrize(("down", "right"), [(0, 0), (0, 2), (-1, 3), (4, -4), (1, 1)])
def test_every_block_that_has_come_from_within_the_picture_is_found_where_it_was(down, right):
    picture = noise()
    found = block_shifts(shown(picture, 0, 0)[None], shown(picture, down, right)[None])[0]
    inner = found[1:-1, 1:-1]
    assert {shifts()[index] for index in inner.ravel()} == {(down, right)}


def slowly(before, after):
    """The same by loops over blocks, shifts and pixels."""
    chosen = np.zeros((N, N), int)
    for row, column in np.ndindex(N, N):
        costs = []
        for down, right in shifts():
            ys = np.clip(np.arange(SIDE) + row * SIDE - down, 0, GRID - 1)
            xs = np.clip(np.arange(SIDE) + column * SIDE - right, 0, GRID - 1)
            block = after[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
            costs.append(np.abs(block - before[np.ix_(ys, xs)]).mean())
        chosen[row, column] = int(np.argmin(costs))
    return chosen


def test_blocks_are_those_of_a_loop_even_at_the_edges():
    rng = np.random.default_rng(1)
    before, after = rng.integers(0, 4, (2, GRID, GRID)).astype(np.float64)
    assert np.array_equal(block_shifts(before[None], after[None])[0], slowly(before, after))


def clip(*pictures):
    return np.repeat(np.stack(pictures).astype(np.uint8)[None, ..., None], 3, axis=-1)


@pytest.mark.parametrize(
    ("down", "right", "bin_"),
    [
        (0, 0, 0),
        (0, 1, 1),
        (1, 1, 2),
        (2, 0, 3),
        (0, -2, 5),
        (-1, 0, 7),
        (-1, 1, 8),
        (0, 3, 1 + DIRECTIONS),
        (4, 0, 3 + DIRECTIONS),
        (-3, -3, 6 + DIRECTIONS),
    ],
)
def test_a_picture_that_moves_falls_into_the_bin_of_its_direction_and_length(down, right, bin_):
    picture = noise()
    (histogram,) = motion_histogram(clip(shown(picture, 0, 0), shown(picture, down, right)))
    assert int(histogram.argmax()) == bin_
    assert histogram[bin_] > (N - 2) ** 2 / N**2 - 1e-6


def test_a_still_clip_of_any_picture_is_all_in_the_first_bin_and_rows_sum_to_one():
    flat, picture = np.full((GRID, GRID), 9), shown(noise(), 0, 0)
    still = motion_histogram(np.concatenate([clip(flat, flat, flat), clip(picture, picture, picture)]))
    assert still.dtype == np.float32
    assert still.shape == (2, BINS)
    assert (still[:, 0] == 1).all()
    moving = motion_histogram(np.random.default_rng(0).integers(0, 256, (3, 4, 70, 70, 3)).astype(np.uint8))
    np.testing.assert_allclose(moving.sum(1), 1, atol=1e-6)


def test_all_pairs_of_consecutive_frames_count_alike():
    first, moved = shown(noise(), 0, 0), shown(noise(), 0, 3)
    one = motion_histogram(clip(first, moved))
    both = motion_histogram(clip(first, first, moved))
    np.testing.assert_allclose(both[0, 1:], one[0, 1:] / 2, atol=1e-6)
