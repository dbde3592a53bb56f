"""Every engine that is here gives the same neighbours; which one `auto` means; flags that are left as they were."""

import os
import subprocess
import sys

import faiss
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.alignment.search import blas, engines
from platoscope.alignment.search.engines import (
    VARIABLE,
    described,
    engine_name,
    engine_of_environment,
    engines_here,
    faiss_version,
    open_engine,
)
from platoscope.alignment.search.gallery import Gallery
from platoscope.alignment.search.neighbours import nearest, neighbour_table
from platoscope.errors import InputError


@pytest.fixture(params=["blas", "faiss", "faiss-gpu", "torch"])
def engine(request):
    if request.param not in engines_here():
        pytest.skip(f"needs the engine {request.param}")
    return request.param


def single(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim)).astype(np.float32)


def held(samples, dim):
    return Gallery.of(single(samples, dim, seed=1), limit=None, name="x")


def cosines(gallery, samples):
    units = gallery.rows / np.linalg.norm(gallery.rows.astype(np.float64), axis=1, keepdims=True)
    return units[samples] @ units.T


KINDS = {
    "continuous": lambda rng, n, dim: rng.normal(size=(n, dim)),
    "integers": lambda rng, n, dim: rng.integers(-2, 3, size=(n, dim)) + 0.25,
    "duplicates": lambda rng, n, dim: rng.normal(size=(n // 4 + 1, dim))[rng.integers(0, n // 4 + 1, n)],
    "a huge mean": lambda rng, n, dim: rng.normal(size=(n, dim)) + 500 * rng.normal(size=dim),
    "a sink": lambda rng, n, dim: np.hstack([rng.normal(size=(n, dim)), np.full((n, 1), 1e3)]),
    "all equal": lambda _, n, dim: np.full((n, dim), 0.1),
}


@settings(max_examples=60)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 999), st.integers(8, 150), st.integers(1, 70), st.data())
def test_every_engine_gives_the_same_ids_and_tie_shares(kind, seed, samples, dim, data):
    x = KINDS[kind](np.random.default_rng(seed), samples, dim).astype(np.float32)
    depth = data.draw(st.integers(1, samples - 1))
    tables = [neighbour_table(x, depth=depth, salt=seed, engine=engine) for engine in (*engines_here(), "auto")]
    for table in tables[1:]:
        np.testing.assert_array_equal(table.ids, tables[0].ids)
        np.testing.assert_array_equal(table.tie_share, tables[0].tie_share)


@pytest.mark.parametrize(("queries", "samples", "width"), [(1, 1, 1), (7, 50, 1), (200, 257, 257), (65, 1000, 40)])
def test_an_engine_finds_the_most_similar_whole_or_in_blocks(engine, monkeypatch, queries, samples, width):
    gallery = held(samples, 24)
    rng = np.random.default_rng(2)
    for asked in (rng.permutation(samples)[:queries], np.arange(samples - queries, samples)):
        exact = cosines(gallery, asked)
        for query_block, scores, held_bytes in ((1 << 10, 1 << 20, 1 << 26), (17, 200, 0)):
            for module in (blas, engines):
                monkeypatch.setattr(module, "_QUERIES", query_block)
            monkeypatch.setattr(engines, "_SCORES", {"cpu": scores, "cuda": scores})
            monkeypatch.setattr(blas, "_SCORES", scores)
            monkeypatch.setattr(blas, "_HELD_BYTES", held_bytes)
            found, ids = open_engine(engine, gallery).best(asked, width=width)
            assert (found.dtype, ids.dtype) == (np.float32, np.int64)
            best = -np.sort(-exact, axis=1)[:, :width]
            np.testing.assert_allclose(found - found[:, :1], best - best[:, :1], atol=1e-5)
            np.testing.assert_allclose(np.take_along_axis(exact, ids, axis=1), best, atol=1e-5)
            assert all(len(set(row)) == width for row in ids.tolist())


def test_torch_holds_no_more_scores_than_it_may(monkeypatch):
    sizes = []
    topk = torch.Tensor.topk

    def spy(tensor, width):
        sizes.append(tensor.numel())
        return topk(tensor, width)

    monkeypatch.setattr(torch.Tensor, "topk", spy)
    monkeypatch.setattr(engines, "_QUERIES", 10)
    monkeypatch.setattr(engines, "_SCORES", {"cpu": 500, "cuda": 500})
    open_engine("torch", held(400, 3)).best(np.arange(25), width=5)
    assert max(sizes) == 500
    assert len(sizes) == 2 * (8 + 8 + 4)  # 5 queries at the end have blocks of 100 rows


@pytest.mark.parametrize("precision", ["medium", "highest"])
def test_torch_multiplies_float32_as_it_is_and_leaves_flags_and_autocast_alone(monkeypatch, precision):
    backends = (torch.backends.cuda.matmul, torch.backends.mkldnn.matmul)
    inside, gallery = [], held(90, 64)
    merged = engines.Torch._merged

    def spy(self, queries, width):
        inside.append([backend.fp32_precision for backend in backends] + [torch.is_autocast_enabled("cpu")])
        return merged(self, queries, width)

    monkeypatch.setattr(engines.Torch, "_merged", spy)
    usual = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        before = [backend.fp32_precision for backend in backends]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found, _ = open_engine("torch", gallery).best(np.arange(9), width=90)
            assert torch.is_autocast_enabled("cpu")
        assert [backend.fp32_precision for backend in backends] == before
        assert torch.get_float32_matmul_precision() == precision
    finally:
        torch.set_float32_matmul_precision(usual)
    assert inside == [["ieee", "ieee", False]]
    best = -np.sort(-cosines(gallery, np.arange(9)), axis=1)
    np.testing.assert_allclose(found - found[:, :1], best - best[:, :1], atol=1e-5)


