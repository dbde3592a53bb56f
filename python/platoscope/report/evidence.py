"""What is known of scores beyond their value: tables of the alignment stage become cells, curves, hubs and notes.

`pairs.csv` gives the cells of the grid about which something is said, `gallery.csv` scores among fewer samples,
`hubs.csv` the hubs of every layer, `statistics.json` the settings, what more captions add and what was left out. What
is not there is ``None`` or empty, and is not shown.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from platoscope.errors import DataError
from platoscope.scaling.tables import Row, number, read_rows

Ends = tuple[float, float]
GALLERY = ("video", "text", "line", "n", "k", "draws", "score", "score_min", "score_max", "chance", "null95")
CELL = (
    "video", "text", "n_f", "n_c", "score", "video_layer_name", "text_layer_name", "null_mean", "p", "p_floor", "q",
    "calibrated", "calibrated95", "ci_low", "ci_high", "sampling_low", "sampling_high", "jackknife_low",
    "jackknife_high", "heldout", "tie_share",
)  # fmt: skip
HUBS = ("side", "encoder", "layer_name", "skew", "orphans", "hubs")


@dataclass(frozen=True)
class Cell:
    """What is said about one cell of the grid of two encoders, whose score is that of its best pair of layers.

    ``samples``, ``jackknife`` and ``queries`` are intervals, (low, high), ``None`` where they do not exist, as
    ``heldout`` is. ``floor`` is the least that ``p`` can be.
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
    """All that is known beyond scores. Without ``settings`` nothing was said and ``cells`` is empty.

    ``gains``: what more captions add, as the alignment stage lists it.
    """

    settings: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    gallery: tuple[Point, ...] = ()
    hubs: tuple[Hubs, ...] = ()
    gains: tuple[Mapping[str, Any], ...] = ()

    def about(self, names: Iterable[tuple[str, str]]) -> "Evidence":
        """What is said of these pairs of encoders, (video, text), alone."""
        names = set(names)
        kept = tuple(f"{video}:{text}@" for video, text in names)
        return replace(
            self,
            cells=tuple(cell for cell in self.cells if (cell.video, cell.text) in names),
            gallery=tuple(point for point in self.gallery if (point.video, point.text) in names),
            notes=tuple(note for note in self.notes if note.startswith(kept)),
        )

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
    hubs = tuple(_hubs(row, where) for row, where in _rows(alignment / "hubs.csv", HUBS))
    points = tuple(_point(row, where) for row, where in _rows(gallery, GALLERY))
    told = alignment / "statistics.json"
    if not told.is_file():
        return Evidence(gallery=points, hubs=hubs)
    said = json.loads(told.read_text(encoding="utf-8"))
    cells = tuple(_cell(row, where) for row, where in _rows(alignment / "pairs.csv", ()) if row.get("null95"))
    return Evidence(
        settings=said["settings"],
        warnings=tuple(said["warnings"]),
        notes=tuple(said["notes"]),
        cells=cells,
        gallery=points,
        hubs=hubs,
        gains=tuple(said.get("captions", ())),
    )


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[Row, str]]:
    """Every row of a table with its place for messages; none where there is no file."""
    return read_rows(path, columns=columns) if path.is_file() else iter(())


def _cell(row: Row, where: str) -> Cell:
    if missing := [name for name in CELL if name not in row]:
        raise DataError(f"{where}: the columns {', '.join(missing)} are missing beside null95")
    return Cell(
        video=row["video"],
        text=row["text"],
        n_f=int(number(row, "n_f", where)),
        n_c=int(number(row, "n_c", where)),
        score=number(row, "score", where),
        layers=(row["video_layer_name"], row["text_layer_name"]),
        null_mean=number(row, "null_mean", where),
        null95=number(row, "null95", where),
        p=number(row, "p", where),
        floor=number(row, "p_floor", where),
        q=number(row, "q", where),
        calibrated=number(row, "calibrated", where),
        calibrated95=number(row, "calibrated95", where),
        queries=_ends(row, "ci", where),
        samples=_ends(row, "sampling", where),
        jackknife=_ends(row, "jackknife", where),
        heldout=number(row, "heldout", where) if row["heldout"] else None,
        ties=number(row, "tie_share", where),
    )


def _ends(row: Row, name: str, where: str) -> Ends | None:
    """An interval, which has no ends where there is none."""
    low, high = f"{name}_low", f"{name}_high"
    return (number(row, low, where), number(row, high, where)) if row[low] or row[high] else None


def _point(row: Row, where: str) -> Point:
    whole = {name: int(number(row, name, where)) for name in ("n", "k", "draws")}
    return Point(
        video=row["video"],
        text=row["text"],
        line=row["line"],
        score=number(row, "score", where),
        low=number(row, "score_min", where),
        high=number(row, "score_max", where),
        chance=number(row, "chance", where),
        null95=number(row, "null95", where),
        **whole,
    )


def _hubs(row: Row, where: str) -> Hubs:
    try:
        top = tuple((str(name), int(times)) for name, times in json.loads(row["hubs"]))
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: hubs = {row['hubs']!r:.60}: a list of [id, occurrences] is needed") from error
    return Hubs(
        side=row["side"],
        encoder=row["encoder"],
        layer=row["layer_name"],
        skew=number(row, "skew", where),
        orphans=number(row, "orphans", where),
        top=top,
    )
