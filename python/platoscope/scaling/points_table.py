"""A table of one's own, for ``platoscope fit``: rows of a CSV file become budgets and scores [point] of every group.

The columns are n_f, n_c, score and, on request, one that names the group; further columns are passed over.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import DataError, InputError


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
        For a missing column, an empty group, a budget below 1, a score that is no finite share in [-1, 1], or no row
        at all; it names file and line.
    """
    if not path.is_file():
        raise InputError(f"{path} is no file: a CSV table with the columns n_f, n_c and score is needed")
    rows: dict[str, list[tuple[float, float, float]]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            _check_columns(path, reader.fieldnames or (), group)
            for row in reader:
                where = f"{path}:{reader.line_num}"
                rows.setdefault(_group(row, group, where), []).append(_point(row, where))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no CSV table in UTF-8: {error}") from error
    if not rows:
        raise DataError(f"{path} has no row below its header")
    return {name: Points(*np.array(points, dtype=np.float64).T) for name, points in rows.items()}


def _check_columns(path: Path, columns: tuple[()] | object, group: str | None) -> None:
    """Refuse a table without the columns that are needed."""
    have = list(columns) if isinstance(columns, list | tuple) else []
    missing = [name for name in ("n_f", "n_c", "score", *([group] if group is not None else [])) if name not in have]
    if missing:
        raise DataError(f"{path}:1 lacks the columns {', '.join(missing)}; it has {', '.join(have) or 'none'}")


def _group(row: dict[str, str | None], group: str | None, where: str) -> str:
    name = "all" if group is None else row[group]
    if not name:
        raise DataError(f"{where}: {group} is empty: the name of a group is needed")
    return name


def _point(row: dict[str, str | None], where: str) -> tuple[float, float, float]:
    """Check one row."""
    n_f, n_c, score = (_number(row, column, where) for column in ("n_f", "n_c", "score"))
    for name, budget in (("n_f", n_f), ("n_c", n_c)):
        if not 1.0 <= budget < math.inf:
            raise DataError(f"{where}: {name} = {row[name]!r}: a budget is a finite number from 1 up")
    if not abs(score) <= 1.0:
        raise DataError(f"{where}: score = {row['score']!r}: a finite share in [-1, 1] is needed")
    return n_f, n_c, score


def _number(row: dict[str, str | None], column: str, where: str) -> float:
    try:
        return float(row[column] or "")
    except ValueError as error:
        raise DataError(f"{where}: {column} = {row[column]!r}: a number is needed") from error
