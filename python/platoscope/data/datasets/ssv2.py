"""Something-Something v2 (Goyal et al. 2017): what people did with things at hand, each clip with one label.

``labels/train.json``, ``labels/validation.json`` and ``labels/test-answers.csv`` as published (or, of the earlier
publication, ``something-something-v2-train.json`` and ``something-something-v2-validation.json``), beside
``20bn-something-something-v2/ID.webm``. The one caption is the label ("putting wood onto cable"), ``labels.template``
its template without brackets ("Putting something onto something"), as ``labels.json`` names it. Of the test split
``test.json`` has no labels: its answers are templates, which have to do as captions. What a clip was cut from is not
known.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from platoscope.data.datasets.annotations import (
    Faults,
    json_records,
    lines_of,
    object_of,
    require_folder,
    text_of,
)
from platoscope.data.datasets.found import Found, matched, of_split, put_once
from platoscope.data.rows import Row
from platoscope.errors import DataError

VIDEOS = "20bn-something-something-v2"
# Names of files below the folder, with their splits.
_FILES = {
    "labels/train.json": "train",
    "something-something-v2-train.json": "train",
    "labels/validation.json": "validation",
    "something-something-v2-validation.json": "validation",
    "labels/test-answers.csv": "test",
}


def read_ssv2(folder: Path, *, split: str | None) -> Found:
    """Read the clips of a split, or of all splits whose labels are there.

    Raises
    ------
    InputError
        If the folder has no labels, or none of that split, or two files of one.
    DataError
        If a label is not as published; the message names file and clip.
    """
    require_folder(folder)
    there: dict[str, Path] = {}
    for name, of in _FILES.items():
        if (folder / name).is_file():
            put_once(there, of, folder / name)
    rows: list[Row] = []
    faults = Faults()
    for of, file in of_split(there, split, folder=folder, wanted=", ".join(_FILES)).items():
        for place, raw in _records(file):
            with faults.at(place):
                rows.append(_row(raw, split=of))
    faults.check()
    return matched(rows, folder, below=VIDEOS)


def _records(file: Path) -> Iterator[tuple[str, Any]]:
    """Raw records with where each stands; answers are lines ``ID;TEMPLATE``."""
    if file.suffix == ".csv":
        for number, line in lines_of(file):
            id_, _, answer = line.partition(";")
            yield f"{file}:{number}", {"id": id_, "label": answer, "template": answer}
    else:
        for place, raw in json_records(file):
            yield f"{file}: clip {place}", raw


def _row(raw: Any, *, split: str) -> Row:
    record = object_of(raw, "the clip")
    id_ = text_of(record, "id")
    if not (id_.isascii() and id_.isdigit()):
        raise DataError(f"id must be a number, got {id_!r:.60}")
    label = text_of(record, "label")
    template = text_of(record, "template").replace("[", "").replace("]", "")
    return Row(id=id_, video=id_, captions=(label,), split=split, labels={"template": template})
