"""``platoscope table``: rows of pairs.csv, sorted and filtered, as the field prints them: as text, LaTeX or Markdown.

A row is a cell (video encoder, text encoder, n_f, n_c). Columns are the score and the figures that correct it, rounded;
as CSV, all columns of the file as they are there.
"""

import csv
import json
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from platoscope.alignment.stages.grid import csv_text
from platoscope.errors import InputError, StoreError, UnavailableError
from platoscope.project import Project

Format = Literal["plain", "csv", "latex", "markdown"]
Row = dict[str, str]

NAMES = ("video", "text", "video_layer_name", "text_layer_name")
SMALL_FIRST = ("p", "q", *NAMES)  # where the least is the best, or the first
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "!=": operator.ne, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
CONDITION = re.compile(r"(?P<column>\w+)\s*(?P<sign>!=|<=|>=|=|<|>)\s*(?P<value>.*)")
INTERVALS = {
    "sampling": "over samples",
    "jackknife": "over samples, by jackknife (wider than need be)",
    "ci": "over queries, among these neighbours (narrower than that over samples)",
}
USUAL = ("score", "null95", "p", "calibrated", "interval", "heldout")
HEADS = {"calibrated": "cal.", "heldout": "held-out", "p": "p"}
# What LaTeX takes for something else.
LATEX = {
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True)
class Table:
    """Cells as text under their heads; ``numeric`` columns stand right; ``note`` says what they are of."""

    heads: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


def pairs_table(
    project: Project,
    *,
    where: Sequence[str] = (),
    sort: str = "score",
    reverse: bool = False,
    every: bool = False,
    columns: Sequence[str] = (),
    metric: str | None = None,
    form: Format = "plain",
) -> str:
    """Give the pairs of data/alignment, or of data/similarity/METRIC, as text.

    Parameters
    ----------
    where
        Conditions such as ``n_f=16``, ``score>0.2`` or ``video=lite*``, all of which hold for the rows that are shown.
    sort
        A column: the best first, of names the first in the alphabet; rows that have none are last.
    every
        All cells; else those of the largest budgets, unless a condition names n_f or n_c.
    columns
        Others of the file than the usual ones.

    Raises
    ------
    StoreError
        If there is no table.
    InputError
        For a column or a condition that there is not.
    UnavailableError
        If no row fits.
    """
    rows = _read(project, metric)
    known = tuple(rows[0])
    for column in (sort, *columns):
        _check_known(column, known if column == sort or form == "csv" else (*known, "interval"))
    tests = [_test(condition, known) for condition in where]
    if not every and not any(column in ("n_f", "n_c") for column, _ in tests):
        rows = _largest(rows)
    kept = [row for row in rows if all(test(row) for _, test in tests)]
    if not kept:
        raise UnavailableError(f"none of {len(rows)} rows fits {' and '.join(where)}; {_values(rows, tests)}")
    kept = _sorted(kept, sort, reverse=reverse)
    if form == "csv":
        return csv_text(columns or known, kept).rstrip("\n")
    table = _table(kept, known, columns, _level(project, metric), what=metric)
    return {"plain": _rich, "latex": _latex, "markdown": _markdown}[form](table)


def _read(project: Project, metric: str | None) -> list[Row]:
    file = (project.alignment if metric is None else project.similarity(metric)) / "pairs.csv"
    if not file.is_file():
        stage = "alignment" if metric is None else f"similarity@{metric}"
        raise StoreError(
            f"{file} is missing: make it with `dvc repro {stage}`, or get it with `dvc pull {file.parent}`"
        )
    with file.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    if not rows:
        raise StoreError(f"{file} has no rows: make it again with `dvc repro`")
    return rows


def _level(project: Project, metric: str | None) -> float | None:
    """Of the intervals; metrics over features have none."""
    file = project.alignment / "statistics.json"
    if metric is not None or not file.is_file():
        return None
    level: float = json.loads(file.read_text(encoding="utf-8"))["settings"]["level"]
    return level


def _check_known(column: str, known: Sequence[str]) -> None:
    if column not in known:
        raise InputError(f"the table has no column {column!r}; it has {', '.join(known)}")


def _test(condition: str, known: Sequence[str]) -> tuple[str, Callable[[Row], bool]]:
    """The column of a condition, and whether a row meets it; one without a value meets none."""
    found = CONDITION.fullmatch(condition.strip())
    if found is None:
        raise InputError(f"{condition!r} is no condition: column, one of {' '.join(OPERATORS)}, value, as in n_f=16")
    column, sign, value = found["column"], found["sign"], found["value"].strip()
    _check_known(column, known)
    if column in NAMES:
        if sign not in ("=", "!="):
            raise InputError(f"{condition!r}: {column} is a name, which is = or != a pattern such as lite*")
        return column, lambda row: fnmatchcase(row[column], value) == (sign == "=")
    try:
        wanted = float(value)
    except ValueError as error:
        raise InputError(f"{condition!r}: {column} is a number, {value!r} is none") from error
    return column, lambda row: row[column] != "" and OPERATORS[sign](float(row[column]), wanted)


