"""A stored encoder scores a model as the pipeline and `layer_scores` would."""

import numpy as np
import pytest
import torch

from platoscope import Reference
from platoscope.alignment.layers import layer_scores
from platoscope.alignment.search.neighbours import neighbour_table
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError, StoreError
from platoscope.store import digest_ids, write_features, write_neighbours

N, DEPTH = 50, 12
IDS = [f"clip_{sample}" for sample in range(N)]
STORED = np.random.default_rng(0).normal(size=(3, 2, N, 7)).astype(np.float32)  # [layer, budget, sample, dim]
OWN = np.concatenate([STORED[:2, 1, :, :5], np.random.default_rng(1).normal(size=(2, N, 3))], axis=2)
ATTRIBUTES = {"samples": digest_ids(IDS), "ids": IDS, "budgets": [1, 8]}
NAMES = [f"block_{layer}" for layer in range(3)]


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "features" / "video" / "net.zarr"
    write_features(path, zip(NAMES, STORED, strict=True), attributes=ATTRIBUTES)
    return path


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "neighbours" / "video" / "net.zarr"
    half = STORED.astype(np.float16).astype(np.float32)
    tables = [[neighbour_table(half[layer, budget], depth=DEPTH, clip=0.95, salt=salt_of("video/net"))
               for layer in range(3)] for budget in range(2)]  # fmt: skip
    ids = np.array([[table.ids for table in row] for row in tables])
    ties = np.array([[table.tie_share for table in row] for row in tables])
    made = {"layers": NAMES, "clip": "per_layer", "quantile": 0.95}
    write_neighbours(path, ids, ties, attributes=ATTRIBUTES | made)
    return path


@pytest.mark.parametrize("budget", [None, 1, 8])
def test_features_of_a_store_score_as_they_do_in_memory(features, budget):
    reference = Reference.open(features, budget=budget, k=6)
    assert (reference.ids, reference.layers, reference.budget) == (tuple(IDS), tuple(NAMES), budget or 8)
    stored = STORED[:, 0 if budget == 1 else 1].astype(np.float16).astype(np.float32)
    expected = layer_scores(OWN, stored, k=6)
    for given in (OWN, list(OWN), torch.from_numpy(OWN)):
        scores = reference.score(given)
        np.testing.assert_array_equal(scores.matrix, expected.matrix)
        assert (scores.score, scores.layers, scores.chance) == (expected.score, expected.layers, 6 / (N - 1))
    if budget != 1:
        assert expected.score > 0.3


@pytest.mark.parametrize("metric", ["lcs_knn", "cycle_knn", "edit_distance_knn", "jaccard_knn"])
def test_a_store_of_neighbours_serves_as_that_of_features_does(features, neighbours, metric):
    one, other = (Reference.open(path, k=5).score(OWN, metric=metric) for path in (features, neighbours))
    np.testing.assert_array_equal(one.matrix, other.matrix)


def test_a_reference_scores_again_and_again(neighbours):
    reference = Reference.open(str(neighbours))
    assert reference.score(OWN).score == reference.score(OWN).score


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": 4}, r"budget is 4, but .*net\.zarr has 1, 8"),
        ({"k": 0}, r"k is 0, but must be in 1\.\.12, the neighbours that .*net\.zarr holds"),
        ({"k": 2.5}, r"k is 2\.5, but must be in 1\.\.12"),
        ({"k": 13}, r"k is 13, but must be in 1\.\.12"),
        ({"clip": "none"}, "clip is 'none', but .* was made with 'per_layer'"),
        ({"quantile": 0.9}, r"quantile is 0\.9, but .* was made with 0\.95"),
    ],
)
def test_what_a_store_of_neighbours_does_not_have_is_named(neighbours, options, message):
    with pytest.raises(InputError, match=message):
        Reference.open(neighbours, **options)


def test_what_a_store_of_features_does_not_have_is_named(features):
    with pytest.raises(InputError, match=r"k is 50, but must be in 1\.\.49"):
        Reference.open(features, k=50)
    for clip in ("soft", ""):
        with pytest.raises(InputError, match=f"clip is '{clip}'"):
            Reference.open(features, clip=clip)


def test_a_path_of_any_spelling_draws_the_same_ties(tmp_path, monkeypatch):
    tied = np.repeat(STORED[:, :, :5], 10, axis=2)
    path = tmp_path / "video" / "net.zarr"
    write_features(path, zip(NAMES, tied, strict=True), attributes=ATTRIBUTES)
    whole = Reference.open(path).tables
    monkeypatch.chdir(path.parent)
    np.testing.assert_array_equal(Reference.open("net.zarr").tables, whole)


def test_no_store_and_a_store_of_another_kind_are_refused(features, tmp_path):
    with pytest.raises(StoreError, match=r"net2\.zarr is missing: make it with `dvc repro`"):
        Reference.open(features.with_name("net2.zarr"))
    (tmp_path / "net.zarr").mkdir()
    with pytest.raises(StoreError, match="is not a Zarr 3 group"):
        Reference.open(tmp_path / "net.zarr")


def test_features_of_other_samples_are_refused_by_the_ids_they_should_have(neighbours):
    reference = Reference.open(neighbours)
    with pytest.raises(InputError, match=r"features has 49 samples, but .*net\.zarr has 50: give those of its `ids`"):
        reference.score(OWN[:, 1:])
    with pytest.raises(InputError, match="metric is 'cka', but must be one of"):
        reference.score(OWN, metric="cka")
    with pytest.raises(InputError, match=r"features has shape \(50, 8\), but must be \[layer, sample, dim\]"):
        reference.score(OWN[0])


MODES = ATTRIBUTES | {"budgets": [1, 1], "variants": [["distinct", "join"], ["repeat", "mean"]]}


def test_texts_of_another_mode_are_opened_by_its_name(tmp_path):
    path = tmp_path / "features" / "text" / "words.zarr"
    write_features(path, zip(NAMES, STORED, strict=True), attributes=MODES)
    plain, repeat = Reference.open(path, k=6), Reference.open(path, mode="repeat", k=6)
    assert (plain.budget, repeat.budget) == (1, 1)
    for reference, place in ((plain, 0), (repeat, 1)):
        stored = STORED[:, place].astype(np.float16).astype(np.float32)
        np.testing.assert_array_equal(reference.score(OWN).matrix, layer_scores(OWN, stored, k=6).matrix)
    assert np.array_equal(Reference.open(path, combine="mean", k=6).tables, repeat.tables)
    with pytest.raises(InputError, match="no repeat captions by join"):
        Reference.open(path, mode="repeat", combine="join")
