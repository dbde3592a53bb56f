"""From one layer of features the nearest other samples of every sample, by cosine similarity.

Features `[sample, dim]` become ids int32 `[sample, depth]`, nearest first. The order is total at every rank, so the
first k of a deeper table are the k-table; where similarities tie it is drawn by a hash that is the space's own, so
that two spaces share no habit.

FAISS searches in float32 and float64 decides: candidates that float32 cannot tell apart are ordered again by
their exact cosines, and those equal to 1e-12 fall by hash(salt, query, candidate).
"""

from __future__ import annotations

import hashlib
import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.outliers import clip_rule, clipped, float32_layer
from platoscope.errors import InputError

if TYPE_CHECKING:
    from platoscope.alignment.outliers import Clip, Layer

Ids: TypeAlias = NDArray[np.int32]
Places: TypeAlias = NDArray[np.int64]
Singles: TypeAlias = NDArray[np.float32]
Floats: TypeAlias = NDArray[np.float64]
Words: TypeAlias = NDArray[np.uint64]
Flags: TypeAlias = NDArray[np.bool_]

EXACT_TIE = 1e-12  # cosines that differ by no more are equal: float64 is off by some 1e-15
# Similarities closer than this share of the space's radius are compared again: sgemm's errors differ by up to 1e-6 of
# it within a query on continuous data, by 9e-6 on rows of constant sign and size, which is noticed where they tie.
NEAR_TIE = 2e-6
_SLACK = 4  # candidates beyond the last wanted rank, so that few queries need a second search
_ENTRIES = 1 << 22  # candidates held at a time
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the step of splitmix64
_CACHED = 1 << 16  # float64 values worked on at a time: they stay in the processor's cache


@dataclass(frozen=True)
class NeighbourTable:
    """Neighbours of every sample, and how often a cut at rank k has to choose among equals.

    ids: int32 `[sample, depth]`, nearest first, never the sample itself. tie_share: float64 `[depth]`;
    `tie_share[k - 1]` is the share of samples whose neighbours of rank k and k + 1 are tied to 1e-12, so that
    their set of k neighbours is not unique. It is 0 for k = N - 1, where all others are in the set.
    """

    ids: Ids
    tie_share: Floats


