"""A picture of agreement on direction beside agreement on content: a dot a pair of encoders, odd against even."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from platoscope.errors import InputError
from platoscope.report.look import MUTED, PAPER, TRAINED, drawing

SIDE = 3.0  # inches
COLOURS = {"video": TRAINED[0], "text": TRAINED[1]}


@dataclass(frozen=True)
class Dot:
    """One pair of encoders: calibrated alignment of even parts and of odd parts, and whether the latter is found."""

    number: int
    even: float
    odd: float
    kind: str
    found: bool


def plot_scatter(dots: Sequence[Dot]) -> Figure:
    """Draw dots, numbered as in the table where there is room; hollow where direction may be luck.

    Raises
    ------
    InputError
        Where there is no dot.
    """
    if not dots:
        raise InputError("no pair of encoders to draw: at least one is needed")
    values = [value for dot in dots for value in (dot.even, dot.odd)]
    low, high = min(-0.05, min(values) - 0.04), max(0.2, max(values) + 0.06)
    with drawing():
        figure = Figure(figsize=(SIDE + 0.55, SIDE + 0.75))
        width, height = figure.get_size_inches()
        axes = figure.add_axes((0.45 / width, 0.44 / height, SIDE / width, SIDE / height))
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        axes.grid()
        axes.plot([low, high], [low, high], color=MUTED, linewidth=0.7)
        for draw in (axes.axhline, axes.axvline):
            draw(0.0, color=MUTED, linewidth=0.9, linestyle=(0, (1, 2)))
        for dot in dots:
            colour = COLOURS[dot.kind]
            face, edge = (colour, PAPER) if dot.found else (PAPER, colour)
            axes.plot(dot.even, dot.odd, "o", color=face, markersize=6.0, mec=edge, mew=1.2)
        for dot in _with_room(dots, high - low):
            axes.annotate(str(dot.number), (dot.even, dot.odd), xytext=(0, 5), textcoords="offset points", fontsize=7.5,
                          color=MUTED, ha="center")  # fmt: skip
        axes.set_xlabel("agreement on content (even parts), calibrated")
        axes.set_title("agreement on direction (odd parts), calibrated", loc="left", fontsize=8.5, color=MUTED)
    return figure


def _with_room(dots: Sequence[Dot], span: float) -> list[Dot]:
    """Those whose number lies on no other's, what is found first."""
    kept: list[Dot] = []
    for dot in sorted(dots, key=lambda dot: (not dot.found, dot.number)):
        if all(abs(dot.even - one.even) > 0.055 * span or abs(dot.odd - one.odd) > 0.045 * span for one in kept):
            kept.append(dot)
    return kept
