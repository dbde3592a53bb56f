"""Tiles hold every budget of every encoder once, in order, and no more of them than their bytes."""

import numpy as np
import pytest

from platoscope.alignment.stages import tiles
from platoscope.errors import InputError
from platoscope.store import FeaturesStore, write_features

SAMPLES, BUDGETS = 5, [1, 4, 8]
DIMS = {"big": (12, 5, 8), "small": (6,)}
SIZES = {key: 8 * SAMPLES * sum(dims) for key, dims in DIMS.items()}  # of a budget, in float64


@pytest.fixture
def stores(tmp_path):
    (tmp_path / "video").mkdir()
    rng, attributes = np.random.default_rng(0), {"samples": "digest", "ids": list("abcde"), "budgets": BUDGETS}
    for key, dims in DIMS.items():
        layers = [(str(dim), rng.normal(size=(3, SAMPLES, dim)).astype(np.float32)) for dim in dims]
        write_features(tmp_path / "video" / f"{key}.zarr", layers, attributes=attributes)
    return [FeaturesStore(tmp_path / "video" / f"{key}.zarr") for key in DIMS]


@pytest.mark.parametrize(
    ("limit", "lengths"),
    [
        (1, [1, 1, 1, 1, 1, 1]),
        (2 * SIZES["small"], [1, 1, 1, 2, 1]),
        (SIZES["big"] + 2 * SIZES["small"], [1, 1, 3, 1]),
        (2 * SIZES["big"], [2, 4]),
        (1 << 30, [6]),
    ],
)
def test_a_tile_holds_what_fits_and_at_least_one_unit(stores, monkeypatch, limit, lengths):
    monkeypatch.setattr(tiles, "TILE_BYTES", limit)
    cut = tiles.tiles_of(stores)
    assert [len(tile) for tile in cut] == lengths
    units = [(store.path.stem, budget) for tile in cut for store, budget in tile]
    assert units == [(key, budget) for key in DIMS for budget in range(3)]


def test_layers_come_one_by_one_with_names_to_find_them_by_and_the_salt_of_their_encoder(stores):
    layers = tiles.layers_of([(stores[0], 1), (stores[1], 2)], clip="none", quantile=0.9, normalize=False)
    first, *others = layers
    assert first.name == f"layer '12' of {stores[0].path} at budget 4"
    np.testing.assert_array_equal(first.rows, stores[0].layer(0, 1).astype(float))
    assert [space.rows.shape[1] for space in others] == [5, 8, 6]
    assert first.salt == others[0].salt != others[2].salt


def test_a_row_of_zeros_is_laid_to_its_layer_and_budget(stores, monkeypatch):
    monkeypatch.setattr(FeaturesStore, "layer", lambda *_: np.eye(5, 4, dtype=np.float32))
    with pytest.raises(InputError, match=r"row 4 of layer '6' of .*small\.zarr at budget 8 is zero"):
        list(tiles.layers_of([(stores[1], 2)], clip="none", quantile=0.9, normalize=True))


def test_a_metric_of_another_name_is_refused():
    with pytest.raises(InputError, match="metric is 'pca', but must be cka, cka_rbf"):
        tiles.tile_scores([], [], metric="pca", bandwidth=1.0, k=2, components=1, distance="cosine")
