"""The pooled threshold against the published rules, restated in torch, and read in blocks."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from platoscope.alignment.clip.outliers import ClipRule
from platoscope.alignment.clip.pooled import prh_threshold
from platoscope.alignment.search.neighbours import nearest
from platoscope.errors import InputError

RULES = pytest.mark.parametrize("exact", [False, True], ids=["mean of quantiles", "exact"])


def layer(samples=7, dim=5, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim)).astype(np.float32)


class OnDisk:
    """A layer that keeps what was read of it."""

    def __init__(self, values):
        self._values, self.shape, self.read = values, values.shape, []

    def __getitem__(self, rows):
        self.read.append((rows.start, rows.stop))
        return self._values[rows]


def test_the_prh_threshold_is_the_published_one():
    features = torch.from_numpy(
        np.stack([layer(seed=seed) * 3**seed for seed in range(3)], axis=1)
    )  # [sample, layer, dim]
    published = torch.quantile(features.abs().flatten(start_dim=1), 0.95, dim=1).mean()
    assert prh_threshold(list(features.unbind(dim=1)), quantile=0.95) == pytest.approx(float(published), rel=1e-6)


def test_the_prh_threshold_takes_layers_of_unequal_dims_and_does_not_depend_on_its_blocks(monkeypatch):
    layers = [layer(dim=3), layer(dim=6, seed=1)]
    each = [np.quantile(np.abs(np.concatenate(rows)).astype(float), 0.8) for rows in zip(*layers, strict=True)]
    assert prh_threshold(layers, quantile=0.8) == pytest.approx(np.mean(each), rel=1e-12)
    whole = prh_threshold(layers, quantile=0.8)
    monkeypatch.setattr("platoscope.alignment.clip.pooled._BLOCK", 20)  # two samples at a time
    assert prh_threshold(layers, quantile=0.8) == whole


@given(
    arrays_of.arrays(
        np.float32, (4, 3, 5), elements=st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=2.0**-140)
    ),
    st.floats(0.001, 0.999),
)
def test_the_exact_threshold_is_the_value_of_the_published_rank(features, quantile):
    """[sample, layer, dim]: all absolute values in order, from subnormal ones to the largest, and one of them."""
    features[::2] *= -1
    ordered = torch.from_numpy(features).abs().reshape(-1).sort().values
    published = ordered[int(quantile * ordered.numel())].item()
    layers = list(torch.from_numpy(features).unbind(dim=1))
    assert prh_threshold(layers, quantile=quantile, exact=True) == published


def test_the_exact_threshold_takes_equal_values_and_the_first_rank():
    x = np.float32([[3, -1], [1, 1], [-2, 1]])
    assert [prh_threshold([x], quantile=q, exact=True) for q in (1e-9, 0.5, 0.66, 0.67, 0.9)] == [1, 1, 1, 2, 3]


@RULES
def test_features_clipped_by_the_threshold_have_the_neighbours_of_those_the_published_code_prepares(exact):
    features = torch.from_numpy(np.stack([layer(60, 8, seed) * 2**seed for seed in range(3)], axis=1))
    absolute = features.abs()
    if exact:
        limit = absolute.reshape(-1).sort().values[int(0.8 * absolute.numel())]
    else:
        limit = torch.quantile(absolute.flatten(start_dim=1), 0.8, dim=1).mean()
    threshold = prh_threshold(list(features.unbind(dim=1)), quantile=0.8, exact=exact)
    for index in range(3):
        prepared = torch.nn.functional.normalize(features[:, index].clamp(-limit, limit), dim=-1)
        similarity = (prepared @ prepared.T).fill_diagonal_(-2)
        ids = nearest(features[:, index], k=5, clip=ClipRule("prh", 0.8, threshold))
        assert np.array_equal(ids, similarity.topk(5).indices.numpy())


@RULES
def test_at_quantile_one_nothing_is_clipped_as_in_the_published_code(exact):
    threshold = prh_threshold([layer()], quantile=1, exact=exact)
    assert threshold == math.inf
    clip = ClipRule("prh", 1.0, threshold)
    np.testing.assert_array_equal(nearest(layer(20), k=4, clip=clip), nearest(layer(20), k=4))


@RULES
def test_layers_are_read_in_blocks_of_samples_that_do_not_change_the_threshold(monkeypatch, exact):
    values = [layer(50, 3), layer(50, 6, seed=1)]
    whole = prh_threshold(values, quantile=0.8, exact=exact)
    monkeypatch.setattr("platoscope.alignment.clip.pooled._BLOCK", 90)
    layers = [OnDisk(x) for x in values]
    assert prh_threshold(layers, quantile=0.8, exact=exact) == whole
    for stored in layers:
        most = 90 // stored.shape[1] if exact else 90 // 9
        assert max(stop - start for start, stop in stored.read) == most
        assert sorted(set(stored.read))[-1][1] == 50
        assert len(stored.read) == (2 if exact else 1) * -(-50 // most)


@RULES
def test_a_value_that_is_not_finite_is_named_by_its_sample_in_the_whole_layer(monkeypatch, exact):
    monkeypatch.setattr("platoscope.alignment.clip.pooled._BLOCK", 20)
    x = layer(50, 4)
    x[33, 2] = np.inf
    with pytest.raises(InputError, match="layer 1 is inf in float32 at sample 33, dim 2"):
        prh_threshold([layer(50, 4), x], quantile=0.8, exact=exact)


@pytest.mark.parametrize("quantile", [0.0, 1.5, float("nan")])
def test_a_quantile_that_is_none_is_refused(quantile):
    with pytest.raises(InputError, match="clip quantile is"):
        prh_threshold([layer()], quantile=quantile)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "layers is empty"),
        ([layer(), layer(samples=8)], "layer 1 has 8 samples, but layer 0 has 7"),
        ([layer(), layer() * np.float32(np.nan)], "layer 1 is nan in float32 at sample 0, dim 0"),
        ([np.ones(3)], r"layer 0 has shape \(3,\), but must be \[sample, dim\]"),
        ([layer(), np.ones((7, 0))], r"layer 1 has shape \(7, 0\)"),
        ([[[1.0, 2.0]]], r"layer 0 is a list, but must have a shape \[sample, dim\]"),
        ([np.ones((3, 4), int)], "layer 0 has dtype int64, but must be of a float type"),
        ([np.zeros((3, 4))], r"quantile 0\.95 of all layers is 0, as too many values are 0"),
    ],
)
@RULES
def test_layers_that_have_no_common_threshold_are_refused(layers, message, exact):
    with pytest.raises(InputError, match=message):
        prh_threshold(layers, quantile=0.95, exact=exact)
