"""MSR-VTT (Xu et al. 2016): 10,000 clips out of YouTube videos, each with 20 captions and one of 20 categories.

``MSRVTT_data.json``, or ``train_val_videodatainfo.json`` and ``test_videodatainfo.json`` (one of the two will do), as
published, beside ``videos/`` with files named by ``video_id`` (``video7020.mp4``) at any depth. Clips of one YouTube
video share their source; ``labels.category`` is the number of the category.

Splits are ``train``, ``validate`` and ``test`` as the file has them, and ``1k-A`` (Yu et al. 2018), the 1,000 clips of
``MSRVTT_JSFUSION_test.csv`` (``key,vid_key,video_id,sentence``) in its order. These have all their captions, first that
one sentence which the usual retrieval test takes; the others follow in the order of the file, as in all other splits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from platoscope.data.datasets.annotations import (
    Faults,
    csv_records,
    list_of,
    object_of,
    read_json,
    require_folder,
    text_of,
)
from platoscope.data.datasets.found import Found, matched, require_split
from platoscope.data.rows import Row
from platoscope.errors import DataError, InputError

RETRIEVAL = "1k-A"
_WHOLE = "MSRVTT_data.json"
_PARTS = ("train_val_videodatainfo.json", "test_videodatainfo.json")
_RETRIEVAL_FILE = "MSRVTT_JSFUSION_test.csv"


def read_msrvtt(folder: Path, *, split: str | None) -> Found:
    """Read the clips of a split, or of all splits whose annotations are there.

    Raises
    ------
    InputError
        If the folder has no annotations, or none of that split, or the same ones twice.
    DataError
        If an annotation is not as published; the message names file and clip, sentence or line.
    """
    require_folder(folder)
    rows = [row for file in _annotations(folder) for row in _clips(file)]
    retrieval = folder / _RETRIEVAL_FILE
    if split is not None:
        named = dict.fromkeys(str(row.split) for row in rows)
        require_split([*named, *([RETRIEVAL] if retrieval.is_file() else [])], split, folder=folder)
        rows = _retrieval(rows, retrieval) if split == RETRIEVAL else [row for row in rows if row.split == split]
    return matched(rows, folder, below="videos")


def _annotations(folder: Path) -> list[Path]:
    there = [folder / name for name in (_WHOLE, *_PARTS) if (folder / name).is_file()]
    if not there:
        raise InputError(f"dataset.path: {folder} has no annotations {_WHOLE} or {' and '.join(_PARTS)}")
    if there[0].name == _WHOLE and len(there) > 1:
        raise InputError(f"dataset.path: {folder} has {_WHOLE} and {there[1].name}, which is part of it: keep one")
    return there


def _clips(file: Path) -> list[Row]:
    """Clips of a file with their captions."""
    whole = object_of(read_json(file), str(file))
    faults = Faults()
    rows: dict[str, Row] = {}
    for place, raw in enumerate(list_of(whole.get("videos"), f"{file}: videos")):
        with faults.at(f"{file}: video {place}"):
            row = _row(object_of(raw, "the video"))
            if row.id in rows:
                raise DataError(f"video_id {row.id!r} is listed twice")
            rows[row.id] = row
    faults.check()
    captions = _captions(list_of(whole.get("sentences"), f"{file}: sentences"), rows, file=file)
    for id_, texts in captions.items():
        with faults.at(f"{file}: {id_}"):
            if not texts:
                raise DataError("the video has no sentence")
    faults.check()
    return [replace(row, captions=tuple(captions[row.id])) for row in rows.values()]


def _row(record: dict[str, Any]) -> Row:
    """A clip that has no captions yet."""
    id_ = text_of(record, "video_id")
    url = text_of(record, "url")
    source = parse_qs(urlsplit(url).query).get("v", [])
    if len(source) != 1:
        raise DataError(f"url must have one YouTube id (watch?v=ID), got {url!r:.60}")
    category = record.get("category")
    if not isinstance(category, int) or isinstance(category, bool):
        raise DataError(f"category must be a whole number, got {category!r:.60}")
    split = text_of(record, "split")
    return Row(id=id_, video=id_, captions=(), source=source[0], split=split, labels={"category": category})


def _captions(sentences: Iterable[Any], rows: Mapping[str, Row], *, file: Path) -> dict[str, list[str]]:
    """Captions by clip, in the order of the file."""
    captions: dict[str, list[str]] = {id_: [] for id_ in rows}
    faults = Faults()
    for place, raw in enumerate(sentences):
        with faults.at(f"{file}: sentence {place}"):
            record = object_of(raw, "the sentence")
            id_ = text_of(record, "video_id")
            if id_ not in captions:
                raise DataError(f"video_id {id_!r:.60} is of no video that is listed")
            captions[id_].append(text_of(record, "caption"))
    faults.check()
    return captions


def _retrieval(rows: Iterable[Row], file: Path) -> list[Row]:
    """The clips of the retrieval test, each with its sentence before its other captions."""
    by_id = {row.id: row for row in rows}
    chosen: list[Row] = []
    faults = Faults()
    for number, record in csv_records(file, "video_id", "sentence"):
        with faults.at(f"{file}:{number}"):
            id_, sentence = text_of(record, "video_id"), text_of(record, "sentence")
            if id_ not in by_id:
                raise DataError(f"video_id {id_!r:.60} is of no video that is listed")
            others = list(by_id[id_].captions)
            if sentence in others:
                others.remove(sentence)
            chosen.append(replace(by_id[id_], captions=(sentence, *others), split=RETRIEVAL))
    faults.check()
    return chosen
