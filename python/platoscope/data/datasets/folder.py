"""A folder of one's own clips: ``captions.jsonl`` or ``captions.csv`` beside the videos, read into checked rows.

Columns: ``id``, ``video`` (a path below the folder), ``captions`` (a list; in CSV a JSON list or one caption), and
optionally ``source``, ``split`` and ``labels`` (an object; in CSV JSON). Other columns are passed over.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from platoscope.data.rows import Row
from platoscope.errors import DataError, InputError

SHOWN = 5


def read_folder(folder: Path) -> list[Row]:
    """Read the rows of a folder data set in the order of its file.

    Raises
    ------
    InputError
        If the folder has neither file, or both.
    DataError
        If rows are bad: every one is named by file and line, up to five.
    """
    file = _table(folder)
    rows: list[Row] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, raw in _records(file):
        try:
            row = _row(raw, folder)
        except DataError as error:
            faults.append(f"{file}:{number}: {error}")
            continue
        if row.id in seen:
            faults.append(f"{file}:{number}: id {row.id!r} stands on line {seen[row.id]} already")
            continue
        seen[row.id] = number
        rows.append(row)
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise DataError("; ".join(faults[:SHOWN]) + more)
    if not rows:
        raise DataError(f"{file} has no rows")
    return rows


def _table(folder: Path) -> Path:
    if not folder.is_dir():
        raise InputError(f"dataset.path: {folder} is not a folder")
    found = [file for name in ("captions.jsonl", "captions.csv") if (file := folder / name).is_file()]
    if len(found) != 1:
        what = "both captions.jsonl and captions.csv" if found else "neither captions.jsonl nor captions.csv"
        raise InputError(f"dataset.path: {folder} has {what}; one of them is needed")
    return found[0]


def _records(file: Path) -> Iterator[tuple[int, Any]]:
    """Line numbers and raw records; what cannot be read at all is refused at once."""
    content = file.read_bytes().removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(f"{file}:{line}: not UTF-8: byte {content[error.start]:#x}") from error
    yield from _csv_records(file, text) if file.suffix == ".csv" else _json_records(text)


def _json_records(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _csv_records(file: Path, text: str) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        lacking = {"id", "video", "captions"} - set(reader.fieldnames or ())
        if len(set(reader.fieldnames or ())) < len(reader.fieldnames or ()):
            raise DataError(f"{file}:1: a column stands twice in {list(reader.fieldnames or ())}")
        if lacking:
            raise DataError(f"{file}:1: no column {', '.join(sorted(lacking))}; found {list(reader.fieldnames or ())}")
        for record in reader:
            yield reader.line_num, record
    except csv.Error as error:
        raise DataError(f"{file}:{reader.reader.line_num}: not CSV: {error}") from error


def _row(raw: Any, folder: Path) -> Row:
    record = _json(raw, "the line") if isinstance(raw, str) else _from_csv(raw)
    if not isinstance(record, dict):
        raise DataError(f"the line must be an object with id, video and captions, got {record!r:.60}")
    labels = record.get("labels")
    if labels is not None and not isinstance(labels, dict):
        raise DataError(f"labels must be an object, got {labels!r:.60}")
    _encodable(json.dumps(labels, ensure_ascii=False), "labels")
    return Row(
        id=_text(record, "id"),
        video=_video(_text(record, "video"), folder),
        captions=_captions(record.get("captions")),
        source=_text(record, "source") if record.get("source") is not None else None,
        split=_text(record, "split") if record.get("split") is not None else None,
        labels=labels or {},
    )


def _from_csv(record: dict[str, Any]) -> dict[str, Any]:
    if None in record or None in record.values():
        raise DataError("the row has more or fewer cells than the header")
    filled = {key: value for key, value in record.items() if value != ""}
    caption = filled.get("captions", "")
    filled["captions"] = _json(caption, "captions") if caption.lstrip().startswith("[") else [caption]
    if "labels" in filled:
        filled["labels"] = _json(filled["labels"], "labels")
    return filled


def _json(text: str, what: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{what} is not JSON: {error}") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{key} must be a text that is not empty, got {value!r:.60}")
    return _encodable(value, key)


def _encodable(text: str, what: str) -> str:
    """JSON can escape halves of characters, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{what} has half a character ({text[error.start]!r}) at place {error.start}") from error
    return text


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


def _captions(captions: Any) -> tuple[str, ...]:
    texts = captions if isinstance(captions, list) else []
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise DataError(f"captions must be a list of texts that are not empty, got {captions!r:.60}")
    return tuple(_encodable(text, "a caption") for text in texts)
