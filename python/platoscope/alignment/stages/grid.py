"""What every stage over pairs of encoders shares: their stores by key, and the table.

Stores of the encoders that params name are read side by side; rows become the text of a CSV file.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from platoscope.progress import say
from platoscope.project import Side

Row = dict[str, Any]


class Viewed(Protocol):
    """A store that has a view of every variant of captions."""

    def views(self) -> list[Self]:
        """List them."""
        ...


Store = TypeVar("Store", bound=Viewed)


def read_named(
    keys: Iterable[str],
    *,
    side: Side,
    stage: str,
    place: Callable[[Side, str], Path],
    read: Callable[[Path], Store],
) -> list[Store]:
    """Give views of the stores of the encoders that params name, in order of key; a missing one is `read`'s error.

    An encoder of texts has one for each variant of captions. `place` says where a side's encoder has its store. Stores
    of others, left from earlier runs, are passed over with a line that names them.
    """
    named = sorted(keys)
    folder = place(side, "").parent
    unnamed = sorted(path.stem for path in folder.glob("*.zarr") if path.stem not in named)
    if unnamed:
        say(f"{stage}: passing over {', '.join(unnamed)} in {folder.name}: not in encoders.{side}")
    return [view for key in named for view in read(place(side, key)).views()]


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Give CSV whose floats are written by repr, so that reading them back loses nothing."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([repr(float(v)) if isinstance(v, float) else v for v in (row[column] for column in columns)])
    return table.getvalue()
