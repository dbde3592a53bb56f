"""A picture of what carries over: probes trained on one group tested on every other, acc [trained, tested] as a map.

Groups that are twins stand last, apart by a line, their names grey: they have to be at chance as rows and columns.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from platoscope.errors import InputError
from platoscope.report.look import INK, MUTED, drawing

CELL = 0.27  # inches
LETTER = 0.066
COLOURS = "RdBu"  # from what is told the wrong way round, over chance, to what is told
DEEP = 0.32  # from chance, where a colour is so deep that letters on it are white


def plot_transfer(acc: NDArray[np.float64], *, names: Sequence[str], twins: Sequence[bool]) -> Figure:
    """Draw one matrix, acc float64 [group, group], groups in the order given and those of ``twins`` grey.

    Raises
    ------
    InputError
        Where the matrix is not one of the groups by themselves.
    """
    n = len(names)
    if acc.shape != (n, n) or len(twins) != n or not n:
        raise InputError(f"acc {acc.shape}, {n} names, {len(twins)} twins: [group, group] is needed")
    left = 0.35 + LETTER * max(map(len, names))
    side = CELL * n
    with drawing():
        figure = Figure(figsize=(left + side + 0.1, left + side + 0.1))
        width, height = figure.get_size_inches()
        axes = figure.add_axes((left / width, 0.1 / height, side / width, side / height))
        axes.imshow(acc, cmap=COLOURS, vmin=0.0, vmax=1.0, aspect="auto", interpolation="none")
        for row, column in np.ndindex(n, n):
            value = float(acc[row, column])
            colour = "#ffffff" if abs(value - 0.5) > DEEP else "#000000"
            text = f"{100 * value:.0f}"
            axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=colour)
        for group in range(n):
            axes.add_patch(Rectangle((group - 0.5, group - 0.5), 1, 1, fill=False, edgecolor="#000000", linewidth=1.0))
        if any(twins) and not all(twins):
            edge = list(twins).index(True) - 0.5
            axes.axhline(edge, color="#000000", linewidth=1.6)
            axes.axvline(edge, color="#000000", linewidth=1.6)
        axes.spines[:].set_visible(False)
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.set_xticks(range(n), names, rotation=90)
        axes.set_yticks(range(n), names)
        axes.tick_params(length=0, labelsize=8)
        for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
            for label, twin in zip(labels, twins, strict=True):
                label.set_color(MUTED if twin else INK)
        axes.set_xlabel("tested on")
        axes.set_ylabel("trained on")
    return figure
