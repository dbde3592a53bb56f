"""Similarity stores are read back pair by pair, as they were written."""

from dataclasses import fields

import numpy as np
import pytest

from platoscope.errors import StoreError
from platoscope.scratch import digest_of
from platoscope.store import PairScores, arrays, read_similarity, write_similarity


def pair(video, text, seed):
    return PairScores(
        video=video,
        text=text,
        frames=(1, 4),
        captions=(1, 2, 3),
        video_layers=("block", "final"),
        text_layers=("0", "1", "2", "3"),
        fixed=(1, 3),
        score=np.random.default_rng(seed).random((2, 3, 2, 4)) - 0.5,
        n=9,
    )


PAIRS = [pair("b", "x", 1), pair("a", "x", 2), pair("a", "y", 3)]


@pytest.mark.parametrize("small", [False, True], ids=["one shard", "several shards"])
def test_pairs_of_a_metric_are_read_back_in_their_order(tmp_path, monkeypatch, small):
    if small:
        monkeypatch.setattr(arrays, "CHUNK_BYTES", 32)
        monkeypatch.setattr(arrays, "SHARD_BYTES", 64)
    write_similarity(tmp_path / "layers.zarr", iter(PAIRS), attributes={"samples": "digest", "metric": "cka"})
    back = read_similarity(tmp_path)
    assert len(back) == len(PAIRS)
    for one, other in zip(PAIRS, back, strict=True):
        for field in fields(PairScores):
            wanted, found = getattr(one, field.name), getattr(other, field.name)
            assert type(found) is type(wanted), field.name
            assert np.array_equal(found, wanted), field.name


def test_equal_scores_are_equal_bytes(tmp_path):
    for name in ("a", "b"):
        write_similarity(tmp_path / name, PAIRS, attributes={"samples": "digest", "metric": "cka"})
    assert digest_of(tmp_path / "a") == digest_of(tmp_path / "b")


def test_a_missing_store_of_a_metric_says_which_pull_gets_it(tmp_path):
    with pytest.raises(StoreError, match=r"layers\.zarr is missing: .*`dvc pull data/similarity/cka`"):
        read_similarity(tmp_path / "cka")
