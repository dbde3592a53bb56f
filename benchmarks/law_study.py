"""Rows about the law's intervals, on grids of scores whose law is known.

Scores float64 `[point]` of the two published laws, with noise, and scores of single samples `[sample, point]` that
share their videos' effects, become the bias of every parameter and the share of its intervals that hold the truth.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.null_study import Draws, Floats, rate
from benchmarks.table import Line
from platoscope.reference_data import published_law
from platoscope.scaling.intervals import (
    NAMES,
    Bootstrap,
    bootstrap_residuals,
    bootstrap_videos,
    curve_intervals,
    parameter_intervals,
)
from platoscope.scaling.law import Law, fit_law, law_curve
from platoscope.scaling.points import EXPONENTS, cells_of
from platoscope.scaling.profiles import profile_intervals
from platoscope.scaling.words import not_pinned

LEVEL, BAND = 0.95, (0.90, 0.98)
FRAMES, CAPTIONS = (1, 2, 4, 8, 16, 32, 64, 80), (1, 2, 4, 10)
BEYOND = (160, 20)  # twice the largest budgets
_COUNT, _RESAMPLES = 400, 400
_N, _K = 1024, 10
_SHARED = 0.8  # of what decides about a neighbour of a video, the same in every cell
_EFFECT = 2.0  # a video's scores are the law times 2 Beta(2, 2): from 0 to twice it
_NAN = (np.nan, np.nan)

_N_F, _N_C = (grid.ravel().astype(np.float64) for grid in np.meshgrid(FRAMES, CAPTIONS, indexing="ij"))
_CELLS = cells_of(_N_F, _N_C)


@dataclass(frozen=True)
class Truth:
    """A law that is known, and the standard deviation of the noise of a cell."""

    name: str
    parameters: dict[str, float]
    noise: float

    @property
    def curve(self) -> Floats:
        """The true scores [point]."""
        return law_curve(self.parameters, _N_F, _N_C)

    @property
    def beyond(self) -> float:
        """The true score far outside the grid."""
        return float(law_curve(self.parameters, *BEYOND))


LAWS = tuple(
    Truth(model, published_law(model).parameters, noise)
    for model, noise in (("VideoMAEv2 Huge", 0.008), ("DINOv2 Giant", 0.0035))
)
WEAK = Truth("a frame term that is gone at 4 frames", {**LAWS[1].parameters, "c_f": 0.03, "alpha": 4.0}, 0.008)


def rows(draws: Draws) -> list[Line]:
    """Study intervals by both bootstraps and by profiles, and what neither can do."""
    lines = []
    for truth in LAWS:
        lines += by_residuals(draws, truth)
        lines += by_videos(draws, truth)
    return [*lines, *weakly_pinned(draws)]


def by_residuals(draws: Draws, truth: Truth, *, count: int = _COUNT) -> list[Line]:
    """Say how often intervals hold the truth where all that is known is a table whose cells err apart."""

    def one(rng: np.random.Generator) -> tuple[Floats, Floats]:
        law, boot, scores = _noisy(truth, rng)
        profiles = profile_intervals(_CELLS, scores, level=LEVEL, exponents=EXPONENTS)
        ends = [(profiles[name].low, profiles[name].high) if name in profiles else _NAN for name in NAMES]
        return _found(law, boot), np.array(ends)

    name = f"{truth.name}, noise {truth.noise:g}"
    found = draws.of(one, count, name=f"residuals, {name}")
    lines = _lines(f"bootstrap over residuals: {name}", truth, np.array([boot for boot, _ in found]))
    profiles = np.array([ends for _, ends in found])
    shares = {name: rate(_holds(profiles[:, at], truth.parameters[name])) for at, name in enumerate(NAMES)}
    worst = max(shares, key=lambda name: abs(shares[name][0] - LEVEL))
    said = ", ".join(f"{name} {share:.1%}" for name, (share, _) in shares.items())
    title = f"coverage of profiles, farthest from 95 % of five ({worst}): {name}, {len(found)} draws"
    return [*lines, _must(title, *shares[worst], beside=said)]


def by_videos(draws: Draws, truth: Truth, *, count: int = _COUNT) -> list[Line]:
    """Say how often intervals hold the truth where cells share their videos and what is known is each sample's count.

    Beside it, what the bootstrap over residuals would say of the limit, which a shared error moves unseen.
    """

    def one(rng: np.random.Generator) -> tuple[Floats, Floats]:
        of_samples = samples(truth, rng) / _K
        scores = of_samples.mean(axis=0)
        law, seed = fit_law(_N_F, _N_C, scores), int(rng.integers(1 << 32))
        boot = bootstrap_videos(_CELLS, of_samples, [None] * _N, draws=_RESAMPLES, seed=seed)
        naive = bootstrap_residuals(_CELLS, law, scores, draws=_RESAMPLES, seed=seed)
        return _found(law, boot), _found(law, naive)

    name = f"{truth.name}, N = {_N:,}, k = {_K}"
    found = draws.of(one, count, name=f"videos, {name}")
    naive = np.array([of for _, of in found])[:, 0]
    share, words = rate(_holds(naive[:, 1:], truth.parameters["s_inf"]))
    title = f"the same of s_inf, bootstrap over residuals, which takes errors of cells as apart: {len(found)} draws"
    return [
        *_lines(f"bootstrap over videos: {name}", truth, np.array([of for of, _ in found])),
        Line(title, words, f"{share:.2f} for {LEVEL}"),
    ]


def weakly_pinned(draws: Draws, *, count: int = _COUNT) -> list[Line]:
    """Say what becomes of an exponent that the grid hardly knows: alpha of a term that is gone at four frames."""

    def one(rng: np.random.Generator) -> tuple[float, ...]:
        law, boot, scores = _noisy(WEAK, rng)
        profiles = profile_intervals(_CELLS, scores, level=LEVEL, exponents=EXPONENTS)
        ends = (profiles["alpha"].low, profiles["alpha"].high) if "alpha" in profiles else _NAN
        flagged = "alpha" not in profiles or "alpha" in not_pinned(law, profiles)
        return (*_found(law, boot)[NAMES.index("alpha")], *ends, float(flagged), float("alpha" in law.at_bound))

    found = np.array(draws.of(one, count, name="weakly pinned"))
    setting = f"{WEAK.name}, alpha {WEAK.parameters['alpha']:g}, noise {WEAK.noise:g}, {len(found)} draws"
    edge = f"at the box's edge in {np.mean(found[:, 6]):.0%}"
    lines = []
    for way, ends in (("bootstrap over residuals", found[:, 1:3]), ("profile", found[:, 3:5])):
        lines.append(
            Line(f"coverage of alpha, {way}: {setting}", rate(_holds(ends, WEAK.parameters["alpha"]))[1], edge)
        )
    share, words = rate(found[:, 5] == 1.0)
    title = f"a flag in words says that alpha is not pinned: {setting}"
    return [*lines, Line(title, words, goal="at least 90 %", reached=share >= 0.9)]


def samples(truth: Truth, rng: np.random.Generator) -> Floats:
    """Draw neighbours shared by every video in every cell, counts [sample, point], whose mean is the law's.

    A video's effect multiplies all its scores, and each of its k neighbours mostly hangs on one number in all cells:
    so errors of cells are alike, as those of real grids are.
    """
    effect = _EFFECT * rng.beta(2.0, 2.0, _N)
    shape = (_N, _K, len(_N_F))
    own, shared = rng.random(shape, dtype=np.float32), rng.random(shape[:2], dtype=np.float32)
    number = np.where(rng.random(shape, dtype=np.float32) < _SHARED, shared[:, :, None], own)
    return np.sum(number < (effect[:, None] * truth.curve)[:, None, :], axis=1).astype(np.float64)


def _noisy(truth: Truth, rng: np.random.Generator) -> tuple[Law, Bootstrap, Floats]:
    """Draw scores, fit their law and draw its residuals."""
    scores = truth.curve + rng.normal(0.0, truth.noise, len(_N_F))
    law = fit_law(_N_F, _N_C, scores)
    boot = bootstrap_residuals(_CELLS, law, scores, draws=_RESAMPLES, seed=int(rng.integers(1 << 32)))
    assert boot is not None
    return law, boot, scores


def _found(law: Law, boot: Bootstrap | None) -> Floats:
    """Give value, low and high of the five parameters and of the score beyond the grid: [6, 3]."""
    assert boot is not None
    values, ends = law.to_dict(), parameter_intervals(boot, law, level=LEVEL)
    beyond = curve_intervals(boot, values, *([budget] for budget in BEYOND), rmse=law.rmse, level=LEVEL)[0]
    parameters = [(values.get(name, np.nan), *ends.get(name, _NAN)) for name in NAMES]
    return np.array([*parameters, (float(law.predict(*BEYOND)), *beyond)])


def _lines(what: str, truth: Truth, found: Floats) -> list[Line]:
    """Give a line for every parameter, and one for the score beyond the grid: found [draw, 6, 3]."""
    lines = []
    values = {**{name: truth.parameters[name] for name in NAMES}, f"the score at {BEYOND}": truth.beyond}
    for at, (name, value) in enumerate(values.items()):
        off = found[:, at, 0] - value
        error = np.std(off, ddof=1) / np.sqrt(len(off))
        beside = f"bias {np.mean(off):+.4f} +- {error:.4f}, spread {np.std(off, ddof=1):.4f}, truth {value:.4g}"
        title = f"coverage of {name}, {what}, {len(found)} draws"
        lines.append(_must(title, *rate(_holds(found[:, at, 1:], value)), beside=beside))
    return lines


def _holds(ends: Floats, value: float) -> list[bool]:
    """Say which intervals [draw, 2] hold a value; one that is not there does not."""
    return [bool(low <= value <= high) for low, high in ends]


def _must(what: str, share: float, words: str, *, beside: str) -> Line:
    goal = f"{BAND[0]:.0%} to {BAND[1]:.0%}"
    return Line(what, words, beside, goal=goal, reached=BAND[0] <= share <= BAND[1])
