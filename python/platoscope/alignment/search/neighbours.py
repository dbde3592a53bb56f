"""From one layer of features the nearest other samples of every sample, by cosine similarity.

Features `[sample, dim]` become ids int32 `[sample, depth]`, nearest first. The order is total at every rank, so the
first k of a deeper table are the k-table; where similarities tie it is drawn by a hash that is the space's own, so
that two spaces share no habit.

An engine searches in float32 and float64 decides: candidates that float32 cannot tell apart are ordered again by
their exact cosines, and those equal to 1e-12 fall by hash(salt, query, candidate). Every engine gives the same table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from platoscope.alignment.blocks import blocks
from platoscope.alignment.clip.outliers import clip_rule, float32_layer, limit_of
from platoscope.alignment.counts import neighbour_count
from platoscope.alignment.search.approximate import Finder, Recall, approximate, check_index
from platoscope.alignment.search.blas import is_small, side_by_side
from platoscope.alignment.search.engines import Engine, engine_name, open_engine
from platoscope.alignment.search.gallery import Gallery
from platoscope.alignment.search.ties import (
    EXACT_TIE,
    Flags,
    Floats,
    Ids,
    Places,
    Singles,
    drawn_by,
    near_ties,
    total_order,
)
from platoscope.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platoscope.alignment.clip.outliers import Clip, Layer

# Similarities closer than this share of the space's radius are compared again: sgemm's errors differ by up to 1e-6 of
# it within a query on continuous data, by 9e-6 on rows of constant sign and size, which is noticed.
NEAR_TIE = 2e-6
# Pairs of each block that are compared in any case, one for every four queries: errors of some columns of a product
# alone part exact ties by more than the margin, and nothing near would be seen to be wrong.
_PROBED_PAIRS, _PROBED_QUERIES = 256, 4
_SLACK = 4  # candidates beyond the last wanted rank, so that few queries need a second search
_QUERIES = 1 << 11  # searched at a time, but fewer of more than so many dims or candidates:
_ENTRIES = 1 << 21


@dataclass(frozen=True)
class NeighbourTable:
    """Neighbours of every sample, and how often a cut at rank k has to choose among equals.

    ids: int32 `[sample, depth]`, nearest first, never the sample itself. tie_share: float64 `[depth]`;
    `tie_share[k - 1]` is the share of samples whose neighbours of rank k and k + 1 are tied to 1e-12, so that
    their set of k neighbours is not unique. It is 0 for k = N - 1, where all others are in the set. recall: how well
    an approximate index did, None for an exact table.
    """

    ids: Ids
    tie_share: Floats
    recall: Recall | None = None


def nearest(x: Layer, *, k: int, clip: Clip = None, salt: int = 0, engine: str = "auto") -> Ids:
    """Give the k nearest other samples of every sample: int32 `[sample, k]`, as `neighbour_table` orders them.

    x: `[sample, dim]`, NumPy or torch, any float type. `clip`, `salt`, `engine` and the errors are those of
    `neighbour_table`.
    """
    return neighbour_table(x, depth=k, clip=clip, salt=salt, engine=engine, depth_name="k").ids


def neighbour_table(
    x: Layer,
    *,
    depth: int,
    clip: Clip = None,
    salt: int = 0,
    engine: str = "auto",
    index: str = "exact",
    recall: float = 0.99,
    name: str = "x",
    depth_name: str = "depth",
    threads: int | None = None,
) -> NeighbourTable:
    """Give the `depth` nearest other samples of every sample by cosine similarity, and the shares of ties.

    x: `[sample, dim]`, NumPy or torch, any float type; it is computed in float32, clipped by `clip` (see `ClipRule`;
    a number is a quantile per layer). `salt`, in [0, 2^64), orders exact ties: give each space its own (`salt_of`),
    as a shared order makes independent spaces agree. `engine` ("auto", "blas", "faiss", "faiss-gpu" or "torch", see
    `open_engine`) changes the speed and nothing else, and so do `threads`, of all that an engine leaves to this
    library: None for all that the process may use. `name` and `depth_name` are what messages call x and the depth.

    `index`: "exact", or for a large N "ivf" or "hnsw", whose candidates are ordered in the same way but which miss
    some: as much effort is spent as reaches `recall` on a sample of queries; ties and their shares are then those
    among the candidates.

    A float32 x is not copied (float16 and float64 are). Beside it an exact table holds one array of its size at most,
    and of more than 2^22 values only blocks; an approximate one holds two.

    Raises InputError for a bad x (shape, type, a value that is not finite, a row of zeros), a depth outside
    [1, N - 1], a bad clip, a bad salt, an engine that is not here, and an approximate index of fewer than 1,000 samples
    or one that does not reach `recall`.
    """
    layer = float32_layer(x, name=name)
    if len(layer) < 2:
        raise InputError(f"there is {len(layer)} sample, but neighbours need at least 2")
    depth = neighbour_count(depth, name=depth_name, samples=len(layer))
    check_index(index, recall=recall, samples=len(layer))
    salt = _checked_salt(salt)
    gallery = Gallery.of(layer, limit=limit_of(layer, clip_rule(clip), name=name), name=name, threads=threads)
    search = _Search(gallery, _Exact(open_engine(engine, gallery)), depth, salt)
    reached = None
    if index != "exact":
        finder, reached = approximate(
            gallery,
            index=index,
            recall=recall,
            width=search.width,
            exact=search.finder,
            ranked=lambda finder, samples: replace(search, finder=finder).table(samples)[0],
        )
        search = replace(search, finder=finder)
    ids, tied = search.table(np.arange(len(layer)))
    return NeighbourTable(ids, tied.mean(axis=0), reached)


def neighbour_tables(
    layers: Sequence[Layer],
    *,
    depth: int,
    clip: Clip = None,
    salt: int = 0,
    engine: str = "auto",
    name: str = "x",
    depth_name: str = "depth",
) -> list[NeighbourTable]:
    """Give the table of each of several layers, as `neighbour_table` does; messages call them x[0], x[1] ...

    Of small layers as many are searched at a time as there are threads, each by one: no thread waits for another.
    Raises InputError as `neighbour_table` does, for the first layer that is refused.
    """
    done: list[NeighbourTable | InputError | None] = [None] * len(layers)
    together = engine_name(engine) == "blas" and all(is_small(len(layer)) for layer in layers)

    def search(place: int) -> None:
        try:
            done[place] = neighbour_table(
                layers[place],
                depth=depth,
                clip=clip,
                salt=salt,
                engine=engine,
                name=f"{name}[{place}]",
                depth_name=depth_name,
                threads=1 if together else None,
            )
        except InputError as error:
            done[place] = error

    if together:
        side_by_side(search, range(len(layers)))
    else:
        for place in range(len(layers)):
            search(place)
    return [_given(table) for table in done]


def _given(table: NeighbourTable | InputError | None) -> NeighbourTable:
    if isinstance(table, InputError):
        raise table
    assert table is not None
    return table


def _checked_salt(salt: int) -> int:
    if not isinstance(salt, int) or not 0 <= salt < 1 << 64:
        raise InputError(f"salt is {salt!r}, but must be an integer in 0..2^64 - 1 (salt_of makes one)")
    return salt


@dataclass(frozen=True)
class _Exact:
    """Candidates by the inner products of all samples of a gallery."""

    engine: Engine
    complete: bool = True

    def candidates(self, samples: Places, *, width: int) -> tuple[Singles, Places]:
        """See `Finder`."""
        return self.engine.best(samples, width=width)


@dataclass(frozen=True)
class _Search:
    """A gallery and who finds candidates in it, whose order is settled here."""

    gallery: Gallery
    finder: Finder
    depth: int
    salt: int

    @property
    def width(self) -> int:
        """Candidates of a query at first: itself and the rank after the last come on top of the depth."""
        return min(self.depth + 2 + _SLACK, len(self.gallery.rows))

    @property
    def margin(self) -> float:
        """Similarities closer than this are compared again."""
        return NEAR_TIE * self.gallery.radius + EXACT_TIE

    def table(self, queries: Places) -> tuple[Ids, Flags]:
        """Give ids int32 `[query, depth]` and whether rank j + 1 ties with the next, bool `[query, depth]`."""
        return self.ranked(queries, width=self.width, margin=self.margin)

    def ranked(self, queries: Places, *, width: int, margin: float) -> tuple[Ids, Flags]:
        """Give what `table` gives, from `width` candidates of which those within `margin` are compared again."""
        ids = np.empty((len(queries), self.depth), np.int32)
        tied = np.zeros((len(queries), self.depth), np.bool_)
        most = max(width, self.gallery.rows.shape[1], _ENTRIES // _QUERIES)
        for part in blocks(len(queries), width=most, size=_ENTRIES):
            ids[part], tied[part] = self._ranked_part(queries[part], width=width, margin=margin)
        return ids, tied

    def _ranked_part(self, queries: Places, *, width: int, margin: float) -> tuple[Ids, Flags]:
        found, ids = self._candidates(queries, width)
        last = min(self.depth, width - 2)  # the rank after the cut, where there is one
        floor = found[:, last, None] - margin  # what lies below it can neither enter the ranks above nor tie
        probed = self._probed(queries, found, ids)
        tied, error = self._settle(queries, found, ids, floor=floor, margin=margin)
        if max(error, probed) > margin / 2:  # float32 did worse here than expected
            return self.ranked(queries, width=width, margin=4 * margin)
        ids, tied = ids[:, : self.depth], tied[:, : self.depth]
        open_ = (found[:, -1] >= floor[:, 0]) & (width < len(self.gallery.rows))  # more may follow that are near
        if self.finder.complete and open_.any():
            wider = min(4 * width, len(self.gallery.rows))
            ids[open_], tied[open_] = self.ranked(queries[open_], width=wider, margin=margin)
        return ids, tied

    def _candidates(self, queries: Places, width: int) -> tuple[Singles, Ids]:
        """Give similarities (less each query's constant) and ids `[query, width - 1]`, the query itself removed."""
        found, ids = self.finder.candidates(queries, width=width)
        itself = ids == queries[:, None]
        itself[~itself.any(axis=1), -1] = True  # it lies beyond its duplicates: drop the farthest instead
        return found[~itself].reshape(len(queries), -1), ids[~itself].reshape(len(queries), -1).astype(np.int32)

    def _probed(self, queries: Places, found: Singles, ids: Ids) -> float:
        """Give by how much float32's errors differ within a query, over all candidates of some queries."""
        pairs = max(_PROBED_PAIRS, len(queries) // 4)
        count = min(len(queries), max(pairs // ids.shape[1], _PROBED_QUERIES))
        some = np.linspace(0, len(queries) - 1, count).astype(np.int64)  # the last ones too, where products are ragged
        cosine = self.gallery.cosines(np.repeat(queries[some], ids.shape[1]), ids[some].ravel())
        return float(np.ptp(found[some] - cosine.reshape(count, -1), axis=1).max())

    def _settle(
        self, queries: Places, found: Singles, ids: Ids, *, floor: Singles, margin: float
    ) -> tuple[Flags, float]:
        """Reorder the near-ties of `ids` in place; give which entry ties with the next, and float32's largest error."""
        tied = np.zeros(ids.shape, np.bool_)
        row, rank, first = near_ties(found, floor=floor, margin=margin)
        if len(row) == 0:
            return tied, 0.0
        chain = np.cumsum(first, dtype=np.int64) - 1
        query, candidate = queries[row], ids[row, rank]
        cosine = self.gallery.cosines(query, candidate)
        noise = found[row, rank] - cosine  # and the query's constant
        error = np.abs(noise - noise[np.searchsorted(row, row)]).max()  # against the first entry of the same query
        order, group = total_order(chain, cosine, drawn_by(self.salt, query, candidate))
        ids[row, rank] = candidate[order]
        tied[row[:-1], rank[:-1]] = group[1:] == group[:-1]
        return tied, float(error)
