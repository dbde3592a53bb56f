"""What the grid of budgets can pin: of every parameter the values whose best curve is about as good as the law.

Scores [point] and their law become an interval a parameter, by the F-test of the profile of the sum of squares: the
values v with SS(v) <= SS (1 + F / (n - p)), all other parameters being fitted anew at v. An end at the edge of what
the parameter may be is open: nothing in the scores stops it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from platoscope.scaling.descent import descend
from platoscope.scaling.points import PARAMETERS, Array, Cells
from platoscope.scaling.search import search

PLACES = {"s_inf": 0, "c_f": 1, "c_c": 2, "alpha": 3, "beta": 4}
SECTIONS, ROUNDS = 6, 6  # values tried at once between two, and how often
STARTS = ((0.25, 0.25), (0.75, 0.75))  # besides the best, as shares of the box


@dataclass(frozen=True)
class Profile:
    """The interval of one parameter; an end is open where it is the edge of what the parameter may be."""

    low: float
    high: float
    low_open: bool
    high_open: bool


def profile_intervals(
    cells: Cells, scores: Array, *, level: float, exponents: tuple[float, float]
) -> dict[str, Profile]:
    """Give the interval of every parameter that the law of scores [point] has; none where n = p leaves no error."""
    spare = len(scores) - PARAMETERS[cells.form]
    if spare < 1:
        return {}
    bottoms = search(cells, scores, exponents=exponents)
    place = int(np.argmin(bottoms.error))
    theta, constants = bottoms.theta[place], bottoms.constants[place]
    line = float(bottoms.error[place]) * (1 + float(f_distribution.ppf(level, 1, spare)) / spare)
    edges = _edges(cells, constants, exponents)
    best = dict(zip(PLACES, [*constants[:3], *np.exp(theta)], strict=True))
    ways = [_Way(name, float(best[name]), edge) for name, ends in edges.items() for edge in ends]
    _follow(cells, scores, ways, theta=theta, line=line, box=exponents)
    lows, highs = ways[::2], ways[1::2]
    return {
        low.name: Profile(low.inside, high.inside, low_open=low.is_open, high_open=high.is_open)
        for low, high in zip(lows, highs, strict=True)
    }


def _edges(cells: Cells, constants: Array, exponents: tuple[float, float]) -> Mapping[str, tuple[float, float]]:
    """Give what each parameter may be; an amplitude moves no score by more than 2, the width of [-1, 1]."""
    edges = {"s_inf": (0.0, 1.0)}
    sides = (("captions", "c_f", "alpha", cells.frames, constants[1]),
             ("frames", "c_c", "beta", cells.captions, constants[2]))  # fmt: skip
    for absent_from, amplitude, exponent, budget, value in sides:
        if cells.form != absent_from:
            edges[amplitude] = (0.0, 2.0 * float(np.min(budget)) ** exponents[1])
            if value > 0.0:
                edges[exponent] = exponents
    return edges


@dataclass
class _Way:
    """From a parameter's best value towards an edge: its end lies between ``inside`` and ``outside``."""

    name: str
    inside: float
    outside: float
    is_open: bool = False

    def values(self, shares: Array) -> Array:
        """Values to try, from near the inside to the outside."""
        return self.inside + (self.outside - self.inside) * shares

    def narrow(self, values: Array, over: NDArray[np.bool_]) -> None:
        """Take the first step over the line for the end; with none, what was outside is an open end."""
        if not np.any(over):
            self.inside, self.is_open = self.outside, True
            return
        first = int(np.argmax(over))
        self.inside, self.outside = (float(values[first - 1]) if first else self.inside), float(values[first])


def _follow(
    cells: Cells, scores: Array, ways: list[_Way], *, theta: Array, line: float, box: tuple[float, float]
) -> None:
    """Go along all ways at once until the sum of squares passes the line."""
    shares = np.geomspace(1e-4, 1.0, SECTIONS)
    for _ in range(ROUNDS):
        going = [way for way in ways if not way.is_open]
        values = [way.values(shares) for way in going]
        pins = np.full((len(going) * len(shares), 5), np.nan)
        for row, (way, tried) in enumerate(zip(going, values, strict=True)):
            held = tried if PLACES[way.name] < 3 else np.log(tried)
            pins[row * len(shares) : (row + 1) * len(shares), PLACES[way.name]] = held
        over = _profile(cells, scores, pins, theta=theta, box=box).reshape(len(going), -1) > line
        for way, tried, passed in zip(going, values, over, strict=True):
            way.narrow(tried, passed)
        shares = np.linspace(0.0, 1.0, SECTIONS + 1)[1:]


def _profile(cells: Cells, scores: Array, pins: Array, *, theta: Array, box: tuple[float, float]) -> Array:
    """Give the least sum of squares under each row of pins."""
    low, high = np.log(box)
    starts = np.array([theta, *(low + (high - low) * np.array(share) for share in STARTS)])
    runs = descend(
        cells,
        np.broadcast_to(scores, (len(pins) * len(starts), len(scores))),
        np.tile(starts, (len(pins), 1)),
        exponents=box,
        pins=np.repeat(pins, len(starts), axis=0),
    )
    return np.asarray(np.min(runs.error.reshape(len(pins), -1), axis=1), dtype=np.float64)
