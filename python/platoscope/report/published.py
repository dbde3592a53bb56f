"""A picture of one's own growth with evidence beside that of the paper's figure (VideoMAEv2 Huge on VaTeX).

Two grids of scores become shares of what each has, above its chance, at the largest budgets that both have: data set,
samples and encoders differ, so that the scores themselves cannot be compared, but how they grow can be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platoscope.reference_data import Points
from platoscope.report.curves import AXES, OTHER
from platoscope.report.facts import Pair
from platoscope.report.labels import label_ends
from platoscope.report.look import CONTROL, MUTED, PAPER, TRAINED, budget_axis, drawing, score_axis
from platoscope.report.words import many

Budgets = tuple[int, int]
PAPER_N, PAPER_K = 1024, 10  # of the figure, arXiv 2511.02767
PAPER_CHANCE = PAPER_K / (PAPER_N - 1)


@dataclass(frozen=True)
class Growth:
    """Shares of the score at ``at`` (n_f, n_c), above chance, of every cell: one's own and the paper's."""

    at: Budgets
    own: Mapping[Budgets, float]
    paper: Mapping[Budgets, float]
    model: str

    @property
    def cell(self) -> str:
        """Name the cell that the shares refer to: "16 frames, 10 captions"."""
        return f"{many(self.at[0], 'frame')}, {many(self.at[1], 'caption')}"

    def axes(self) -> list[str]:
        """The budgets along which both have more than one cell, the other held where ``at`` has it."""
        return [axis for axis in AXES if all(len(line(cells, self.at, axis)) > 1 for cells in (self.own, self.paper))]


def growth(pair: Pair, points: Points) -> Growth | None:
    """Lay a pair's grid beside the paper's points; ``None`` where they share no cell, or one's own is not above chance.

    The cell that both shares refer to has the most frames of those that both have, then the most captions.
    """
    store = pair.store
    own = {
        (n_f, n_c): float(pair.grid[f, c]) for f, n_f in enumerate(store.frames) for c, n_c in enumerate(store.captions)
    }
    paper = dict(zip(zip(points.n_f.tolist(), points.n_c.tolist(), strict=True), points.score.tolist(), strict=True))
    shared = sorted(set(own) & set(paper))
    if not shared or own[shared[-1]] <= pair.chance:
        return None
    at = shared[-1]
    found = Growth(at, _shares(own, at, pair.chance), _shares(paper, at, PAPER_CHANCE), points.model)
    return found if found.axes() else None


def line(cells: Mapping[Budgets, float], at: Budgets, axis: str) -> list[tuple[int, float]]:
    """The cells along one budget, the other held at its value in ``at``: (budget, share), rising."""
    place = list(AXES).index(axis)
    return sorted((cell[place], share) for cell, share in cells.items() if cell[1 - place] == at[1 - place])


def plot_growth(found: Growth, *, axis: str, label: str) -> Figure:
    """Draw both growths against one of ``found.axes()``, one's own, named ``label``, in colour."""
    names = [label, found.model]
    cells = (found.own, found.paper)
    top = max(share for shares in cells for share in shares.values())
    held = found.at[1 - list(AXES).index(axis)]
    lines = [line(shares, found.at, axis) for shares in cells]
    with drawing():
        figure = Figure(figsize=(0.33 + 2.6 + 0.3 + 0.064 * max(map(len, names)), 2.7))
        width, height = figure.get_size_inches()
        axes = figure.add_axes((0.33 / width, 0.44 / height, 2.6 / width, (height - 0.74) / height))
        axes.set_ylim(0.0, top * 1.08)
        budgets = sorted({budget for points in lines for budget, _ in points})
        budget_axis(axes, budgets, name=f"{AXES[axis]}, with {many(held, OTHER[axis])}")
        _draw(axes, lines)
        score_axis(axes, top=top, title=f"share of what {found.cell} give above chance")
        label_ends(axes, [points[-1][1] for points in lines], names, [TRAINED[0], MUTED], gap=10.5)
    return figure


def _draw(axes: Axes, lines: Sequence[Sequence[tuple[int, float]]]) -> None:
    """Draw one's own line over that of the paper."""
    for points, colour, width in reversed(list(zip(lines, (TRAINED[0], CONTROL), (1.6, 1.1), strict=True))):
        budgets, shares = np.array(points).T
        axes.plot(budgets, shares, color=colour, linewidth=width)
        axes.plot(budgets, shares, "o", color=colour, markersize=4.2, mec=PAPER, mew=0.5)


def _shares(cells: Mapping[Budgets, float], at: Budgets, chance: float) -> dict[Budgets, float]:
    """Turn scores into shares of that at one cell, both above chance."""
    return {cell: (score - chance) / (cells[at] - chance) for cell, score in cells.items()}
