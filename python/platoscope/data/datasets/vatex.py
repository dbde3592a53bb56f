"""VATEX (Wang et al. 2019): clips of ten seconds out of YouTube videos, each with ten English captions.

``vatex_training_v1.0.json``, ``vatex_validation_v1.0.json`` and ``vatex_public_test_english_v1.1.json`` as published,
beside ``videos/`` with files named by ``videoID``: the YouTube id, first and last second
(``Ptf_2VRj-V0_000122_000132.mp4``). Clips of one YouTube video share their source; splits are ``training``,
``validation`` and ``public_test``. The private test, published without captions, is passed over.
"""

import re
from pathlib import Path
from typing import Any

from platoscope.data.datasets.annotations import (
    Faults,
    json_records,
    object_of,
    require_folder,
    text_of,
    texts_of,
)
from platoscope.data.datasets.found import Found, matched, of_split, put_once
from platoscope.data.rows import Row
from platoscope.errors import DataError

_FILES = "vatex_*.json"
_CLIP = re.compile(r"(.+)_[0-9]{6}_[0-9]{6}")


def read_vatex(folder: Path, *, split: str | None) -> Found:
    """Read the clips of a split, or of all splits whose annotations are there.

    Raises
    ------
    InputError
        If the folder has no annotations, or none of that split, or two files of one.
    DataError
        If an annotation is not as published; the message names file and clip.
    """
    require_folder(folder)
    rows: list[Row] = []
    faults = Faults()
    for name, file in of_split(_annotations(folder), split, folder=folder, wanted=_FILES).items():
        for place, raw in json_records(file):
            with faults.at(f"{file}: clip {place}"):
                rows.append(_row(raw, split=name))
    faults.check()
    return matched(rows, folder, below="videos")


def _annotations(folder: Path) -> dict[str, Path]:
    """Files by split: ``vatex_public_test_english_v1.1.json`` is of ``public_test``."""
    files: dict[str, Path] = {}
    for file in sorted(folder.glob(_FILES)):
        name = re.sub(r"(_english)?_v[\d.]+$", "", file.stem.removeprefix("vatex_"))
        if not name.endswith("without_annotations"):
            put_once(files, name, file)
    return files


def _row(raw: Any, *, split: str) -> Row:
    record = object_of(raw, "the clip")
    id_ = text_of(record, "videoID")
    match = _CLIP.fullmatch(id_)
    if not match:
        raise DataError(f"videoID must end in first and last second (_000122_000132), got {id_!r:.60}")
    captions = texts_of(record.get("enCap"), "enCap")
    return Row(id=id_, video=id_, captions=captions, source=match[1], split=split)