def salt_of(text: str) -> int:
    """Give the salt of a space's name, such as "video/lite0": 8 bytes of its SHA-256, little-endian."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def faiss_version() -> str:
    """Version of the FAISS build that is installed, for processors or GPUs."""
    import faiss

    return str(faiss.__version__)


def nearest(x: Layer, *, k: int, clip: Clip = None, salt: int = 0) -> Ids:
    """Give the k nearest other samples of every sample: int32 `[sample, k]`, as `neighbour_table` orders them."""
    return neighbour_table(x, depth=k, clip=clip, salt=salt, depth_name="k").ids


def neighbour_table(
    x: Layer,
    *,
    depth: int,
    clip: Clip = None,
    salt: int = 0,
    name: str = "x",
    depth_name: str = "depth",
) -> NeighbourTable:
    """Give the `depth` nearest other samples of every sample by cosine similarity, and the shares of ties.

    x: `[sample, dim]`, NumPy or torch, any float type; it is computed in float32 on the CPU, clipped by `clip` (see
    `ClipRule`; a number is a quantile per layer). `salt`, in [0, 2^64), orders exact ties: give each space
    its own (`salt_of`), as a shared order makes independent spaces agree. `name` and `depth_name` are what
    messages call x and the depth. Memory is that of a few copies of x; no `[sample, sample]` array is made.

    Raises InputError for a bad x (shape, type, a value that is not finite, a row of zeros), a depth outside
    [1, N - 1], a bad clip and a bad salt.
    """
    layer = clipped(float32_layer(x, name=name), clip_rule(clip), name=name)
    samples = len(layer)
    depth = _checked_depth(depth, samples, depth_name)
    search = _Search.of(layer, depth=depth, salt=_checked_salt(salt), name=name)
    width = min(depth + 2 + _SLACK, samples)  # the query itself and the rank after the last come on top
    ids, tied = search.ranked(np.arange(samples), width=width, margin=search.margin)
    return NeighbourTable(ids, tied.mean(axis=0))


def _checked_depth(depth: int, samples: int, name: str) -> int:
    if samples < 2:
        raise InputError(f"there is {samples} sample, but neighbours need at least 2")
    try:
        count = operator.index(depth)
    except TypeError:
        raise InputError(f"{name} is {depth!r}, but must be an integer") from None
    if not 1 <= count < samples:
        raise InputError(f"{name} is {count}, but must be in 1..{samples - 1}, as there are {samples} samples")
    return count


def _checked_salt(salt: int) -> int:
    if not isinstance(salt, int) or not 0 <= salt < 1 << 64:
        raise InputError(f"salt is {salt!r}, but must be an integer in 0..2^64 - 1 (salt_of makes one)")
    return salt


@dataclass(frozen=True)
class _Search:
    """A gallery that is ready to be searched.

    For a query u the neighbours by <u, v> and by <u, v - m> are the same for every m, and with m the mean,
    float32 keeps the digits in which candidates differ: errors shrink with the radius, max |v - m|.
    """

    rows: Singles  # [sample, dim], clipped
    norms: Floats  # [sample]
    centred: Singles  # [sample, dim], rows of length 1 less their mean
    margin: float  # similarities closer than this are compared again
    depth: int
    salt: int

    @classmethod
    def of(cls, rows: Singles, *, depth: int, salt: int, name: str) -> _Search:
        norms, mean = _lengths_and_mean(rows, name)
        centred, radius = _centred(rows, norms, mean)
        return cls(rows, norms, centred, NEAR_TIE * radius + EXACT_TIE, depth, salt)

    def ranked(self, queries: Places, *, width: int, margin: float) -> tuple[Ids, Flags]:
        """Give ids int32 `[query, depth]` and whether rank j + 1 ties with the next, bool `[query, depth]`."""
        ids = np.empty((len(queries), self.depth), np.int32)
        tied = np.zeros((len(queries), self.depth), np.bool_)
        for part in _parts(len(queries), max(width, self.rows.shape[1]), _ENTRIES):
            ids[part], tied[part] = self._ranked_part(queries[part], width=width, margin=margin)
        return ids, tied

    def _ranked_part(self, queries: Places, *, width: int, margin: float) -> tuple[Ids, Flags]:
        found, ids = self._candidates(queries, width)
        last = min(self.depth, width - 2)  # the rank after the cut, where there is one
        floor = found[:, last, None] - margin  # what lies below it can neither enter the ranks above nor tie
        tied, error = self._settle(queries, found, ids, floor=floor, margin=margin)
        if error > margin / 2:  # float32 did worse here than expected
            return self.ranked(queries, width=width, margin=4 * margin)
        ids, tied = ids[:, : self.depth], tied[:, : self.depth]
        open_ = (found[:, -1] >= floor[:, 0]) & (width < len(self.rows))  # more may follow that are near
        if open_.any():
            wider = min(4 * width, len(self.rows))
            ids[open_], tied[open_] = self.ranked(queries[open_], width=wider, margin=margin)
        return ids, tied

    def _candidates(self, queries: Places, width: int) -> tuple[Singles, Ids]:
        """Give similarities (less each query's constant) and ids `[query, width - 1]`, the query itself removed."""
        import faiss

        units = (self.rows[queries] / self.norms[queries, None]).astype(np.float32)
        found, ids = faiss.knn(units, self.centred, width, metric=faiss.METRIC_INNER_PRODUCT)
        itself = ids == queries[:, None]
        itself[~itself.any(axis=1), -1] = True  # it lies beyond its duplicates: drop the farthest instead
        return found[~itself].reshape(len(queries), -1), ids[~itself].reshape(len(queries), -1).astype(np.int32)

    def _settle(
        self, queries: Places, found: Singles, ids: Ids, *, floor: Singles, margin: float
    ) -> tuple[Flags, float]:
        """Reorder the near-ties of `ids` in place; give which entry ties with the next, and float32's largest error."""
        tied = np.zeros(ids.shape, np.bool_)
        row, rank, first = _near_ties(found, floor=floor, margin=margin)
        if len(row) == 0:
            return tied, 0.0
        chain = np.cumsum(first, dtype=np.int64) - 1
        query, candidate = queries[row], ids[row, rank]
        cosine = self._cosines(query, candidate)
        noise = found[row, rank] - cosine  # and the query's constant
        error = np.abs(noise - noise[first][chain]).max()
        order, group = _total_order(chain, cosine, _hash(self.salt, query, candidate))
        ids[row, rank] = candidate[order]
        tied[row[:-1], rank[:-1]] = group[1:] == group[:-1]
        return tied, float(error)

    def _cosines(self, left: Places, right: Ids) -> Floats:
        """Give the cosines of the pairs (left, right) of rows in float64, from the float32 values: `[pair]`."""
        dots = np.empty(len(left))
        for part in _parts(len(left), self.rows.shape[1], _CACHED):
            one, other = self.rows[left[part]].astype(np.float64), self.rows[right[part]].astype(np.float64)
            dots[part] = np.vecdot(one, other)
        return dots / (self.norms[left] * self.norms[right])


def _lengths_and_mean(rows: Singles, name: str) -> tuple[Floats, Floats]:
    """Give the lengths of the rows, `[sample]`, and the mean of the rows brought to length 1, `[dim]`."""
    norms = np.empty(len(rows))
    mean = np.zeros(rows.shape[1])
    for part in _parts(len(rows), rows.shape[1], _CACHED):
        wide = rows[part].astype(np.float64)
        norms[part] = np.sqrt(np.vecdot(wide, wide))
        if not norms[part].all():
            row = part.start + int(np.argmin(norms[part]))
            raise InputError(f"row {row} of {name} is zero in float32, but a cosine needs a length")
        mean += (1 / norms[part]) @ wide / len(rows)
    return norms, mean


def _centred(rows: Singles, norms: Floats, mean: Floats) -> tuple[Singles, float]:
    """Give the rows brought to length 1 less `mean`, and the largest length of what is left."""
    centred = np.empty_like(rows)
    squared = 0.0
    for part in _parts(len(rows), rows.shape[1], _CACHED):
        wide = rows[part] / norms[part, None]
        wide -= mean
        centred[part] = wide
        squared = max(squared, float(np.vecdot(wide, wide).max()))
    return centred, math.sqrt(squared)


def _near_ties(found: Singles, *, floor: Singles, margin: float) -> tuple[Places, Places, Flags]:
    """Give row and rank of entries within `margin` of the one before or after, and which of them open a chain.

    In a chain each is so close to the next. Entries below `floor` are left out.
    """
    close = found[:, :-1] - found[:, 1:] <= margin
    near = np.zeros(found.shape, np.bool_)
    near[:, 1:] = close
    near[:, :-1] |= close
    row, rank = np.nonzero(near & (found >= floor))
    first = np.ones(len(row), np.bool_)
    later = rank > 0
    first[later] = ~close[row[later], rank[later] - 1]
    return row, rank, first


def _total_order(chain: Places, cosine: Floats, drawn: Words) -> tuple[Places, Places]:
    """Order by chain, falling cosine and, where cosines tie, by `drawn`; give the group of ties at each place too."""
    falling = np.lexsort((-cosine, chain))
    new = np.ones(len(chain), np.bool_)
    new[1:] = (np.diff(chain[falling]) != 0) | (np.diff(cosine[falling]) < -EXACT_TIE)
    group = np.cumsum(new, dtype=np.int64)
    return falling[np.lexsort((drawn[falling], group))], group


def _hash(salt: int, query: Places, candidate: Ids) -> Words:
    """Give hash(salt, query, candidate), uint64: no two candidates of one query share it."""
    start = _mixed(_mixed(np.array([salt], np.uint64)) + query.astype(np.uint64) * _GOLDEN)
    return _mixed(start + candidate.astype(np.uint64) * _GOLDEN)


def _mixed(state: Words) -> Words:
    """One output of splitmix64 (Steele, Lea and Flood 2014), which is a bijection of 64 bits."""
    state = state + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _parts(count: int, width: int, size: int) -> Iterator[slice]:
    """Cut `count` rows of `width` values into parts of about `size` values."""
    step = max(1, size // width)
    return (slice(start, min(start + step, count)) for start in range(0, count, step))
