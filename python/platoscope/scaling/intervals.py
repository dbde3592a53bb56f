"""How far the scores let the law move: refits to scores drawn anew become intervals of parameters and of the curve.

``Bootstrap`` holds the refits' parameters [draw]. Its intervals are percentiles. Of drawn residuals each refit's
distance from the law is first divided by the noise that it left and multiplied by the law's own (the distances are
studentised by scale): small grids would otherwise give intervals that are too short.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from platoscope.alignment.statistics.bootstrap import bootstrap_means
from platoscope.alignment.statistics.groups import groups_of
from platoscope.scaling.law import Law, law_curve
from platoscope.scaling.points import EXPONENTS, PARAMETERS, Array, Cells
from platoscope.scaling.resampling import resample_residuals
from platoscope.scaling.search import refit

NAMES = ("s_inf", "c_f", "c_c", "alpha", "beta")


@dataclass(frozen=True)
class Bootstrap:
    """Refits to scores drawn anew.

    ``kind``: "videos" or "residuals", what was drawn; ``parameters``: name to values [draw] of those that the law has,
    NaN for the exponent of an amplitude of 0; ``rmse`` [draw].
    """

    kind: str
    seed: int
    parameters: Mapping[str, Array]
    rmse: Array

    def __len__(self) -> int:
        """Give the number of draws."""
        return len(self.rmse)

    def curve(self, n_f: ArrayLike, n_c: ArrayLike) -> Array:
        """Give the score of every refit at budgets [point]: [draw, point]."""
        frames, captions = np.atleast_1d(np.asarray(n_f, np.float64)), np.atleast_1d(np.asarray(n_c, np.float64))
        curve = np.repeat(self.parameters["s_inf"][:, None], len(frames), axis=1)
        for amplitude, exponent, budget in (("c_f", "alpha", frames), ("c_c", "beta", captions)):
            if amplitude in self.parameters:
                power = np.nan_to_num(self.parameters[exponent])[:, None]
                curve -= self.parameters[amplitude][:, None] * budget**-power
        return curve

    def interval(self, value: float, draws: Array, *, rmse: float, level: float) -> tuple[float, float] | None:
        """Give the interval about a law's value of which ``draws`` [draw] are the refits'; NaN draws do not count.

        ``rmse`` is the law's own. ``None`` where fewer than half of the draws have a value.
        """
        known = np.isfinite(draws)
        if 2 * np.count_nonzero(known) < len(draws):
            return None
        return self._ends(value, draws[known], self.rmse[known], rmse=rmse, level=level)

    def curve_interval(self, value: float, curve: Array, *, rmse: float, level: float) -> tuple[float, float]:
        """Give the interval about the law's score at a budget of which ``curve`` [draw] are the refits'."""
        return self._ends(value, curve, self.rmse, rmse=rmse, level=level)

    def _ends(self, value: float, draws: Array, noise: Array, *, rmse: float, level: float) -> tuple[float, float]:
        """Give the percentiles of draws about a value; of residuals distances are measured by the refits' noise."""
        away = draws - value
        if self.kind == "residuals":
            away = np.divide(away * rmse, noise, out=np.zeros_like(away), where=noise > 0.0)
        low, high = np.quantile(away, [(1 - level) / 2, (1 + level) / 2])
        return value + float(low), value + float(high)


def bootstrap_residuals(cells: Cells, law: Law, scores: Array, *, draws: int, seed: int) -> Bootstrap | None:
    """Refit to the law with its residuals drawn anew; ``None`` where as many parameters as points leave none."""
    size = PARAMETERS[cells.form]
    if len(scores) <= size:
        return None
    curve = scores - law.residuals
    drawn = resample_residuals(curve, law.residuals, parameters=size, draws=draws, seed=seed)
    return refits("residuals", cells, drawn, seed=seed)


def bootstrap_videos(
    cells: Cells, of_samples: Array, sources: Sequence[str | None], *, draws: int, seed: int
) -> Bootstrap:
    """Refit to the mean scores of sources of videos drawn anew, of scores [sample, point]."""
    return refits(
        "videos", cells, bootstrap_means(of_samples, draws=draws, seed=seed, groups=groups_of(sources)), seed=seed
    )


def refits(kind: str, cells: Cells, scores: Array, *, seed: int) -> Bootstrap:
    """Refit the law of the cells to every row of scores [draw, point]."""
    found = refit(cells, scores, exponents=EXPONENTS)
    values = dict(zip(NAMES, np.concatenate([found.constants[:, :3], np.exp(found.theta)], axis=1).T, strict=True))
    for absent_from, amplitude, exponent in (("captions", "c_f", "alpha"), ("frames", "c_c", "beta")):
        values[exponent] = np.where(values[amplitude] > 0.0, values[exponent], np.nan)
        if cells.form == absent_from:
            del values[amplitude], values[exponent]
    return Bootstrap(kind, seed, values, np.sqrt(found.error / len(cells)))


def parameter_intervals(bootstrap: Bootstrap, law: Law, *, level: float) -> dict[str, tuple[float, float]]:
    """Give the interval of every parameter that the law and most refits have, cut at the box's edges."""
    box = {"s_inf": (0.0, 1.0), "alpha": EXPONENTS, "beta": EXPONENTS}
    found = {}
    for name, value in law.to_dict().items():
        if name in bootstrap.parameters:
            ends = bootstrap.interval(value, bootstrap.parameters[name], rmse=law.rmse, level=level)
            if ends is not None:
                least, most = box.get(name, (0.0, np.inf))
                found[name] = (max(ends[0], least), min(ends[1], most))
    return found


def curve_intervals(
    bootstrap: Bootstrap, parameters: Mapping[str, float], n_f: ArrayLike, n_c: ArrayLike, *, rmse: float, level: float
) -> list[tuple[float, float]]:
    """Give the interval of the law's expected score at budgets [point]; no score is above 1."""
    curve, refitted = np.atleast_1d(law_curve(parameters, n_f, n_c)), bootstrap.curve(n_f, n_c)
    found = []
    for value, draws in zip(curve.tolist(), refitted.T, strict=True):
        low, high = bootstrap.curve_interval(value, draws, rmse=rmse, level=level)
        found.append((low, min(high, 1.0)))
    return found
