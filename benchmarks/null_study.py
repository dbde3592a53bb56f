"""Rows about nulls and about what choosing layers does, on made-up spaces of which is known how alike they are.

Draws of features, float32 `[layer, sample, dim]` a side, become rates of p-values and biases of scores, each with its
Monte Carlo error. A draw leans on its own seed alone, so that threads change the time and nothing else.
"""

import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from benchmarks.table import Line
from platoscope import max_null
from platoscope.alignment.agreement import score_matrix
from platoscope.alignment.scores import best_layers
from platoscope.alignment.statistics.heldout import heldout_score
from platoscope.alignment.statistics.hubs import hubness
from platoscope.alignment.statistics.nulls import calibrate

Ids = NDArray[np.int32]
Floats = NDArray[np.float64]
Features = NDArray[np.float32]
Result = TypeVar("Result")

K, PERMUTATIONS = 10, 199
LAYERS = (13, 27)
BAND = (0.035, 0.065)  # where a level of 5 % must lie
_DIM = 24
_DRIFT = 0.05  # of a layer's variance is new, the rest is that of the layer before it
_LIFT = 4.0  # how far all samples lie from the origin, which makes hubs
_UNRELATED, _NEAR = (0.0137, 0.0149), 0.0003  # its known mean and 95 % point, and how near we must come
_SOURCES = (*[6] * 40, 5, *[1] * 11)  # samples of each: 40 alike, one of unique size, single ones; 256 together
_JITTER = 0.3  # of a sample around its source


