"""A score beside its permutation null: how surprising it is, and what is left of it when chance is taken away.

A score and the null of its maximum `[permutation]` become a ``Calibration``; p-values `[pair]` of a table become
q-values.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError, UnavailableError

Floats = NDArray[np.float64]
LEVEL = 0.05
SAME = 1e-12  # scores that are this near are one: sums in another order differ in their last bits


@dataclass(frozen=True)
class Calibration:
    """A score against the null of the best of all layer pairs.

    null_mean, null95: mean and 95 % point of the null, the ceil(.95 (K + 1))-th of its K values in order, so that
    p <= .05 where the score lies above it. p: (1 + #{null >= score}) / (K + 1), at least ``p_floor`` = 1 / (K + 1).
    calibrated: (s - null_mean) / (1 - null_mean), 0 in the mean where there is nothing.
    calibrated95: max(0, (s - null95) / (1 - null95)), the form of Gröger, Wen and Brbić's calibrated-similarity, 0
    unless p <= .05; it depends on the level and on K, and is not comparable between different ones.
    """

    null_mean: float
    null95: float
    p: float
    p_floor: float
    calibrated: float
    calibrated95: float


def calibrate(score: float, null: Floats) -> Calibration:
    """Compare a score with the null of its maximum, float64 `[permutation]` (``platoscope.max_null``).

    Raises InputError for fewer than 19 permutations, of which none can be beaten at 5 %, and UnavailableError where the
    null reaches 1.
    """
    null = np.asarray(null, np.float64)
    if null.ndim != 1 or len(null) < 19 or not np.all(np.isfinite(null)):
        raise InputError(f"null has shape {null.shape}: at least 19 finite values [permutation] are needed")
    count, mean = len(null), float(np.mean(null))
    null95 = float(np.sort(null)[math.ceil((1 - LEVEL) * (count + 1)) - 1])
    if null95 >= 1.0:
        raise UnavailableError("the null reaches 1, the largest score: any order agrees; k has to be smaller beside N")
    return Calibration(
        null_mean=mean,
        null95=null95,
        p=(1 + int(np.count_nonzero(null >= score - SAME))) / (count + 1),
        p_floor=1 / (count + 1),
        calibrated=(score - mean) / (1 - mean),
        calibrated95=(score - null95) / (1 - null95) if score > null95 + SAME else 0.0,
    )


def q_values(p: Floats) -> Floats:
    """Give Benjamini and Hochberg's (1995) q of every p `[pair]`: the false discovery rate at which it passes."""
    p = np.asarray(p, np.float64)
    order = np.argsort(p, kind="stable")
    raw = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q


def too_few_permutations(pairs: int, permutations: int) -> str | None:
    """Say so where not one of so many pairs could pass alone at 5 %, else ``None``.

    Its p is at least 1 / (K + 1), and its q ``pairs`` times that.
    """
    if pairs <= LEVEL * (permutations + 1):
        return None
    return (
        f"{permutations} permutations are too few for {pairs} scores: the least q that one of them can have alone is "
        f"{pairs / (permutations + 1):.3f}; statistics.permutations: {math.ceil(pairs / LEVEL) - 1} lets it pass at 5 %"
    )
