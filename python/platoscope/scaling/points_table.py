"""A table of one's own, for ``platoscope fit``: rows of a CSV file become budgets and scores [point] of every group.

The columns are n_f, n_c, score and, on request, one that names the group; further columns are passed over.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import DataError, InputError
from platoscope.scaling.tables import Row, number, read_rows


@dataclass(frozen=True)
class Points:
    """Budgets and scores of one group, float64 [point] each, in the order of the file."""

    n_f: NDArray[np.float64]
    n_c: NDArray[np.float64]
    score: NDArray[np.float64]


def read_points(path: Path, *, group: str | None = None) -> dict[str, Points]:
    """Read the points of every group, in order of appearance; without a column ``group`` all are one, named "all".

    A cell may stand there more than once, as measurements that were repeated do.

    Raises
    ------
    InputError
        Where there is no such file.
    DataError
        As ``read_rows``; further for an empty group, a budget below 1, a score that is no finite share in [-1, 1], or
        no row at all. It names file and line.
    """
    if not path.is_file():
        raise InputError(f"{path} is no file: a CSV table with the columns n_f, n_c and score is needed")
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for row, where in read_rows(path, columns=["n_f", "n_c", "score", *([] if group is None else [group])]):
        rows.setdefault(_group(row, group, where), []).append(_point(row, where))
    if not rows:
        raise DataError(f"{path} has no row below its header")
    return {name: Points(*np.array(points, dtype=np.float64).T) for name, points in rows.items()}


def _group(row: Row, group: str | None, where: str) -> str:
    name = "all" if group is None else row[group]
    if not name:
        raise DataError(f"{where}: {group} is empty: the name of a group is needed")
    return name


def _point(row: Row, where: str) -> tuple[float, float, float]:
    """Check one row."""
    n_f, n_c, score = (number(row, column, where) for column in ("n_f", "n_c", "score"))
    for name, budget in (("n_f", n_f), ("n_c", n_c)):
        if budget < 1.0:
            raise DataError(f"{where}: {name} = {row[name]!r}: a budget is a finite number from 1 up")
    if abs(score) > 1.0:
        raise DataError(f"{where}: score = {row['score']!r}: a finite share in [-1, 1] is needed")
    return n_f, n_c, score
