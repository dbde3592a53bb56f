"""Kinetics-400, -600 and -700 (Kay et al. 2017; Carreira et al. 2018, 2019; Smaira et al. 2020): clips with an action.

``train.csv``, ``val.csv`` or ``validate.csv`` and ``test.csv`` as published (also ``kinetics-400_val.csv``), beside
``videos/`` or in ``annotations/``: ``label``, ``youtube_id``, ``time_start``, ``time_end`` and more. Below ``videos/``,
in folders of classes or not, lie the clips that were cut out: YouTube id, first and last second
(``0wR5jVB-WPk_000417_000427.mp4``), which is the clip's id. A file with the YouTube id alone may be the whole video
and is not taken for the clip. The one caption is the label, which is also ``labels.label``; splits have the names of
their files; a test file whose labels are held out is passed over. Clips of one YouTube video share their source.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from platoscope.data.datasets.annotations import Faults, csv_records, read_text, require_folder, text_of
from platoscope.data.datasets.found import Found, matched, of_split, put_once
from platoscope.data.rows import Row
from platoscope.errors import DataError

_NAME = re.compile(r"(?:.*_)?(train|val|validate|test)")
_SECONDS = re.compile(r"[0-9]{1,6}")


def read_kinetics(folder: Path, *, split: str | None) -> Found:
    """Read the clips of a split, or of all splits whose labels are there.

    Raises
    ------
    InputError
        If the folder has no labels, or none of that split, or two files of one.
    DataError
        If a row is not as published; the message names file and line.
    """
    require_folder(folder)
    wanted = of_split(_annotations(folder), split, folder=folder, wanted="{train,val,validate,test}.csv with labels")
    rows: list[Row] = []
    faults = Faults()
    for name, file in wanted.items():
        for number, record in csv_records(file, "label", "youtube_id", "time_start", "time_end"):
            with faults.at(f"{file}:{number}"):
                rows.append(_row(record, split=name))
    faults.check()
    return matched(rows, folder, below="videos")


def _annotations(folder: Path) -> dict[str, Path]:
    """Files with labels, by split."""
    files: dict[str, Path] = {}
    for name, file in _named(folder):
        if not _held_out(file):
            put_once(files, name, file)
    return files


def _named(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted((*folder.glob("*.csv"), *folder.glob("annotations/*.csv"))):
        if match := _NAME.fullmatch(file.stem):
            yield match[1], file


def _held_out(file: Path) -> bool:
    """Whether a file lists clips and not what they show."""
    header = next(csv.reader(read_text(file).splitlines()[:1]), [])
    return "youtube_id" in header and "label" not in header


def _row(record: dict[str, str], *, split: str) -> Row:
    label = text_of(record, "label")
    source = text_of(record, "youtube_id")
    id_ = f"{source}_{_seconds(record, 'time_start')}_{_seconds(record, 'time_end')}"
    return Row(id=id_, video=id_, captions=(label,), source=source, split=split, labels={"label": label})


def _seconds(record: dict[str, str], key: str) -> str:
    if not _SECONDS.fullmatch(record[key]):
        raise DataError(f"{key} must be whole seconds, got {record[key]!r:.60}")
    return f"{int(record[key]):06d}"
