"""Batches of one size, halved where memory runs out, searched for where nobody gives one."""

import numpy as np
import pytest
import torch

from platoscope.encoders import batches
from platoscope.encoders.batches import Batches, search
from platoscope.errors import EncodingError
from platoscope.scratch import Work

CPU_FULL = RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory")
GPU_FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


class Full:
    """Encodes numbers to their squares, of at most so many at once."""

    def __init__(self, most, error=GPU_FULL):
        self.most, self.error, self.sizes = most, error, []

    def __call__(self, items):
        self.sizes.append(len(items))
        if len(items) > self.most:
            raise self.error
        return [np.asarray(items, np.float32)[:, None] ** 2]


@pytest.mark.parametrize("error", [CPU_FULL, GPU_FULL, MemoryError()])
@pytest.mark.parametrize("n", [1, 7, 8, 40])
def test_where_memory_runs_out_batches_are_halved_and_nothing_is_lost(error, n):
    told, encode = [], Full(3, error)
    made = Batches(16, told.append)
    (vectors,) = made.encode(encode, n, np.arange(n).__getitem__)
    assert np.array_equal(vectors[:, 0], np.arange(n) ** 2)
    assert told == [8, 4, 2]
    assert made.size == 2
    assert set(encode.sizes[3:]) == {2}  # it stays so


def test_items_that_count_for_several_are_halved_alike():
    told, encode = [], Full(2)
    Batches(40, told.append).encode(encode, 9, np.arange(9).__getitem__, weight=8)
    assert told == [20]
    assert encode.sizes == [5, 2, 2, 2, 2, 2]


def test_memory_that_does_not_suffice_for_one_ends_with_what_to_do():
    with pytest.raises(
        EncodingError, match=r"does not suffice for one at a time \(CUDA out of memory.*PLATOSCOPE_DEVICE"
    ):
        Batches(4).encode(Full(0), 3, np.arange(3).__getitem__)


def test_other_errors_pass_through_at_once():
    encode = Full(2, RuntimeError("shapes differ"))
    with pytest.raises(RuntimeError, match="shapes differ"):
        Batches(4).encode(encode, 3, np.arange(3).__getitem__)
    assert encode.sizes == [4]


def test_tensors_are_taken_as_arrays_are():
    (vectors,) = Batches(4).encode(lambda items: [torch.as_tensor(items)[:, None].half()], 6, np.arange(6).__getitem__)
    assert vectors.dtype == np.float32
    assert vectors[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


def clock(monkeypatch, seconds):
    """Let a probe of a size take so long, by a clock that moves with it alone."""
    now = [0.0]

    def probe(size):
        now[0] += seconds(size)

    monkeypatch.setattr(batches.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(batches, "free_memory", lambda _: 1e12)
    monkeypatch.setattr(batches, "memory_held", lambda _: 1.0)
    return probe


def test_the_search_ends_where_twice_as_many_are_hardly_quicker(monkeypatch):
    probe = clock(monkeypatch, lambda size: max(size, 32) / 32)
    assert search(probe, on="cpu") == 32
    assert search(clock(monkeypatch, lambda _: 1.0), on="cpu") == batches.MOST


def test_the_search_ends_where_memory_does(monkeypatch):
    probe = clock(monkeypatch, lambda _: 1.0)

    def full(size):
        if size > 16:
            raise GPU_FULL
        probe(size)

    assert search(full, on="cpu") == 16
    monkeypatch.setattr(batches, "memory_held", lambda _: 0.9e12)
    assert search(probe, on="cpu") == batches.FIRST


def test_a_size_is_kept_with_the_scratch_and_goes_before_what_is_given(tmp_path, monkeypatch, capsys):
    work = Work(tmp_path, stage="stage", spec={})
    searched = Batches.kept_with(work, None, clock(monkeypatch, lambda size: size / min(size, 16)), on="cpu")
    assert searched.size == 16
    searched.encode(Full(4), 16, np.arange(16).__getitem__)
    assert "stage: out of memory, goes on with batches of 4" in capsys.readouterr().out
    for given in (None, 32):
        assert Batches.kept_with(work, given, pytest.fail, on="cpu").size == 4
    assert Batches.kept_with(Work(tmp_path, stage="other", spec={}), 7, pytest.fail, on="cpu").size == 7
