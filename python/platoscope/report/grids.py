"""Pictures of a whole grid of scores against one budget, a line for every value of the other.

Scores [n_f, n_c] of one pair of encoders become a Matplotlib figure: points that were measured, the law through them.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from platoscope.errors import InputError
from platoscope.report.curves import AXES, OTHER, box, check_axis
from platoscope.report.labels import label_ends, point_height
from platoscope.report.look import MUTED, TRAINED, budget_axis, chance_line, drawing, score_axis

Array = NDArray[np.float64]
GRID_GAP = 9.0  # points between two numbers at the ends of lines


def plot_grid(
    score: Array,
    *,
    frames: tuple[int, ...],
    captions: tuple[int, ...],
    axis: str,
    chance: float,
    title: str,
    top: float,
    laws: Sequence[tuple[Array, Array]] | None = None,
    colour: str = TRAINED[0],
) -> Figure:
    """Draw one pair's whole grid, score [n_f, n_c], against one budget: a line for every value of the other.

    ``laws`` are the fitted curves of those lines, (budgets [x], scores [x]); ``top`` is the end of the scale, so that
    the pictures of several pairs can be compared.

    Raises
    ------
    InputError
        Where the scores are not one for every cell of the grid, or ``axis`` is neither "frames" nor "captions".
    """
    check_axis(axis)
    if score.shape != (len(frames), len(captions)):
        raise InputError(f"score {score.shape}: [{len(frames)}, {len(captions)}] by the budgets is needed")
    with drawing():
        figure = Figure(figsize=(3.4, 2.6))
        axes = figure.add_axes(box(figure, left=0.33, right=0.85))
        axes.set_ylim(0.0, top * 1.08)
        budgets, others, lines = (frames, captions, score.T) if axis == "frames" else (captions, frames, score)
        budget_axis(axes, budgets, name=AXES[axis])
        _draw_grid(axes, lines, budgets=budgets, laws=laws, colour=colour)
        _label_grid(axes, [float(line[-1]) for line in lines], others, thing=OTHER[axis])
        chance_line(axes, chance)
        score_axis(axes, top=top, title=title)
    return figure


def _draw_grid(
    axes: Axes,
    lines: Array,
    *,
    budgets: tuple[int, ...],
    laws: Sequence[tuple[Array, Array]] | None,
    colour: str,
) -> None:
    """Draw lines [line, point] into axes, the palest first: that of the smallest of the other budget."""
    for row, line in enumerate(lines):
        alpha = 0.35 + 0.65 * (row + 1) / len(lines)
        if laws is not None:
            axes.plot(*laws[row], color=colour, alpha=alpha, linewidth=1.3)
        axes.plot(budgets, line, "o", color=colour, alpha=alpha, markersize=3.4, mew=0)


def _label_grid(axes: Axes, ends: Sequence[float], others: Sequence[int], *, thing: str) -> None:
    """Name the lines of the smallest and the largest budget, and those between that have room for it."""
    gap = GRID_GAP * point_height(axes)
    named = [0, len(ends) - 1] if len(ends) > 1 else [0]
    for place in range(len(ends) - 2, 0, -1):
        if all(abs(ends[place] - ends[other]) >= gap for other in named):
            named.append(place)
    plural = thing if others[-1] == 1 else f"{thing}s"
    names = [f"{others[place]} {plural}" if place == len(ends) - 1 else f"{others[place]}" for place in named]
    label_ends(axes, [ends[place] for place in named], names, [MUTED] * len(named), gap=GRID_GAP)
