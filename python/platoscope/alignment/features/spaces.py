"""One layer of features as the metrics over features take it.

An array `[sample, dim]` of any float type, NumPy or torch, becomes a `Space`: float64 rows `[sample, dim]`, clipped by
a rule, with a name for messages and a salt for ties. From there rows are brought to length 1 or centred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.clip.outliers import clip_rule, clipped, float32_layer
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError

if TYPE_CHECKING:
    from platoscope.alignment.clip.outliers import Clip, Layer

Floats: TypeAlias = NDArray[np.float64]
T = TypeVar("T")

CONSTANT = 1e-13  # a spread below this share of the largest value is float64's rounding


@dataclass(frozen=True)
class Space:
    """One layer: what messages call it, its rows float64 `[sample, dim]`, and the salt of its ties (`salt_of`)."""

    name: str
    rows: Floats
    salt: int


def space_of(x: Layer, *, name: str, salt: int, clip: Clip = None) -> Space:
    """Give the space of `x`, `[sample, dim]`, NumPy or torch on any device, of any float type.

    Values keep their precision up to float64, but with a `clip` (as in `nearest`) they are those of float32, in which
    outliers are clipped. Raises InputError for another type or shape, for a value that is not finite in float32, and
    for a bad clip.
    """
    rule, single = clip_rule(clip), float32_layer(x, name=name)
    if rule.kind != "none":
        return Space(name, clipped(single, rule, name=name).astype(np.float64), salt)
    given = x if isinstance(x, np.ndarray) else x.detach().cpu().double().numpy()
    return Space(name, np.ascontiguousarray(given, dtype=np.float64), salt)


def two_spaces(x: Layer, y: Layer, *, clip: Clip) -> tuple[list[Space], list[Space]]:
    """Give x and y as two lists of one layer each, which the matrices over layers take."""
    one, other = (space_of(layer, name=name, salt=salt_of(name), clip=clip) for name, layer in (("x", x), ("y", y)))
    return [one], [other]


def unit(space: Space) -> Space:
    """Give the space with its rows brought to length 1.

    Raises InputError for a row of zeros.
    """
    largest = np.abs(space.rows).max(axis=1, keepdims=True)  # first, so that no square over- or underflows
    if not largest.all():
        raise InputError(f"row {int(np.argmin(largest))} of {space.name} is zero, but a cosine needs a length")
    rows = space.rows / largest
    rows /= np.sqrt(np.vecdot(rows, rows))[:, None]
    return replace(space, rows=rows)


def centred(space: Space) -> Floats:
    """Give the rows less their mean, float64 `[sample, dim]`.

    Raises InputError where all rows are equal up to rounding, which leaves nothing to compare.
    """
    rows: Floats = space.rows - space.rows.mean(axis=0)
    if np.abs(rows).max() <= CONSTANT * np.abs(space.rows).max():
        raise InputError(f"{space.name} is constant: its {len(rows)} rows are equal, so that any score would be 0/0")
    return rows


def prepared(
    a: Iterable[Space], b: Iterable[Space], prepare: Callable[[Space], T], *, least: int
) -> tuple[list[T], list[T]]:
    """Prepare layers one by one, so that an iterator need not hold them all; gives the results of both sides.

    Raises InputError where a side has no layer, where sample counts differ, and for fewer samples than `least`.
    """
    done: tuple[list[T], list[T]] = ([], [])
    first: tuple[str, int] | None = None
    for side, spaces, into in zip("ab", (a, b), done, strict=True):
        for space in spaces:
            first = first or (space.name, len(space.rows))
            _check_samples(space, first, least)
            into.append(prepare(space))
        if not into:
            raise InputError(f"{side} is empty, but must hold at least one layer")
    return done


def _check_samples(space: Space, first: tuple[str, int], least: int) -> None:
    name, samples = first
    if len(space.rows) != samples:
        raise InputError(
            f"{name} has {samples} samples and {space.name} has {len(space.rows)}, but they must be the same samples"
        )
    if samples < least:
        raise InputError(f"{space.name} has {samples} samples, but this metric needs at least {least}")
