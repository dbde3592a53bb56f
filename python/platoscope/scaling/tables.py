"""The tables of the results: rows of pairs.csv become cells, and results become files that appear whole.

Floats are written by repr and keys in order, so equal results are equal bytes.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from platoscope.errors import DataError, StoreError
from platoscope.scratch import write_file


@dataclass(frozen=True)
class Cell:
    """One row of pairs.csv: two encoders at a budget.

    ``score`` is the maximum over layer pairs in this cell, ``fixed_score`` that of the one pair of layers chosen at
    the largest budgets; ``tie_share`` and further columns are passed over.
    """

    video: str
    text: str
    n_f: int
    n_c: int
    score: float
    fixed_score: float
    chance: float
    n: int
    k: int


def read_pairs(path: Path) -> dict[tuple[str, str], list[Cell]]:
    """Read the cells of every (video, text) pair: pairs in the order of the file, cells by (n_f, n_c).

    Raises
    ------
    StoreError
        Where the file is missing.
    DataError
        For a missing column, a value that is no number, or a cell given twice; it names file and line.
    """
    if not path.is_file():
        raise StoreError(f"{path} is missing: make it with `dvc repro`, or get it with `dvc pull {path.parent}`")
    pairs: dict[tuple[str, str], dict[tuple[int, int], Cell]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or [])
        missing = [field.name for field in fields(Cell) if field.name not in columns]
        if missing:
            raise DataError(f"{path} lacks the columns {', '.join(missing)}; it has {', '.join(columns)}")
        for row in reader:
            where = f"{path}:{reader.line_num}"
            cell = _cell(row, where)
            cells = pairs.setdefault((cell.video, cell.text), {})
            if (cell.n_f, cell.n_c) in cells:
                raise DataError(f"{where}: {cell.video}:{cell.text}@{cell.n_f},{cell.n_c} stands there twice")
            cells[cell.n_f, cell.n_c] = cell
    return {pair: [cells[budget] for budget in sorted(cells)] for pair, cells in pairs.items()}


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows under a header; floats by repr, ``None`` as an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_file(path, text.getvalue())


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON with sorted keys and a newline at its end; a NaN in it is a ``ValueError``."""
    write_file(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n")


def _cell(row: Mapping[str, str | None], where: str) -> Cell:
    """Turn one row into a cell, every field checked."""
    return Cell(
        video=_name(row, "video", where),
        text=_name(row, "text", where),
        n_f=_count(row, "n_f", where),
        n_c=_count(row, "n_c", where),
        score=_number(row, "score", where),
        fixed_score=_number(row, "fixed_score", where),
        chance=_number(row, "chance", where),
        n=_count(row, "n", where),
        k=_count(row, "k", where),
    )


def _name(row: Mapping[str, str | None], column: str, where: str) -> str:
    name = row[column]
    if not name:
        raise DataError(f"{where}: {column} is empty: an encoder's key is needed")
    return name


def _number(row: Mapping[str, str | None], column: str, where: str) -> float:
    try:
        value = float(row[column] or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{where}: {column} = {row[column]!r}: a finite number is needed")
    return value


def _count(row: Mapping[str, str | None], column: str, where: str) -> int:
    value = _number(row, column, where)
    if value < 1 or value != int(value):
        raise DataError(f"{where}: {column} = {row[column]!r}: a whole number from 1 up is needed")
    return int(value)
