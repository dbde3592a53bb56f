"""Pictures of scores against budgets: points that were measured, the law through them, chance below them.

Scores [point] become Matplotlib figures. Trained encoders are in colour, controls grey and dashed;
every line is named at its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from platoscope.errors import InputError
from platoscope.report.labels import label_ends
from platoscope.report.look import CONTROL, MUTED, PAPER, TRAINED, budget_axis, chance_line, drawing, score_axis

Array = NDArray[np.float64]
AXES = {"frames": "frames shown", "captions": "captions told"}
OTHER = {"frames": "caption", "captions": "frame"}  # what one of the budget that is held is called
DASHES = ((0, (4, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)))
MARKERS = ("s", "^", "v", "D")
LABEL_GAP = 10.5  # points between two labels at the ends of lines


@dataclass(frozen=True)
class Series:
    """One line: scores [point] at budgets [point] and, where known, half the width of their interval [point].

    ``held`` is the value of the other budget. Lines of one picture may have budgets of their own, even a single one.
    ``law`` is the fitted curve as (budgets [x], scores [x]). ``start`` is the score at the smallest of both budgets,
    with its name: ("1 frame, 1 caption", 0.25).
    """

    label: str
    budgets: tuple[int, ...]
    score: Array
    held: int
    half_width: Array | None = None
    law: tuple[Array, Array] | None = None
    start: tuple[str, float] | None = None
    control: bool = False

    def __post_init__(self) -> None:
        """Refuse a line whose scores are not one a budget, or that has none."""
        shape = (len(self.budgets),)
        if (
            self.score.shape != shape
            or (self.half_width is not None and self.half_width.shape != shape)
            or not shape[0]
        ):
            raise InputError(
                f"{self.label}: score {self.score.shape}, {shape[0]} budgets: one score a budget is needed"
            )


def plot_budget(
    series: Sequence[Series], *, axis: str, chance: float, title: str, null95: float | None = None
) -> Figure:
    """Draw scores against one budget, the other held at the value of each line; ``axis``: frames or captions.

    ``null95``: what 95 % of shuffled captions stay below, drawn beside chance.
    """
    check_axis(axis)
    with drawing():
        room = _room(series, axis)
        figure = Figure(figsize=(2.6 + room, 2.8))
        axes = figure.add_axes(box(figure, left=0.33, right=room))
        _draw(axes, series, axis=axis, chance=chance, null95=null95, top=_top(series))
        score_axis(axes, top=_top(series), title=title)
        _label_ends(axes, series, axis=axis)
    return figure


def plot_headline(
    by_frames: Sequence[Series],
    by_captions: Sequence[Series],
    *,
    chance: float,
    title: str,
    null95: float | None = None,
) -> Figure:
    """Draw both budgets side by side on one scale: left against frames, right against captions.

    With the other budget held at its largest value, the left lines end at the scores where the right ones do.
    ``null95``: what 95 % of shuffled captions stay below, drawn beside chance.
    """
    top = max(_top(by_frames), _top(by_captions))
    with drawing():
        room = _room(by_captions, "captions")
        figure = Figure(figsize=(7.0 + room, 3.6))
        left = figure.add_axes(box(figure, left=0.33, right=3.5 + room))
        right = figure.add_axes(box(figure, left=3.8, right=room), sharey=left)
        _draw(left, by_frames, axis="frames", chance=chance, null95=null95, top=top)
        _draw(right, by_captions, axis="captions", chance=chance, null95=null95, top=top)
        right.grid(axis="y")
        right.tick_params(labelleft=False)
        score_axis(left, top=top, title=title)
        _label_ends(right, by_captions, axis="captions")
    return figure


def _draw(axes: Axes, series: Sequence[Series], *, axis: str, chance: float, null95: float | None, top: float) -> None:
    """Draw every line of a picture into axes over all their budgets, controls first so that they lie below."""
    budgets = sorted({budget for line in series for budget in line.budgets})
    budget_axis(axes, budgets, name=f"{AXES[axis]}, with {_held(series, axis)}")
    axes.set_ylim(0.0, top * 1.08)
    for place in sorted(range(len(series)), key=lambda place: not series[place].control):
        _draw_line(axes, series[place], _style(series, place))
    _name_starts(axes, series)
    chance_line(axes, chance, null95=null95)


def _name_starts(axes: Axes, series: Sequence[Series]) -> None:
    """Name the rings, each name once: beside the highest ring that has it."""
    highest: dict[str, tuple[float, int]] = {}
    for line in series:
        if line.start is not None:
            name, score = line.start
            highest[name] = max(highest.get(name, (score, line.budgets[0])), (score, line.budgets[0]))
    for name, (score, budget) in highest.items():
        narrow = name.replace(", ", ",\n")  # beside the ring, where a wide label would lie on the lines of controls
        axes.annotate(narrow, (budget, score), xytext=(6, 3), textcoords="offset points", fontsize=7.5, color=MUTED)


def _held(series: Sequence[Series], axis: str) -> str:
    """Say at which values the other budget is held: "10 captions", "1 or 16 frames"."""
    *few, most = sorted({line.held for line in series})
    counts = f"{', '.join(map(str, few))} or {most}" if few else f"{most}"
    return f"{counts} {OTHER[axis]}{'s' if most > 1 else ''}"


@dataclass(frozen=True)
class _Style:
    """How one line is told from the others."""

    colour: str
    marker: str
    dash: str | tuple[int, tuple[float, ...]]


def _draw_line(axes: Axes, line: Series, style: _Style) -> None:
    """Draw one line: the law, intervals, points, and a ring for the smallest of both budgets."""
    colour = style.colour
    if line.law is not None:
        axes.plot(*line.law, color=colour, linewidth=1.1 if line.control else 1.7, linestyle=style.dash)
    if line.half_width is not None:
        ends = line.score - line.half_width, line.score + line.half_width
        axes.vlines(line.budgets, *ends, colour, linewidth=0.8, alpha=0.5)
    edge = 0.0 if line.control else 0.6
    axes.plot(line.budgets, line.score, style.marker, color=colour, markersize=4.4, mec=PAPER, mew=edge)
    if line.start is not None:
        size = 3.4 if line.control else 4.4
        axes.plot(line.budgets[:1], [line.start[1]], "o", color=PAPER, markersize=size, mec=colour, mew=1.0)


def _style(series: Sequence[Series], place: int) -> "_Style":
    """Choose colour, marker and dash: by place among the trained, or among the controls."""
    line = series[place]
    rank = sum(other.control == line.control for other in series[:place])
    if line.control:
        return _Style(CONTROL, MARKERS[rank % len(MARKERS)], DASHES[rank % len(DASHES)])
    return _Style(TRAINED[rank % len(TRAINED)], "o", "-")


def _names(series: Sequence[Series], axis: str) -> list[str]:
    """Give the names at the ends of lines, with the last score, and the held budget where others hold a larger one."""
    most = max(line.held for line in series)
    names = []
    for line in series:
        held = f", {line.held} {OTHER[axis]}{'s' if line.held > 1 else ''}" if line.held < most else ""
        names.append(f"{line.label}{held}  {line.score[-1]:.3f}")
    return names


def _label_ends(axes: Axes, series: Sequence[Series], *, axis: str) -> None:
    """Name every line at the right, with its last score; a thin thread leads there from one that ends earlier."""
    colours = [MUTED if line.control else _style(series, place).colour for place, line in enumerate(series)]
    ends = [float(line.score[-1]) for line in series]
    last, right = max(line.budgets[-1] for line in series), axes.get_xlim()[1]
    for line, colour in zip(series, colours, strict=True):
        if line.budgets[-1] < last:
            thread = [line.budgets[-1], right], [line.score[-1]] * 2
            axes.plot(*thread, color=colour, linewidth=0.5, linestyle=(0, (1, 3)), zorder=1, scalex=False)
    label_ends(axes, ends, _names(series, axis), colours, gap=LABEL_GAP)


def check_axis(axis: str) -> None:
    """Refuse what is neither "frames" nor "captions"."""
    if axis not in AXES:
        raise InputError(f"axis = {axis!r}: {' or '.join(map(repr, AXES))} is needed")


def _room(series: Sequence[Series], axis: str) -> float:
    """Give the inches that the longest name at the end of a line takes, in wide letters."""
    return 0.3 + 0.064 * max(map(len, _names(series, axis)))


def box(figure: Figure, *, left: float, right: float) -> tuple[float, float, float, float]:
    """Give the place of axes in a figure from margins in inches; the x axis and the score's name have their own."""
    width, height = figure.get_size_inches()
    return left / width, 0.44 / height, (width - left - right) / width, (height - 0.44 - 0.3) / height


def _top(series: Sequence[Series]) -> float:
    """Give the highest score of a picture."""
    return max(float(np.max(line.score)) for line in series)
