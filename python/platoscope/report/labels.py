"""Names at the ends of lines: beside the last score [line], moved apart where they would lie on each other."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from platoscope.report.look import spread


def label_ends(axes: Axes, ends: Sequence[float], names: Sequence[str], colours: Sequence[str], *, gap: float) -> None:
    """Write names right of axes at the ends of lines, moved apart where they would be nearer than ``gap`` points."""
    places = spread(ends, gap=gap * point_height(axes))
    for end, place, name, colour in zip(ends, places, names, colours, strict=True):
        line = {"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0}
        axes.annotate(
            name, (1.0, end), xycoords=axes.get_yaxis_transform(), xytext=(1.05, place),
            textcoords=axes.get_yaxis_transform(), va="center", color=colour, arrowprops=line, annotation_clip=False,
        )  # fmt: skip


def point_height(axes: Axes) -> float:
    """One point of height, in units of the score."""
    low, high = axes.get_ylim()
    return float((high - low) / (axes.get_window_extent().height / axes.figure.dpi * 72))
