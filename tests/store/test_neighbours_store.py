"""Neighbours stores are read back as they were written."""

import numpy as np
import pytest

from platoscope.errors import StoreError
from platoscope.scratch import digest_of
from platoscope.store import Recalls, arrays, digest_ids, read_neighbours, write_neighbours

IDS = ["a", "b", "c", "d"]
ATTRIBUTES = {"samples": digest_ids(IDS), "ids": IDS, "layers": ["0", "final"], "budgets": [1, 2, 4]}


def tables():
    """Ids [budget=3, layer=2, sample=4, depth=3] and shares of ties [budget, layer, depth]."""
    rng = np.random.default_rng(0)
    ids = np.stack([rng.permutation(4)[:3] for _ in range(3 * 2 * 4)]).reshape(3, 2, 4, 3).astype(np.int32)
    return ids, rng.random((3, 2, 3))


@pytest.mark.parametrize("small", [False, True], ids=["one shard", "several shards"])
def test_tables_are_read_back(tmp_path, monkeypatch, small):
    if small:
        monkeypatch.setattr(arrays, "CHUNK_BYTES", 24)
        monkeypatch.setattr(arrays, "SHARD_BYTES", 48)
    ids, ties = tables()
    write_neighbours(tmp_path / "enc.zarr", ids, ties, attributes=ATTRIBUTES)
    store = read_neighbours(tmp_path / "enc.zarr")
    assert (store.ids.dtype, store.tie_share.dtype) == (np.int32, np.float64)
    assert np.array_equal(store.ids, ids)
    assert np.array_equal(store.tie_share, ties)
    assert (store.key, store.layers, store.budgets) == ("enc", ("0", "final"), (1, 2, 4))
    assert store.attributes["samples"] == digest_ids(IDS)


def test_equal_tables_are_equal_bytes_and_their_digest_is_of_the_ids(tmp_path):
    ids, ties = tables()
    for name in ("a", "b"):
        write_neighbours(tmp_path / name, ids, ties, attributes=ATTRIBUTES)
    assert digest_of(tmp_path / "a") == digest_of(tmp_path / "b")
    write_neighbours(tmp_path / "c", ids[..., ::-1], ties, attributes=ATTRIBUTES)
    assert read_neighbours(tmp_path / "c").attributes["digest"] != read_neighbours(tmp_path / "a").attributes["digest"]


def test_how_an_approximate_index_did_is_read_back_and_is_part_of_the_digest(tmp_path):
    ids, ties = tables()
    recalls = Recalls(np.linspace(0.9, 1, 6).reshape(3, 2), np.arange(6, dtype=np.int32).reshape(3, 2))
    write_neighbours(tmp_path / "a", ids, ties, attributes=ATTRIBUTES, recalls=recalls)
    write_neighbours(tmp_path / "exact", ids, ties, attributes=ATTRIBUTES)
    store, exact = read_neighbours(tmp_path / "a"), read_neighbours(tmp_path / "exact")
    assert (store.recalls.reached.dtype, store.recalls.effort.dtype) == (np.float64, np.int32)
    assert np.array_equal(store.recalls.reached, recalls.reached)
    assert np.array_equal(store.recalls.effort, recalls.effort)
    assert exact.recalls is None
    assert exact.attributes["digest"] != store.attributes["digest"]


def test_a_missing_store_says_which_pull_gets_it(tmp_path):
    with pytest.raises(StoreError, match=r"`dvc pull data/neighbours/text/enc\.zarr`"):
        read_neighbours(tmp_path / "neighbours/text/enc.zarr")
