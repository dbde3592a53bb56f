"""Pictures of how a score hangs on how many samples there are (N) and how many neighbours are compared (k).

Points of curves become a figure each, against N, or against k among all samples: trained encoders in colour, controls
grey, and below them, shaded, what 95 % of shuffles stay below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platoscope.errors import InputError
from platoscope.report.evidence import Point
from platoscope.report.labels import label_ends
from platoscope.report.look import CONTROL, MUTED, PAPER, TRAINED, budget_axis, drawing, score_axis

DASHES = ("-", (0, (4, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)))
GAP = 10.5  # points between two names
LETTER = 0.064  # inches, a wide letter
NAMES = {"n": "videos, N", "k": "neighbours compared, k, among {n} videos"}


@dataclass(frozen=True)
class Line:
    """One line: points whose ``n`` or ``k`` rises, its name, its colour and its dash (a place in ``DASHES``)."""

    points: tuple[Point, ...]
    label: str
    colour: str
    dash: int = 0


def plot_gallery(lines: Sequence[Line], *, against: str, top: float, title: str, letters: int) -> Figure:
    """Draw lines against "n" or "k" on a scale to ``top``; the null below them is that of the first line.

    ``letters`` is how long the names of lines may be, so that two pictures beside each other are drawn alike.

    Raises
    ------
    InputError
        Where there is no line, or for another name than these two.
    """
    if not lines or against not in NAMES:
        raise InputError(f"{len(lines)} lines against {against!r}: at least one, against 'n' or 'k', is needed")
    room = 0.3 + LETTER * letters
    with drawing():
        figure = Figure(figsize=(0.33 + 2.6 + room, 2.8))
        width, height = figure.get_size_inches()
        axes = figure.add_axes((0.33 / width, 0.44 / height, 2.6 / width, (height - 0.74) / height))
        axes.set_ylim(0.0, top * 1.08)
        values = sorted({int(getattr(point, against)) for line in lines for point in line.points})
        budget_axis(axes, values, name=NAMES[against].format(n=lines[0].points[-1].n))
        _draw(axes, lines, against=against)
        score_axis(axes, top=top, title=title)
    return figure


def _draw(axes: Axes, lines: Sequence[Line], *, against: str) -> None:
    """Draw the lines, the null of the first, and the names."""
    first = lines[0].points
    places = [float(getattr(point, against)) for point in first]
    axes.fill_between(places, [point.null95 for point in first], color=MUTED, alpha=0.22, linewidth=0)
    for line in reversed(lines):
        _draw_line(axes, line, against=against)
    label_ends(
        axes,
        [line.points[-1].score for line in lines],
        [line.label for line in lines],
        [MUTED if line.colour == CONTROL else line.colour for line in lines],
        gap=GAP,
    )


def _draw_line(axes: Axes, line: Line, *, against: str) -> None:
    """Draw one line; where a score is the mean of several random sets, a stroke from the least to the largest."""
    places = [float(getattr(point, against)) for point in line.points]
    scores = [point.score for point in line.points]
    thin = line.colour == CONTROL
    axes.plot(
        places, scores, color=line.colour, linewidth=1.0 if thin else 1.6, linestyle=DASHES[line.dash % len(DASHES)]
    )
    axes.vlines(
        places, [point.low for point in line.points], [point.high for point in line.points], line.colour,
        linewidth=0.8, alpha=0.6,
    )  # fmt: skip
    axes.plot(places, scores, "o", color=line.colour, markersize=3.2 if thin else 4.2, mec=PAPER, mew=0.4)


def colour_of(place: int | None) -> str:
    """The colour of a trained line by its place, or of a control (``None``)."""
    return CONTROL if place is None else TRAINED[place % len(TRAINED)]
