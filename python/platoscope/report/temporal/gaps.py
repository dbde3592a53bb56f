"""A picture of what is told beyond a bag of frames: a row an encoder, a column a question, dots with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platoscope.errors import InputError
from platoscope.report.look import CONTROL, INK, MUTED, PAPER, TRAINED, drawing

ROW = 0.23  # inches
LETTER = 0.068  # inches, a wide letter
WIDTH = 1.25  # inches of a column's scale
BETWEEN = 0.14
LOW, HIGH = -0.2, 0.54  # of the scale, wider where a dot asks for it


@dataclass(frozen=True)
class Mark:
    """One dot: a gap with the ends of its interval, whether it is flagged, and the gap of the never trained."""

    gap: float
    low: float
    high: float
    flagged: bool = False
    untrained: float | None = None


@dataclass(frozen=True)
class Column:
    """One question and the dots of the encoders that have one."""

    name: str
    marks: Mapping[str, Mark]


def plot_gaps(columns: Sequence[Column], *, controls: Mapping[str, str | None], title: str, room: int = 1) -> Figure:
    """Draw dots of the encoders, keys of ``controls`` from the top down; ``title`` names the scale.

    ``room`` is for how many columns at least there is width, so that pictures below each other are drawn alike.

    Raises
    ------
    InputError
        Where there is no column or no encoder.
    """
    encoders = list(controls)
    if not columns or not encoders:
        raise InputError(f"{len(columns)} questions of {len(encoders)} encoders: at least one of each is needed")
    left, height = 0.15 + LETTER * max(map(len, encoders)), ROW * len(encoders)
    with drawing():
        figure = Figure(figsize=(left + (WIDTH + BETWEEN) * max(room, len(columns)) + 0.1, height + 0.95))
        whole = figure.get_size_inches()
        ends = [end for column in columns for mark in column.marks.values() for end in (mark.low, mark.high)]
        for place, column in enumerate(columns):
            box = (left + place * (WIDTH + BETWEEN)) / whole[0], 0.45 / whole[1], WIDTH / whole[0], height / whole[1]
            axes = figure.add_axes(box)
            axes.set_xlim(min([LOW, *ends]), max([HIGH, *ends]))
            _draw(axes, column, controls)
            if place:
                axes.set_yticks([])
            else:
                _name_rows(axes, controls)
        figure.text((left if len(columns) > 1 else 0.12) / whole[0], 0.02, title, fontsize=8.5, va="bottom")
    return figure


def _draw(axes: Axes, column: Column, controls: Mapping[str, str | None]) -> None:
    axes.set_ylim(len(controls) - 0.5, -0.5)
    axes.set_xticks([0.0, 0.25, 0.5], ["0", "0.25", "0.5"])
    axes.grid(axis="x")
    axes.axvline(0.0, color=MUTED, linewidth=1.0, linestyle=(0, (1, 2)))
    axes.set_title(column.name, loc="left", fontsize=9, color=INK, pad=6)
    for row, key in enumerate(controls):
        if key in column.marks:
            _draw_mark(axes, row, column.marks[key], CONTROL if controls[key] else TRAINED[0])


def _draw_mark(axes: Axes, row: int, mark: Mark, colour: str) -> None:
    """Draw one dot, hollow and pale where it may not be used."""
    axes.hlines(row, mark.low, mark.high, CONTROL if mark.flagged else colour, linewidth=1.0 if mark.flagged else 2.2,
                alpha=0.6)  # fmt: skip
    if mark.untrained is not None:
        axes.vlines(mark.untrained, row - 0.32, row + 0.32, INK, linewidth=1.1)
    face, edge = (PAPER, CONTROL) if mark.flagged else (colour, PAPER)
    axes.plot(mark.gap, row, "o", color=face, markersize=5.4, mec=edge, mew=1.0 if mark.flagged else 0.7)


def _name_rows(axes: Axes, controls: Mapping[str, str | None]) -> None:
    axes.set_yticks(range(len(controls)), list(controls))
    for tick, control in zip(axes.get_yticklabels(), controls.values(), strict=True):
        tick.set_color(MUTED if control else INK)
