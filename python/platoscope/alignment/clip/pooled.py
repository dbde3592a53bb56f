"""The one threshold that the code of Huh et al. 2024 (arXiv 2405.07987) clips all layers of an encoder by.

Layers `[sample, dim]` become a number. They are read in blocks of samples, so that they may lie on disk: anything
with a shape that gives rows by `layer[start:stop]` will do, and only the block that is looked at is in memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.blocks import blocks
from platoscope.alignment.clip.outliers import ClipRule, Float32, float32_layer, quantiles
from platoscope.errors import InputError

if TYPE_CHECKING:
    from platoscope.alignment.clip.outliers import Layer

    class Rows(Protocol):
        """A layer that is read as far as it is sliced."""

        @property
        def shape(self) -> tuple[int, ...]:
            """(sample, dim)."""

        def __getitem__(self, rows: slice, /) -> Layer:
            """Give `[row, dim]`."""


_BLOCK = 1 << 24  # values held at a time
_HALF = 16  # bits: a float32 is looked up by its upper half, then by its lower


def prh_threshold(layers: Sequence[Layer | Rows] | Layer, *, quantile: float, exact: bool = False) -> float:
    """Give the one threshold for all layers; infinity for quantile 1, at which that code clips nothing.

    exact=False: the mean over samples of each sample's linear `quantile` of |x| over all layers and dims. exact=True:
    of all values of |x| in order, that at `int(quantile * count)`, counted from 0. `layers`: a list of
    `[sample, dim]`, arrays or anything with `shape` and `[start:stop]`, whose dims may differ, or
    `[layer, sample, dim]`. Source: `remove_outliers` of github.com/minyoungg/platonic-rep. Raises InputError for no
    layer, layers of unequal sample counts, a bad quantile or a bad layer.
    """
    ClipRule("per_layer", quantile)  # refuses a bad quantile
    held = list(layers)
    samples = _checked_samples(held)
    if quantile == 1:
        return math.inf
    threshold = _ranked_value(held, samples, quantile) if exact else _mean_quantile(held, samples, quantile)
    if threshold == 0:
        raise InputError(
            f"quantile {quantile} of all layers is 0, as too many values are 0: "
            "a larger quantile or clip 'none' would do"
        )
    return threshold


def _checked_samples(layers: Sequence[Layer | Rows]) -> int:
    if not layers:
        raise InputError("layers is empty, but must hold at least one layer [sample, dim]")
    for number, layer in enumerate(layers):
        shape = getattr(layer, "shape", None)
        if shape is None:
            raise InputError(f"layer {number} is a {type(layer).__name__}, but must have a shape [sample, dim]")
        if len(shape) != 2 or 0 in shape:
            raise InputError(
                f"layer {number} has shape {tuple(shape)}, but must be [sample, dim], at least one of each"
            )
        if shape[0] != layers[0].shape[0]:
            raise InputError(f"layer {number} has {shape[0]} samples, but layer 0 has {layers[0].shape[0]}")
    return int(layers[0].shape[0])


def _mean_quantile(layers: Sequence[Layer | Rows], samples: int, quantile: float) -> float:
    width = sum(layer.shape[1] for layer in layers)
    per_sample = np.empty(samples)
    for part in blocks(samples, width=width, size=_BLOCK):
        pooled = np.concatenate([_absolute(layers, number, part) for number in range(len(layers))], axis=1)
        per_sample[part] = quantiles(pooled, quantile)
    return float(per_sample.mean())


def _ranked_value(layers: Sequence[Layer | Rows], samples: int, quantile: float) -> float:
    """Find the value of one rank in two readings: by the upper halves of the bits, which order as values >= 0 do."""
    rank = int(quantile * sum(samples * layer.shape[1] for layer in layers))
    upper, rank = _place_of(rank, (bits >> _HALF for bits in _bits(layers, samples)))
    same = (bits[bits >> _HALF == upper] for bits in _bits(layers, samples))
    lower, _ = _place_of(rank, (bits & ((1 << _HALF) - 1) for bits in same))
    return float(np.array(upper << _HALF | lower, np.uint32).view(np.float32))


def _place_of(rank: int, halves: Iterator[NDArray[np.integer[Any]]]) -> tuple[int, int]:
    """Give which 16-bit number has this rank among all of `halves`, and the rank among those that are equal."""
    counts = np.zeros(1 << _HALF, np.int64)
    for half in halves:
        counts += np.bincount(half, minlength=1 << _HALF)
    ends = np.cumsum(counts)
    place = int(np.searchsorted(ends, rank, side="right"))
    return place, rank - int(ends[place] - counts[place])


def _bits(layers: Sequence[Layer | Rows], samples: int) -> Iterator[NDArray[np.uint32]]:
    for number, layer in enumerate(layers):
        for part in blocks(samples, width=layer.shape[1], size=_BLOCK):
            yield _absolute(layers, number, part).view(np.uint32).ravel()


def _absolute(layers: Sequence[Layer | Rows], number: int, part: slice) -> Float32:
    return np.abs(float32_layer(layers[number][part], name=f"layer {number}", first=part.start))
