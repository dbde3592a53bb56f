"""Ridge without an intercept from single steps to when they happen, on clips of folds that were left out.

Centred steps of one layer `[sample, step, dim]` and targets `[sample, step, vector]`, centred within clips, become
scores `[tested sample, step, vector]`. Least squares on all pairs of steps of a clip with the target "the later minus
the earlier is positive" is the same problem: sum_ij (f_j - f_i)(f_j - f_i)^T = n sum_t f_t f_t^T of centred steps, and
sum_{i<j} (f_j - f_i) = n sum_t tau_t f_t with tau_t = (2 t - n + 1) / n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from platoscope.errors import InputError
from platoscope.temporal.readouts import differences, finite

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds

    Floats: TypeAlias = NDArray[np.float64]


class StepRidge:
    """One layer's steps in folds, from which any folds can be left out; Gram matrices are made once a fold.

    centred: float64 `[sample, step, dim]`; fold: `[sample]`. Solved over dims where these are fewer than steps.
    """

    def __init__(self, centred: Floats, fold: Folds, ridge: float) -> None:
        self._x, self._fold, self._ridge = centred, fold, ridge
        self._folds = [np.flatnonzero(fold == held) for held in range(int(fold.max()) + 1)]
        self._primal = centred.shape[2] < centred.shape[0] * centred.shape[1]
        if self._primal:
            self._grams = [self._rows(rows).T @ self._rows(rows) for rows in self._folds]
        else:
            every = self._rows(np.arange(len(centred)))
            self._kernel = every @ every.T

    def scores(self, targets: Floats, *, without: tuple[int, ...], tested: Floats) -> Floats:
        """Train on the folds that are not `without`; give scores of `tested` `[sample, step, dim]`, by each vector."""
        kept = [held for held in range(len(self._folds)) if held not in without]
        trained = np.concatenate([self._folds[held] for held in kept])
        y = targets[trained].reshape(-1, targets.shape[2])
        weights = self._by_dims(kept, trained, y) if self._primal else self._by_steps(trained, y)
        return (tested.reshape(-1, tested.shape[2]) @ weights).reshape(*tested.shape[:2], -1)

    def _by_dims(self, kept: list[int], trained: NDArray[np.intp], y: Floats) -> Floats:
        gram = np.sum([self._grams[held] for held in kept], axis=0)
        return _solved(gram, self._rows(trained).T @ y, rows=len(y), ridge=self._ridge)

    def _by_steps(self, trained: NDArray[np.intp], y: Floats) -> Floats:
        steps = self._x.shape[1]
        places = (trained[:, None] * steps + np.arange(steps)).ravel()
        alpha = _solved(self._kernel[np.ix_(places, places)], y, rows=len(y), ridge=self._ridge)
        return self._rows(trained).T @ alpha

    def _rows(self, samples: NDArray[np.intp]) -> Floats:
        return self._x[samples].reshape(-1, self._x.shape[2])


def _solved(gram: Floats, right: Floats, *, rows: int, ridge: float) -> Floats:
    """Give (G + ridge m I)^-1 of the right side, m the mean squared length of the trained rows; zeros where G is."""
    mean = np.trace(gram) / rows
    if mean == 0.0:
        return np.zeros((len(gram), right.shape[1]))
    gram = gram.copy()
    gram[np.diag_indices_from(gram)] += ridge * mean
    solved: Floats = cho_solve(cho_factor(gram, overwrite_a=True, check_finite=False), right, check_finite=False)
    return solved


def centred_steps(steps: NDArray[np.floating[Any]], name: str) -> Floats:
    """Give steps `[sample, step, dim]` less the mean of their clip; rows that rounding alone can make are zeros.

    Raises InputError for another shape, fewer than 2 steps, and values that are not finite.
    """
    if np.ndim(steps) != 3 or np.shape(steps)[1] < 2:
        raise InputError(f"{name} has shape {np.shape(steps)}, but must be [sample, step, dim] with at least 2 steps")
    x = finite(steps, name)
    return differences(x, np.broadcast_to(x.mean(axis=1, keepdims=True), x.shape))
