"""What a fitted law answers: expected scores at budgets, the cheapest budget for a target, the best split of a total.

An entry of the document of laws becomes a ``KnownLaw``; its answers are ``Prediction``s, each a whole (n_f, n_c) with
the expected score, its interval, and how far outside the fitted budgets it lies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError
from platoscope.scaling.intervals import Bootstrap, curve_intervals
from platoscope.scaling.law import law_curve
from platoscope.scaling.points import HELD, check_budgets

MOST = 1_000_000  # frames or captions: no search looks beyond


class OutOfReachError(InputError):
    """No budget reaches the target; the message says why, and what the law's limit is."""


@dataclass(frozen=True)
class Prediction:
    """The expected score at a budget; ``interval`` is that of the expected score, where the law has draws.

    ``outside`` says in words how far beyond the fitted budgets it lies, "" within them; ``cost`` is that of the budget.
    """

    n_f: float
    n_c: float
    score: float
    interval: tuple[float, float] | None
    outside: str
    cost: float | None = None


@dataclass(frozen=True)
class KnownLaw:
    """A law as the document holds it: parameters, the fitted budgets (smallest, largest), draws for intervals."""

    parameters: Mapping[str, float]
    form: str
    held: float | None
    rmse: float
    level: float
    frames: tuple[float, float]
    captions: tuple[float, float]
    bootstrap: Bootstrap | None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "KnownLaw":
        """Take what predictions need out of an entry of the document."""
        intervals, points = entry["intervals"], entry["points"]
        return cls(
            parameters=entry["parameters"],
            form=entry["form"],
            held=entry.get("held"),
            rmse=entry["rmse"],
            level=intervals["level"],
            frames=(min(points["n_f"]), max(points["n_f"])),
            captions=(min(points["n_c"]), max(points["n_c"])),
            bootstrap=_bootstrap(intervals, entry["draws"]) if "draws" in entry else None,
        )

    def at(self, n_f: float, n_c: float, *, cost: float | None = None) -> Prediction:
        """Predict one budget; ``InputError`` for a budget below 1, or off the one that a reduced law was fitted at."""
        frames, captions = (float(check_budgets(value, name)) for value, name in ((n_f, "n_f"), (n_c, "n_c")))
        for form, name, budget in (("frames", "n_c", captions), ("captions", "n_f", frames)):
            if self.form == form and budget != self.held:
                raise InputError(f"{name} = {budget:g}: this law was fitted at {name} = {self.held:g} alone")
        score = float(law_curve(self.parameters, frames, captions))
        interval = self._interval(frames, captions)
        return Prediction(frames, captions, score, interval, self._outside(frames, captions), cost)

    def cheapest(self, target: float, *, frame_cost: float = 1.0, caption_cost: float = 1.0) -> Prediction:
        """Find the cheapest whole budget whose expected score is at least ``target``; of equals the higher score.

        Raises
        ------
        OutOfReachError
            Where the law's limit S_inf is not above the target, or more than a million frames or captions are needed.
        """
        _check_costs(frame_cost, caption_cost)
        if not np.isfinite(target):
            raise InputError(f"target = {target}: a finite score is needed")
        captions = self._choices("n_c")
        some = np.unique(np.geomspace(1, len(captions), 400).round().astype(np.intp)) - 1  # to leave most of them out
        enough = self._least_frames(target, captions[some])
        if not np.any(np.isfinite(enough)):  # more captions never need more frames
            raise OutOfReachError(self._why(target))
        bound = float(np.min(frame_cost * enough + caption_cost * captions[some]))
        captions = captions[caption_cost * captions <= bound]
        frames = self._least_frames(target, captions)
        reached = np.isfinite(frames)
        cost = frame_cost * frames + caption_cost * captions
        place = self._best(np.where(reached, frames, 1.0), captions, np.where(reached, -cost, -np.inf))
        return self.at(frames[place], captions[place], cost=float(cost[place]))

    def split(self, total: float, *, frame_cost: float = 1.0, caption_cost: float = 1.0) -> Prediction:
        """Find the whole budget of the highest expected score that costs at most ``total``; of equals the cheapest.

        Raises ``InputError`` where not even one frame and one caption (or the budget that a reduced law is held at)
        can be paid.
        """
        _check_costs(frame_cost, caption_cost)
        captions = self._choices("n_c")
        least = self._choices("n_f")[0]
        paid = total * (1 + 1e-12) - caption_cost * captions - frame_cost * least >= 0.0
        if not np.isfinite(total) or not np.any(paid):
            needed = frame_cost * least + caption_cost * captions[0]
            raise InputError(
                f"total = {total:g}: a finite number from {needed:g}, what the least budget costs, is needed"
            )
        captions = captions[paid]
        frames = np.floor((total * (1 + 1e-12) - caption_cost * captions) / frame_cost)
        frames = np.minimum(np.maximum(frames, least), MOST)
        if self.form == "captions" or not self.parameters.get("c_f"):
            frames = np.full_like(captions, least)  # more of them bring nothing
        score = law_curve(self.parameters, frames, captions)
        cost = frame_cost * frames + caption_cost * captions
        place = self._best(frames, captions, score, then=-cost)
        return self.at(frames[place], captions[place], cost=float(cost[place]))

    def _choices(self, name: str) -> NDArray[np.float64]:
        """Give the whole budgets that may be chosen: those that a reduced law is held at are one."""
        if HELD.get(self.form) == name:
            return np.array([self.held], dtype=np.float64)
        if name == "n_c" and self.parameters.get("c_c", 0.0) == 0.0:
            return np.ones(1)  # more captions bring nothing
        return np.arange(1.0, MOST + 1)

    def _least_frames(self, target: float, captions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the fewest whole frames that reach the target beside each number of captions; inf where none do."""
        least = self._choices("n_f")[0]
        enough = law_curve(self.parameters, least, captions) >= target
        frames = np.where(enough, least, np.inf)
        amplitude = self.parameters.get("c_f", 0.0)
        if self.form == "captions" or amplitude == 0.0:
            return frames
        gap = law_curve(self.parameters, np.inf, captions) - target
        open_ = (gap > 0.0) & ~enough
        power = np.log(amplitude / gap[open_]) / self.parameters["alpha"]  # n_f^alpha = C_f / gap
        found = np.ceil(np.exp(np.minimum(power, np.log(2.0 * MOST))))
        for step in (-1.0, 1.0):  # rounding may put the root on either side of a whole number
            tried = np.maximum(found + step, 1.0)
            good = law_curve(self.parameters, tried, captions[open_]) >= target
            now = law_curve(self.parameters, found, captions[open_]) >= target
            found = np.where(good & (~now if step > 0 else good), tried, found)
        reached = (found <= MOST) & (law_curve(self.parameters, found, captions[open_]) >= target)
        frames[open_] = np.where(reached, found, np.inf)
        return frames

    def _best(
        self, frames: NDArray[np.float64], captions: NDArray[np.float64], value: NDArray[np.float64],
        *, then: NDArray[np.float64] | None = None,
    ) -> int:  # fmt: skip
        """Place of the highest value; of equals by ``then``, else by the score, then of the fewest captions."""
        second = law_curve(self.parameters, frames, captions) if then is None else then
        near = np.flatnonzero(value >= np.max(value) - 1e-12 * np.abs(np.max(value)))
        return int(near[np.argmax(second[near])])

    def _why(self, target: float) -> str:
        """Say why a target is out of reach."""
        held = {} if self.held is None else {HELD[self.form]: self.held}
        n_f, n_c = (held.get(name, np.inf) for name in ("n_f", "n_c"))
        limit, ends = float(law_curve(self.parameters, n_f, n_c)), self._interval(n_f, n_c)
        within = "" if ends is None else f" ({100 * self.level:g} %: {ends[0]:.4f} to {ends[1]:.4f})"
        said = f"a score of {target:g} is out of reach: the law's limit is {limit:.4f}{within}"
        if target >= limit:
            return f"{said}, however large the budget"
        return f"{said}, and it comes so near it only with more than {MOST:,} frames or captions"

    def _interval(self, n_f: float, n_c: float) -> tuple[float, float] | None:
        """Give the interval of the expected score, where there are draws."""
        if self.bootstrap is None:
            return None
        return curve_intervals(self.bootstrap, self.parameters, [n_f], [n_c], rmse=self.rmse, level=self.level)[0]

    def _outside(self, n_f: float, n_c: float) -> str:
        """Say how far a budget lies outside the fitted ones."""
        said = []
        for name, budget, (low, high) in (("n_f", n_f, self.frames), ("n_c", n_c, self.captions)):
            if budget > high:
                said.append(f"{name} = {budget:g} is {budget / high:.3g} times the largest that was fitted, {high:g}")
            if budget < low:
                said.append(f"{name} = {budget:g} is below the smallest that was fitted, {low:g}")
        return "; ".join(said)


def _check_costs(frame_cost: float, caption_cost: float) -> None:
    for name, cost in (("frame_cost", frame_cost), ("caption_cost", caption_cost)):
        if not 0.0 < cost < np.inf:
            raise InputError(f"{name} = {cost}: a finite number above 0 is needed")


def _bootstrap(intervals: Mapping[str, Any], draws: Mapping[str, list[float | None]]) -> Bootstrap:
    """Take the draws of an entry; null is an exponent that does not exist."""
    arrays = {name: np.array(values, dtype=np.float64) for name, values in draws.items()}
    rmse = arrays.pop("rmse")
    return Bootstrap(intervals["bootstrap"], intervals["seed"], arrays, rmse)
