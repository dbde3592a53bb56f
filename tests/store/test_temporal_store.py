"""Stores of step features: every variant of every encoder comes back as it was shown."""

import json

import numpy as np
import pytest

from platoscope.errors import InputError, StoreError
from platoscope.scratch import digest_of
from platoscope.store import FeaturesStore, TemporalStore, arrays, digest_ids, temporal, write_temporal
from platoscope.store.whole import holds_its_digest

IDS = [f"s{row}" for row in range(5)]
ORDERS = {"fwd": [0, 1, 2, 3], "rev": [3, 2, 1, 0], "static": [2, 2, 2, 2]}


def attributes(rows, **more):
    whose = {"samples": digest_ids(IDS), "ids": IDS}
    return {**whose, "orders": ORDERS, "frames": 4, "alone": [], "budgets": [str(row) for row in range(rows)], **more}


def layers(rows):
    """Two layers [row, sample, dim]: one that halves only round, one with a value beyond them."""
    rng = np.random.default_rng(0)
    plain, huge = rng.normal(size=(rows, 5, 6)).astype(np.float32), rng.normal(size=(rows, 5, 3)).astype(np.float32)
    huge[1, 2, 0] = 1e6
    return [("block", plain), ("final", huge)]


def of_frames(path):
    write_temporal(path, layers(8), attributes=attributes(8, passes=["frames", "flip"], steps=4))
    return TemporalStore(path)


def of_clips(path):
    passes = ["fwd", "rev", "static", "flip"]
    write_temporal(
        path, layers(16), attributes=attributes(16, passes=passes, steps=2, alone=["frames", "flip"], frames=4)
    )
    return TemporalStore(path)


@pytest.mark.parametrize("small", [False, True], ids=["one shard", "several shards"])
def test_variants_of_an_encoder_of_frames_are_index_lists_over_the_same_bytes(tmp_path, monkeypatch, small):
    if small:
        monkeypatch.setattr(arrays, "CHUNK_BYTES", 16)
        monkeypatch.setattr(arrays, "SHARD_BYTES", 64)
    store = of_frames(tmp_path / "x.zarr")
    assert store.sees_frames
    assert store.variants == ("fwd", "rev", "static", "flip", "flip_rev", "flip_static")
    exact = layers(8)[1][1]
    for first, change in ((0, ""), (4, "flip")):
        steps = exact[first : first + 4].swapaxes(0, 1)  # [sample, step, dim]
        for order, places in ORDERS.items():
            name = "_".join(part for part in (change, "" if order == "fwd" and change else order) if part)
            assert np.array_equal(store.steps(1, name), steps[:, places])
            assert np.array_equal(store.alone(1, name), steps[:, places])
    assert store.steps(0, "fwd").dtype == np.float32
    np.testing.assert_allclose(store.steps(0, "rev"), layers(8)[0][1][3::-1].swapaxes(0, 1), rtol=2**-10)


def test_an_encoder_of_clips_has_a_pass_a_variant_and_frames_alone_beside_them(tmp_path):
    store, exact = of_clips(tmp_path / "x.zarr"), layers(16)[1][1]
    assert not store.sees_frames
    for place, name in enumerate(["fwd", "rev", "static", "flip"]):
        assert np.array_equal(store.steps(1, name), exact[2 * place : 2 * place + 2].swapaxes(0, 1))
    alone = exact[8:12].swapaxes(0, 1)
    assert np.array_equal(store.alone(1), alone)
    assert np.array_equal(store.alone(1, "rev"), alone[:, ::-1])
    assert np.array_equal(store.alone(1, "flip"), exact[12:].swapaxes(0, 1))


def test_a_variant_that_is_not_there_is_refused_and_those_that_are_there_are_named(tmp_path):
    with pytest.raises(InputError, match=r"no variant 'mirror', only fwd, rev, static, flip, flip_rev"):
        of_frames(tmp_path / "x.zarr").steps(0, "mirror")
    store = of_clips(tmp_path / "y.zarr")
    with pytest.raises(InputError, match=r"no variant 'flip_rev', only fwd, rev, static, flip$"):
        store.steps(0, "flip_rev")
    with pytest.raises(InputError, match=r"no frames alone of variant 'mirror'"):
        store.alone(0, "mirror")


def test_without_frames_alone_a_bag_cannot_be_asked_for(tmp_path):
    write_temporal(tmp_path / "x.zarr", layers(6), attributes=attributes(6, passes=["fwd", "rev"], steps=3, frames=4))
    store = TemporalStore(tmp_path / "x.zarr")
    assert not store.has_alone
    with pytest.raises(InputError, match=r"no frames alone of variant 'fwd', only none"):
        store.alone(0)


def test_equal_content_is_equal_bytes_and_its_digest_tells_of_damage(tmp_path):
    one, other = of_clips(tmp_path / "x.zarr"), of_clips(tmp_path / "y.zarr")
    assert digest_of(one.path) == digest_of(other.path)
    assert one.verify()
    assert "budgets" not in one.attributes
    other.attributes["digest"] = "another"
    assert not other.verify()


def test_verification_knows_step_features_by_their_digest(tmp_path):
    store = of_clips(tmp_path / "x.zarr")
    assert holds_its_digest(store.path) is True
    file = store.path / "zarr.json"
    told = json.loads(file.read_text())
    told["attributes"]["digest"] = "0" * 64
    file.write_text(json.dumps(told))
    assert holds_its_digest(store.path) is False


def test_what_was_read_is_held_as_far_as_it_may_and_nobody_can_change_it(tmp_path, monkeypatch):
    store = of_clips(tmp_path / "x.zarr")
    assert store.steps(0, "fwd") is store.steps(0, "fwd")
    with pytest.raises(ValueError, match="read-only"):
        store.steps(0, "fwd")[:] = 0
    monkeypatch.setattr(temporal, "HELD_BYTES", 1)
    first = store.steps(0, "rev")
    assert store.steps(0, "fwd") is not first
    assert store.steps(0, "rev") is not first
    assert np.array_equal(store.steps(0, "rev"), first)


def test_a_store_of_another_kind_is_refused(tmp_path):
    of_frames(tmp_path / "x.zarr")
    with pytest.raises(StoreError, match=r"is temporal format 1, this version reads features"):
        FeaturesStore(tmp_path / "x.zarr")
