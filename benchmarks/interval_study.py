"""Rows about intervals of a score, and of a difference of scores, whose pairs of layers are settled.

Many draws of N samples from one population, tables int32 `[layer, sample, depth]` of one layer a side, become the share
of intervals that hold the expected score, and the level of the test of no difference.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_study import Draws, Features, Floats, level_line, neighbours, rate
from benchmarks.table import Line
from platoscope.alignment.statistics.bootstrap import Interval, bootstrap_interval
from platoscope.alignment.statistics.cells import CellTables
from platoscope.alignment.statistics.estimates import jackknife, sampling
from platoscope.errors import UnavailableError

K, LEVEL, BLOCKS = 10, 0.95, 32
_DEPTH = 40  # so that the jackknife has enough neighbours when a block is gone
_RESAMPLES = 1000
_THEMES, _DIM = 8, 24
_NOISE = {"weak": 0.5, "strong": 0.2}  # beside themes of variance 1 and less
_JITTER = 0.3  # of what the sides share, a sample around its source
_SOURCE = 6  # samples of each source

Groups = NDArray[np.int64] | None
Method = Callable[[Sequence[CellTables], int, Groups], Interval]  # of one cell, or of two that are compared; a seed


@dataclass(frozen=True)
class Population:
    """What samples are drawn from: ``themes`` that the sides share, seen by each with noise of its own.

    With ``source`` above 1 samples come in sources of so many, near-duplicates of each other on all sides.
    """

    noises: tuple[float, ...]
    source: int = 1

    def groups(self, n: int) -> Groups:
        """Label the samples of each source, int64 [sample], where sources have more than one."""
        return np.arange(n, dtype=np.int64) // self.source if self.source > 1 else None

    def cells(self, rng: np.random.Generator, n: int) -> list[CellTables]:
        """Draw n samples; the last side is compared with each of those before it."""
        of_source = rng.standard_normal((n // self.source, _THEMES), dtype=np.float32)
        themes = np.repeat(of_source, self.source, axis=0)
        if self.source > 1:
            themes += np.float32(_JITTER) * rng.standard_normal(themes.shape, dtype=np.float32)
        *firsts, last = (neighbours(self._seen(rng, themes, noise), _DEPTH) for noise in self.noises)
        return [CellTables.of(first, last, metric="mutual_knn", k=K) for first in firsts]

    def _seen(self, rng: np.random.Generator, themes: Features, noise: float) -> Features:
        """Turn themes to a side's features [layer, sample, dim]; noise comes by source too where there are sources."""
        axes = (np.arange(1, _THEMES + 1) ** -0.25).astype(np.float32)
        seen = np.zeros((1, len(themes), _DIM), np.float32)
        seen[0, :, :_THEMES] = themes * axes
        own = rng.standard_normal((len(themes) // self.source, _DIM), dtype=np.float32)
        return seen + np.float32(noise) * np.repeat(own, self.source, axis=0) + 1


def by_bootstrap(cells: Sequence[CellTables], seed: int, groups: Groups) -> Interval:
    """Give the bootstrap's interval over queries, of paired differences where there are two cells."""
    return bootstrap_interval(_values(cells), draws=_RESAMPLES, level=LEVEL, seed=seed, groups=groups)


def by_jackknife(blocks: int) -> Method:
    """Give the interval of the jackknife over so many blocks."""

    def interval(cells: Sequence[CellTables], seed: int, groups: Groups) -> Interval:
        sides = [cell.sides for cell in cells]
        return jackknife(sides, blocks=blocks, seed=seed, groups=groups).interval(LEVEL)

    return interval


def by_sampling(cells: Sequence[CellTables], _seed: int, groups: Groups) -> Interval:
    """Give the interval of the sampling error, without ends where it is refused."""
    try:
        return sampling([cell.sides for cell in cells], groups=groups).interval(LEVEL)
    except UnavailableError:
        return np.nan, np.nan


def _values(cells: Sequence[CellTables]) -> Floats:
    """Give every sample's score, or its difference."""
    first, *second = (cell.values for cell in cells)
    return first - sum(second)


BOOTSTRAP, SAMPLING = "bootstrap over queries", "sampling error"
METHODS: dict[str, Method] = {
    BOOTSTRAP: by_bootstrap,
    SAMPLING: by_sampling,
    f"jackknife, {BLOCKS} blocks": by_jackknife(BLOCKS),
}


def rows(draws: Draws) -> list[Line]:
    """Study intervals of scores and of differences, with and without sources, and the test of no difference."""
    lines = []
    for n in (256, 1024):
        for name, noise in _NOISE.items():
            lines += coverage(draws, f"{name}ly alike", Population((noise, noise)), n=n, must=True)
    more = {f"jackknife, {blocks} blocks": by_jackknife(blocks) for blocks in (16, 32, 64)}
    lines += coverage(draws, "alike between the two", Population((0.3, 0.3)), n=256, methods=more)
    lines += coverage(draws, "difference of two scores", Population((0.2, 0.3, 0.2)), n=256, must=True)
    sources = Population((0.3, 0.3), source=_SOURCE)
    few = {name: method for name, method in METHODS.items() if name != SAMPLING}  # which so few sources do not have
    lines += coverage(draws, "42 sources kept whole", sources, n=252, methods=few, must=True)
    many = {name: method for name, method in METHODS.items() if name != BOOTSTRAP}
    lines += coverage(draws, "170 sources kept whole", sources, n=1020, methods=many, must=True)
    lines += coverage(draws, "sources torn apart", sources, n=252, torn=True)
    lines += no_difference(draws, "", Population((0.3, 0.3, 0.3)), n=256)
    lines += no_difference(draws, ", sources kept whole", Population((0.3, 0.3, 0.3), source=_SOURCE), n=252)
    lines += no_difference(draws, ", sources torn apart", Population((0.3, 0.3, 0.3), source=_SOURCE), n=252, torn=True)
    return lines


def coverage(
    draws: Draws,
    what: str,
    population: Population,
    *,
    n: int,
    methods: dict[str, Method] = METHODS,
    must: bool = False,
    torn: bool = False,
) -> list[Line]:
    """Say how often intervals of 95 % hold the expected score; those over samples ``must`` do so as often as they say.

    The truth is the mean over all draws; ``torn`` keeps from the intervals which samples share a source.
    """
    groups = None if torn else population.groups(n)

    def one(rng: np.random.Generator) -> list[tuple[float, float, float]]:
        cells, seed = population.cells(rng, n), int(rng.integers(1 << 32))
        value = float(np.mean(_values(cells)))
        return [(value, *method(cells, seed, groups)) for method in methods.values()]

    name = f"{what}, N = {n:,}"
    found = np.array(draws.of(one, 500, name=name))  # [draw, method, (value, low, high)]
    truth, spread = found[:, 0, 0].mean(), found[:, 0, 0].std(ddof=1)
    error = spread / np.sqrt(len(found))
    lines = []
    for at, method in enumerate(methods):
        given = np.isfinite(found[:, at, 1])
        low, high = found[given, at, 1], found[given, at, 2]
        share, words = rate((low <= truth) & (truth <= high))
        width = f"mean width {np.mean(high - low):.4f}, {2 * 1.96 * spread:.4f} would do; "
        known = f"{width}truth {truth:.4f} +- {error:.4f}" + (
            "" if given.all() else f"; refused in {np.mean(~given):.1%}"
        )
        needed = must and method != BOOTSTRAP
        least = LEVEL - 2 * np.sqrt(LEVEL * (1 - LEVEL) / len(found))
        goal = f"at least {LEVEL:.0%} within 2 standard errors" if needed else ""
        title = f"coverage, {method}: {name}, k = {K}, {len(found):,} draws"
        lines.append(Line(title, words, known, goal=goal, reached=bool(share >= least) if needed else None))
    return lines


def no_difference(draws: Draws, what: str, population: Population, *, n: int, torn: bool = False) -> list[Line]:
    """Say how often a difference is found at 5 % where the two expected scores are equal."""
    groups = None if torn else population.groups(n)

    def one(rng: np.random.Generator) -> tuple[bool, bool]:
        cells, seed = population.cells(rng, n), int(rng.integers(1 << 32))
        knife = jackknife([cell.sides for cell in cells], blocks=BLOCKS, seed=seed, groups=groups)
        low, high = by_sampling(cells, seed, groups)
        return knife.p <= 1 - LEVEL, low > 0 or high < 0  # no interval finds no difference

    found = np.array(draws.of(one, 1000, name=f"no difference{what}, N = {n}"))
    by = [(f"jackknife, {BLOCKS} blocks", False)]
    by += [("sampling error", not torn)] if groups is None else []  # so few sources do not have it
    setting = f"{what}: N = {n:,}, k = {K}, {len(found):,} draws"
    return [
        level_line(f"type-I error at 5 % of a difference, {method}{setting}", hits, must=must)
        for (method, must), hits in zip(by, found.T, strict=False)
    ]
