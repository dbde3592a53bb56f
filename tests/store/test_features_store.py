"""Features stores: what is rounded to half precision and what is not, and values that are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from platoscope.errors import EncodingError, StoreError
from platoscope.scratch import digest_of
from platoscope.store import FeaturesStore, arrays, digest_ids, write_features
from platoscope.store.features import half_fits

IDS = [f"s{row}" for row in range(5)]
ATTRIBUTES = {"samples": digest_ids(IDS), "ids": IDS, "budgets": [1, 4]}


def layers():
    """Two layers [budget=2, sample=5, dim]: one that halves only round, one with a value beyond them."""
    rng = np.random.default_rng(0)
    plain, huge = rng.normal(size=(2, 5, 8)).astype(np.float32), rng.normal(size=(2, 5, 3)).astype(np.float32)
    huge[1, 2, 0] = 1e6
    return [("block", plain), ("final", huge)]


def write(path, named=None, attributes=ATTRIBUTES):
    write_features(path, named or layers(), attributes=attributes)
    return FeaturesStore(path)


@pytest.mark.parametrize("small", [False, True], ids=["one shard", "several shards"])
def test_layers_and_budgets_are_read_back(tmp_path, monkeypatch, small):
    if small:
        monkeypatch.setattr(arrays, "CHUNK_BYTES", 16)
        monkeypatch.setattr(arrays, "SHARD_BYTES", 32)
    store = write(tmp_path / "x.zarr")
    (_, plain), (_, huge) = layers()
    assert (store.layers, store.budgets) == (("block", "final"), (1, 4))
    for budget in range(2):
        half, exact = store.layer(0, budget), store.layer(1, budget)
        assert half.dtype == exact.dtype == np.float32
        assert np.array_equal(half, plain[budget].astype(np.float16).astype(np.float32))
        assert np.array_equal(exact, huge[budget])
    assert store.verify()


def test_rows_are_read_as_far_as_they_are_sliced(tmp_path):
    store = write(tmp_path / "x.zarr")
    for index, dim in enumerate((8, 3)):
        for budget in range(2):
            rows, whole = store.rows(index, budget), store.layer(index, budget)
            assert rows.shape == whole.shape == (5, dim)
            for part in (slice(0, 2), slice(2, 5), slice(4, 9), slice(None)):
                assert rows[part].dtype == np.float32
                assert np.array_equal(rows[part], whole[part])


def test_equal_features_are_equal_bytes(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name)
    assert digest_of(tmp_path / "a") == digest_of(tmp_path / "b")


def test_the_digest_is_of_the_content(tmp_path):
    other = [(name, values + (name == "final")) for name, values in layers()]
    digests = [write(tmp_path / f"{i}", named).attributes["digest"] for i, named in enumerate([layers(), other])]
    assert digests[0] != digests[1]
    attributes = {**ATTRIBUTES, "budgets": [2, 8]}
    assert write(tmp_path / "2", attributes=attributes).attributes["digest"] == digests[0]


def test_a_store_whose_content_was_changed_does_not_verify(tmp_path):
    one, other = write(tmp_path / "one"), write(tmp_path / "other", [(n, v * 2) for n, v in layers()])
    shard = next((other.path / "layer").rglob("c/0/0/0"))
    (one.path / shard.relative_to(other.path)).write_bytes(shard.read_bytes())
    assert not FeaturesStore(one.path).verify()


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.0, np.float16),
        (0.0, np.float16),
        (65504.0, np.float16),
        (65519.0, np.float16),  # rounds to the largest half
        (65520.0, np.float32),  # would be infinite
        (1e30, np.float32),
        (3e38, np.float32),  # its square is infinite in float32
        (6.2e-5, np.float16),  # the smallest normal half is 6.1e-5
        (1e-6, np.float32),
        (1e-9, np.float32),  # would be zero
        (1e-30, np.float32),  # its square is zero in float32
    ],
)
def test_halves_are_taken_where_they_only_round_and_float32_elsewhere(value, dtype):
    values = np.full((1, 2, 4), value, np.float32)
    assert half_fits(values) == (dtype == np.float16)


def test_one_row_that_halves_would_lose_keeps_its_whole_layer_exact():
    values = np.ones((2, 3, 4), np.float32)
    values[1, 2] = 1e-9
    assert not half_fits(values)
    values[1, 2, 0] = 1  # beside it the others are nothing
    assert half_fits(values)


@settings(deadline=None)
@given(
    arrays_of.arrays(
        np.float32, (2, 3, 4), elements=st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=True)
    )
)
def test_no_row_loses_more_than_its_rounding(values):
    stored = values.astype(np.float16) if half_fits(values) else values
    exact = values.astype(np.float64)
    assert np.isfinite(stored).all()
    lost = np.linalg.norm(stored.astype(np.float64) - exact, axis=-1)
    assert (lost <= np.linalg.norm(exact, axis=-1) * 2.0**-9).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused_with_layer_budget_and_sample(tmp_path, value):
    named = layers()
    named[1][1][1, 3, 2] = value
    with pytest.raises(EncodingError) as caught:
        write(tmp_path / "x", named)
    assert f"layer 'final' gave {value} at budget 4, sample 's3' (row 3), dim 2" in str(caught.value)
    with pytest.raises(StoreError, match="never finished"):
        FeaturesStore(tmp_path / "x")


def test_a_missing_store_says_which_pull_gets_it(tmp_path):
    with pytest.raises(StoreError, match=r"`dvc pull data/features/video/enc\.zarr`"):
        FeaturesStore(tmp_path / "data/features/video/enc.zarr")
