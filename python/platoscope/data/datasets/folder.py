"""A folder of one's own clips: ``captions.jsonl`` or ``captions.csv`` beside the videos, read into checked rows.

Columns: ``id``, ``video`` (a path below the folder), ``captions`` (a list; in CSV a JSON list or one caption), and
optionally ``source``, ``split``, ``labels`` (an object; in CSV JSON), ``captions_negative`` (a list like ``captions``)
and ``captions_paraphrase`` (a list of other wordings for each caption, of a single one perhaps the list itself; in CSV
JSON). Other columns are passed over.
"""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from platoscope.data.datasets.annotations import (
    Faults,
    csv_records,
    encodable,
    lines_of,
    object_of,
    parse_json,
    require_folder,
    text_of,
    texts_of,
)
from platoscope.data.datasets.found import Found
from platoscope.data.rows import Row
from platoscope.errors import DataError, InputError

LISTS = ("captions", "captions_negative")


def read_folder(folder: Path) -> Found:
    """Read the rows of a folder data set in the order of its file.

    Raises
    ------
    InputError
        If the folder has neither file, or both.
    DataError
        If rows are bad, or a video is missing: every one is named by file and line, up to five.
    """
    file = _table(folder)
    rows: list[Row] = []
    faults = Faults()
    seen: dict[str, int] = {}
    for number, raw in _records(file):
        with faults.at(f"{file}:{number}"):
            row = _row(raw, folder)
            if row.id in seen:
                raise DataError(f"id {row.id!r} stands on line {seen[row.id]} already")
            seen[row.id] = number
            rows.append(row)
    faults.check()
    if not rows:
        raise DataError(f"{file} has no rows")
    return Found(tuple(rows))


def _table(folder: Path) -> Path:
    require_folder(folder)
    found = [file for name in ("captions.jsonl", "captions.csv") if (file := folder / name).is_file()]
    if len(found) != 1:
        what = "both captions.jsonl and captions.csv" if found else "neither captions.jsonl nor captions.csv"
        raise InputError(f"dataset.path: {folder} has {what}; one of them is needed")
    return found[0]


def _records(file: Path) -> Iterator[tuple[int, Any]]:
    """Line numbers and raw records; what cannot be read at all is refused at once."""
    yield from csv_records(file, "id", "video", "captions") if file.suffix == ".csv" else lines_of(file)


def _row(raw: Any, folder: Path) -> Row:
    value = parse_json(raw, "the line") if isinstance(raw, str) else _from_csv(raw)
    record = object_of(value, "the line")
    labels = {} if record.get("labels") is None else object_of(record["labels"], "labels")
    encodable(json.dumps(labels, ensure_ascii=False), "labels")
    negatives = record.get("captions_negative")
    return Row(
        id=text_of(record, "id"),
        video=_video(text_of(record, "video"), folder),
        captions=texts_of(record.get("captions"), "captions"),
        source=text_of(record, "source") if record.get("source") is not None else None,
        split=text_of(record, "split") if record.get("split") is not None else None,
        labels=labels,
        negatives=() if negatives is None else texts_of(negatives, "captions_negative"),
        paraphrases=_paraphrases(record.get("captions_paraphrase")),
    )


def _paraphrases(value: Any) -> tuple[tuple[str, ...], ...]:
    if value is None:
        return ()
    lists = [value] if isinstance(value, list) and value and isinstance(value[0], str) else value
    if not isinstance(lists, list):
        raise DataError(f"captions_paraphrase must be a list of texts for each caption, got {value!r:.60}")
    return tuple(texts_of(texts, "captions_paraphrase") for texts in lists)


def _from_csv(record: dict[str, str]) -> dict[str, Any]:
    filled: dict[str, Any] = {key: value for key, value in record.items() if value != ""}
    for name in LISTS:
        if name in filled:
            text = filled[name]
            filled[name] = parse_json(text, name) if text.lstrip().startswith("[") else [text]
    for name in ("labels", "captions_paraphrase"):
        if name in filled:
            filled[name] = parse_json(filled[name], name)
    return filled


def _video(video: str, folder: Path) -> str:
    path = PurePosixPath(video)
    if path.is_absolute() or ".." in path.parts or "\0" in video:
        raise DataError(f"video must be a path below {folder}, got {video!r}")
    try:
        there = (folder / path).is_file()
    except OSError as error:
        raise DataError(f"video {video!r:.60} cannot be looked up: {error.strerror}") from error
    if not there:
        raise DataError(f"video {video!r} is missing below {folder}")
    return str(path)
