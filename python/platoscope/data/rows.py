"""The rows that pass between the steps on the data side, and the JSON lines that they are kept in."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platoscope.errors import DataError, StoreError
from platoscope.scratch import write_file


@dataclass(frozen=True)
class Row:
    """One video with its captions, as every source gives it.

    ``video`` is relative to the source's folder; ``source`` is what the clip was cut from, where that is known;
    ``negatives`` are captions that do not fit, made to be told from those that do; ``paraphrases`` are other wordings
    of each caption, where the source has any: as many lists as captions.
    """

    id: str
    video: str
    captions: tuple[str, ...]
    source: str | None = None
    split: str | None = None
    labels: dict[str, Any] = field(default_factory=dict)
    negatives: tuple[str, ...] = ()
    paraphrases: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse an id that would break the lines of tables, and paraphrases that are not of its captions."""
        _check_id(self.id)
        if self.paraphrases and len(self.paraphrases) != len(self.captions):
            raise DataError(
                f"id {self.id!r} has {len(self.captions)} captions and paraphrases of {len(self.paraphrases)}: a list "
                "for each caption is needed"
            )


@dataclass(frozen=True)
class Absent:
    """A sample that a source lists and has no video of."""

    id: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse an id that would break the lines of tables."""
        _check_id(self.id)


def _check_id(id_: str) -> None:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in id_):
        raise DataError(f"id {id_!r:.80} has a control character or an end of line")


def ranked(ids: Sequence[str], *, seed: int) -> list[int]:
    """Places of the ids in the order of a draw, which depends on seed and id alone: the first n are n drawn ones.

    So where some are missing in one place and not in another, both draw the same ones but for those.
    """
    words = [hashlib.sha256(f"{seed}:{id_}".encode()).digest() for id_ in ids]
    return sorted(range(len(ids)), key=lambda place: (words[place], place))


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write JSON lines, whole or not at all."""
    write_file(path, "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines that a stage wrote.

    Raises
    ------
    StoreError
        If the file is missing.
    DataError
        If a line is not JSON; the message names file and line.
    """
    if not path.is_file():
        raise StoreError(f"{path} is missing: make it with `dvc repro`, or get it with `dvc pull`")
    rows = []
    # Lines end at \n alone: a caption may hold U+2028 or U+0085, which str.splitlines takes for ends.
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise DataError(f"{path}:{number}: not JSON: {error.msg}") from error
    return rows