def test_torch_leaves_the_flags_as_they_were_when_it_fails(monkeypatch):
    def fail(*_):
        raise RuntimeError("no memory")

    monkeypatch.setattr(engines.Torch, "_merged", fail)
    usual = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        with pytest.raises(RuntimeError, match="no memory"):
            open_engine("torch", held(9, 4)).best(np.arange(9), width=2)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(usual)


@pytest.fixture
def pretended_gpu(monkeypatch):
    """FAISS as built for GPUs, whose index counts its searches and lies in the memory of the processor."""
    searches = []

    class Index(faiss.IndexFlatIP):
        def __init__(self, _, dim, __):
            super().__init__(dim)

        def search(self, queries, width):
            searches.append(width)
            return super().search(queries, width)

    monkeypatch.setattr(faiss, "get_num_gpus", lambda: 1)
    monkeypatch.setattr(faiss, "StandardGpuResources", object, raising=False)
    monkeypatch.setattr(faiss, "GpuIndexFlatConfig", object, raising=False)
    monkeypatch.setattr(faiss, "GpuIndexFlatIP", Index, raising=False)
    return searches


def test_a_gpu_of_faiss_is_taken_first_and_searches_too_wide_for_it_run_on_the_processor(pretended_gpu, monkeypatch):
    assert engines_here() == ("blas", "faiss", "faiss-gpu", "torch")
    assert engine_name() == "faiss-gpu"
    x = np.repeat(single(20, 6), 5, axis=0)
    expected = nearest(x, k=9, engine="faiss")
    monkeypatch.setattr(engines, "_FAISS_GPU_WIDTH", 30)
    np.testing.assert_array_equal(nearest(x, k=9, engine="faiss-gpu"), expected)
    assert pretended_gpu == [15]
    np.testing.assert_array_equal(nearest(x, k=40), nearest(x, k=40, engine="faiss"))
    assert pretended_gpu == [15]


@pytest.mark.parametrize(
    ("cuda", "installed", "name"),
    [(False, True, "blas"), (True, True, "torch"), (False, False, "blas"), (True, False, "torch")],
)
def test_auto_is_torch_where_encoders_run_on_a_gpu_else_blas_with_or_without_faiss(monkeypatch, cuda, installed, name):
    monkeypatch.setattr(engines, "_on_cuda", lambda: cuda)
    monkeypatch.setattr(engines, "_faiss_gpus", lambda: 0)
    monkeypatch.setattr(engines, "find_spec", lambda _: installed or None)
    assert engine_name() == engine_name("auto") == name
    assert faiss_version() == (faiss.__version__ if installed else "none")


def test_on_a_processor_auto_is_blas_for_small_galleries_and_faiss_for_large_ones(monkeypatch):
    monkeypatch.setattr(engines, "_on_cuda", lambda: False)
    monkeypatch.setattr(engines, "_faiss_gpus", lambda: 0)
    monkeypatch.setattr(blas, "_HELD_BYTES", 4 * 30 * 30)
    assert isinstance(open_engine("auto", held(30, 4)), blas.Blas)
    assert isinstance(open_engine("auto", held(31, 4)), engines.Faiss)
    assert isinstance(open_engine("blas", held(31, 4)), blas.Blas)
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    assert isinstance(open_engine("auto", held(31, 4)), blas.Blas)


def test_encoders_that_are_put_on_the_processor_keep_auto_there(monkeypatch):
    monkeypatch.setattr(engines, "_driver", lambda: True)
    monkeypatch.setattr(engines, "_faiss_gpus", lambda: 0)
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    assert engine_name() == "blas"
    monkeypatch.delenv("PLATOSCOPE_DEVICE")
    monkeypatch.setattr(engines, "device", lambda: "cuda")
    assert engine_name() == "torch"
    monkeypatch.setattr(engines, "_driver", lambda: False)
    assert engine_name() == "blas"


def test_an_engine_that_is_not_here_is_refused_with_those_that_are(monkeypatch):
    monkeypatch.setattr(engines, "_faiss_gpus", lambda: 0)
    for name in ("faiss-gpu", "scann", ""):
        with pytest.raises(
            InputError, match=rf"engine is '{name}', but here there are 'auto', 'blas', 'faiss', 'torch'"
        ):
            nearest(single(9, 3), k=2, engine=name)


def test_steps_take_the_engine_from_the_environment(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert engine_of_environment() == "auto"
    monkeypatch.setenv(VARIABLE, "torch")
    assert engine_of_environment() == "torch"
    monkeypatch.setenv(VARIABLE, "cuda")
    with pytest.raises(InputError, match=r"PLATOSCOPE_ENGINE is 'cuda', but here there are 'auto', 'blas'"):
        engine_of_environment()


def test_an_engine_is_described_with_where_it_runs(monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    assert described("faiss") == f"faiss on cpu, {faiss.omp_get_max_threads()} threads"
    assert described("torch") == "torch on cpu"
    assert described("blas") == "NumPy's blas on cpu"


def test_without_the_driver_of_a_gpu_neighbours_do_not_load_torch():
    if engines._driver():
        pytest.skip("needs a machine without a GPU")
    code = "import sys, numpy, platoscope; platoscope.nearest(numpy.eye(4), k=2); assert 'torch' not in sys.modules"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PLATOSCOPE")}
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120, env=clean)