@dataclass(frozen=True)
class Draws:
    """How many draws a study takes: ``share`` of what it asks for, at least 4; spread over ``threads``."""

    share: float = 1.0
    threads: int = 1

    def of(self, function: Callable[[np.random.Generator], Result], count: int, *, name: str) -> list[Result]:
        """Call ``function`` with a generator for each draw, in order; the generators depend on the name alone."""
        count = max(4, round(count * self.share))
        seeds = np.random.SeedSequence([*name.encode()]).spawn(count)
        results = []
        with ThreadPoolExecutor(self.threads) as pool:
            for result in pool.map(function, map(np.random.default_rng, seeds)):
                results.append(result)
                if len(results) == count or len(results) % max(1, count // 4) == 0:
                    print(f"  {name}: {len(results)} of {count}", file=sys.stderr, flush=True)
        return results


def neighbours(x: Features, depth: int) -> Ids:
    """Give the nearest others by cosine, nearest first: int32 `[layer, sample, depth]` of `[layer, sample, dim]`.

    Plain NumPy: of these continuous features no two similarities are equal, and layers of 256 are found sooner.
    """
    ids = np.empty((*x.shape[:2], depth), np.int32)
    for layer, found in zip(x, ids, strict=True):
        unit = layer / np.linalg.norm(layer, axis=1, keepdims=True)
        far = -(unit @ unit.T)
        np.fill_diagonal(far, 2)
        some = np.argpartition(far, depth - 1, axis=1)[:, :depth]
        found[:] = np.take_along_axis(some, np.argsort(np.take_along_axis(far, some, 1), axis=1), 1)
    return ids


def rate(hits: Iterable[bool]) -> tuple[float, str]:
    """Give the share of true ones, and it in words with its exact binomial interval of 95 %."""
    found = list(hits)
    test = binomtest(sum(found), len(found)).proportion_ci()
    share = sum(found) / len(found)
    return share, f"{share:.1%} ({test.low:.1%} to {test.high:.1%})"


def mean_of(values: Floats, digits: int = 5) -> tuple[float, float, str]:
    """Give a mean, its standard error and both in words."""
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
    return mean, error, f"{mean:.{digits}f} +- {error:.{digits}f}"


def level_line(what: str, hits: Iterable[bool], *, beside: str = "", must: bool = False) -> Line:
    """Give the line of a rate that is to be 5 %: required to be in the band, or shown only."""
    share, words = rate(hits)
    goal = f"{BAND[0]:.1%} to {BAND[1]:.1%}" if must else ""
    return Line(what, words, beside, goal=goal, reached=BAND[0] <= share <= BAND[1] if must else None)


def walk(rng: np.random.Generator, *, layers: int, samples: int, drift: float = _DRIFT) -> Features:
    """Give layers that change step by step from a shared start, with unequal axes and away from the origin."""
    axes = (np.arange(1, _DIM + 1) ** -0.5).astype(np.float32)
    state = rng.standard_normal((samples, _DIM), dtype=np.float32)
    made = []
    for _ in range(layers):
        made.append((state + _LIFT) * axes)
        fresh = rng.standard_normal((samples, _DIM), dtype=np.float32)
        state = np.sqrt(np.float32(1 - drift)) * state + np.sqrt(np.float32(drift)) * fresh
    return np.stack(made)


def rows(draws: Draws) -> list[Line]:
    """Study the null of the maximum, the held-out score and the permutation of sources."""
    return [*_level(draws), *_unrelated(draws), *_heldout(draws), *_sources(draws)]


def _level(draws: Draws) -> list[Line]:
    """The type-I error of p where the sides are independent, and that of the null of the chosen pair alone."""
    n = 256

    def one(rng: np.random.Generator) -> tuple[float, float, float, float]:
        a, b = (neighbours(walk(rng, layers=count, samples=n), K) for count in LAYERS)
        matrix = score_matrix(a, b, metric="mutual_knn", threads=1)
        i, j = best_layers(matrix)
        seed = int(rng.integers(1 << 32))
        p = [
            calibrate(matrix[i, j], max_null(x, y, permutations=PERMUTATIONS, seed=seed, threads=1)).p
            for x, y in ((a, b), (a[i : i + 1], b[j : j + 1]))
        ]
        near = score_matrix(a[:1], a[1:2], metric="mutual_knn", threads=1)[0, 0]
        return p[0], p[1], hubness(a[0]).skew, float(near)

    best, naive, skew, near = np.array(draws.of(one, 2000, name="level")).T
    setting = f"N = {n}, k = {K}, {LAYERS[0]} x {LAYERS[1]} layers, K = {PERMUTATIONS}, {len(best):,} draws"
    made = f"skew of hubs {skew.mean():.1f}; layers in a row share {near.mean():.2f} of their neighbours"
    exceeds = binomtest(int(np.sum(best <= 0.01)), len(best), 0.01, alternative="greater").pvalue < 0.025
    return [
        level_line(f"type-I error of p at 5 %, {setting}", best <= 0.05, beside=made, must=True),
        Line(
            f"type-I error of p at 1 %, {setting}",
            rate(best <= 0.01)[1],
            goal="interval not above 1 %",
            reached=not exceeds,
        ),
        level_line(f"type-I error at 5 % by the null of the chosen pair, {setting}", naive <= 0.05),
    ]


def _unrelated(draws: Draws) -> list[Line]:
    """The null of the maximum over layers that have nothing to do with each other, beside known figures."""
    n, most = 1024, max(19, round(1000 * draws.share))
    rng = np.random.default_rng(1)
    a, b = (neighbours(rng.standard_normal((count, n, _DIM), dtype=np.float32), K) for count in LAYERS)
    null = max_null(a, b, permutations=most, seed=1, threads=draws.threads)
    found = calibrate(0.0, null)
    setting = f"N = {n:,}, k = {K}, {LAYERS[0]} x {LAYERS[1]} layers, K = {most:,}"
    reached = bool(np.all(np.abs(np.subtract(_UNRELATED, (found.null_mean, found.null95))) <= _NEAR))
    return [
        Line(
            f"mean and 95 % point of the null of unrelated layers, {setting}",
            f"{found.null_mean:.4f}, {found.null95:.4f}",
            f"chance of one pair {K / (n - 1):.4f}",
            goal=f"{_UNRELATED[0]}, {_UNRELATED[1]}, within {_NEAR}",
            reached=reached,
        )
    ]


def _heldout(draws: Draws) -> list[Line]:
    """The bias of the held-out score and of the maximum, all pairs of layers being equally and weakly alike.

    Each pair's expected score is the same number, so that the mean over pairs is off from it by noise alone.
    """
    lines = []
    for n, count in ((256, 400), (1024, 120)):

        def one(rng: np.random.Generator, n: int = n) -> tuple[float, float, float]:
            shared = rng.standard_normal((n, _DIM), dtype=np.float32)
            a, b = (
                neighbours(shared + 1.6 * rng.standard_normal((layers, n, _DIM), dtype=np.float32), 4 * K)
                for layers in LAYERS
            )
            matrix = score_matrix(a, b, metric="mutual_knn", k=K, threads=1)
            seed = int(rng.integers(1 << 32))
            held = heldout_score(a, b, metric="mutual_knn", k=K, splits=10, seed=seed)
            return float(matrix.mean()), held, float(matrix.max())

        truth, held, most = np.array(draws.of(one, count, name=f"held out, N = {n}")).T
        bias, error, words = mean_of(held - truth)
        setting = f"N = {n:,}, k = {K}, {LAYERS[0]} x {LAYERS[1]} layers, 10 splits, {len(held):,} draws"
        known = f"{held.mean():.4f}, truth {truth.mean():.4f}, chance {K / (n - 1):.4f}"
        goal = "0 within 2 standard errors"
        lines += [
            Line(f"bias of the held-out score, {setting}", words, known, goal=goal, reached=abs(bias) <= 2 * error),
            Line(f"bias of the largest score, {setting}", mean_of(most - truth)[2], f"{most.mean():.4f}"),
        ]
    return lines


def _sources(draws: Draws) -> list[Line]:
    """The level of both permutations where samples are cut from sources and the sides know nothing of each other."""
    sizes = np.array(_SOURCES)
    groups = np.repeat(np.arange(len(sizes)), sizes).astype(np.int64)

    def one(rng: np.random.Generator) -> tuple[float, float]:
        a, b = (neighbours(cut(rng, groups, layers=count, jitter=_JITTER), K) for count in (3, 4))
        score, seed = float(score_matrix(a, b, metric="mutual_knn", threads=1).max()), int(rng.integers(1 << 32))
        by_source, plain = (
            calibrate(score, max_null(a, b, permutations=PERMUTATIONS, seed=seed, blocks=blocks, threads=1)).p
            for blocks in (groups, None)
        )
        return by_source, plain

    by_source, plain = np.array(draws.of(one, 1500, name="sources")).T
    setting = (
        f"40 sources of 6, one of 5, 11 single, N = {len(groups)}, k = {K}, 3 x 4 layers, K = {PERMUTATIONS}, "
        f"{len(plain):,} draws"
    )
    return [
        level_line(f"type-I error of p at 5 %, sources permuted whole: {setting}", by_source <= 0.05, must=True),
        level_line(f"type-I error of p at 5 %, samples permuted: {setting}", plain <= 0.05),
    ]


def cut(rng: np.random.Generator, groups: NDArray[np.int64], *, layers: int, jitter: float) -> Features:
    """Give layers of samples that lie around their sources, which no other side knows."""
    of_source = walk(rng, layers=layers, samples=int(groups.max()) + 1)
    around = rng.standard_normal((layers, len(groups), _DIM), dtype=np.float32)
    return of_source[:, groups] + np.float32(jitter) * around
