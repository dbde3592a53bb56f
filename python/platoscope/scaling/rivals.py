"""The law beside its rivals: other curves over the same budgets, fitted to the same scores and judged alike.

Scores [point] become a ``Rival`` a curve, with R2, AIC, BIC and the error at the largest budgets of the curve that was
fitted without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from platoscope.scaling.law import named
from platoscope.scaling.points import (
    EXPONENTS,
    PARAMETERS,
    Array,
    Cells,
    NoLawError,
    cells_of,
    check_points,
    scale_of,
)
from platoscope.scaling.search import search

FORMULAS = {
    "additive": "S - C_f n_f^-alpha - C_c n_c^-beta",
    "interaction": "S - C_f n_f^-alpha - C_c n_c^-beta + C n_f^-alpha n_c^-beta",
    "frames": "S - C_f n_f^-alpha",
    "captions": "S - C_c n_c^-beta",
    "logarithmic": "S + C_f ln n_f + C_c ln n_c",
}
EXACT = 1e-20  # of the scores' sum of squares: a curve through all points
CRITERIA = ("heldout_rmse", "aic", "bic")


@dataclass(frozen=True)
class Rival:
    """One curve: its parameters, and how well it does.

    With n points, p parameters and the sum of squares SS: aic = n ln(SS / n) + 2 (p + 1) and
    bic = n ln(SS / n) + (p + 1) ln n, errors being Gaussian and equal, their variance the parameter more; SS counts
    as 1e-20 of the scores' own at least. ``None``: equal scores have no R2, too small a grid no held-out error.
    """

    name: str
    n_parameters: int
    parameters: Mapping[str, float]
    rmse: float
    r2: float | None
    aic: float
    bic: float
    heldout_rmse: float | None


def compare_laws(
    n_f: ArrayLike, n_c: ArrayLike, score: ArrayLike, *, exponents: tuple[float, float] = EXPONENTS
) -> list[Rival]:
    """Fit the law and its rivals to scores [point], the law first.

    Where one budget does not vary they are the reduced law and its logarithmic rival. A curve with more parameters
    than there are distinct cells is left out. Raises as ``fit_law`` does.
    """
    frames, captions, scores = check_points(n_f, n_c, score)
    order = np.lexsort((scores, captions, frames))
    cells, scores = cells_of(frames[order], captions[order]), scores[order]
    held = largest(cells)
    names = ["additive", "interaction", "frames", "captions"] if cells.form == "full" else ["additive"]
    found = []
    for name in [*names, "logarithmic"]:
        if _size(cells, name) <= _distinct(cells):
            parameters, curve = _fit(cells, scores, name, exponents)
            outside = _heldout(cells, scores, name, held=held, exponents=exponents)
            found.append(_rival(name, parameters, scores - curve, scores, _size(cells, name), outside))
    return found


def best_by(rivals: Sequence[Rival], criterion: str) -> str | None:
    """Name the curve that a criterion ("heldout_rmse", "aic", "bic") finds best; ``None`` where none has it."""
    having = [(value, rival.name) for rival in rivals if (value := getattr(rival, criterion)) is not None]
    return min(having)[1] if having else None


def largest(cells: Cells) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say which points have the largest value of a budget that varies: those that an honest prediction leaves out."""
    held = np.zeros(len(cells), dtype=bool)
    for budget, varies in ((cells.frames, cells.form != "captions"), (cells.captions, cells.form != "frames")):
        held |= varies & (budget == np.max(budget))
    return held


def rival_curve(parameters: Mapping[str, float], name: str, n_f: ArrayLike, n_c: ArrayLike) -> Array:
    """Evaluate a rival's formula at budgets that broadcast."""
    frames, captions = np.broadcast_arrays(np.asarray(n_f, np.float64), np.asarray(n_c, np.float64))
    if name == "logarithmic":
        terms = (parameters.get("c_f", 0.0) * np.log(frames), parameters.get("c_c", 0.0) * np.log(captions))
        return np.asarray(parameters["s_inf"] + terms[0] + terms[1], dtype=np.float64)
    u, v = (
        budget ** -parameters[exponent] if exponent in parameters else np.zeros(frames.shape)
        for budget, exponent in ((frames, "alpha"), (captions, "beta"))
    )
    curve = parameters["s_inf"] - parameters.get("c_f", 0.0) * u - parameters.get("c_c", 0.0) * v
    return np.asarray(curve + parameters.get("c", 0.0) * u * v, dtype=np.float64)


def _fit(cells: Cells, scores: Array, name: str, exponents: tuple[float, float]) -> tuple[dict[str, float], Array]:
    """Fit one curve: its parameters and its values [point]."""
    if name == "logarithmic":
        varying = {"c_f": cells.frames, "c_c": cells.captions}
        varying.pop({"frames": "c_c", "captions": "c_f"}.get(cells.form, ""), None)
        columns = np.stack([np.ones(len(cells)), *(np.log(budget) for budget in varying.values())], axis=1)
        solution = np.linalg.lstsq(columns, scores, rcond=None)[0]
        parameters = dict(zip(["s_inf", *varying], solution.tolist(), strict=True))
        return parameters, rival_curve(parameters, name, cells.frames, cells.captions)
    form = cells.form if name == "additive" else name
    bottoms = search(Cells(cells.frames, cells.captions, form), scores, exponents=exponents)
    place = int(np.argmin(bottoms.error))
    parameters = named(form, bottoms.constants[place], np.exp(bottoms.theta[place]))
    return parameters, scores + bottoms.residual[place]


def _heldout(
    cells: Cells, scores: Array, name: str, *, held: np.ndarray[tuple[int], np.dtype[np.bool_]],
    exponents: tuple[float, float],
) -> float | None:  # fmt: skip
    """Give the rmse at the points that are held out of a fit to the others; ``None`` where those determine none."""
    try:
        kept = cells_of(cells.frames[~held], cells.captions[~held])
    except NoLawError:
        return None
    if kept.form != cells.form or _size(cells, name) > _distinct(kept):
        return None
    parameters, _ = _fit(kept, scores[~held], name, exponents)
    error = rival_curve(parameters, name, cells.frames[held], cells.captions[held]) - scores[held]
    return float(np.sqrt(np.mean(error * error)))


def _rival(
    name: str, parameters: Mapping[str, float], residual: Array, scores: Array, size: int, heldout: float | None
) -> Rival:
    n, error = len(residual), float(residual @ residual)
    squares = float(scale_of(scores[None])[0]) ** 2
    fit = n * np.log(max(error, EXACT * squares) / n)  # below, rounding decides
    return Rival(
        name=name,
        n_parameters=size,
        parameters=parameters,
        rmse=float(np.sqrt(error / n)),
        r2=1.0 - error / squares if np.ptp(scores) > 0.0 else None,
        aic=float(fit + 2 * (size + 1)),
        bic=float(fit + (size + 1) * np.log(n)),
        heldout_rmse=heldout,
    )


def _size(cells: Cells, name: str) -> int:
    """Give the number of parameters of a curve over these cells."""
    if name == "logarithmic":
        return 3 if cells.form == "full" else 2
    return PARAMETERS[cells.form if name == "additive" else name]


def _distinct(cells: Cells) -> int:
    return len({*zip(cells.frames.tolist(), cells.captions.tolist(), strict=True)})
