"""Can a linear probe tell a clip from its partner? The protected-pair estimator and its exact sign-flip null.

Differences d_i = f(c_i) - f(πc_i) of every layer, `[sample, dim]`, with sign labels and sources `[sample]`, become the
held-out share of pairs that are told rightly, at the layer that the training folds chose, and its null, interval and
curve over layers. A bag of frames has d = 0 whenever π only permutes frames: all pairs tie, and the share is 1/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from platoscope.errors import InputError
from platoscope.temporal.folds import check_whole, folds_of, source_numbers
from platoscope.temporal.intervals import share_interval
from platoscope.temporal.kernel_ridge import inner_sums, outer_outcomes
from platoscope.temporal.readouts import finite
from platoscope.temporal.sign_flips import CHANCE, checked_signs, null_interval, sign_vectors, two_sided, upper_point

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds, Sources

    Floats: TypeAlias = NDArray[np.float64]
    Layers: TypeAlias = NDArray[np.floating[Any]] | Iterable[NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class PairProbe:
    """What a probe tells of pairs that it has not seen.

    acc: share of pairs told rightly, ties 1/2, each by the layer that its training folds chose; chance is 1/2.
    ci_low, ci_high: by a bootstrap over sources. spread: standard deviation of acc over repeated splits, `splits`.
    p: two-sided, by sign flips with the layer chosen anew for each. layer: that which most folds chose; layers: that of
    each fold. curve: float64 `[layer]`, acc of each; curve_p: p of each taken alone. p_max, null95_max: of the largest
    of the curve, beside which alone that may be shown. outcomes: float64 `[sample]`, 1, 0 or 1/2, whose mean is acc;
    curve_outcomes `[layer, sample]`. null, null_max: float64 `[flip]`, of acc and of the largest of the curve. n,
    n_sources: how many there are.
    """

    acc: float
    ci_low: float
    ci_high: float
    spread: float
    p: float
    layer: int
    layers: tuple[int, ...]
    curve: Floats
    curve_p: Floats
    p_max: float
    null95_max: float
    outcomes: Floats
    curve_outcomes: Floats
    splits: Floats
    null: Floats
    null_max: Floats
    n: int
    n_sources: int

    @property
    def calibrated(self) -> float:
        """2 acc - 1: 0 at chance, 1 where every pair is told rightly."""
        return 2 * self.acc - 1

    def null_interval(self, level: float = 0.99) -> tuple[float, float]:
        """Give the two-sided interval of acc under the null, in which that of a twin has to lie."""
        return null_interval(self.null, level)


def protected_pairs(
    differences: Layers,
    *,
    signs: Any = None,
    sources: Sources | None = None,
    tested: Layers | None = None,
    together: Sources | None = None,
    folds: int = 5,
    repeats: int = 5,
    flips: int = 1000,
    ridge: float = 0.01,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> PairProbe:
    """Probe pairs for their sign by kernel ridge without an intercept, held out by sources.

    differences: `[layer, sample, dim]`, `[sample, dim]`, or any iterable of `[sample, dim]`, which is read once, a
    layer at a time; see `readouts.differences`. signs: -1 or +1 `[sample]`, what is to be told of each pair; by default
    +1 ("the first is the positive one"). A pair is told rightly where w.d_i has its sign. sources: labels `[sample]` of
    what stays together in folds, flips and the bootstrap; by default each sample is its own. together: coarser labels
    of what stays together in folds alone (templates, to be tested on unseen ones). tested: differences of the same
    samples that are tested in place of those that are trained on (of mirrored clips, of reversed ones).

    ridge: lambda beside a training kernel whose diagonal has mean 1, the same for all sign vectors. folds, repeats: how
    many parts a split has and how many splits there are; the first gives all but `splits` and `spread`. flips: sign
    vectors of the null, each for all layers, where the layer is chosen anew. draws, level: of the bootstrap.

    Raises InputError for arrays that are not finite or of unequal samples, bad labels, fewer than 2 sources (3 where a
    layer has to be chosen), and a ridge or counts that are too small.
    """
    layers, others = listed(differences), None if tested is None else iter(listed(tested))
    check_ridge(ridge)
    if repeats < 1:
        raise InputError(f"repeats is {repeats}, but must be at least 1")
    study: _Study | None = None
    with threadpool_limits(1, user_api="blas"):  # sums by more threads have other last bits, and small ones take longer
        for index, layer in enumerate(layers):
            d = checked_layer(layer, f"differences[{index}]")
            if study is None:
                study = _Study.of(
                    len(d), signs, sources, together, folds=folds, repeats=repeats, flips=flips, ridge=ridge, seed=seed
                )
            study.add(d, d if others is None else checked_layer(next(others, None), f"tested[{index}]"), index)
    if study is None:
        raise InputError("differences is empty, but must hold at least one layer [sample, dim]")
    return study.result(draws=draws, level=level, seed=seed)


def listed(layers: Layers) -> Iterable[NDArray[np.floating[Any]]]:
    """Give layers as an iterable of `[sample, dim]`; an array `[sample, dim]` is one layer."""
    if isinstance(layers, np.ndarray):
        if layers.ndim not in (2, 3):
            raise InputError(f"differences has shape {layers.shape}, but must be [layer, sample, dim] or [sample, dim]")
        return [layers] if layers.ndim == 2 else list(layers)
    return layers


def checked_layer(layer: Any, name: str) -> Floats:
    """Give one layer as float64 `[sample, dim]`; raises InputError for anything else."""
    if layer is None or np.ndim(layer) != 2:
        shape = None if layer is None else np.shape(layer)
        raise InputError(f"{name} has shape {shape}, but must be [sample, dim]")
    return finite(layer, name)


def chosen_layers(inner: Floats) -> NDArray[np.intp]:
    """Give the layer with the largest inner sum, of equals the first: `[fold, vector]` of `[layer, fold, vector]`.

    Raises InputError where several layers are to choose from, and fewer than 3 folds leave nothing to choose by.
    """
    if inner.shape[0] > 1 and inner.shape[-2] < 3:
        raise InputError("a layer is chosen inside the training folds, for which at least 3 sources are needed")
    chosen: NDArray[np.intp] = np.argmax(inner, axis=0)
    return chosen


def commonest(layers: NDArray[np.intp]) -> int:
    """Give the layer that most folds chose, of equals the first."""
    return int(np.argmax(np.bincount(layers)))


def check_ridge(ridge: float) -> None:
    """Raise InputError for a ridge that is not positive."""
    if not ridge > 0 or not np.isfinite(ridge):
        raise InputError(f"ridge is {ridge}, but must be positive")


class _Study:
    """Sums over folds of the layers that were added: on the first split of all sign vectors, else of the labels."""

    def __init__(self, vectors: Floats, splits: Sequence[Folds], sources: Folds, ridge: float) -> None:
        self.vectors, self.splits, self.sources, self.ridge = vectors, splits, sources, ridge
        self.outer: list[list[Floats]] = [[] for _ in splits]  # [split][layer] of [fold, vector]
        self.inner: list[list[Floats]] = [[] for _ in splits]
        self.first: list[Floats] = []  # [layer] of [sample]: outcomes on the first split

    @classmethod
    def of(
        cls,
        samples: int,
        signs: Any,
        sources: Sources | None,
        together: Sources | None,
        *,
        folds: int,
        repeats: int,
        flips: int,
        ridge: float,
        seed: int,
    ) -> _Study:
        labels = checked_signs(signs, samples=samples)
        numbers = source_numbers(sources, samples=samples)
        kept = numbers if together is None else source_numbers(together, samples=samples)
        splits = [folds_of(kept, folds=folds, seed=seed + repeat) for repeat in range(repeats)]
        for fold in splits:
            check_whole(fold, numbers)
        return cls(sign_vectors(labels, numbers, flips=flips, seed=seed), splits, numbers, ridge)

    def add(self, d: Floats, tested: Floats, index: int) -> None:
        """Take one layer in."""
        samples = len(self.sources)
        for name, array in (("differences", d), ("tested", tested)):
            if len(array) != samples or array.shape[1] != d.shape[1]:
                raise InputError(f"{name}[{index}] is {array.shape}, but must be {(samples, d.shape[1])}")
        kernel = d @ d.T
        cross = kernel if tested is d else tested @ d.T
        part = np.zeros(samples, np.int64)
        for split, fold in enumerate(self.splits):
            vectors = self.vectors if split == 0 else self.vectors[:, :1]
            sums, outcomes = outer_outcomes(
                kernel,
                cross,
                fold=fold,
                tested_fold=fold,
                signs=vectors,
                tested_signs=vectors,
                part=part,
                ridge=self.ridge,
            )
            self.outer[split].append(sums[:, 0])
            self.inner[split].append(inner_sums(kernel, fold=fold, signs=vectors, ridge=self.ridge))
            if split == 0:
                self.first.append(outcomes)

    def result(self, *, draws: int, level: float, seed: int) -> PairProbe:
        """Choose layers inside the training folds and put everything together."""
        samples, fold = len(self.sources), self.splits[0]
        shares, layers = zip(
            *(_nested(*sums, samples) for sums in zip(self.outer, self.inner, strict=True)), strict=True
        )
        accs = np.array([share[0] for share in shares])
        curves = _share(np.stack(self.outer[0]).sum(axis=1), samples)  # [layer, vector]
        told = (1 + np.stack(self.first)) / 2
        outcomes = told[layers[0][fold], np.arange(samples)]
        low, high = share_interval(outcomes, self.sources, draws=draws, level=level, seed=seed)
        most = np.abs(curves - CHANCE).max(axis=0)
        null, null_max = shares[0][1:], curves[:, 1:].max(axis=0)
        return PairProbe(
            acc=float(accs[0]),
            ci_low=low,
            ci_high=high,
            spread=float(np.std(accs, ddof=1)) if len(accs) > 1 else 0.0,
            p=two_sided(float(accs[0]), null),
            layer=commonest(layers[0]),
            layers=tuple(layers[0].tolist()),
            curve=curves[:, 0],
            curve_p=np.array([two_sided(float(curve[0]), curve[1:]) for curve in curves]),
            p_max=two_sided(float(most[0]), most[1:], centre=0.0),
            null95_max=upper_point(null_max),
            outcomes=outcomes,
            curve_outcomes=told,
            splits=accs,
            null=null,
            null_max=null_max,
            n=samples,
            n_sources=int(self.sources.max()) + 1,
        )


def _nested(outer: list[Floats], inner: list[Floats], samples: int) -> tuple[Floats, NDArray[np.intp]]:
    """Give the share `[vector]` with the layer chosen in training, and the labels' choice `[fold]`."""
    chosen = chosen_layers(np.stack(inner))
    sums = np.take_along_axis(np.stack(outer), chosen[None], axis=0)[0].sum(axis=0)
    return _share(sums, samples), chosen[:, 0]


def _share(sums: Floats, samples: int) -> Floats:
    """Turn sums of +1, -1 and 0 into shares in which ties count 1/2."""
    return (samples + sums) / (2 * samples)
