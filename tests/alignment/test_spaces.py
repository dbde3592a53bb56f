"""Layers as the metrics over features take them: float64 rows, checked, clipped, of length 1, centred."""

import numpy as np
import pytest
import torch

from platoscope.alignment.features.spaces import Space, centred, prepared, space_of, two_spaces, unit
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_values_keep_the_precision_they_come_with(dtype):
    x = normal(5, 3).astype(dtype)
    for given in (x, torch.from_numpy(x), torch.from_numpy(x).requires_grad_(), x[:, ::-1][:, ::-1]):
        rows = space_of(given, name="x", salt=0).rows
        assert rows.dtype == np.float64
        np.testing.assert_array_equal(rows, x.astype(np.float64))


def test_a_tensor_of_bfloat16_is_taken():
    x = torch.tensor([[1.5, -2.0], [0.25, 3.0]], dtype=torch.bfloat16)
    np.testing.assert_array_equal(space_of(x, name="x", salt=0).rows, [[1.5, -2.0], [0.25, 3.0]])


def test_a_clip_sets_outliers_to_the_quantile_as_for_neighbours():
    x = normal(40, 5)
    rows = space_of(x, name="x", salt=0, clip=0.8).rows
    threshold = np.quantile(np.abs(x.astype(np.float32)), 0.8)
    np.testing.assert_allclose(rows, np.clip(x, -threshold, threshold), rtol=1e-6)
    assert np.abs(rows).max() < np.abs(x).max()


def test_two_spaces_have_their_names_and_salts_of_their_own():
    (x,), (y,) = two_spaces(normal(4, 2), normal(4, 3), clip=None)
    assert (x.name, x.salt, y.name, y.salt) == ("x", salt_of("x"), "y", salt_of("y"))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[1.0]], "x is a list, but must be a NumPy array or a torch tensor"),
        (np.ones(3), r"x has shape \(3,\), but must be \[sample, dim\]"),
        (np.ones((3, 2), int), "x has dtype int64, but must be of a float type"),
        (np.array([[1.0, 2.0], [np.nan, 1.0]]), "x is nan in float32 at sample 1, dim 0, but must be finite"),
        (np.array([[1e39]]), "x is inf in float32 at sample 0, dim 0"),
    ],
)
def test_what_is_no_layer_is_refused(x, message):
    with pytest.raises(InputError, match=message):
        space_of(x, name="x", salt=0)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_unit_rows_have_length_1_and_their_direction(scale):
    x = normal(6, 4)
    rows = unit(Space("x", x * scale, 0)).rows
    np.testing.assert_allclose(rows, x / np.linalg.norm(x, axis=1, keepdims=True), rtol=1e-14)


def test_a_row_of_zeros_has_no_length():
    x = normal(6, 4)
    x[4] = 0
    with pytest.raises(InputError, match="row 4 of x is zero, but a cosine needs a length"):
        unit(Space("x", x, 0))


def test_centred_rows_have_no_mean_and_what_was_given_stays():
    x = normal(6, 4) + 5
    before = x.copy()
    rows = centred(Space("x", x, 0))
    np.testing.assert_allclose(rows.sum(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(rows[1:] - rows[:-1], x[1:] - x[:-1], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-30, 1e30])
def test_rows_that_are_equal_up_to_rounding_are_refused_and_a_faint_spread_is_not(value):
    x = np.full((7, 3), value)
    with pytest.raises(InputError, match="x is constant: its 7 rows are equal"):
        centred(Space("x", x, 0))
    x[3, 1] = (value or 1) * (1 + 1e-9)
    assert centred(Space("x", x, 0))[3, 1] > 0


def test_layers_are_prepared_one_after_the_other_so_that_none_need_be_held():
    seen = []

    def layers(name):
        for number in range(2):
            seen.append(f"made {name}{number}")
            yield Space(f"{name}{number}", normal(4, 2), 0)

    names = prepared(layers("a"), layers("b"), lambda space: seen.append(space.name) or space.name, least=4)
    assert names == (["a0", "a1"], ["b0", "b1"])
    assert seen == ["made a0", "a0", "made a1", "a1", "made b0", "b0", "made b1", "b1"]
