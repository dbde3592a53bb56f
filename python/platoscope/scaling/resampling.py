"""Scores of a bare table as they might have come out: the residuals of its law are drawn anew, [draw, point].

Where the scores of single samples are known these are drawn instead (``alignment.statistics.bootstrap``), the same
for all cells, for the cells share their videos and so their errors.
"""

import numpy as np

from platoscope.errors import InputError
from platoscope.scaling.points import Array


def resample_residuals(curve: Array, residuals: Array, *, parameters: int, draws: int, seed: int) -> Array:
    """Add residuals [point], drawn with replacement, to the law's curve [point]: [draw, point].

    They are centred first, and widened by sqrt(n / (n - parameters)): a fit leaves less than the errors were. Raises
    ``InputError`` where as many parameters as points leave no residual.
    """
    n = len(residuals)
    if n <= parameters:
        raise InputError(f"{n} points, {parameters} parameters: no residual is left to draw")
    wide = (residuals - np.mean(residuals)) * np.sqrt(n / (n - parameters))
    return np.asarray(curve + wide[np.random.default_rng(seed).integers(0, n, (draws, n))], dtype=np.float64)
