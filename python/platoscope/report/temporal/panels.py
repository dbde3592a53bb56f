"""A panel of lines on one scale, as against depth or spacing: points, intervals, a chance line and a null's band."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platoscope.errors import InputError
from platoscope.report.labels import label_ends
from platoscope.report.look import CONTROL, MUTED, PAPER, drawing

GAP = 10.5  # points between two names
LETTER = 0.064  # inches, a wide letter
WIDTH, HEIGHT = 1.8, 1.6  # inches of the scales
DASHES = ("-", (0, (4, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)))


@dataclass(frozen=True)
class Line:
    """Points of one encoder, x rising, with their intervals where known.

    ``flat``: a single point that stands for every x. ``twins``: y of the twins at the same x, drawn dotted.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    colour: str
    dash: int = 0
    ends: tuple[tuple[float, float], ...] = ()
    flat: bool = False
    twins: tuple[float, ...] = ()


@dataclass(frozen=True)
class Scale:
    """The axes: x from ``left`` to ``right`` with its ticks, y from ``low`` to ``high``, and their names."""

    left: float
    right: float
    ticks: tuple[float, ...]
    x_name: str
    low: float
    high: float
    y_name: str
    log: bool = False


def plot_panel(
    lines: Sequence[Line],
    scale: Scale,
    *,
    chance: float | None = None,
    band: float | None = None,
    letters: int | None = None,
) -> Figure:
    """Draw lines named at their ends; ``band``: what the null stays below, shaded from ``chance`` up.

    ``letters`` is how long names may be, so that panels beside each other are drawn alike.

    Raises
    ------
    InputError
        Where there is no line.
    """
    if not lines:
        raise InputError("no line to draw: at least one is needed")
    room = 0.3 + LETTER * (letters or max(len(line.label) for line in lines))
    with drawing():
        figure = Figure(figsize=(0.42 + WIDTH + room, HEIGHT + 0.75))
        width, height = figure.get_size_inches()
        axes = figure.add_axes((0.42 / width, 0.44 / height, WIDTH / width, HEIGHT / height))
        _scale(axes, scale)
        if chance is not None:
            if band is not None:
                axes.axhspan(chance, band, color=MUTED, alpha=0.18, linewidth=0)
            axes.axhline(chance, color=MUTED, linewidth=0.9, linestyle=(0, (1, 2)))
        for line in reversed(lines):
            _draw(axes, line, scale)
        label_ends(
            axes,
            [line.y[-1] for line in lines],
            [line.label for line in lines],
            [MUTED if line.colour == CONTROL else line.colour for line in lines],
            gap=GAP,
        )
    return figure


def _scale(axes: Axes, scale: Scale) -> None:
    if scale.log:
        axes.set_xscale("log", base=2)
    axes.set_xlim(scale.left, scale.right)
    axes.set_xticks(scale.ticks, [f"{tick:g}" for tick in scale.ticks], minor=False)
    axes.set_xticks([], minor=True)
    axes.set_ylim(scale.low, scale.high)
    axes.grid(axis="y")
    axes.set_xlabel(scale.x_name)
    axes.set_title(scale.y_name, loc="left", fontsize=8.5, color=MUTED)


def _draw(axes: Axes, line: Line, scale: Scale) -> None:
    thin = line.colour == CONTROL
    width = 1.0 if thin else 1.6
    dash = DASHES[line.dash % len(DASHES)]
    if line.flat:
        axes.plot([scale.left, scale.right], line.y * 2, color=line.colour, linewidth=width, linestyle=dash)
        return
    if line.twins:
        axes.plot(line.x, line.twins, color=line.colour, linewidth=0.9, linestyle=(0, (1, 1.5)), alpha=0.8)
    if line.ends:
        lows, highs = zip(*line.ends, strict=True)
        axes.vlines(line.x, lows, highs, line.colour, linewidth=0.9, alpha=0.6)
    axes.plot(line.x, line.y, color=line.colour, linewidth=width, linestyle=dash)
    axes.plot(line.x, line.y, "o", color=line.colour, markersize=3.0 if thin else 3.8, mec=PAPER, mew=0.4)
