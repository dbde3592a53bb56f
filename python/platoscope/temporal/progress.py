"""How far an event has come, read off single steps: a direction along which clips of other sources move in time.

Step features of every layer `[sample, step, dim]` and times `[sample, step]` become the share of variance explained and
rank correlations on sources that were held out, with the null of times permuted within clips.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from platoscope.errors import InputError
from platoscope.temporal.folds import folds_of, source_numbers
from platoscope.temporal.rankings import spearman
from platoscope.temporal.sign_flips import FEWEST, one_sided
from platoscope.temporal.signs import check_ridge
from platoscope.temporal.step_ridge import StepRidge, centred_steps

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds, Sources
    from platoscope.temporal.ordering import StepLayers

    Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Progress:
    """How well time is read off steps of clips that were not trained on, float64 `[layer]` each.

    r2: 1 less the squared error over the variance of times, both within clips. r: correlation of scores and times
    within clips, over all of them; 0 where nothing moves. spearman: mean over clips of the rank correlation. p:
    one-sided, of r, of each layer alone; p_max: of the largest r.
    """

    r2: Floats
    r: Floats
    spearman: Floats
    p: Floats
    p_max: float


def progress(
    steps: StepLayers,
    times: Any = None,
    *,
    sources: Sources | None = None,
    tested: StepLayers | None = None,
    folds: int = 5,
    permutations: int = 200,
    ridge: float = 0.01,
    seed: int = 0,
) -> Progress:
    """Fit a ridge from x_t - mean_t x to the time of a step, and read it on sources that were held out.

    steps: `[layer, sample, step, dim]` or any iterable of `[sample, step, dim]`. times: `[sample, step]` in event time,
    in which windows begin anywhere, rising within clips; by default -1 .. 1. tested: steps of the same samples to read
    in place of those that are trained on; reversed clips must give -r, still clips 0.

    Raises InputError for times that do not rise, and as `ordering` does.
    """
    check_ridge(ridge)
    if permutations < FEWEST:
        raise InputError(f"permutations is {permutations}, but at least {FEWEST} are needed")
    others = None if tested is None else iter(tested)
    r2, r, ranks = [], [], []
    with threadpool_limits(1, user_api="blas"):
        for index, layer in enumerate(steps):
            x = centred_steps(layer, f"steps[{index}]")
            if index == 0:
                numbers = source_numbers(sources, samples=len(x))
                fold = folds_of(numbers, folds=folds, seed=seed)
                tau = _permuted(_checked_times(times, x.shape[:2]), numbers, permutations, seed)
            shown = x if others is None else centred_steps(next(others), f"tested[{index}]")
            if x.shape[:2] != tau.shape[:2] or shown.shape != x.shape:
                raise InputError(f"layer {index} is {x.shape}, tested {shown.shape}, the first had {tau.shape[:2]}")
            scores = _held_out(StepRidge(x, fold, ridge), fold, tau, shown)
            error = np.sum((tau - scores) ** 2, axis=(0, 1))[0]
            spread = np.sum(tau**2, axis=(0, 1))
            r2.append(1 - error / spread[0])
            scale = np.sqrt(np.sum(scores**2, axis=(0, 1)) * spread)
            products = np.sum(scores * tau, axis=(0, 1))
            r.append(np.divide(products, scale, out=np.zeros_like(products), where=scale > 0))
            ranks.append(spearman(scores[:, :, 0], np.broadcast_to(np.arange(x.shape[1]), x.shape[:2])).mean())
    if not r:
        raise InputError("steps is empty, but must hold at least one layer [sample, step, dim]")
    found = np.stack(r)
    p = np.array([one_sided(float(row[0]), row[1:]) for row in found])
    most = found.max(axis=0)
    return Progress(np.array(r2), found[:, 0], np.array(ranks), p, one_sided(float(most[0]), most[1:]))


def _held_out(fitted: StepRidge, fold: Folds, tau: Floats, shown: Floats) -> Floats:
    scores = np.empty_like(tau)
    for held in range(int(fold.max()) + 1):
        rows = np.flatnonzero(fold == held)
        scores[rows] = fitted.scores(tau, without=(held,), tested=shown[rows])
    scores -= scores.mean(axis=1, keepdims=True)
    return scores


def _checked_times(times: Any, shape: tuple[int, ...]) -> Floats:
    """Give times less their clip's mean, `[sample, step]`."""
    if times is None:
        times = np.broadcast_to(np.linspace(-1, 1, shape[1]), shape)
    given = np.asarray(times, np.float64)
    if given.shape != shape or not np.all(np.diff(given, axis=1) > 0):
        raise InputError(f"times has shape {given.shape}, but must be {shape} and rise within each clip")
    centred: Floats = given - given.mean(axis=1, keepdims=True)
    return centred


def _permuted(tau: Floats, sources: Folds, permutations: int, seed: int) -> Floats:
    """Give times `[sample, step, 1 + permutation]`, the first as they are, the clips of a source in the same order."""
    rng = np.random.default_rng([seed, 5])
    count, steps = int(sources.max()) + 1, tau.shape[1]
    orders = rng.permuted(np.tile(np.arange(steps), (count, permutations, 1)), axis=2)[sources].swapaxes(1, 2)
    drawn = np.take_along_axis(np.broadcast_to(tau[:, :, None], orders.shape), orders, axis=1)
    return np.concatenate((tau[:, :, None], drawn), axis=2)
