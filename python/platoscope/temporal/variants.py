"""The ways in which the frames of a clip that was already sampled are shown: in order, reversed, halves swapped, ...

A name and a number of frames become an index list int64 `[frame]`, and frames `[..., height, width, channel]` become
those of a clip upside down or mirrored. Nothing is sampled anew: rounding to the nearest frame differs backwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Index: TypeAlias = NDArray[np.int64]

ORDERS = ("fwd", "rev", "swap", "static", "shuf@SEED")  # index lists
PIXELS = {"flip": -3, "mirror": -2}  # which axis of `[..., height, width, channel]` is turned round


def variant(name: str, *, frames: int) -> Index:
    """Give the index list int64 `[frame]` of a variant of `frames` sampled frames.

    "fwd" is the clip itself, "rev" its reversal, "swap" its second half before its first, "static" its middle frame
    (number frames // 2) again and again, "shuf@7" an order drawn by the seed 7, which is not the clip's own. Each but
    "static" is a permutation: a bag of frames does not see it.

    Raises InputError for another name, for no frames, and for "swap" of an odd number.
    """
    if not isinstance(frames, int) or frames < 1:
        raise InputError(f"frames is {frames!r}, but a clip has at least 1")
    places = np.arange(frames, dtype=np.int64)
    if name == "fwd":
        return places
    if name == "rev":
        return places[::-1].copy()
    if name == "swap":
        if frames % 2:
            raise InputError(f"'swap' changes halves, but the clip has {frames} frames: an even number is needed")
        return np.roll(places, frames // 2)
    if name == "static":
        return np.full(frames, frames // 2, np.int64)
    return _shuffled(places, _seed_of(name))


def turned(frames: NDArray[Any], name: str) -> NDArray[Any]:
    """Give frames `[..., height, width, channel]` upside down ("flip") or with left and right changed ("mirror").

    Raises InputError for another name and for fewer than three axes.
    """
    if name not in PIXELS:
        raise InputError(f"there is no change of pixels {name!r}, but {', '.join(PIXELS)}")
    if frames.ndim < 3:
        raise InputError(f"frames has shape {frames.shape}, but must be [..., height, width, channel]")
    return np.flip(frames, axis=PIXELS[name])


def _seed_of(name: str) -> int:
    head, _, seed = name.partition("@")
    if head != "shuf" or not seed.isdecimal():
        raise InputError(f"there is no variant {name!r}, but {', '.join(ORDERS)} (and of pixels {', '.join(PIXELS)})")
    return int(seed)


def _shuffled(places: Index, seed: int) -> Index:
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(places)
    while len(places) > 1 and np.array_equal(drawn, places):
        drawn = rng.permutation(places)
    return drawn
