"""Steps that were shown in disorder are put in order again, at one spacing or over many.

Step features of every layer, `[sample, step, dim]`, each step encoded apart, become shares of pairs in the right order,
rank measures and their chances, held out by sources. The pairwise probe g(f_i, f_j) = w.(f_j - f_i) is a score of
single steps, so that its tournament has no cycles and the order is that of w.f_t.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from platoscope.errors import InputError
from platoscope.temporal import rankings
from platoscope.temporal.folds import folds_of, source_numbers
from platoscope.temporal.intervals import source_bootstrap
from platoscope.temporal.sign_flips import FEWEST, two_sided
from platoscope.temporal.signs import check_ridge, chosen_layers, commonest
from platoscope.temporal.step_ridge import StepRidge, centred_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds, Sources

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.int64]
    StepLayers: TypeAlias = NDArray[np.floating[Any]] | Iterable[NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Ordering:
    """How well steps are put in order, on sources that the probe has not seen, by the layer chosen in training.

    pairwise: share of pairs in order, chance 1/2, with ci_low, ci_high by sources and p, two-sided by steps permuted
    within sources. tau: Kendall's, spearman: of ranks, both 0 by chance. position_error: mean distance of a step from
    its place, exact: share of clips wholly in order, reversed_too: wholly in order or in reverse. layer, layers, curve
    `[layer]`: as in `PairProbe`. outcomes: float64 `[sample]`, pairs in order of each clip. steps: how many a clip has.
    """

    pairwise: float
    ci_low: float
    ci_high: float
    p: float
    tau: float
    spearman: float
    position_error: float
    exact: float
    reversed_too: float
    layer: int
    layers: tuple[int, ...]
    curve: Floats
    outcomes: Floats
    steps: int
    n: int
    n_sources: int

    @property
    def position_chance(self) -> float:
        """(n^2 - 1) / (3 n) of n steps."""
        return (self.steps**2 - 1) / (3 * self.steps)

    @property
    def exact_chance(self) -> float:
        """1 / n! of n steps; that of `reversed_too` is twice as much."""
        return 1 / factorial(self.steps)


def ordering(
    steps: StepLayers,
    *,
    sources: Sources | None = None,
    tested: StepLayers | None = None,
    folds: int = 5,
    permutations: int = 200,
    ridge: float = 0.01,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Ordering:
    """Learn to order steps from other sources, and order those of the held-out ones.

    steps: `[layer, sample, step, dim]`, or any iterable of `[sample, step, dim]`, in the true order. A native encoder
    has to be shown each step as a clip of its own: else its position code gives the answer. tested: steps of the same
    samples that are ordered in place of those that are trained on (a still clip must come out at 1/2). permutations: of
    steps within each source, the same for all layers, with the layer chosen anew. Others as in `protected_pairs`.

    Raises InputError as `protected_pairs` does, and for fewer than 2 steps.
    """
    check_ridge(ridge)
    if permutations < FEWEST:
        raise InputError(f"permutations is {permutations}, but at least {FEWEST} are needed")
    others = None if tested is None else iter(tested)
    study: _Study | None = None
    with threadpool_limits(1, user_api="blas"):
        for index, layer in enumerate(steps):
            x = centred_steps(layer, f"steps[{index}]")
            if study is None:
                numbers = source_numbers(sources, samples=len(x))
                fold = folds_of(numbers, folds=folds, seed=seed)
                times = permuted_times(numbers, steps=x.shape[1], permutations=permutations, seed=seed)
                study = _Study(numbers, fold, times, ridge)
            study.add(x, x if others is None else centred_steps(next(others), f"tested[{index}]"), index)
    if study is None:
        raise InputError("steps is empty, but must hold at least one layer [sample, step, dim]")
    return study.result(draws=draws, level=level, seed=seed)


def permuted_times(sources: Folds, *, steps: int, permutations: int, seed: int) -> Floats:
    """Give times -1 + 1/n .. 1 - 1/n `[sample, step, 1 + permutation]`: in order first, then permuted by source."""
    rng = np.random.default_rng([seed, 3])
    times = (2 * np.arange(steps) - steps + 1) / steps
    count = int(sources.max()) + 1
    drawn = np.empty((count, steps, 1 + permutations))
    drawn[:, :, 0] = times
    drawn[:, :, 1:] = rng.permuted(np.tile(times, (count, permutations, 1)), axis=2).swapaxes(1, 2)
    return drawn[sources]


class _Study:
    """Sums over folds of pairs in order, of the layers that were added."""

    def __init__(self, sources: Folds, fold: Folds, times: Floats, ridge: float) -> None:
        self.sources, self.fold, self.times, self.ridge = sources, fold, times, ridge
        self.outer: list[Floats] = []  # [layer] of [fold, vector]
        self.inner: list[Floats] = []
        self.scores: list[Floats] = []  # [layer] of [sample, step]

    def add(self, x: Floats, tested: Floats, index: int) -> None:
        """Take one layer in."""
        wanted = self.times.shape[:2]
        for name, array in (("steps", x), ("tested", tested)):
            if array.shape[:2] != wanted or array.shape[2] != x.shape[2]:
                raise InputError(f"{name}[{index}] is {array.shape}, but must be {(*wanted, x.shape[2])}")
        fitted, folds = StepRidge(x, self.fold, self.ridge), int(self.fold.max()) + 1
        outer, inner = np.zeros((folds, self.times.shape[2])), np.zeros((folds, self.times.shape[2]))
        first = np.empty(wanted)
        for held in range(folds):
            rows = np.flatnonzero(self.fold == held)
            scores = fitted.scores(self.times, without=(held,), tested=tested[rows])
            outer[held] = rankings.pairwise(scores, self.times[rows]).sum(axis=0)
            first[rows] = scores[:, :, 0]
        for pair in combinations(range(folds), 2) if folds > 2 else ():
            rows = np.flatnonzero(np.isin(self.fold, pair))
            scores = fitted.scores(self.times, without=pair, tested=x[rows])
            told = rankings.pairwise(scores, self.times[rows])
            for one, other in (pair, pair[::-1]):
                inner[one] += told[self.fold[rows] == other].sum(axis=0)
        self.outer.append(outer)
        self.inner.append(inner)
        self.scores.append(first)

    def result(self, *, draws: int, level: float, seed: int) -> Ordering:
        """Choose layers inside the training folds and put everything together."""
        n, steps = self.times.shape[:2]
        outer = np.stack(self.outer)
        chosen = chosen_layers(np.stack(self.inner))
        shares = np.take_along_axis(outer, chosen[None], axis=0)[0].sum(axis=0) / n
        scores = np.stack(self.scores)[chosen[:, 0][self.fold], np.arange(n)]
        places = np.broadcast_to(np.arange(steps), (n, steps))
        outcomes = rankings.pairwise(scores, self.times[:, :, 0])
        low, high = source_bootstrap(outcomes, self.sources, draws=draws, level=level, seed=seed)
        exact = rankings.exact(scores, places)
        return Ordering(
            pairwise=float(shares[0]),
            ci_low=low,
            ci_high=high,
            p=two_sided(float(shares[0]), shares[1:]),
            tau=float(2 * outcomes.mean() - 1),
            spearman=float(rankings.spearman(scores, places).mean()),
            position_error=float(rankings.position_error(scores, places).mean()),
            exact=float(exact.mean()),
            reversed_too=float((exact + rankings.exact(-scores, places)).mean()),
            layer=commonest(chosen[:, 0]),
            layers=tuple(chosen[:, 0].tolist()),
            curve=outer[:, :, 0].sum(axis=1) / n,
            outcomes=outcomes,
            steps=steps,
            n=n,
            n_sources=int(self.sources.max()) + 1,
        )


def spaced_places(*, frames: int, count: int, spacing: int, samples: int, seed: int) -> Index:
    """Give int64 `[sample, count]`: places `spacing` apart among `frames`, from a random first one for each sample.

    So that a place in the window says nothing of the place in the clip. Raises InputError where the clip is too short.
    """
    span = (count - 1) * spacing + 1
    if count < 2 or spacing < 1 or span > frames:
        raise InputError(f"{count} steps {spacing} apart span {span} frames, but a clip has {frames}")
    first = np.random.default_rng([seed, 4]).integers(0, frames - span + 1, size=samples)
    places: Index = first[:, None] + spacing * np.arange(count)
    return places


def spacing_curve(
    layers: Callable[[], StepLayers],
    *,
    spacings: Sequence[int],
    count: int = 5,
    sources: Sources | None = None,
    permutations: int = 200,
    ridge: float = 0.01,
    seed: int = 0,
) -> dict[int, Ordering]:
    """Order `count` steps at every spacing that fits in a clip, by its number of frames.

    layers: gives anew, each time it is called, an iterable of step features `[sample, frame, dim]` of whole clips. That
    steps near each other are hard and steps far apart easy is what a probe of order has to be read with.
    """
    found: dict[int, Ordering] = {}
    for spacing in spacings:
        first = np.asarray(next(iter(layers())))
        if (count - 1) * spacing >= first.shape[1]:
            continue
        places = spaced_places(
            frames=first.shape[1], count=count, spacing=spacing, samples=len(first), seed=seed + spacing
        )
        shown = (np.take_along_axis(np.asarray(layer), places[:, :, None], axis=1) for layer in layers())
        found[spacing] = ordering(shown, sources=sources, permutations=permutations, ridge=ridge, seed=seed)
    return found
