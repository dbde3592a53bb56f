"""Clip rules and the way into float32."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.alignment.clip import outliers
from platoscope.alignment.clip.outliers import ClipRule, clip_at, clip_rule, clipped, float32_layer, limit_of
from platoscope.errors import InputError


def layer(samples=7, dim=5, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim)).astype(np.float32)


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.floats(0.01, 1.0), st.integers(0, 99))
def test_the_per_layer_threshold_is_numpys_linear_quantile_of_the_absolute_values(samples, dim, quantile, seed):
    x = layer(samples, dim, seed)
    threshold = np.float32(np.quantile(np.abs(x).astype(np.float64), quantile))
    np.testing.assert_allclose(
        clipped(x, ClipRule("per_layer", quantile)), np.clip(x, -threshold, threshold), rtol=2e-7, atol=0
    )


def test_the_quantile_of_more_values_than_float32_can_count_takes_the_right_ranks():
    x = np.zeros((4097, 4097), np.float32)  # 2^24 and a little more
    x[:, 0] = 1.0
    x[0, 0], x[1, 0] = 3.0, 5.0
    quantile = 1 - 0.75 / (x.size - 1)  # a quarter of the way from the second largest to the largest
    assert clipped(x, ClipRule("per_layer", quantile)).max() == np.float32(3.5)


def test_a_clip_at_quantile_one_changes_nothing():
    np.testing.assert_array_equal(clipped(layer(), ClipRule("per_layer", 1.0)), layer())


def test_a_clip_leaves_the_array_that_was_given_as_it_is():
    x = layer()
    clipped(float32_layer(x), ClipRule("per_layer", 0.5))
    limit_of(x, ClipRule("per_layer", 0.5))
    clip_at(x, np.float32(0.5))
    np.testing.assert_array_equal(x, layer())


def test_a_prh_rule_clips_at_its_threshold():
    x = layer()
    np.testing.assert_array_equal(clipped(x, ClipRule("prh", 0.95, 0.5)), np.clip(x, -0.5, 0.5))


def test_a_threshold_of_infinity_clips_nothing():
    assert limit_of(layer(), ClipRule("prh", 1.0, float("inf"))) is None
    assert clipped(layer_ := layer(), ClipRule("prh", 1.0, float("inf"))) is layer_


@pytest.mark.parametrize("rule", [ClipRule(), ClipRule("per_layer", 0.7), ClipRule("prh", 0.9, 0.4)])
def test_rows_clipped_as_they_are_gathered_are_those_of_the_clipped_layer(rule):
    x, rows = layer(30, 8), np.array([3, 3, 29, 0])
    limit = limit_of(x, rule)
    assert limit is None or isinstance(limit, np.float32)
    np.testing.assert_array_equal(clip_at(x[rows], limit), clipped(x, rule)[rows])
    np.testing.assert_array_equal(clip_at(x[5:9], limit), clipped(x, rule)[5:9])


def test_a_clip_that_would_leave_nothing_is_refused():
    x = np.zeros((10, 10))
    x[:, 0] = 1
    with pytest.raises(InputError, match=r"quantile 0\.5 has threshold 0 for deep, as too many values are 0"):
        clipped(float32_layer(x), ClipRule("per_layer", 0.5), name="deep")


def test_none_and_the_word_none_and_a_number_stand_for_rules():
    assert clip_rule(None) == clip_rule("none") == ClipRule()
    assert clip_rule(0.9) == ClipRule("per_layer", 0.9)
    assert clip_rule(ClipRule("prh", 0.9, 2.0)) == ClipRule("prh", 0.9, 2.0)


@pytest.mark.parametrize("clip", ["all", True, [0.9]])
def test_a_clip_of_another_kind_is_refused(clip):
    with pytest.raises(InputError, match="must be None, 'none', a quantile or a ClipRule"):
        clip_rule(clip)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("pooled",), "clip kind is 'pooled', but must be"),
        (("per_layer",), "clip 'per_layer' needs a quantile"),
        (("prh", 0.95), "clip 'prh' needs a threshold"),
        (("none", 0.95), r"clip 'none' takes no quantile, but got 0\.95"),
        (("per_layer", 0.95, 1.0), r"clip 'per_layer' takes no threshold, but got 1\.0"),
        (("per_layer", 0.0), r"clip quantile is 0\.0, but must be above 0 and at most 1"),
        (("per_layer", float("nan")), "clip quantile is nan"),
        (("per_layer", 95), "clip quantile is 95"),
        (("prh", 0.95, 0.0), r"clip threshold is 0\.0, but must be positive"),
        (("prh", 0.95, float("nan")), "clip threshold is nan"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        ClipRule(*arguments)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, ">f4"])
def test_every_numpy_float_type_becomes_float32(dtype):
    x = float32_layer(layer().astype(np.float16).astype(dtype))
    assert x.dtype == np.float32
    assert x.flags.c_contiguous
    np.testing.assert_array_equal(x, layer().astype(np.float16))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_torch_float_type_becomes_float32_with_or_without_a_gradient(dtype):
    exact = torch.arange(12.0).reshape(3, 4)
    tensor = exact.to(dtype).T.requires_grad_()
    x = float32_layer(tensor)
    assert x.dtype == np.float32
    assert x.flags.c_contiguous
    np.testing.assert_array_equal(x, exact.T.numpy())


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((3, 4), int), "deep has dtype int64, but must be of a float type"),
        (torch.ones((3, 4), dtype=torch.int32), r"deep has dtype torch\.int32, but must be of a float type"),
        (np.ones((3, 4), complex), "deep has dtype complex128"),
        ([[1.0, 2.0]], "deep is a list, but must be a NumPy array or a torch tensor"),
        (np.ones(3), r"deep has shape \(3,\), but must be \[sample, dim\]"),
        (torch.ones(3, 2, 2), r"deep has shape \(3, 2, 2\)"),
        (np.ones((0, 3)), r"deep has shape \(0, 3\)"),
        (np.ones((3, 0)), r"deep has shape \(3, 0\)"),
    ],
)
def test_what_is_not_a_layer_of_floats_is_refused_by_name(x, message):
    with pytest.raises(InputError, match=message):
        float32_layer(x, name="deep")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
def test_the_first_value_that_is_not_finite_in_float32_is_named(value):
    x = layer().astype(np.float64)
    x[4, 1] = x[5, 0] = value
    with pytest.raises(InputError, match=r"deep is .* in float32 at sample 4, dim 1, but must be finite"):
        float32_layer(x, name="deep")
    with pytest.raises(InputError, match="at sample 4, dim 1"):
        float32_layer(torch.from_numpy(x))
    with pytest.raises(InputError, match="at sample 104, dim 1"):
        float32_layer(x, first=100)


@pytest.mark.parametrize("cached", [1, 12, 1 << 18])
def test_the_value_that_is_named_does_not_depend_on_how_many_are_looked_at_at_a_time(monkeypatch, cached):
    monkeypatch.setattr(outliers, "_CACHED", cached)
    x = layer()
    x[6, 0] = x[5, 3] = np.nan
    with pytest.raises(InputError, match="x is nan in float32 at sample 5, dim 3"):
        float32_layer(x)
