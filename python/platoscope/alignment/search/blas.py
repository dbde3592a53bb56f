"""The engine "blas": NumPy's products on the processor, and of each query's the largest by the compiled core.

Samples int64 `[query]` of a gallery become similarities float32 and ids int64 `[query, width]`. Every thread of ours
calls BLAS by one thread: BLAS's own spin for a tenth of a second after each product, in which nothing else gets on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from platoscope.alignment.blocks import blocks

if TYPE_CHECKING:
    from platoscope.alignment.search.gallery import Gallery
    from platoscope.alignment.search.ties import Places, Singles

Item = TypeVar("Item")

_HELD_BYTES = 1 << 26  # of the products of a gallery with itself
_STRIPE = 128  # rows to whose multiples they are padded; BLAS's tiles divide it
_SQUARE = 256  # rows of a square on their diagonal, and of what a thread makes beside it at a time
_APART = 16  # entries between rows of them: 2^n bytes apart, the entries of a column fall on one place of a cache
_QUERIES, _SCORES = 1 << 9, 1 << 20  # queries and similarities that a thread works on at a time else
_ALONE = RLock()  # the number of threads is the whole process's: two who change it would restore each other's


def is_small(samples: int) -> bool:
    """Whether the products of a gallery with itself are held, so that symmetry saves half of them."""
    return 4 * samples**2 <= _HELD_BYTES


class Blas:
    """NumPy's BLAS on the processor; the products of a small gallery with itself are made once, for all queries."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._products: Singles | None = None

    def best(self, samples: Places, *, width: int) -> tuple[Singles, Places]:
        """See `Engine`; similarities are <c_i, c_j> + bias_j, as `Gallery` has them."""
        from platoscope import _native

        if is_small(len(self._gallery.rows)):
            threads = self._gallery.threads
            if self._products is None:
                self._products = _symmetric(self._gallery.centred(slice(None)), threads=threads)
            bias = _padded_bias(self._gallery.bias, to=self._products.shape[1])
            return _native.largest(self._products[_rows(samples)], width=width, bias=bias, threads=threads)
        found = np.empty((len(samples), width), np.float32)
        ids = np.empty((len(samples), width), np.int64)

        def search(part: slice) -> None:
            found[part], ids[part] = self._merged(samples[part], width)

        side_by_side(search, list(blocks(len(samples), width=1, size=_QUERIES)))
        return found, ids

    def _merged(self, samples: Places, width: int) -> tuple[Singles, Places]:
        """Give the best of all blocks of the gallery."""
        from platoscope import _native

        whole, count = _padded(self._gallery.centred(_rows(samples), threads=1)), len(samples)
        best = none_yet(count)
        held = np.empty(max(_SCORES, len(whole) * _STRIPE), np.float32)  # scores of one block after the other
        for part in _parts(len(self._gallery.rows), size=_SCORES // len(whole)):
            others, bias = _padded(self._gallery.centred(part, threads=1)), self._gallery.bias[part]
            scores = held[: len(whole) * len(others)].reshape(len(whole), len(others))
            np.matmul(whole, others.T, out=scores)
            most, bias = min(width, len(bias)), _padded_bias(bias, to=len(others))
            new, where = _native.largest(scores[:count], width=most, bias=bias, threads=1)
            best = better(best, (new, where + part.start), width=width, threads=1)
        return best


def none_yet(queries: int) -> tuple[Singles, Places]:
    """Give the best of no block, for `better`."""
    return np.empty((queries, 0), np.float32), np.empty((queries, 0), np.int64)


def better(
    best: tuple[Singles, Places], new: tuple[Singles, Places], *, width: int, threads: int | None = None
) -> tuple[Singles, Places]:
    """Give similarities and ids `[query, width]`, or fewer, of the best so far and those of another block."""
    from platoscope import _native

    found = np.concatenate([best[0], new[0]], axis=1)
    ids = np.concatenate([best[1], new[1]], axis=1)
    found, where = _native.largest(found, width=min(width, found.shape[1]), threads=threads)
    return found, np.take_along_axis(ids, where, axis=1)


def _rows(samples: Places) -> slice | Places:
    """Give samples that follow each other as a slice, which copies nothing."""
    following = bool((np.diff(samples) == 1).all())
    return slice(int(samples[0]), int(samples[-1]) + 1) if following else samples


def _parts(count: int, *, size: int) -> Iterator[slice]:
    """Cut a gallery into blocks of about `size`, of which the last alone is no multiple of a stripe."""
    whole = count - count % _STRIPE
    yield from blocks(whole, width=_STRIPE, size=max(size, _STRIPE) // _STRIPE * _STRIPE * _STRIPE)
    if whole < count:
        yield slice(whole, count)


def _padded(rows: Singles) -> Singles:
    """Give rows and zeros up to a multiple of a stripe, or the rows themselves where they are one.

    BLAS sums the entries beyond its last whole tile in another order, by which exact ties part further than the margin
    of `neighbours.py`; where they are all that a query finds, its probes cannot see it.
    """
    more = -len(rows) % _STRIPE
    return rows if more == 0 else np.concatenate([rows, np.zeros((more, rows.shape[1]), np.float32)])


def _padded_bias(bias: Singles, *, to: int) -> Singles:
    """Give the bias of `to` entries, by which those that are no samples come last."""
    more = to - len(bias)
    return bias if more == 0 else np.concatenate([bias, np.full(more, -np.inf, np.float32)])


def _symmetric(rows: Singles, *, threads: int | None = None) -> Singles:
    """Give the inner products of all rows, padded, of which the lower half is copied.

    float32 `[sample, sample + 16]`: each row ends with zeros. With `threads` 1 this thread makes them alone.
    """
    rows = _padded(rows)
    count = len(rows)
    held = np.empty((count, count + _APART), np.float32)
    held[:, count:] = 0
    products = held[:, :count]

    def make(block: tuple[slice, slice]) -> None:
        left, right = block
        np.matmul(rows[left], rows[right].T, out=products[left, right])
        if left != right:
            products[right, left] = products[left, right].T

    if threads == 1:
        for block in _upper_half(slice(0, count), rows=count):
            make(block)
    else:
        side_by_side(make, sorted(_upper_half(slice(0, count), rows=_SQUARE), key=_area, reverse=True))
    return held


def _upper_half(part: slice, *, rows: int) -> Iterator[tuple[slice, slice]]:
    """Cut the upper half of a matrix into squares on the diagonal and, of at most so many rows, what is beside them.

    Each product packs its right side anew: few large ones are quicker than many narrow ones.
    """
    if part.stop - part.start <= _SQUARE:
        yield part, part
        return
    middle = part.start + -(-(part.stop - part.start) // (2 * _STRIPE)) * _STRIPE
    for start in range(part.start, middle, rows):
        yield slice(start, min(start + rows, middle)), slice(middle, part.stop)
    yield from _upper_half(slice(part.start, middle), rows=rows)
    yield from _upper_half(slice(middle, part.stop), rows=rows)


def _area(block: tuple[slice, slice]) -> int:
    left, right = (len(range(part.start, part.stop)) for part in block)
    return left * right


def side_by_side(job: Callable[[Item], None], items: Sequence[Item]) -> None:
    """Run jobs on as many threads as BLAS may use, this one among them, each of which calls BLAS by one thread."""
    controller, waiting = _spinning(), deque(items)

    def work() -> None:
        while True:
            try:
                item = waiting.popleft()
            except IndexError:  # no job is left
                return
            job(item)

    with _ALONE:
        threads = max((library["num_threads"] for library in controller.info()), default=1)
        others = min(threads, len(items)) - 1
        with controller.limit(limits=1), ThreadPoolExecutor(max(others, 1)) as pool:
            helping = [pool.submit(work) for _ in range(others)]  # a thread starts with its first job
            work()
        for other in helping:
            other.result()  # which raises what a job raised


@cache
def _spinning() -> Any:
    """Give what controls the BLAS libraries whose threads are their own; those of OpenMP wait as they are told."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(threading_layer="pthreads")
