"""A picture of fitted laws, of the document of laws alone: points against either budget, the law, its interval.

Entries by name become one SVG file, a row of two panels each: a line for every value of the other budget, the palest
that of its smallest, and the interval of the expected score about the line of its largest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from platoscope.report.curves import AXES, OTHER
from platoscope.report.labels import label_ends, point_height
from platoscope.report.look import (
    MUTED,
    TRAINED,
    budget_axis,
    chance_line,
    drawing,
    render_svg,
    score_axis,
    svg_file,
)
from platoscope.scaling.intervals import curve_intervals
from platoscope.scaling.law import law_curve
from platoscope.scaling.predictions import KnownLaw

Array = NDArray[np.float64]
ROW, WIDTH = 2.9, 8.2  # inches
LABEL_GAP = 9.0  # points
CURVE = 65  # places at which a curve is drawn


def draw_laws(laws: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw the entries of a document of laws (``read_laws``) into the text of an SVG file."""
    with drawing():
        figure = Figure(figsize=(WIDTH, ROW * len(laws)))
        for row, (name, entry) in enumerate(laws.items()):
            draw_row(figure, row, len(laws), name=name, law=entry)
    return svg_file(render_svg(figure), alt=" ".join(_alt(name, entry) for name, entry in laws.items()))


def draw_row(figure: Figure, row: int, rows: int, *, name: str, law: Mapping[str, Any]) -> None:
    """Draw an entry of the document as one row of so many: a panel for each budget that varies."""
    points = {key: np.array(law["points"][key], dtype=np.float64) for key in ("n_f", "n_c", "score")}
    top = float(max(points["score"].max(), _limit(law)))
    axes_of = [axis for axis in AXES if axis not in _held(law["form"])]
    for place, axis in enumerate(axes_of):
        left, width = 0.045 + 0.48 * place, 0.345
        axes = figure.add_axes((left, 1 - (row + 1 - 0.16) / rows, width, 0.7 / rows))
        _draw_panel(axes, law, points, axis=axis, top=top)
        title = name if place == 0 else formula(law)
        score_axis(axes, top=top, title=f"{title}, {formula(law)}" if len(axes_of) == 1 else title)


def _draw_panel(axes: Axes, entry: Mapping[str, Any], points: Mapping[str, Array], *, axis: str, top: float) -> None:
    """Draw points and curves against one budget."""
    mine, other = ("n_f", "n_c") if axis == "frames" else ("n_c", "n_f")
    budgets, others = np.unique(points[mine]), np.unique(points[other])
    axes.set_ylim(0.0, top * 1.08)
    budget_axis(axes, budgets.tolist(), name=AXES[axis])
    x = np.geomspace(budgets[0], budgets[-1], CURVE)
    _draw_band(axes, entry, x, float(others[-1]), axis=axis)
    ends = []
    for place, held in enumerate(others.tolist()):
        alpha = 0.35 + 0.65 * (place + 1) / len(others)
        curve = law_curve(entry["parameters"], *((x, held) if axis == "frames" else (held, x)))
        axes.plot(x, curve, color=TRAINED[0], alpha=alpha, linewidth=1.3)
        here = points[other] == held
        axes.plot(points[mine][here], points["score"][here], "o", color=TRAINED[0], alpha=alpha, markersize=3.4, mew=0)
        ends.append(float(curve[-1]))
    _name_lines(axes, ends, others.tolist(), thing=OTHER[axis])
    if "chance" in entry:
        chance_line(axes, entry["chance"])


def _draw_band(axes: Axes, entry: Mapping[str, Any], x: Array, held: float, *, axis: str) -> None:
    """Shade the interval of the expected score, where there are draws."""
    law = KnownLaw.of(entry)
    if law.bootstrap is not None:
        budgets = (x, np.full_like(x, held)) if axis == "frames" else (np.full_like(x, held), x)
        ends = np.array(curve_intervals(law.bootstrap, law.parameters, *budgets, rmse=law.rmse, level=law.level))
        axes.fill_between(x, ends[:, 0], ends[:, 1], color=TRAINED[0], alpha=0.16, linewidth=0)


def _name_lines(axes: Axes, ends: Sequence[float], others: Sequence[float], *, thing: str) -> None:
    """Name the lines of the smallest and the largest of the other budget, and those between that have room."""
    gap, last = LABEL_GAP * point_height(axes), len(ends) - 1
    named = sorted({0, last})
    for place in range(last - 1, 0, -1):
        if all(abs(ends[place] - ends[other]) >= gap for other in named):
            named.append(place)
    things = f" {thing}" if others[last] == 1 else f" {thing}s"
    names = [f"{others[place]:g}{things if place == last else ''}" for place in named]
    label_ends(axes, [ends[place] for place in named], names, [MUTED] * len(named), gap=LABEL_GAP)


def formula(entry: Mapping[str, Any]) -> str:
    """Write a law with its numbers: "0.410 - 0.145 n_f^-0.746 - 0.133 n_c^-1.35, R2 0.979"."""
    parameters, minus = entry["parameters"], "\N{MINUS SIGN}"
    text = f"{parameters['s_inf']:.3f}"
    for amplitude, exponent, budget in (("c_f", "alpha", "frames"), ("c_c", "beta", "captions")):
        if exponent in parameters:
            text += f" {minus} {parameters[amplitude]:.3f} {budget}^{minus}{parameters[exponent]:.2f}"
    return text + (f"; R² {entry['r2']:.3f}" if "r2" in entry else "")


def _limit(entry: Mapping[str, Any]) -> float:
    """The law at the largest fitted budgets, which the scale has to hold."""
    points = entry["points"]
    return float(law_curve(entry["parameters"], max(points["n_f"]), max(points["n_c"])))


def _held(form: str) -> tuple[str, ...]:
    """The budget that a reduced law leaves out."""
    return {"frames": ("captions",), "captions": ("frames",)}.get(form, ())


def _alt(name: str, entry: Mapping[str, Any]) -> str:
    """Say what one law's panels show."""
    points = entry["points"]
    score = points["score"]
    doubts = "; ".join(entry["flags"])
    return f"{name}: {len(score)} scores from {min(score):.3f} to {max(score):.3f}, law {formula(entry)}." + (
        f" {doubts[0].upper()}{doubts[1:]}." if doubts else ""
    )
