"""A picture of what to believe of scores: each beside the scores of shuffled captions, its intervals and its check.

Cells of the grid become rows of one figure: a grey bar up to what 95 % of shuffles stay below, a dot for the score, a
thick line for the interval over queries, a thin one for that over samples, an upright stroke for the held-out score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platoscope.errors import InputError
from platoscope.report.evidence import Cell
from platoscope.report.look import CONTROL, HAIRLINE, INK, MUTED, PAPER, TRAINED, drawing

ROW = 0.24  # inches
LETTER = 0.066  # inches, a wide letter
WIDTH = 3.3  # inches of the scale
REST = 0.8  # inches for the scale's numbers and its name, and for what stands above


@dataclass(frozen=True)
class Line:
    """One row: what is known of a cell, its name, and whether the encoders are a control."""

    cell: Cell
    label: str
    control: bool


def plot_evidence(lines: Sequence[Line], *, chance: float, title: str, top: float) -> Figure:
    """Draw rows from the top down on a scale of scores to ``top``; ``chance`` is a dotted line through all of them.

    Raises
    ------
    InputError
        Where there is no row.
    """
    if not lines:
        raise InputError("no cell of the grid to draw: at least one is needed")
    left = 0.15 + LETTER * max(len(line.label) for line in lines)
    height = ROW * len(lines)
    with drawing():
        figure = Figure(figsize=(left + WIDTH + 0.2, height + REST))
        whole = figure.get_size_inches()
        axes = figure.add_axes((left / whole[0], 0.45 / whole[1], WIDTH / whole[0], height / whole[1]))
        axes.set_xlim(0.0, 1.05 * top)
        axes.set_ylim(len(lines) - 0.5, -0.5)
        axes.grid(axis="x")
        for row, line in enumerate(lines):
            _draw(axes, row, line)
        axes.axvline(chance, color=MUTED, linewidth=0.9, linestyle=(0, (1, 2)))
        axes.set_yticks(range(len(lines)), [line.label for line in lines])
        for tick, line in zip(axes.get_yticklabels(), lines, strict=True):
            tick.set_color(MUTED if line.control else INK)
        axes.set_xlabel(title)
        _name_marks(axes, lines[0], chance=chance)
    return figure


def _draw(axes: Axes, row: int, line: Line) -> None:
    """Draw one row, what lies lowest first."""
    cell, colour = line.cell, CONTROL if line.control else TRAINED[0]
    axes.barh(row, cell.null95, height=0.72, color=HAIRLINE, linewidth=0, zorder=0.5)
    if cell.samples is not None:
        axes.hlines(row, *cell.samples, colour, linewidth=0.9)
    if cell.queries is not None:
        axes.hlines(row, *cell.queries, colour, linewidth=3.2, alpha=0.55)
    if cell.heldout is not None:
        axes.vlines(cell.heldout, row - 0.33, row + 0.33, INK, linewidth=1.1)
    axes.plot(cell.score, row, "o", color=colour, markersize=5.2, mec=PAPER, mew=0.7)


def _name_marks(axes: Axes, first: Line, *, chance: float) -> None:
    """Name chance and the bar of shuffles above the first row, where they are."""
    axes.annotate(
        f"chance {chance:.3f}, 95 % of shuffles below {first.cell.null95:.3f}", (chance, -0.5), xytext=(0, 5),
        textcoords="offset points", fontsize=7.5, color=MUTED, ha="left", annotation_clip=False,
    )  # fmt: skip


def end_of(cell: Cell) -> float:
    """How far to the right a row reaches."""
    ends = [ends[1] for ends in (cell.queries, cell.samples) if ends is not None]
    return max(cell.score, cell.heldout or 0.0, cell.null95, *ends)
