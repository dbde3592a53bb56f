"""What is said about two encoders beyond their scores: for the cells that params name, and as curves.

Tables of neighbours [budget, layer, sample, depth] of both sides become, for each cell (n_f, n_c), the numbers of
``COLUMNS``; those that do not exist are ``None``, and notes say why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from platoscope.alignment.agreement import max_null
from platoscope.alignment.statistics.bootstrap import Interval, bootstrap_interval
from platoscope.alignment.statistics.cells import CellTables
from platoscope.alignment.statistics.estimates import available, jackknife, sampling
from platoscope.alignment.statistics.galleries import gallery_curves
from platoscope.alignment.statistics.groups import Labels
from platoscope.alignment.statistics.heldout import heldout_score
from platoscope.alignment.statistics.nulls import calibrate
from platoscope.errors import InputError
from platoscope.params import StatisticsParams
from platoscope.store import Neighbours, PairLayers

COLUMNS = (
    "null_mean", "null95", "p", "p_floor", "calibrated", "calibrated95", "ci_low", "ci_high", "sampling_low",
    "sampling_high", "jackknife_low", "jackknife_high", "heldout",
)  # fmt: skip

Cell = tuple[int, int]
Values = dict[str, float | None]
Asked = Iterable[str | Cell]


def tables_at(video: Neighbours, text: Neighbours, pair: PairLayers, cell: Cell) -> CellTables:
    """Take the tables of a cell (n_f, n_c) that is in the grid of the pair."""
    f, c = pair.frames.index(cell[0]), pair.captions.index(cell[1])
    return CellTables(video.ids[f], text.ids[c], pair.metric, pair.k, pair.score[f, c])


def cells_of(asked: Asked, frames: Sequence[int], captions: Sequence[int]) -> list[Cell]:
    """Give the cells that are asked for and in this grid, each once, in the order of the grid."""
    named = {"smallest": (frames[0], captions[0]), "largest": (frames[-1], captions[-1])}
    wanted = {named[cell] if isinstance(cell, str) else cell for cell in asked}
    return [(n_f, n_c) for n_f in frames for n_c in captions if (n_f, n_c) in wanted]


def check_cells(asked: Asked, grids: Iterable[tuple[Sequence[int], Sequence[int]]]) -> None:
    """Refuse a named cell that no pair of encoders has; raises InputError."""
    grids = list(grids)
    for cell in asked:
        if not isinstance(cell, str) and not any(
            cell[0] in frames and cell[1] in captions for frames, captions in grids
        ):
            frames, captions = grids[0]
            raise InputError(
                f"statistics.cells names {list(cell)}, but n_f is one of {list(frames)} and n_c one of {list(captions)}"
            )


def cell_evidence(tables: CellTables, p: StatisticsParams, *, groups: Labels | None) -> tuple[Values, list[str]]:
    """Compute the numbers of ``COLUMNS`` for one cell; gives them with notes on what does not exist.

    Raises
    ------
    InputError
        Where groups allow fewer distinct permutations than are asked for.
    """
    seed, sides, notes = p.seed, [tables.sides], list[str]()
    null = max_null(
        tables.a, tables.b, metric=tables.metric, k=tables.k, permutations=p.permutations, seed=seed, blocks=groups
    )

    def ci() -> Interval:
        return bootstrap_interval(tables.values, draws=p.draws, level=p.level, seed=seed, groups=groups)

    def heldout() -> float:
        a, b, metric, k = tables.a, tables.b, tables.metric, tables.k
        return heldout_score(a, b, metric=metric, k=k, splits=p.splits, seed=seed, groups=groups)

    found = available("null", lambda: calibrate(tables.score, null), notes)
    drawn = available("bootstrap", ci, notes)
    error = available("sampling error", lambda: sampling(sides, groups=groups), notes)
    knife = available("jackknife", lambda: jackknife(sides, blocks=p.blocks, seed=seed, groups=groups), notes)
    intervals = {
        "ci": drawn,
        "sampling": None if error is None else error.interval(p.level),
        "jackknife": None if knife is None else knife.interval(p.level),
    }
    names = ("null_mean", "null95", "p", "p_floor", "calibrated", "calibrated95")
    values: Values = {name: None if found is None else getattr(found, name) for name in names}
    for name, ends in intervals.items():
        values[f"{name}_low"], values[f"{name}_high"] = (None, None) if ends is None else ends
    values["heldout"] = available("held-out score", heldout, notes)
    return values, notes


def pair_evidence(
    video: Neighbours, text: Neighbours, pair: PairLayers, p: StatisticsParams, *, groups: Labels | None, curves: bool
) -> dict[str, Any]:
    """Give all that is said about a pair of encoders, as JSON: cells, points of curves (if asked for) and notes."""
    cells, notes = [], []
    for cell in cells_of(p.cells, pair.frames, pair.captions):
        values, said = cell_evidence(tables_at(video, text, pair, cell), p, groups=groups)
        cells.append({"n_f": cell[0], "n_c": cell[1], "values": values})
        notes += [f"{cell[0]},{cell[1]}: {note}" for note in said]
    points: list[dict[str, Any]] = []
    if curves and p.gallery_draws:
        largest = tables_at(video, text, pair, (pair.frames[-1], pair.captions[-1]))
        drawn = gallery_curves(
            largest.a,
            largest.b,
            metric=pair.metric,
            draws=p.gallery_draws,
            permutations=p.gallery_permutations,
            seed=p.seed,
            groups=groups,
        )
        points = [asdict(point) for point in drawn.points]
        notes += [f"curves: {left_out}" for left_out in drawn.left_out]
    return {"cells": cells, "points": points, "notes": notes}
