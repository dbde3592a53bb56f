"""The law score(n_f, n_c) = S_inf - (C_f n_f^-alpha + C_c n_c^-beta) (Zhu et al. 2026, arXiv 2511.02767).

Scores [point] at budgets [point] become a ``Law``. For given exponents the law is linear and solved exactly
(``projection``), so only the two exponents are searched for, from several starts that have to agree (``search``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from platoscope.errors import InputError
from platoscope.scaling.descent import Bottoms
from platoscope.scaling.points import (
    EXPONENTS,
    Cells,
    cells_of,
    check_budgets,
    check_exponents,
    check_points,
    scale_of,
)
from platoscope.scaling.search import search

AGREE = 1e-6  # two searches end alike where their curves differ by less, as a share of the scores' range
EDGE = 1e-3  # an exponent is at the edge of its box where it is this near, as a ratio


@dataclass(frozen=True)
class Law:
    """The fitted law. ``None`` stands for what does not exist: an amplitude of 0 has no exponent, equal scores no R2.

    ``form`` says which budgets vary ("full", "frames", "captions"), ``held`` is the one value of the other budget.
    ``residuals`` [point] are score minus law in the order of the input. ``at_bound`` names the parameters at the edge
    of their box, ``weak`` the exponents whose term exceeds ``rmse`` at fewer than three budgets: they rest on two
    points. ``agreeing`` of ``starts`` searches ended in the curve that is returned; there ``gradient`` is the norm of
    the projected gradient of (1 - R2) / 2 over (log alpha, log beta).
    """

    s_inf: float
    c_f: float | None
    c_c: float | None
    alpha: float | None
    beta: float | None
    r2: float | None
    rmse: float
    max_residual: float
    n_points: int
    form: str
    held: float | None
    at_bound: tuple[str, ...]
    weak: tuple[str, ...]
    starts: int
    agreeing: int
    gradient: float
    residuals: NDArray[np.float64] = field(repr=False, compare=False)

    @property
    def converged(self) -> bool:
        """Whether at least two searches ended in the curve that is returned."""
        return self.agreeing >= 2

    def reordered(self, order: NDArray[np.intp]) -> "Law":
        """Give the same law with its residuals in another order of points."""
        return replace(self, residuals=self.residuals[order])

    def predict(self, n_f: ArrayLike, n_c: ArrayLike) -> NDArray[np.float64]:
        """Give the law's score at budgets that broadcast; ``InputError`` off the held budget of a reduced law."""
        frames, captions = check_budgets(n_f, "n_f"), check_budgets(n_c, "n_c")
        for form, name, budget in (("frames", "n_c", captions), ("captions", "n_f", frames)):
            off = budget[budget != self.held]
            if self.form == form and off.size:
                raise InputError(f"{name} = {off.flat[0]:g}: this law was fitted at {name} = {self.held:g} alone")
        return law_curve(self.to_dict(), frames, captions)

    def to_dict(self) -> dict[str, float]:
        """Give s_inf, c_f, c_c, alpha, beta, r2 and rmse: those that exist."""
        names = ("s_inf", "c_f", "c_c", "alpha", "beta", "r2", "rmse")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def law_curve(parameters: Mapping[str, float], n_f: ArrayLike, n_c: ArrayLike) -> NDArray[np.float64]:
    """Evaluate the formula at budgets that broadcast; a term whose amplitude or exponent is absent is zero."""
    frames, captions = np.broadcast_arrays(np.asarray(n_f, np.float64), np.asarray(n_c, np.float64))
    curve = np.full(frames.shape, parameters["s_inf"])
    for amplitude, exponent, budget in (("c_f", "alpha", frames), ("c_c", "beta", captions)):
        if amplitude in parameters and exponent in parameters:
            curve = curve - parameters[amplitude] * budget ** -parameters[exponent]
    return curve


