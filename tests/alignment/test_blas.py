"""The engine "blas": threads of its own that call BLAS by one thread each, and what it holds."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from platoscope.alignment.search import blas
from platoscope.alignment.search.gallery import Gallery
from platoscope.alignment.search.neighbours import neighbour_table


def rows(samples, dim):
    return np.random.default_rng(0).normal(size=(samples, dim)).astype(np.float32)


def threads():
    """Threads of the BLAS libraries whose threads are their own."""
    own = [library for library in threadpool_info() if library.get("threading_layer") == "pthreads"]
    return [library["num_threads"] for library in own]


@pytest.mark.parametrize("samples", [1, 127, 128, 129, 300])
def test_the_products_of_a_gallery_are_symmetric_and_those_of_numpy(samples):
    x = rows(samples, 33)
    products = blas._symmetric(x)
    padded = -(-samples // 128) * 128
    assert products.shape == (padded, padded + 16)
    assert not products[:, padded:].any()
    np.testing.assert_allclose(products[:, :padded], products[:, :padded].T, atol=1e-4)
    np.testing.assert_allclose(products[:samples, :samples], x.astype(np.float64) @ x.T.astype(np.float64), atol=1e-4)


@pytest.mark.parametrize("threads", [None, 1])
@pytest.mark.parametrize("samples", [128, 384, 640, 1024])
def test_every_product_is_made_once_by_few_or_many_blocks(samples, threads):
    half = list(blas._upper_half(slice(0, samples), rows=256 if threads is None else samples))
    made = np.zeros((samples, samples), int)
    for left, right in half:
        made[left, right] += 1
        if left != right:
            made[right, left] += 1
    assert (made == 1).all()
    x = rows(samples, 9)
    np.testing.assert_allclose(blas._symmetric(x, threads=threads)[:, :samples], x @ x.T, atol=1e-4)


def test_jobs_run_with_one_blas_thread_each_and_the_number_is_restored():
    inside = []
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        blas.side_by_side(lambda _: inside.append(threads()), [slice(0, 1)] * 5)
        assert threads() == before
    assert max(before) == 2
    assert len(inside) == 5
    assert all(max(counts) == 1 for counts in inside)


def test_the_number_of_threads_is_restored_when_a_job_fails():
    def fail(_):
        raise MemoryError("no memory")

    before = threads()
    for parts in (1, 4):
        with pytest.raises(MemoryError, match="no memory"):
            blas.side_by_side(fail, [slice(0, 1)] * parts)
        assert threads() == before


def test_every_job_is_done_once_whichever_thread_does_it():
    done = []
    with threadpool_limits(2, user_api="blas"):
        blas.side_by_side(done.append, [slice(part, part + 1) for part in range(100)])
    assert sorted(part.start for part in done) == list(range(100))


def test_an_index_error_of_a_job_is_no_end_of_the_jobs():
    def fail(_):
        raise IndexError("no such row")

    with pytest.raises(IndexError, match="no such row"):
        blas.side_by_side(fail, [slice(0, 1)] * 2)


def test_blas_that_may_use_one_thread_is_called_by_one():
    seen = set()
    with threadpool_limits(1, user_api="blas"):
        blas.side_by_side(lambda _: seen.add(threading.get_ident()), [slice(0, 1)] * 4)
    assert seen == {threading.get_ident()}


def test_searches_from_several_threads_leave_the_number_as_it_was():
    before, x = threads(), rows(200, 8)
    expected = neighbour_table(x, depth=9, engine="blas").ids
    found = []
    searches = [
        threading.Thread(target=lambda: found.append(neighbour_table(x, depth=9, engine="blas").ids)) for _ in range(4)
    ]
    for search in searches:
        search.start()
    for search in searches:
        search.join()
    assert threads() == before
    assert len(found) == 4
    for ids in found:
        np.testing.assert_array_equal(ids, expected)


def test_a_small_gallery_is_multiplied_once_and_a_large_one_in_blocks(monkeypatch):
    calls = []
    symmetric = blas._symmetric
    monkeypatch.setattr(blas, "_symmetric", lambda x, **more: calls.append(len(x)) or symmetric(x, **more))
    gallery = Gallery.of(rows(100, 7), limit=None, name="x")
    engine = blas.Blas(gallery)
    for part in (np.arange(50), np.arange(50, 100), np.array([3, 1])):
        engine.best(part, width=5)
    assert calls == [100]
    monkeypatch.setattr(blas, "_HELD_BYTES", 4 * 100 * 100 - 1)
    blas.Blas(gallery).best(np.arange(100), width=5)
    assert calls == [100]


@pytest.mark.parametrize(("count", "size"), [(1, 1), (127, 500), (128, 1), (1000, 300), (1024, 256), (777, 10**6)])
def test_blocks_of_a_gallery_cover_it_in_order_and_only_the_last_is_no_multiple_of_a_stripe(count, size):
    parts = list(blas._parts(count, size=size))
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(count))
    assert all((part.stop - part.start) % 128 == 0 for part in parts[:-1])
    assert max(part.stop - part.start for part in parts) <= max(size, 128)


@pytest.mark.parametrize("samples", [1, 127, 128, 300])
def test_rows_that_are_padded_in_are_never_found(monkeypatch, samples):
    gallery = Gallery.of(rows(samples, 5) - 9, limit=None, name="x")  # similarities below and above 0
    for held_bytes in (0, 1 << 26):
        monkeypatch.setattr(blas, "_HELD_BYTES", held_bytes)
        _, ids = blas.Blas(gallery).best(np.arange(samples), width=samples)
        np.testing.assert_array_equal(np.sort(ids, axis=1), np.tile(np.arange(samples), (samples, 1)))


def test_samples_that_follow_each_other_become_a_slice_and_no_others():
    assert blas._rows(np.array([4, 5, 6])) == slice(4, 7)
    assert blas._rows(np.array([4])) == slice(4, 5)
    for samples in ([4, 6, 5, 7], [3, 2], [1, 1]):
        assert blas._rows(np.array(samples)).tolist() == samples
