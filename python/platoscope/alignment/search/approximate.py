"""Approximate search for galleries that the exact one would take too long for, with its recall measured.

A FAISS index over centred rows float32 `[sample, dim]` gives candidates `[query, width]` by squared distance: between
rows of length 1 that is 2 - 2 cosine, so that -d^2 / 2 ranks as the cosine does. Effort is doubled until the share of
exact neighbours that are found, measured on a sample of the queries, reaches a target.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np

from platoscope.errors import InputError

if TYPE_CHECKING:
    from platoscope.alignment.search.gallery import Gallery
    from platoscope.alignment.search.ties import Ids, Places, Singles

IndexKind: TypeAlias = Literal["exact", "ivf", "hnsw"]

SAMPLE = 1000  # queries that recall is measured on; with fewer samples it would be an exact search of them all
_SEED = 0  # of the sample and of k-means
_PER_LIST = 39  # samples that k-means wants for each list, by FAISS's own advice
_IVF_START = 4  # lists looked at
_LINKS, _BUILD_EFFORT = 32, 200  # of each node of the graph, and candidates for them
_HNSW_MOST = 1 << 14  # candidates; far beyond it the exact search is quicker


class Finder(Protocol):
    """Gives candidates for the neighbours of samples of a gallery."""

    @property
    def complete(self) -> bool:
        """Whether more candidates could only be farther, but for float32."""

    def candidates(self, samples: Places, *, width: int) -> tuple[Singles, Places]:
        """Give similarities less a constant of each query, falling, and ids: float32, int64 `[query, width]`."""


@dataclass(frozen=True)
class Recall:
    """How an approximate table was made.

    reached: the share of the exact neighbours that it holds, measured on `sample` queries against the whole gallery.
    effort: lists looked at ("ivf") or candidates kept ("hnsw") for each query.
    """

    reached: float
    effort: int
    sample: int


def check_index(index: str, *, recall: float, samples: int) -> None:
    """Raise InputError for an index or a recall that is none, and for too few samples for an approximate index."""
    if index not in ("exact", "ivf", "hnsw"):
        raise InputError(f"index is {index!r}, but must be 'exact', 'ivf' or 'hnsw'")
    if not 0 < recall <= 1:
        raise InputError(f"recall is {recall}, but must be above 0 and at most 1")
    if index != "exact" and samples < SAMPLE:
        raise InputError(
            f"index is {index!r} for {samples} samples, but an approximate index takes at least {SAMPLE}: "
            "index 'exact' is quicker there"
        )


def approximate(
    gallery: Gallery,
    *,
    index: str,
    recall: float,
    width: int,
    exact: Finder,
    ranked: Callable[[Finder, Places], Ids],
) -> tuple[Finder, Recall]:
    """Build an index and find the effort at which it reaches `recall`; gives its finder and what was reached.

    `ranked(finder, samples)` gives ids `[query, depth]` in their final order. The index is the same on every run: its
    k-means is seeded, and a graph is built by one thread, as FAISS's parallel building depends on timing. It holds a
    copy of the gallery. Raises InputError where no effort reaches the target.
    """
    samples = len(gallery.rows)
    queries = np.sort(np.random.default_rng(_SEED).choice(samples, min(SAMPLE, samples), replace=False))
    wanted = ranked(exact, queries)
    centred = gallery.centred(slice(None))
    built = _ivf(centred) if index == "ivf" else _hnsw(centred)
    reached = 0.0
    for effort in _efforts(index, built, samples=samples, width=width):
        finder = _Approximate(built, effort, gallery, exact)
        reached = _share(ranked(finder, queries), wanted)
        if reached >= recall:
            return finder, Recall(reached, effort, len(queries))
    raise InputError(
        f"index {index!r} reaches a recall of {reached:.4f} at most, but {recall} is wanted: a lower recall would do, "
        "or index 'exact' (many exact ties cannot be found by an approximate index)"
    )


@dataclass(frozen=True)
class _Approximate:
    """An index at one effort; a query for which it finds too few others is searched exactly."""

    index: Any
    effort: int
    gallery: Gallery
    exact: Finder
    complete: bool = False

    def candidates(self, samples: Places, *, width: int) -> tuple[Singles, Places]:
        """See `Finder`."""
        found, ids = self.index.search(
            self.gallery.centred(samples), width, params=_parameters(self.index, self.effort)
        )
        found *= -0.5
        short = (ids < 0).any(axis=1)
        if short.any():
            found[short], ids[short] = self.exact.candidates(samples[short], width=width)
        return found, ids


def _parameters(index: Any, effort: int) -> Any:
    import faiss

    kinds: Any = faiss  # whose keywords its stubs do not have
    if isinstance(index, faiss.IndexIVF):
        return kinds.SearchParametersIVF(nprobe=effort)
    return kinds.SearchParametersHNSW(efSearch=effort)


def _ivf(centred: Singles) -> Any:
    """Give an inverted file: about 4 sqrt(N) lists, as FAISS advises, but no more than k-means has samples for."""
    import faiss

    samples, dim = centred.shape
    lists = min(round(4 * math.sqrt(samples)), samples // _PER_LIST)
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(dim), dim, lists, faiss.METRIC_L2)
    index.cp.seed = _SEED
    index.train(centred)
    index.add(centred)
    return index


def _hnsw(centred: Singles) -> Any:
    import faiss

    index = faiss.IndexHNSWFlat(centred.shape[1], _LINKS, faiss.METRIC_L2)
    index.hnsw.efConstruction = _BUILD_EFFORT
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        index.add(centred)
    finally:
        faiss.omp_set_num_threads(threads)
    return index


def _efforts(kind: str, index: Any, *, samples: int, width: int) -> Iterator[int]:
    """Give efforts that double, up to looking at every list or to what a graph is worth."""
    effort, most = (_IVF_START, index.nlist) if kind == "ivf" else (width, max(width, min(samples, _HNSW_MOST)))
    while effort < most:
        yield effort
        effort *= 2
    yield most


def _share(ids: Ids, wanted: Ids) -> float:
    """Give the share of `wanted` that is in `ids`, row by row; the ids of a row are distinct."""
    both = np.sort(np.concatenate([ids, wanted], axis=1), axis=1)
    return float((both[:, 1:] == both[:, :-1]).sum() / wanted.size)
