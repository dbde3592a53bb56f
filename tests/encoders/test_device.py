"""Device, batch size and memory settings out of the environment."""

import os

import pytest
import torch

from platoscope.encoders.device import batch_size, chosen_devices, device, devices, keep_float32
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


@pytest.fixture
def gpus(monkeypatch):
    """Three GPUs of two kinds, as far as `devices` looks."""
    kinds, zeros = {"cuda:0": "Big", "cuda:1": "Small", "cuda:2": "Big"}, torch.zeros

    def made(n, *, device):
        if device not in (*kinds, "cpu"):
            raise RuntimeError(f"no {device} here\nand more of it")
        return zeros(n)

    monkeypatch.setattr(torch, "zeros", made)
    monkeypatch.setattr(torch.cuda, "get_device_name", kinds.__getitem__)


@pytest.mark.parametrize(
    ("named", "kinds"),
    [
        ("cuda:0,cuda:1", "Big and Small"),
        ("cuda:0, cpu", "Big and cpu"),
        ("cuda:2,cuda:1,cuda:0,cpu", "Big and Small and cpu"),
    ],
)
@pytest.mark.usefixtures("gpus")
def test_a_list_of_unlike_devices_is_refused_and_says_what_they_are(monkeypatch, named, kinds):
    monkeypatch.setenv("PLATOSCOPE_DEVICE", named)
    with pytest.raises(InputError, match=f"PLATOSCOPE_DEVICE is '{named}': these are {kinds}, wanted devices of one"):
        devices()


@pytest.mark.usefixtures("gpus")
def test_a_list_of_devices_of_one_kind_is_taken_in_its_order(monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cuda:2, cuda:0")
    assert devices() == ("cuda:2", "cuda:0")
    assert device() == "cuda:2"


@pytest.mark.usefixtures("gpus")
def test_one_that_is_not_there_is_named_among_those_that_are(monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cuda:0,cuda:7,cuda:2")
    with pytest.raises(InputError, match=r"is 'cuda:0,cuda:7,cuda:2': 'cuda:7' is not there: no cuda:7 here$"):
        devices()


@pytest.mark.parametrize("before", [None, "cuda:1"])
@pytest.mark.usefixtures("gpus")
def test_chosen_devices_stand_for_the_environment_until_the_run_ends(monkeypatch, before):
    monkeypatch.delenv("PLATOSCOPE_DEVICE", raising=False)
    if before:
        monkeypatch.setenv("PLATOSCOPE_DEVICE", before)

    def fail():
        with chosen_devices("cuda:0,cuda:2"):
            assert devices() == ("cuda:0", "cuda:2")
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail()
    assert os.environ.get("PLATOSCOPE_DEVICE") == before
    with chosen_devices(None):
        assert os.environ.get("PLATOSCOPE_DEVICE") == before


@pytest.mark.parametrize(
    ("named", "why"), [("cuda:0,warp", "'warp' is not there"), ("cuda:0,cuda:1", "Big and Small"), ("", "'' is not")]
)
@pytest.mark.usefixtures("gpus")
def test_chosen_devices_that_cannot_be_had_are_refused_under_the_name_of_the_option(monkeypatch, named, why):
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    with pytest.raises(InputError, match=f"^--devices is '{named}': .*{why}"), chosen_devices(named):
        pass
    assert devices() == ("cpu",)


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
