"""What is known of scores beyond their value: tables of the alignment stage become cells, curves, hubs and notes.

`pairs.csv` gives the cells of the grid about which something is said, `gallery.csv` scores among fewer samples,
`hubs.csv` the hubs of every layer, `statistics.json` the settings and what was left out. What is not there is ``None``
or empty, and is not shown.
"""

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platoscope.errors import DataError

Row = Mapping[str, str]
Ends = tuple[float, float]
HUB = re.compile(r"(.+?):(\d+)(?: |$)")  # "id:occurrences", and an id may hold spaces and colons


@dataclass(frozen=True)
class Cell:
    """What is said about one cell of the grid of two encoders, whose score is that of its best pair of layers.

    ``queries`` and ``samples`` are the two intervals, (low, high); the latter is ``None`` where the tables of
    neighbours are too shallow for it. ``floor`` is the least that ``p`` can be.
    """

    video: str
    text: str
    n_f: int
    n_c: int
    score: float
    layers: tuple[str, str]
    null_mean: float
    null95: float
    p: float
    floor: float
    q: float
    calibrated: float
    calibrated95: float
    queries: Ends | None
    samples: Ends | None
    jackknife: Ends | None
    heldout: float | None
    ties: float

    @property
    def name(self) -> str:
        """Both encoders."""
        return f"{self.video} \N{MULTIPLICATION SIGN} {self.text}"

    @property
    def at_floor(self) -> bool:
        """Whether no permutation reached the score."""
        return self.p <= self.floor


@dataclass(frozen=True)
class Point:
    """The score of two encoders among ``n`` samples at ``k``; ``low`` and ``high`` are the ends over random sets."""

    video: str
    text: str
    line: str
    n: int
    k: int
    draws: int
    score: float
    low: float
    high: float
    chance: float
    null95: float


@dataclass(frozen=True)
class Hubs:
    """The hubs of one layer: skewness of occurrence, share of orphans, and (id, occurrences) of the largest."""

    side: str
    encoder: str
    layer: str
    skew: float
    orphans: float
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Evidence:
    """All that is known beyond scores. Without ``settings`` nothing was said and ``cells`` is empty."""

    settings: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    gallery: tuple[Point, ...] = ()
    hubs: tuple[Hubs, ...] = ()

    def cell(self, video: str, text: str, n_f: int, n_c: int) -> Cell | None:
        """What is said about a cell, ``None`` where nothing is."""
        wanted = (video, text, n_f, n_c)
        return next((cell for cell in self.cells if (cell.video, cell.text, cell.n_f, cell.n_c) == wanted), None)

    def budgets(self) -> list[tuple[int, int]]:
        """The cells (n_f, n_c) about which something is said of any pair, the largest first."""
        return sorted({(cell.n_f, cell.n_c) for cell in self.cells}, reverse=True)

    def hubs_of(self, side: str, encoder: str, layer: str) -> Hubs | None:
        """The hubs of one layer."""
        wanted = (side, encoder, layer)
        return next((hubs for hubs in self.hubs if (hubs.side, hubs.encoder, hubs.layer) == wanted), None)


def read_evidence(*, alignment: Path, gallery: Path) -> Evidence:
    """Read what the alignment stage says beyond scores, from its folder and the table of curves, as far as it is there.

    Raises
    ------
    DataError
        For a value that is no number; it names file, line and column.
    """
    hubs = tuple(_hubs(row, where) for row, where in _rows(alignment / "hubs.csv"))
    points = tuple(_point(row, where) for row, where in _rows(gallery))
    told = alignment / "statistics.json"
    if not told.is_file():
        return Evidence(gallery=points, hubs=hubs)
    said = json.loads(told.read_text(encoding="utf-8"))
    cells = tuple(_cell(row, where) for row, where in _rows(alignment / "pairs.csv") if row.get("null95"))
    return Evidence(settings=said["settings"], notes=tuple(said["notes"]), cells=cells, gallery=points, hubs=hubs)


def _rows(path: Path) -> Iterator[tuple[Row, str]]:
    """Every row of a table with its place for messages; none where there is no file."""
    if not path.is_file():
        return
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield row, f"{path}:{reader.line_num}"


def _cell(row: Row, where: str) -> Cell:
    return Cell(
        video=row["video"],
        text=row["text"],
        n_f=int(_number(row, "n_f", where)),
        n_c=int(_number(row, "n_c", where)),
        score=_number(row, "score", where),
        layers=(row["video_layer_name"], row["text_layer_name"]),
        null_mean=_number(row, "null_mean", where),
        null95=_number(row, "null95", where),
        p=_number(row, "p", where),
        floor=_number(row, "p_floor", where),
        q=_number(row, "q", where),
        calibrated=_number(row, "calibrated", where),
        calibrated95=_number(row, "calibrated95", where),
        queries=_ends(row, "ci", where),
        samples=_ends(row, "sampling", where),
        jackknife=_ends(row, "jackknife", where),
        heldout=_number(row, "heldout", where) if row["heldout"] else None,
        ties=_number(row, "tie_share", where),
    )


def _ends(row: Row, name: str, where: str) -> Ends | None:
    """An interval, which has no ends where there is none."""
    low, high = f"{name}_low", f"{name}_high"
    return (_number(row, low, where), _number(row, high, where)) if row[low] or row[high] else None


def _point(row: Row, where: str) -> Point:
    whole = {name: int(_number(row, name, where)) for name in ("n", "k", "draws")}
    return Point(
        video=row["video"],
        text=row["text"],
        line=row["line"],
        score=_number(row, "score", where),
        low=_number(row, "score_min", where),
        high=_number(row, "score_max", where),
        chance=_number(row, "chance", where),
        null95=_number(row, "null95", where),
        **whole,
    )


def _hubs(row: Row, where: str) -> Hubs:
    return Hubs(
        side=row["side"],
        encoder=row["encoder"],
        layer=row["layer_name"],
        skew=_number(row, "skew", where),
        orphans=_number(row, "orphans", where),
        top=tuple((name, int(times)) for name, times in HUB.findall(row["hubs"])),
    )


def _number(row: Row, column: str, where: str) -> float:
    try:
        value = float(row[column])
    except (KeyError, TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{where}: {column} = {row.get(column)!r}: a finite number is needed")
    return value
