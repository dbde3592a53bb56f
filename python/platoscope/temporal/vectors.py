"""Directions of time in a space of features: how much of them is odd, whether clips share it, where it points.

Features of clips and of the same clips reversed, `[layer, sample, dim]` or a list of `[sample, dim]`, become odd parts
a = (f(c) - f(Tc)) / 2 and even parts e = (f(c) + f(Tc)) / 2, and these become energies, coherences and displacements
`[layer]` with exact nulls: signs flip by source, for all layers alike. A bag has a = 0: its vectors are undefined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError, UnavailableError
from platoscope.temporal.folds import source_numbers
from platoscope.temporal.readouts import differences
from platoscope.temporal.sign_flips import one_sided, sign_vectors
from platoscope.temporal.signs import checked_layer, listed

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds, Sources
    from platoscope.temporal.signs import Layers

    Floats: TypeAlias = NDArray[np.float64]
    Layer: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Coherence:
    """Whether the vectors of clips point one way.

    value: float64 `[layer]`, for what `coherence` or `displacement` says; p: `[layer]`, of each alone, one-sided.
    p_max: of the largest over layers. null: `[layer, flip]`.
    """

    value: Floats
    p: Floats
    p_max: float
    null: Floats


def odd_and_even(forward: Layer, reversed_: Layer) -> tuple[Floats, Floats]:
    """Give the odd and the even part of one layer, float64 `[sample, dim]` each.

    Odd parts that rounding alone can make (`readouts.FLOOR`) are zeros. Raises InputError as `differences` does.
    """
    odd = differences(forward, reversed_) / 2
    even = (np.asarray(forward, np.float64) + np.asarray(reversed_, np.float64)) / 2
    return odd, even


def odd_energy(forward: Layers, reversed_: Layers) -> Floats:
    """Give rho = E|a|^2 / (E|a|^2 + E|e - mean e|^2) of every layer, float64 `[layer]`: 0 for a bag.

    Which share of how clips differ is a matter of their direction. Of a layer that is constant it is nan.
    """
    found = []
    for one, other in _both(forward, reversed_):
        odd, even = odd_and_even(one, other)
        turned = float(np.mean(np.sum(odd**2, axis=1)))
        kept = float(np.mean(np.sum((even - even.mean(axis=0)) ** 2, axis=1)))
        found.append(turned / (turned + kept) if turned + kept > 0 else np.nan)
    return np.array(found)


def coherence(odd: Layers, *, sources: Sources | None = None, flips: int = 1000, seed: int = 0) -> Coherence:
    """Give kappa = mean over pairs of different sources of a_i.a_j, over mean |a|^2, of every layer: `[layer]`.

    It is unbiased for |E a|^2 over E|a|^2, unlike |mean a|^2, which independent clips inflate by 1 / n of it. Above 0:
    clips share a direction. Raises UnavailableError where all odd parts of a layer are 0, and InputError for fewer than
    2 sources.
    """
    values = []
    for layer, numbers, vectors in _flipped(odd, sources, flips, seed):
        energy = np.sum(layer**2, axis=1).mean()
        sums = _summed(layer, numbers)
        gram = sums @ sums.T
        sizes = np.bincount(numbers)
        pairs = len(layer) ** 2 - np.sum(sizes**2)
        signs = _of_sources(vectors, numbers)
        cross = np.einsum("gv,gv->v", signs, gram @ signs) - np.trace(gram)
        values.append(cross / pairs / energy)
    return _coherence(np.stack(values))


def displacements(steps: NDArray[np.floating[Any]], *, static: NDArray[np.floating[Any]] | None = None) -> Floats:
    """Give the mean of a clip's later half of steps less that of its earlier one, float64 `[sample, dim]`.

    steps: `[sample, step, dim]`; of an odd number the middle one is left out. static: the same of still clips, whose
    displacement (that of the position code) is taken away.
    """
    given = np.asarray(steps, np.float64)
    if given.ndim != 3 or given.shape[1] < 2:
        raise InputError(f"steps has shape {given.shape}, but must be [sample, step, dim] with at least 2 steps")
    half = given.shape[1] // 2
    moved = differences(given[:, -half:].mean(axis=1), given[:, :half].mean(axis=1))
    return moved if static is None else moved - displacements(static)


def displacement(moved: Layers, *, sources: Sources | None = None, flips: int = 1000, seed: int = 0) -> Coherence:
    """Give the mean cosine of each clip's displacement with the mean of all other sources': `[layer]`.

    moved: `[sample, dim]` a layer, by `displacements` or a `readouts.moment`. A clip that does not move counts 0.
    Raises as `coherence` does.
    """
    values = []
    for layer, numbers, vectors in _flipped(moved, sources, flips, seed):
        sums = _summed(layer, numbers)
        gram, along = sums @ sums.T, layer @ sums.T
        signs, own = _of_sources(vectors, numbers), np.diag(gram)
        towards = gram @ signs
        whole = np.einsum("gv,gv->v", signs, towards)
        others = np.sqrt(np.maximum(whole - 2 * signs * towards + own[:, None], 0.0))  # |S - s_g A_g|, `[source, v]`
        products = vectors * (along @ signs) - along[np.arange(len(layer)), numbers][:, None]
        lengths = np.linalg.norm(layer, axis=1)[:, None] * others[numbers]
        cosines = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
        values.append(cosines.mean(axis=0))
    return _coherence(np.stack(values))


def _both(forward: Layers, reversed_: Layers) -> list[tuple[Layer, Layer]]:
    return list(zip(listed(forward), listed(reversed_), strict=True))


def _flipped(layers: Layers, sources: Sources | None, flips: int, seed: int) -> list[tuple[Floats, Folds, Floats]]:
    """Give every layer with numbers of sources and sign vectors, which are the same for all."""
    checked = [checked_layer(layer, f"layer {index}") for index, layer in enumerate(listed(layers))]
    if not checked:
        raise InputError("there is no layer, but must be at least one [sample, dim]")
    numbers = source_numbers(sources, samples=len(checked[0]))
    if numbers.max() < 1:
        raise InputError("all samples are of one source, but a direction is shared by at least 2")
    vectors = sign_vectors(np.ones(len(numbers)), numbers, flips=flips, seed=seed)
    for index, layer in enumerate(checked):
        if len(layer) != len(numbers):
            raise InputError(f"layer {index} has {len(layer)} samples, but layer 0 has {len(numbers)}")
        if not layer.any():
            raise UnavailableError(f"layer {index} has no odd part, as a bag has none: its vectors are undefined")
    return [(layer, numbers, vectors) for layer in checked]


def _summed(layer: Floats, numbers: Folds) -> Floats:
    """Give the sum of each source's rows, `[source, dim]`."""
    sums = np.zeros((int(numbers.max()) + 1, layer.shape[1]))
    np.add.at(sums, numbers, layer)
    return sums


def _of_sources(vectors: Floats, numbers: Folds) -> Floats:
    """Give the sign of each source, `[source, vector]`, of vectors `[sample, vector]`."""
    return vectors[np.unique(numbers, return_index=True)[1]]


def _coherence(values: Floats) -> Coherence:
    """Split `[layer, 1 + flip]` into what was found and its null."""
    found, null = values[:, 0], values[:, 1:]
    p = np.array([one_sided(float(value), drawn) for value, drawn in zip(found, null, strict=True)])
    return Coherence(found, p, one_sided(float(found.max()), null.max(axis=0)), null)
