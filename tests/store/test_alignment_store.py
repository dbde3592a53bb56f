"""Alignment stores are read back pair by pair, as they were written."""

from dataclasses import fields

import numpy as np
import pytest

from platoscope.errors import StoreError
from platoscope.scratch import digest_of
from platoscope.store import PairLayers, arrays, read_alignment, write_alignment


def pair(video, text, seed):
    rng = np.random.default_rng(seed)
    return PairLayers(
        video=video,
        text=text,
        frames=(1, 4),
        captions=(1, 2, 3),
        video_layers=("block", "final"),
        text_layers=("0", "1", "2", "3"),
        fixed=(1, 3),
        score=rng.random((2, 3, 2, 4)),
        metric="mutual_knn",
        chance=0.1,
        count=rng.integers(0, 11, (2, 3, 9)).astype(np.uint16),
        nearest=rng.integers(0, 9, (2, 9, 5)).astype(np.int32),
        n=9,
        samples="digest",
        k=5,
    )


PAIRS = [pair("b", "x", 1), pair("a", "x", 2), pair("a", "y", 3)]


@pytest.mark.parametrize("small", [False, True], ids=["one shard", "several shards"])
def test_pairs_are_read_back_in_their_order(tmp_path, monkeypatch, small):
    if small:
        monkeypatch.setattr(arrays, "CHUNK_BYTES", 32)
        monkeypatch.setattr(arrays, "SHARD_BYTES", 64)
    write_alignment(tmp_path / "layers.zarr", iter(PAIRS), attributes={"samples": "digest"})
    back = list(read_alignment(tmp_path))
    assert len(back) == len(PAIRS)
    for one, other in zip(PAIRS, back, strict=True):
        for field in fields(PairLayers):
            wanted, found = getattr(one, field.name), getattr(other, field.name)
            assert type(found) is type(wanted), field.name
            assert np.array_equal(found, wanted), field.name
            assert not isinstance(wanted, np.ndarray) or found.dtype == wanted.dtype


def test_equal_pairs_are_equal_bytes(tmp_path):
    for name in ("a", "b"):
        write_alignment(tmp_path / name, PAIRS, attributes={"samples": "digest", "metric": "mutual_knn"})
    assert digest_of(tmp_path / "a") == digest_of(tmp_path / "b")


def test_a_missing_store_says_which_pull_gets_it(tmp_path):
    with pytest.raises(StoreError, match=r"layers\.zarr is missing: .*`dvc pull data/alignment`"):
        list(read_alignment(tmp_path))
