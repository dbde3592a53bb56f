"""Samples that do not take part: the tables they stand in, and their reasons told by kind.

Reasons that differ in their numbers and names alone are one kind, so that thousands can be read as well as three.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from platoscope.errors import StoreError

STAGES = ("dataset", "frames", "captions", "samples")
SHOWN = 20  # kinds of reasons
SHOWN_IDS = 3  # of each
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_VIDEO = re.compile(r"(?<=no video ).+?(?=\.\* )")


class Out(NamedTuple):
    """A sample that does not take part: the stage that says so, and why."""

    id: str
    stage: str
    reason: str


class Kind(NamedTuple):
    """Samples that are out for one kind of reason, of which ``reason`` has the ranges of the numbers."""

    stage: str
    reason: str
    ids: tuple[str, ...]


def table_of(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a CSV table, in which a cell with any end of a line is quoted."""
    return "".join(_line(row) for row in (columns, *rows))


def read_absent(path: Path) -> list[Out]:
    """Read ``absent.csv``: samples that the data set lists and has no video of.

    Raises
    ------
    StoreError
        If it is missing.
    """
    return [Out(row["id"], "dataset", row["reason"]) for row in _rows(path)]


def read_excluded(path: Path) -> list[Out]:
    """Read ``data/excluded.csv``.

    Raises
    ------
    StoreError
        If it is missing.
    """
    return [Out(row["id"], row["stage"], row["reason"]) for row in _rows(path)]


def kinds_of(out: Sequence[Out]) -> list[Kind]:
    """Kinds of reasons, by stage in their order, the most frequent first."""
    found: dict[tuple[str, str], list[Out]] = defaultdict(list)
    for one in out:
        found[one.stage, _NUMBER.sub("#", _without_id(one))].append(one)
    order = sorted(found, key=lambda kind: ((*STAGES, kind[0]).index(kind[0]), -len(found[kind]), kind[1]))
    return [Kind(kind[0], _in_one([_without_id(one) for one in found[kind]]), _ids(found[kind])) for kind in order]


def lines_of_kinds(out: Sequence[Out], *, shown: int = SHOWN) -> Iterator[str]:
    """One line a kind of reason: stage, how many, the reason, up to three ids."""
    kinds = kinds_of(out)
    for stage, reason, ids in kinds[:shown]:
        named = ", ".join(ids[:SHOWN_IDS]) + (", ..." if len(ids) > SHOWN_IDS else "")
        yield f"  {stage:9} {len(ids):5}  {reason}  [{named}]"
    if len(kinds) > shown:
        yield f"  and {sum(len(kind.ids) for kind in kinds[shown:])} for {len(kinds) - shown} other reasons"


def _ids(out: Sequence[Out]) -> tuple[str, ...]:
    return tuple(one.id for one in out)


def _without_id(one: Out) -> str:
    """Give the reason with the sample's own id as "ID": as a file's name, or where a digit says that it is no word."""
    reason, id_ = _VIDEO.sub("ID", one.reason), re.escape(one.id)
    if len(one.id) < 4:
        return reason
    alone = rf"(?<!\w){id_}(?!\w)" if _NUMBER.search(one.id) else rf"(?<=/){id_}(?!\w)|(?<!\w){id_}(?=\.\w)"
    return re.sub(alone, "ID", reason)


def _in_one(reasons: Sequence[str]) -> str:
    """Give reasons that differ in their numbers alone as one, with the range of each number."""
    ranges = [sorted(set(numbers), key=float) for numbers in zip(*map(_NUMBER.findall, reasons), strict=True)]
    shown = iter(numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}" for numbers in ranges)
    return _NUMBER.sub(lambda _: next(shown), reasons[0])


def _line(row: Sequence[str]) -> str:
    table = io.StringIO(newline="")
    # Quotes cells with characters of its own end of line alone; readers take \r for one too.
    csv.writer(table, lineterminator="\r\n").writerow(row)
    return table.getvalue().removesuffix("\r\n") + "\n"


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise StoreError(f"{path} is missing: make it with `dvc repro`, or get it with `dvc pull`")
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))
