"""The clip that params name is one rule a budget, the same for every stage that clips."""

import numpy as np
import pytest

from platoscope.alignment.clip.clipping import clip_at_budget
from platoscope.alignment.clip.outliers import ClipRule
from platoscope.errors import InputError
from platoscope.store import FeaturesStore, write_features

QUANTILE = 0.8


@pytest.fixture
def store(tmp_path):
    rng, ids = np.random.default_rng(0), list("abcdefghij")
    layers = [(str(dim), rng.normal(size=(2, 10, dim)).astype(np.float32)) for dim in (3, 8)]
    path = tmp_path / "video" / "x.zarr"
    path.parent.mkdir()
    write_features(path, layers, attributes={"samples": "digest", "ids": ids, "budgets": [1, 4]})
    return FeaturesStore(path)


def test_no_clip_and_a_clip_a_layer_need_no_look_at_the_layers(store):
    assert clip_at_budget(store, 1, clip="none", quantile=QUANTILE) == ClipRule()
    assert clip_at_budget(store, 1, clip="per_layer", quantile=QUANTILE) == ClipRule("per_layer", QUANTILE)


@pytest.mark.parametrize("budget", [0, 1])
def test_a_pooled_clip_has_one_threshold_for_all_layers_of_its_budget(store, budget):
    pooled = np.abs(np.hstack([store.layer(layer, budget) for layer in range(2)]).astype(float))
    mean = np.quantile(pooled, QUANTILE, axis=1).mean()
    ranked = np.sort(pooled, axis=None)[int(QUANTILE * pooled.size)]
    for clip, threshold in (("prh", mean), ("prh_exact", ranked)):
        rule = clip_at_budget(store, budget, clip=clip, quantile=QUANTILE)
        assert (rule.kind, rule.quantile) == ("prh", QUANTILE)
        assert rule.threshold == pytest.approx(threshold, rel=1e-6)


def test_a_bad_quantile_is_refused(store):
    with pytest.raises(InputError, match=r"clip quantile is 1\.5"):
        clip_at_budget(store, 0, clip="per_layer", quantile=1.5)
