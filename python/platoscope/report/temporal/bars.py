"""A picture of the Test of Time: bars of mutual k-NN over the ticks of what a pair blind to order has."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platoscope.errors import InputError
from platoscope.report.look import CONTROL, INK, MUTED, TRAINED, drawing

ROW, LETTER, WIDTH = 0.21, 0.068, 2.6  # inches


@dataclass(frozen=True)
class Group:
    """Bars of one pair of encoders: (name of the bar, value, its conditional chance), and how they are drawn."""

    label: str
    bars: tuple[tuple[str, float, float], ...]
    control: bool = False
    hollow: bool = False


def plot_bars(groups: Sequence[Group], *, title: str) -> Figure:
    """Draw groups from the top down; a tick is the conditional chance, a hollow bar was read off a publication.

    Raises
    ------
    InputError
        Where there is no bar.
    """
    count = sum(len(group.bars) for group in groups)
    if not count:
        raise InputError("no bar to draw: at least one is needed")
    left, height = 0.5 + LETTER * max(len(group.label) for group in groups), ROW * (count + 0.6 * len(groups))
    with drawing():
        figure = Figure(figsize=(left + WIDTH + 0.45, height + 0.6))
        whole = figure.get_size_inches()
        axes = figure.add_axes((left / whole[0], 0.45 / whole[1], WIDTH / whole[0], height / whole[1]))
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(count + 0.6 * (len(groups) - 1) + 0.1, -0.7)
        axes.grid(axis="x")
        _draw(axes, groups)
        axes.set_xlabel(title)
    return figure


def _draw(axes: Axes, groups: Sequence[Group]) -> None:
    place, ticks, names = 0.0, [], []
    for group in groups:
        colour = CONTROL if group.control or group.hollow else TRAINED[0]
        for row, (name, value, chance) in enumerate(group.bars):
            if group.hollow:
                axes.barh(place, value, height=0.66, facecolor="none", edgecolor=colour, linewidth=1.1)
            else:
                axes.barh(place, value, height=0.7, color=colour, alpha=0.8, linewidth=0)
            axes.vlines(chance, place - 0.42, place + 0.42, INK, linewidth=1.5)
            axes.annotate(f"{value:.2f}", (1.0, place), xytext=(4, 0), textcoords="offset points", va="center",
                          fontsize=7.5, color=MUTED, annotation_clip=False)  # fmt: skip
            ticks.append(place)
            names.append(f"{group.label}   {name}" if row == 0 else name)
            place += 1.0
        place += 0.6
    axes.set_yticks(ticks, names)
    axes.tick_params(axis="y", labelsize=8)
