"""Kernel ridge without an intercept on signs, held out by folds: one solve a fold serves all sign vectors.

Gram matrices float64 `[sample, sample]` of differences and sign vectors float64 `[sample, vector]` become outcomes, +1
for a pair that is told rightly, -1 for one that is told wrongly and 0 for a tie, added up over folds.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from platoscope.parallel import worker_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from platoscope.temporal.folds import Folds

    Floats: TypeAlias = NDArray[np.float64]

Item = TypeVar("Item")
Result = TypeVar("Result")
_LARGE = 256  # samples from which threads are worth their start


def predicted(kernel: Floats, cross: Floats, signs: Floats, *, ridge: float) -> Floats:
    """Give cross (K + ridge m I)^-1 signs, float64 `[tested, vector]`, m the mean of K's diagonal.

    kernel: K, `[trained, trained]`; cross: `[tested, trained]`; signs: `[trained, vector]`. Of the trained rows only
    their scale is used, so that nothing has to be chosen by the signs; where K is zero all is zero.
    """
    mean = np.trace(kernel) / max(len(kernel), 1)
    if mean == 0.0:
        return np.zeros((len(cross), signs.shape[1]))
    lifted = kernel.copy()
    lifted[np.diag_indices_from(lifted)] += ridge * mean
    factor = cho_factor(lifted, overwrite_a=True, check_finite=False)
    if signs.shape[1] < len(cross):
        told: Floats = cross @ cho_solve(factor, signs, check_finite=False)
        return told
    weights: Floats = cho_solve(factor, cross.T, check_finite=False).T
    return weights @ signs


def outer_outcomes(
    kernel: Floats,
    cross: Floats,
    *,
    fold: Folds,
    tested_fold: Folds,
    signs: Floats,
    tested_signs: Floats,
    part: Folds,
    ridge: float,
) -> tuple[Floats, Floats]:
    """Give sums of outcomes `[fold, part, vector]`, and each tested pair's under the first sign vector, `[tested]`.

    The pairs of every fold are tested by a probe of the trained ones that lie in other folds. cross: `[tested,
    trained]`, which is the kernel where the same differences are tested. `part`: numbers from 0 up, of which sum a
    tested pair is a term.
    """
    parts, folds = int(part.max()) + 1, _count(fold, tested_fold)
    sums, first = np.zeros((folds, parts, signs.shape[1])), np.zeros(len(cross))

    def hold_out(held: int) -> None:
        trained, tested = np.flatnonzero(fold != held), np.flatnonzero(tested_fold == held)
        told = _told(kernel, cross, signs, tested_signs, trained=trained, tested=tested, ridge=ridge)
        first[tested] = told[:, 0]
        for one in range(parts):
            sums[held, one] = told[part[tested] == one].sum(axis=0)

    _each(hold_out, range(folds), samples=len(cross))
    return sums, first


def inner_sums(kernel: Floats, *, fold: Folds, signs: Floats, ridge: float) -> Floats:
    """Give `[fold, vector]`: sums of outcomes among the training folds of each fold, each of which is held out in turn.

    A probe that was trained without two folds serves both: the one is tested where the other is held out. With two
    folds there is nothing to train on, and all are zeros.
    """
    folds = _count(fold)
    sums = np.zeros((folds, signs.shape[1]))
    if folds < 3:
        return sums

    def hold_out(pair: tuple[int, int]) -> tuple[Floats, Floats]:
        without = (fold == pair[0]) | (fold == pair[1])
        trained, tested = np.flatnonzero(~without), np.flatnonzero(without)
        told = _told(kernel, kernel, signs, signs, trained=trained, tested=tested, ridge=ridge)
        of_one = fold[tested] == pair[0]
        return told[of_one].sum(axis=0), told[~of_one].sum(axis=0)

    pairs = list(combinations(range(folds), 2))
    for (one, other), (of_one, of_other) in zip(pairs, _each(hold_out, pairs, samples=len(kernel)), strict=True):
        sums[other] += of_one
        sums[one] += of_other
    return sums


def _each(function: Callable[[Item], Result], items: Iterable[Item], *, samples: int) -> list[Result]:
    """Call a function on items, side by side where there is enough to do; BLAS is left to one thread each."""
    if samples < _LARGE:
        return [function(item) for item in items]
    with ThreadPoolExecutor(worker_count()) as pool:
        return list(pool.map(function, items))


def _told(
    kernel: Floats,
    cross: Floats,
    signs: Floats,
    tested_signs: Floats,
    *,
    trained: NDArray[np.intp],
    tested: NDArray[np.intp],
    ridge: float,
) -> Floats:
    """Give outcomes -1, 0 and +1, `[tested, vector]`, of a probe of the trained rows."""
    some = kernel[np.ix_(trained, trained)]
    told = predicted(some, cross[np.ix_(tested, trained)], signs[trained], ridge=ridge)
    np.sign(told, out=told)
    told *= tested_signs[tested]
    return told


def _count(*folds: Folds) -> int:
    return max(int(fold.max()) for fold in folds) + 1
