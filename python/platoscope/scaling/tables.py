"""The tables of the results: rows of CSV files are read and checked, and results become files that appear whole.

``read_rows`` gives the rows of any table, of which ``read_pairs`` makes the cells of pairs.csv. Floats are written by
repr and keys in order, so equal results are equal bytes.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from platoscope.errors import DataError, StoreError
from platoscope.scratch import write_file

Row = Mapping[str, str]


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
    for row, where in read_rows(path, columns=[field.name for field in fields(Cell)]):
        cell = _cell(row, where)
        cells = pairs.setdefault((cell.video, cell.text), {})
        if (cell.n_f, cell.n_c) in cells:
            raise DataError(f"{where}: {cell.video}:{cell.text}@{cell.n_f},{cell.n_c} stands there twice")
        cells[cell.n_f, cell.n_c] = cell
    return {pair: [cells[budget] for budget in sorted(cells)] for pair, cells in pairs.items()}


def read_rows(path: Path, *, columns: Sequence[str]) -> Iterator[tuple[Row, str]]:
    """Give every row of a CSV file by column, each with its place "file:line" for messages.

    ``columns`` have to be there, further ones are passed over; a mark of the byte order is, too.

    Raises
    ------
    DataError
        For a missing column or one that stands there twice, a row with more or fewer fields than the header, or what
        is no CSV in UTF-8.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            _check_header(header, columns, path)
            for line in lines:
                where = f"{path}:{lines.line_num}"
                if line and len(line) != len(header):
                    raise DataError(f"{where}: {len(line)} fields, the header has {len(header)}")
                if line:
                    yield dict(zip(header, line, strict=True)), where
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no CSV table in UTF-8: {error}") from error


def number(row: Row, column: str, where: str) -> float:
    """Read a finite number; ``where`` is the row's place for the ``DataError``."""
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{where}: {column} = {row[column]!r}: a finite number is needed")
    return value


def count(row: Row, column: str, where: str) -> int:
    """Read a whole number from 1 up."""
    value = number(row, column, where)
    if value < 1 or value != int(value):
        raise DataError(f"{where}: {column} = {row[column]!r}: a whole number from 1 up is needed")
    return int(value)


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


def _check_header(header: Sequence[str], columns: Sequence[str], path: Path) -> None:
    """Refuse a table that lacks columns, or has one of them twice."""
    if missing := [name for name in columns if name not in header]:
        raise DataError(f"{path}:1 lacks the columns {', '.join(missing)}; it has {', '.join(header) or 'none'}")
    if twice := [name for name in columns if header.count(name) > 1]:
        raise DataError(f"{path}:1 has the column {twice[0]} twice")


def _cell(row: Row, where: str) -> Cell:
    """Turn one row into a cell, every field checked."""
    return Cell(
        video=_name(row, "video", where),
        text=_name(row, "text", where),
        n_f=count(row, "n_f", where),
        n_c=count(row, "n_c", where),
        score=number(row, "score", where),
        fixed_score=number(row, "fixed_score", where),
        chance=number(row, "chance", where),
        n=count(row, "n", where),
        k=count(row, "k", where),
    )


def _name(row: Row, column: str, where: str) -> str:
    name = row[column]
    if not name:
        raise DataError(f"{where}: {column} is empty: an encoder's key is needed")
    return name