def fit_law(n_f: ArrayLike, n_c: ArrayLike, score: ArrayLike, *, exponents: tuple[float, float] = EXPONENTS) -> Law:
    """Fit the law to scores [point] at budgets ``n_f``, ``n_c`` [point] by least squares, in any order of points.

    0 <= S_inf <= 1, amplitudes are non-negative and both exponents lie in ``exponents``. A budget that does not
    vary leaves the reduced law S_inf - C n^-a of the other, and ``form`` says so.

    Raises
    ------
    NoLawError
        Where neither budget varies, or distinct cells are fewer than parameters (5; 3 for a reduced law).
    InputError
        For lengths that differ, budgets below 1, scores that are not finite or beyond [-1, 1], an empty box.
    """
    frames, captions, scores = check_points(n_f, n_c, score)
    box = check_exponents(exponents)
    order = np.lexsort((scores, captions, frames))  # equal bytes whatever the order of the rows
    cells = cells_of(frames[order], captions[order])
    return law_at(cells, scores[order], search(cells, scores[order], exponents=box), exponents=box).reordered(
        np.argsort(order)
    )


def parameters_at_bound(
    parameters: Mapping[str, float], *, exponents: tuple[float, float] = EXPONENTS
) -> tuple[str, ...]:
    """Name the parameters of a law that are at the edge of what they may be: the data ask for more."""
    low, high = exponents
    edges = {"s_inf": (0.0, 1.0), "c_f": (0.0,), "c_c": (0.0,)}
    names = [name for name, bounds in edges.items() if parameters.get(name) in bounds]
    near = {name: parameters[name] for name in ("alpha", "beta") if name in parameters}
    return (*names, *(name for name, x in near.items() if not low * (1 + EDGE) <= x <= high * (1 - EDGE)))


def weak_exponents(parameters: Mapping[str, float], n_f: ArrayLike, n_c: ArrayLike) -> tuple[str, ...]:
    """Name the exponents whose term rises above the law's ``rmse`` at fewer than three of the budgets [point]."""
    names = []
    for amplitude, exponent, budget in (("c_f", "alpha", n_f), ("c_c", "beta", n_c)):
        if exponent in parameters:
            term = parameters[amplitude] * np.unique(np.asarray(budget, np.float64)) ** -parameters[exponent]
            names += [exponent] * int(np.count_nonzero(term > parameters["rmse"]) < 3)
    return tuple(names)


def law_at(cells: Cells, scores: NDArray[np.float64], bottoms: Bottoms, *, exponents: tuple[float, float]) -> Law:
    """Take the lowest of the bottoms and say about it what there is to say; ``scores`` [point] are the cells'."""
    place = int(np.argmin(bottoms.error))
    residual, error = bottoms.residual[place], float(bottoms.error[place])
    spread = float(np.ptp(scores))
    apart = np.max(np.abs(bottoms.residual - residual), axis=1)
    values = named(cells.form, bottoms.constants[place], np.exp(bottoms.theta[place]))
    rmse = float(np.sqrt(error / len(cells)))
    return Law(
        s_inf=values["s_inf"],
        c_f=values.get("c_f"),
        c_c=values.get("c_c"),
        alpha=values.get("alpha"),
        beta=values.get("beta"),
        r2=1.0 - error / float(scale_of(scores[None])[0]) ** 2 if spread > 0.0 else None,
        rmse=rmse,
        max_residual=float(np.max(np.abs(residual))),
        n_points=len(cells),
        form=cells.form,
        held=cells.held,
        at_bound=parameters_at_bound(values, exponents=exponents),
        weak=weak_exponents({**values, "rmse": rmse}, cells.frames, cells.captions),
        starts=len(bottoms.error),
        agreeing=int(np.count_nonzero(apart <= AGREE * (spread or 1.0))),
        gradient=float(bottoms.gradient[place]),
        residuals=-residual,
    )


def named(form: str, constants: NDArray[np.float64], exponents: NDArray[np.float64]) -> dict[str, float]:
    """Name the parameters that exist, of constants S, C_f, C_c, C and exponents alpha, beta."""
    values = {"s_inf": float(constants[0])}
    for absent_from, amplitude, exponent, place in (("captions", "c_f", "alpha", 0), ("frames", "c_c", "beta", 1)):
        if form != absent_from:
            values[amplitude] = float(constants[place + 1])
            if values[amplitude] > 0.0 or form == "interaction":
                values[exponent] = float(exponents[place])
    return values | ({"c": float(constants[3])} if form == "interaction" else {})
