"""The error of a score, or of a difference of scores, over samples, which are queries and gallery alike.

Tables of neighbours int32 `[sample, depth]` of a settled pair of layers become an ``Estimate`` with its interval.
Samples are never drawn with replacement for new neighbours: doubles would be each other's nearest (0.316 reads as
0.369).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import t as student

from platoscope.alignment.agreement import score_matrix
from platoscope.alignment.statistics.bootstrap import Interval
from platoscope.alignment.statistics.galleries import within
from platoscope.alignment.statistics.groups import Labels, numbered, parts_of
from platoscope.errors import UnavailableError

Floats = NDArray[np.float64]
Ids = NDArray[np.int32]
T = TypeVar("T")
GROUPS = 100  # of equal size that groups must be worth, (sum g)^2 / sum g^2: of 42 the interval is too narrow


def available(what: str, compute: Callable[[], T], notes: list[str]) -> T | None:
    """Compute it; where it does not exist give ``None``, and say why in ``notes``."""
    try:
        return compute()
    except UnavailableError as error:
        notes.append(f"no {what}: {error}")
        return None


@dataclass(frozen=True)
class Sides:
    """Neighbours of the samples in one layer of either side, int32 `[sample, depth]`, compared by a metric at k."""

    a: Ids
    b: Ids
    metric: str
    k: int


@dataclass(frozen=True)
class Estimate:
    """A score, or a difference of scores, its standard error over samples, and the degrees of freedom of that."""

    value: float
    error: float
    freedom: int

    def interval(self, level: float) -> Interval:
        """Give the interval that holds the expected value at this level, by Student's t."""
        reach = self.error * float(student.ppf((1 + level) / 2, self.freedom))
        return self.value - reach, self.value + reach

    @property
    def p(self) -> float:
        """Two-sided p of an expected value of 0; 1 where value and error are both 0."""
        if self.error == 0.0:
            return float(self.value == 0.0)
        return float(2 * student.sf(abs(self.value) / self.error, self.freedom))


def jackknife(sides: Sequence[Sides], *, blocks: int, seed: int, groups: Labels | None = None) -> Estimate:
    """Estimate a score, or the first score less the second, by leaving out a block of samples at a time.

    Blocks of unequal size are weighted by Busing, Meijer and van der Leeden (1999, delete-m_j jackknife). Groups stay
    whole. Who is nearest changes in jumps, so that the error is too large, by about a half.

    Raises
    ------
    UnavailableError
        If a table lacks the k neighbours of some sample once a block is gone, and for a single group.
    """
    n = len(sides[0].a)
    numbered(n, groups)
    part_of = parts_of(n, groups, parts=blocks, rng=np.random.default_rng(seed))
    count = int(part_of.max()) + 1
    whole = _difference(sides, np.arange(n))
    left = np.array([_difference(sides, np.flatnonzero(part_of != part)) for part in range(count)])
    h = n / np.bincount(part_of)
    pseudo = h * whole - (h - 1) * left
    centre = count * whole - np.sum((1 - 1 / h) * left)
    return Estimate(whole, float(np.sqrt(np.mean((pseudo - centre) ** 2 / (h - 1)))), count - 1)


def sampling(sides: Sequence[Sides], *, groups: Labels | None = None) -> Estimate:
    """Estimate a mutual k-NN, or the first less the second, with the error that drawing other samples would make.

    With the neighbours A, B of both sides as 0/1 matrices, a sample that is gone lets the (k + 1)-th neighbour in; of
    A's these are among B's in the share p_a of rows, and the same as B's in the share p_ab. So pair (i, j) brings
    w_ij = m_ij + m_ji with m = ((1 - p_ab) A * B - p_a A - p_b B) / k, and a sample f_i = sum_j w_ij. By the first two
    terms of Hoeffding's decomposition the variance is
    (n / (n - 1) sum (f - mean f)^2 - sum_{i<j} (w - mean w)^2) / n^2, whose second term is what a jackknife counts
    twice (Efron and Stein 1981). Of groups w is added up, what is within counted once.

    Raises
    ------
    UnavailableError
        For another metric, tables that are not deeper than k, groups that are too few or too unequal (their sizes
        would count as error), and where so few samples leave no variance.
    """
    n = len(sides[0].a)
    labels = numbered(n, groups)
    count = int(labels.max()) + 1
    alike = n**2 / float(np.sum(np.bincount(labels) ** 2.0))
    if groups is not None and alike < GROUPS:
        raise UnavailableError(
            f"{count} sources of such sizes say as much as {alike:.1f} of equal ones, and {GROUPS} are needed"
        )
    ones = sparse.csr_array((np.ones(n), (labels, np.arange(n))), shape=(count, n))
    parts = [ones @ _influence(side) @ ones.T for side in sides]
    m = parts[0] - parts[1] if len(parts) > 1 else parts[0]
    w = (m + m.T).tocoo()
    diagonal = w.diagonal() / 2  # what is within a group was added to itself
    f = np.asarray(w.sum(axis=1)).ravel() - diagonal
    apart = w.data[w.row != w.col]
    pairs = count * (count - 1)
    second = (np.sum(apart**2) - np.sum(apart) ** 2 / pairs) / 2
    variance = count / (count - 1) * np.sum((f - f.mean()) ** 2) - second
    if variance <= 0.0 and np.any(w.data != 0.0):
        raise UnavailableError(
            f"{n} samples are too few, or near-duplicates of each other: the two terms of the variance leave nothing"
        )
    return Estimate(_difference(sides, np.arange(n)), float(np.sqrt(variance)) / n, count - 1)


def _influence(side: Sides) -> sparse.csr_array:
    """Give m `[sample, sample]` of ``sampling`` for one score."""
    if side.metric != "mutual_knn":
        raise UnavailableError(f"the sampling error is known of mutual_knn alone, not of {side.metric}")
    n, k = len(side.a), side.k
    tables = {"a": side.a, "b": side.b}
    for table in tables.values():
        if table.shape[1] <= k:
            raise UnavailableError(
                f"tables of {table.shape[1]} neighbours do not say who comes after the first {k}: neighbours.depth has "
                "to be larger than k"
            )
    rows = np.repeat(np.arange(n), k)
    a, b = (sparse.csr_array((np.ones(n * k), (rows, table[:, :k].ravel())), shape=(n, n)) for table in tables.values())
    p_a = float(np.mean((side.b[:, :k] == side.a[:, [k]]).any(axis=1)))
    p_b = float(np.mean((side.a[:, :k] == side.b[:, [k]]).any(axis=1)))
    p_ab = float(np.mean(side.a[:, k] == side.b[:, k]))
    return sparse.csr_array(((1 - p_ab) * (a * b) - p_a * a - p_b * b) / k)


def _difference(sides: Sequence[Sides], kept: NDArray[np.intp]) -> float:
    """Give the score of the first of the sides among the kept samples, less that of the second where there is one."""
    first, *second = (_score(side, kept) for side in sides)
    return first - sum(second)


def _score(side: Sides, kept: NDArray[np.intp]) -> float:
    tables = [within(table[None], kept, at_most=side.k) for table in (side.a, side.b)]
    for table, given in zip(tables, (side.a, side.b), strict=True):
        if table.shape[2] < side.k:
            raise UnavailableError(
                f"tables of {given.shape[1]} neighbours hold only {table.shape[2]} of some sample among {len(kept)} of "
                f"{len(given)} samples, and k is {side.k}: neighbours.depth has to be larger"
            )
    return float(score_matrix(*tables, metric=side.metric)[0, 0])
