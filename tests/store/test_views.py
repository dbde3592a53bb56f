"""Views of a store have the budgets of one variant of captions, in the order of the store."""

import numpy as np
import pytest

from platoscope.errors import InputError
from platoscope.params.variants import PLAIN, Variant, encoder_of, variant_of
from platoscope.store import FeaturesStore, Recalls, digest_ids, read_neighbours, write_features, write_neighbours

IDS = ["a", "b", "c", "d"]
VARIANTS = [("distinct", "join"), ("repeat", "join"), ("distinct", "mean"), ("repeat", "mean")]
ATTRIBUTES = {
    "samples": digest_ids(IDS),
    "ids": IDS,
    "budgets": [1, 2, 4] * 4,
    "variants": [list(variant) for variant in VARIANTS for _ in range(3)],
}
NAMES = ["minilm", "minilm+repeat", "minilm+mean", "minilm+repeat+mean"]
RNG = np.random.default_rng(0)
FEATURES = RNG.integers(-9, 9, (12, 4, 5)).astype(np.float32)  # [budget, sample, dim]
TABLES = np.stack([RNG.permutation(4)[:3] for _ in range(12 * 4)]).reshape(12, 1, 4, 3).astype(np.int32)
TIES = RNG.random((12, 1, 3))


@pytest.fixture
def features(tmp_path):
    write_features(tmp_path / "features" / "minilm.zarr", [("0", FEATURES)], attributes=ATTRIBUTES)
    return tmp_path / "features" / "minilm.zarr"


@pytest.fixture
def neighbours(tmp_path):
    made = ATTRIBUTES | {"layers": ["0"]}
    recalls = Recalls(RNG.random((12, 1)), np.arange(12, dtype=np.int32)[:, None])
    write_neighbours(tmp_path / "minilm.zarr", TABLES, TIES, attributes=made, recalls=recalls)
    return tmp_path / "minilm.zarr"


def test_names_say_what_is_not_plain_and_are_read_back():
    assert [Variant(*variant).of("minilm") for variant in VARIANTS] == NAMES
    for name, variant in zip(NAMES, VARIANTS, strict=True):
        assert (encoder_of(name), variant_of(name)) == ("minilm", variant)


def test_views_of_features_have_their_own_budgets(features):
    whole = FeaturesStore(features)
    assert (whole.key, whole.budgets) == ("minilm", tuple(ATTRIBUTES["budgets"]))
    for place, (view, name) in enumerate(zip(whole.views(), NAMES, strict=True)):
        assert (view.key, view.budgets, view.shape(0)) == (name, (1, 2, 4), (3, 4, 5))
        for budget in range(3):
            assert np.array_equal(view.layer(0, budget), FEATURES[3 * place + budget])
            assert np.array_equal(view.rows(0, budget)[1:3], FEATURES[3 * place + budget, 1:3])


def test_views_of_neighbours_have_their_own_tables(neighbours):
    for place, (view, name) in enumerate(zip(read_neighbours(neighbours).views(), NAMES, strict=True)):
        own = slice(3 * place, 3 * place + 3)
        assert (view.key, view.budgets, view.variant) == (name, (1, 2, 4), VARIANTS[place])
        assert np.array_equal(view.ids, TABLES[own])
        assert np.array_equal(view.tie_share, TIES[own])
        assert view.recalls.effort[:, 0].tolist() == list(range(12))[own]


def test_a_store_that_says_nothing_of_variants_has_one_view_which_is_all_of_it(tmp_path):
    plain = {name: value for name, value in ATTRIBUTES.items() if name != "variants"}
    write_features(tmp_path / "net.zarr", [("0", FEATURES)], attributes=plain)
    (view,) = FeaturesStore(tmp_path / "net.zarr").views()
    assert (view.key, view.budgets) == ("net", tuple(plain["budgets"]))
    write_neighbours(tmp_path / "n.zarr", TABLES, TIES, attributes=plain | {"layers": ["0"]})
    (tables,) = read_neighbours(tmp_path / "n.zarr").views()
    assert (tables.key, tables.variant) == ("n", PLAIN)
    assert np.array_equal(tables.ids, TABLES)


def test_a_variant_that_is_not_there_is_refused_with_those_that_are(features, neighbours):
    wanted = Variant("shuffled", "join")
    for ask in (lambda: FeaturesStore(features, variant=wanted), lambda: read_neighbours(neighbours).view(wanted)):
        with pytest.raises(InputError, match="no shuffled captions by join, it has distinct captions by join, repeat"):
            ask()
