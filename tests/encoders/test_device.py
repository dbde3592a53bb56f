"""Device, batch size and memory settings out of the environment."""

import numpy as np
import pytest
import torch

from platoscope.encoders.device import batch_size, device, keep_float32, keep_heap
from platoscope.errors import InputError


def test_a_named_device_is_taken(monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    assert device() == "cpu"


@pytest.mark.parametrize("has_gpu", [False, True])
def test_without_a_name_it_is_the_gpu_where_there_is_one(monkeypatch, has_gpu):
    monkeypatch.delenv("PLATOSCOPE_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    assert device() == ("cuda" if has_gpu else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_cuda_where_there_is_none_is_an_error_and_never_the_processor(monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cuda")
    with pytest.raises(InputError, match=r"PLATOSCOPE_DEVICE is 'cuda': 'cuda' is not there") as error:
        device()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["", "meta", "warp", "cuda:999", "xpu:7"])
def test_a_device_that_holds_no_values_is_refused_by_name(monkeypatch, name):
    monkeypatch.setenv("PLATOSCOPE_DEVICE", name)
    with pytest.raises(InputError, match=f"PLATOSCOPE_DEVICE is '{name}'"):
        device()


def test_the_batch_size_is_32_unless_one_is_named(monkeypatch):
    monkeypatch.delenv("PLATOSCOPE_BATCH", raising=False)
    assert batch_size("cpu") == 32
    monkeypatch.setenv("PLATOSCOPE_BATCH", "7")
    assert batch_size("cpu") == 7
    monkeypatch.setenv("PLATOSCOPE_BATCH", "search")
    assert batch_size("cpu") is None


@pytest.mark.parametrize("named", ["0", "-1", "", "2.5", "many", "²", " "])
def test_a_batch_size_that_is_no_whole_number_from_one_is_refused(monkeypatch, named):
    monkeypatch.setenv("PLATOSCOPE_BATCH", named)
    with pytest.raises(InputError, match=f"whole number from 1 or 'search', got '{named}'"):
        batch_size("cpu")


def test_keeping_the_heap_changes_no_result():
    def compute():
        x = torch.linspace(-1, 1, 3 * 64 * 64).reshape(1, 3, 64, 64)
        return torch.nn.functional.interpolate(x, scale_factor=8.0, mode="bicubic").numpy()

    before = compute()
    keep_heap()
    keep_heap()
    assert np.array_equal(compute(), before)


def test_float32_is_kept_by_turning_tf32_off():
    backends = (torch.backends.cudnn, torch.backends.cuda.matmul)
    before = [backend.allow_tf32 for backend in backends]
    try:
        for backend in backends:
            backend.allow_tf32 = True
        keep_float32()
        assert not any(backend.allow_tf32 for backend in backends)
    finally:
        for backend, allowed in zip(backends, before, strict=True):
            backend.allow_tf32 = allowed