def _largest(rows: Sequence[Row]) -> list[Row]:
    """The last cell of each pair's grid: that of its largest budgets."""
    return list({(row["video"], row["text"]): row for row in rows}.values())


def _sorted(rows: Sequence[Row], column: str, *, reverse: bool) -> list[Row]:
    there = [row for row in rows if row[column] != ""]
    if column in NAMES:
        ordered = sorted(there, key=lambda row: row[column], reverse=reverse)
    else:
        ordered = sorted(there, key=lambda row: float(row[column]), reverse=reverse != (column not in SMALL_FIRST))
    return [*ordered, *(row for row in rows if row[column] == "")]


def _values(rows: Sequence[Row], tests: Iterable[tuple[str, object]]) -> str:
    """What the columns of the conditions hold."""
    said = []
    for column in dict.fromkeys(column for column, _ in tests):
        values = list(dict.fromkeys(row[column] for row in rows if row[column] != ""))
        if column not in NAMES and values:
            numbers = sorted(map(float, values))
            said.append(f"{column} is {numbers[0]:g} to {numbers[-1]:g}")
        else:
            said.append(f"{column} is {', '.join(values) or 'empty'}")
    return "; ".join(said)


def _table(
    rows: Sequence[Row], known: Sequence[str], columns: Sequence[str], level: float | None, *, what: str | None
) -> Table:
    kind = next((kind for kind in INTERVALS if any(row.get(f"{kind}_low") for row in rows)), None)
    if "interval" in columns and kind is None:
        raise UnavailableError("none of these rows has an interval: `statistics.cells` says which cells have")
    usual = [name for name in USUAL if name in known or (name == "interval" and kind is not None)]
    names = list(columns or ("video", "text", "n_f", "n_c", *usual))
    heads = [_head(name, level) for name in names]
    cells = tuple(tuple(_cell(name, row, kind) for name in names) for row in rows)
    numeric = tuple(name not in NAMES for name in names)
    return Table(tuple(heads), numeric, cells, _note(rows, names, kind, level, what=what))


def _head(name: str, level: float | None) -> str:
    if name == "interval":
        return "interval" if level is None else f"{100 * level:g} %"
    return HEADS.get(name, name)


def _cell(name: str, row: Row, kind: str | None) -> str:
    if name == "interval":
        low, high = row[f"{kind}_low"], row[f"{kind}_high"]
        return f"[{float(low):.3f}, {float(high):.3f}]" if low and high else "-"
    value = row[name]
    if name in NAMES or value == "":
        return value or "-"
    if name in ("p", "q"):
        least = name == "p" and value == row.get("p_floor")
        return f"{'≤' if least else ''}{float(value):.2g}"
    return value if value.lstrip("-").isdigit() else f"{float(value):.3f}"


def _note(rows: Sequence[Row], names: Sequence[str], kind: str | None, level: float | None, *, what: str | None) -> str:
    """N, k and chance, and what the interval is, which no column says."""
    parts = [what] if what else []
    for name in ("n", "k", "chance"):
        values = sorted({row[name] for row in rows if row.get(name)})
        if len(values) == 1:
            number = values[0] if values[0].isdigit() else f"{float(values[0]):.4f}"
            parts.append(f"{'N' if name == 'n' else name} = {number}")
    if kind is not None and "interval" in names:
        parts.append(f"{f'{100 * level:g} %' if level else ''} interval {INTERVALS[kind]}".strip())
    return ", ".join(parts)


def _rich(table: Table) -> str:
    """As a terminal shows it."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as RichTable

    shown = RichTable(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head, numeric in zip(table.heads, table.numeric, strict=True):
        shown.add_column(head, justify="right" if numeric else "left", no_wrap=True)
    for row in table.rows:
        shown.add_row(*row)
    console = Console(markup=False, highlight=False)
    wide = console.options.update(width=10_000)
    console.width = max(console.width, console.measure(shown, options=wide).maximum)  # a cut figure is no figure
    with console.capture() as captured:
        console.print(shown)
    return "\n".join([*(line.rstrip() for line in captured.get().splitlines()), "", table.note])


def _markdown(table: Table) -> str:
    rows = [table.heads, tuple("---:" if numeric else "---" for numeric in table.numeric), *table.rows]
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([*lines, "", table.note])


def _latex(table: Table) -> str:
    """A tabular with the rules of booktabs; the note stands below it as a comment."""
    kinds = "".join("r" if numeric else "l" for numeric in table.numeric)
    heads, *rows = (f"{' & '.join(_escaped(cell) for cell in row)} " + r"\\" for row in (table.heads, *table.rows))
    ruled = [r"\toprule", heads, r"\midrule", *rows, r"\bottomrule"]
    return "\n".join([rf"\begin{{tabular}}{{{kinds}}}", *ruled, r"\end{tabular}", f"% {table.note}"])


def _escaped(cell: str) -> str:
    said = "".join(LATEX.get(letter, letter) for letter in cell)
    return re.sub("≤", lambda _: r"$\le$", said)
