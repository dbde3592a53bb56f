"""The total order of candidates: similarity first, and where float64 cannot tell them apart, a hash of the space.

float32 similarities `[query, rank]` give the entries that are too close to call; their float64 cosines, `[entry]`,
give the order of each run of them. Ties fall by hash(salt, query, candidate), since any order that two spaces share
makes independent spaces agree.
"""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ids: TypeAlias = NDArray[np.int32]
Places: TypeAlias = NDArray[np.int64]
Singles: TypeAlias = NDArray[np.float32]
Floats: TypeAlias = NDArray[np.float64]
Words: TypeAlias = NDArray[np.uint64]
Flags: TypeAlias = NDArray[np.bool_]

EXACT_TIE = 1e-12  # cosines that differ by no more are equal: float64 is off by some 1e-15
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the step of splitmix64


def salt_of(text: str) -> int:
    """Give the salt of a space's name, such as "video/lite0": 8 bytes of its SHA-256, little-endian."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def near_ties(found: Singles, *, floor: Singles, margin: float) -> tuple[Places, Places, Flags]:
    """Give row and rank of entries within `margin` of the one before or after, and which of them open a chain.

    found: `[query, rank]`, falling. In a chain each is so close to the next. Entries below `floor`, `[query, 1]`, are
    left out.
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


def total_order(chain: Places, cosine: Floats, drawn: Words) -> tuple[Places, Places]:
    """Order by chain, falling cosine and, where cosines tie, by `drawn`; give the group of ties at each place too.

    All are `[entry]`. A tie is a cosine within 1e-12 of the one before.
    """
    falling = np.lexsort((-cosine, chain))
    new = np.ones(len(chain), np.bool_)
    new[1:] = (np.diff(chain[falling]) != 0) | (np.diff(cosine[falling]) < -EXACT_TIE)
    group = np.cumsum(new, dtype=np.int64)
    return falling[np.lexsort((drawn[falling], group))], group


def drawn_by(salt: int, query: Places, candidate: Ids) -> Words:
    """Give hash(salt, query, candidate), uint64 `[entry]`: no two candidates of one query share it."""
    start = _mixed(_mixed(np.array([salt], np.uint64)) + query.astype(np.uint64) * _GOLDEN)
    return _mixed(start + candidate.astype(np.uint64) * _GOLDEN)


def _mixed(state: Words) -> Words:
    """One output of splitmix64 (Steele, Lea and Flood 2014), which is a bijection of 64 bits."""
    state = state + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
