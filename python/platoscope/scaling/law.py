"""The law score(n_f, n_c) = S_inf - (C_f n_f^-alpha + C_c n_c^-beta) (Zhu et al. 2026, arXiv 2511.02767).

Scores [point] at budgets [point] become a ``Law``. For given exponents the law is linear and solved exactly
(``projection``), so only the two exponents are searched for, from several starts that have to agree (``search``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from platoscope.errors import InputError
from platoscope.scaling.projection import Array
from platoscope.scaling.search import Bottom, Cells, search

EXPONENTS = (0.01, 6.0)  # below, n^-alpha is a constant over any budgets; above, it is gone at the second one
AGREE = 1e-6  # two searches end alike where their curves differ by less, as a share of the scores' range
EDGE = 1e-3  # an exponent is at the edge of its box where it is this near, as a ratio
PARAMETERS = {"full": 5, "frames": 3, "captions": 3}


class NoLawError(InputError):
    """The budgets determine no law: none of them varies, or there are fewer cells than parameters."""


@dataclass(frozen=True)
class Law:
    """The fitted law. ``None`` stands for what does not exist: an amplitude of 0 has no exponent, equal scores no R2.

    ``form`` says which budgets vary ("full", "frames", "captions"), ``held`` is the one value of the other budget.
    ``residuals`` [point] are score minus law in the order of the input. ``at_bound`` names the parameters at the edge
    of their box, ``weak`` the exponents whose term exceeds ``rmse`` at fewer than three budgets: they rest on two
    points. ``agreeing`` of ``starts`` searches ended in the curve that is returned.
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
    residuals: NDArray[np.float64] = field(repr=False, compare=False)

    @property
    def converged(self) -> bool:
        """Whether at least two searches ended in the curve that is returned."""
        return self.agreeing >= 2

    def predict(self, n_f: ArrayLike, n_c: ArrayLike) -> NDArray[np.float64]:
        """Give the law's score at budgets that broadcast; ``InputError`` off the held budget of a reduced law."""
        frames, captions = _budgets(n_f, "n_f"), _budgets(n_c, "n_c")
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
    frames, captions, scores = _points(n_f, n_c, score)
    low, high = exponents
    if not 0.0 < low < high < np.inf:
        raise InputError(f"exponents = {exponents}: two numbers with 0 < low < high are needed")
    order = np.lexsort((scores, captions, frames))  # equal bytes whatever the order of the rows
    cells = Cells(frames[order], captions[order], scores[order], _form(frames, captions))
    return _law(cells, search(cells, exponents), exponents=exponents, inverse=np.argsort(order))


def heldout_rmse(n_f: ArrayLike, n_c: ArrayLike, score: ArrayLike) -> float | None:
    """Give the root mean square error at the largest budgets of a law that was fitted to all other cells.

    R2 near 1 comes of itself for two rising curves; this does not. A cell is held out where it has the largest
    value of a budget that varies. ``None`` where what is left determines no law of the same form.
    """
    frames, captions, scores = _points(n_f, n_c, score)
    form = _form(frames, captions)
    held = np.zeros(len(scores), dtype=bool)
    for budget, varies in ((frames, form != "captions"), (captions, form != "frames")):
        held |= varies & (budget == np.max(budget))
    try:
        law = fit_law(frames[~held], captions[~held], scores[~held])
    except NoLawError:
        return None
    if law.form != form:
        return None
    return float(np.sqrt(np.mean((law.predict(frames[held], captions[held]) - scores[held]) ** 2)))


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


def _law(cells: Cells, bottoms: list[Bottom], *, exponents: tuple[float, float], inverse: NDArray[np.intp]) -> Law:
    """Take the lowest bottom and say about it what there is to say."""
    best = min(bottoms, key=lambda bottom: float(bottom.residual @ bottom.residual))
    spread = float(np.ptp(cells.scores))
    apart = [float(np.max(np.abs(bottom.residual - best.residual))) for bottom in bottoms]
    values = _values(cells.form, best)
    error = float(best.residual @ best.residual)
    rmse = float(np.sqrt(error / len(cells.scores)))
    return Law(
        s_inf=values["s_inf"],
        c_f=values.get("c_f"),
        c_c=values.get("c_c"),
        alpha=values.get("alpha"),
        beta=values.get("beta"),
        r2=1.0 - error / cells.scale() ** 2 if spread > 0.0 else None,
        rmse=rmse,
        max_residual=float(np.max(np.abs(best.residual))),
        n_points=len(cells.scores),
        form=cells.form,
        held={"frames": float(cells.captions[0]), "captions": float(cells.frames[0])}.get(cells.form),
        at_bound=parameters_at_bound(values, exponents=exponents),
        weak=weak_exponents({**values, "rmse": rmse}, cells.frames, cells.captions),
        starts=len(bottoms),
        agreeing=sum(distance <= AGREE * (spread or 1.0) for distance in apart),
        residuals=-best.residual[inverse],
    )


def _values(form: str, bottom: Bottom) -> dict[str, float]:
    """Name the parameters that exist."""
    constants, (alpha, beta) = bottom.constants, np.exp(bottom.theta)
    values = {"s_inf": float(constants.s_inf[0, 0])}
    terms = (
        ("captions", "c_f", constants.c_f, "alpha", alpha),
        ("frames", "c_c", constants.c_c, "beta", beta),
    )
    for absent_from, amplitude, constant, exponent, value in terms:
        if form != absent_from:
            values[amplitude] = float(constant[0, 0])
            if values[amplitude] > 0.0:
                values[exponent] = float(value)
    return values


def _points(n_f: ArrayLike, n_c: ArrayLike, score: ArrayLike) -> tuple[Array, Array, Array]:
    """Turn the three inputs into float64 [point], or raise an ``InputError`` that names what is wrong."""
    frames, captions = _budgets(n_f, "n_f"), _budgets(n_c, "n_c")
    scores = np.asarray(score, dtype=np.float64)
    shapes = {"n_f": frames.shape, "n_c": captions.shape, "score": scores.shape}
    if len(set(shapes.values())) != 1 or scores.ndim != 1:
        raise InputError(f"shapes {shapes}: one budget n_f, one n_c and one score a point are needed, each [point]")
    bad = np.flatnonzero(~(np.abs(scores) <= 1.0))
    if len(bad):
        raise InputError(f"score[{bad[0]}] = {scores[bad[0]]}: a finite share in [-1, 1] is needed")
    return frames, captions, scores


def _budgets(values: ArrayLike, name: str) -> Array:
    """Turn budgets into float64, or raise an ``InputError`` that names the first below 1 or not finite."""
    budgets = np.asarray(values, dtype=np.float64)
    bad = budgets[~((budgets >= 1.0) & np.isfinite(budgets))]
    if bad.size:
        raise InputError(f"{name} holds {bad.flat[0]:g}: a budget is a finite number from 1 up")
    return budgets


def _form(frames: Array, captions: Array) -> str:
    """Say which budgets vary; ``NoLawError`` where none does, or where cells are fewer than parameters."""
    cells = len({*zip(frames.tolist(), captions.tolist(), strict=True)})
    forms = {(True, True): "full", (True, False): "frames", (False, True): "captions"}
    form = forms.get((len(set(frames.tolist())) > 1, len(set(captions.tolist())) > 1))
    if form is None:
        raise NoLawError(f"there is no law to fit: neither n_f nor n_c varies in {len(frames)} points")
    if cells < PARAMETERS[form]:
        needed = f"{PARAMETERS[form]} parameters"
        raise NoLawError(f"there is no law to fit: {cells} distinct cells (n_f, n_c), fewer than {needed}")
    return form
