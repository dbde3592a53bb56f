"""Reads the files in which data sets keep their captions, and checks the values that are found there.

JSON, JSON lines, CSV and plain lines, each record with the number of its line; what is wrong with one becomes a
DataError that names file, line and value, and of many wrong records the first five are told together.
"""

import codecs
import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from platoscope.errors import DataError, InputError

SHOWN = 5


class Faults:
    """Collects what is wrong with single records, so that all of it is told at once."""

    def __init__(self) -> None:
        self._found: list[str] = []

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Note a DataError of the record at ``place`` (file and line, or id) and go on."""
        try:
            yield
        except DataError as error:
            self._found.append(f"{place}: {error}")

    def check(self) -> None:
        """Raise a DataError of the first five, if there are any."""
        if self._found:
            more = f"; and {len(self._found) - SHOWN} more" if len(self._found) > SHOWN else ""
            raise DataError("; ".join(self._found[:SHOWN]) + more)


def require_folder(folder: Path) -> None:
    """Refuse a ``dataset.path`` that is no folder."""
    if not folder.is_dir():
        raise InputError(f"dataset.path: {folder} is not a folder")


def read_text(file: Path) -> str:
    """Read a whole UTF-8 file, its byte order mark left away."""
    return decoded(file.read_bytes(), str(file))


def decoded(content: bytes, name: str) -> str:
    """Decode the UTF-8 content of what has this name, its byte order mark left away."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(f"{name}:{line}: not UTF-8: byte {content[error.start]:#x}") from error


def read_json(file: Path) -> Any:
    """Read a file that is one JSON value."""
    try:
        return parse_json(read_text(file), "it")
    except DataError as error:
        raise error if str(file) in str(error) else DataError(f"{file}: {error}") from error


def json_records(file: Path) -> Iterator[tuple[int, Any]]:
    """Entries of a file that is one JSON list, with their places from 0."""
    return enumerate(list_of(read_json(file), str(file)))


def lines_of(file: Path) -> Iterator[tuple[int, str]]:
    """Lines of a file that are not blank, with their numbers."""
    return lines_in(read_text(file))


def lines_in(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers. Lines end at a line feed alone: a caption may hold U+2028."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line.removesuffix("\r")


def csv_records(file: Path, *columns: str, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file by column, with the numbers of their last lines; ``columns`` have to be there."""
    text = read_text(file)
    # The limit, 131,072 characters a cell, is one for the whole process: it is put back before a row is given.
    limit = csv.field_size_limit()
    try:
        csv.field_size_limit(max(limit, len(text)))
        records = list(_csv_records(file, text, columns, delimiter=delimiter))
    finally:
        csv.field_size_limit(limit)
    yield from records


def _csv_records(
    file: Path, text: str, columns: Sequence[str], *, delimiter: str
) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        names = list(reader.fieldnames or ())
        if len(set(names)) < len(names):
            raise DataError(f"{file}:1: a column stands twice in {names}")
        if lacking := sorted(set(columns) - set(names)):
            raise DataError(f"{file}:1: no column {', '.join(lacking)}; found {names}")
        for record in reader:
            if None in record or None in record.values():
                raise DataError(f"{file}:{reader.line_num}: the row has more or fewer cells than the header")
            yield reader.line_num, record
    except csv.Error as error:
        raise DataError(f"{file}:{reader.reader.line_num}: not CSV: {error}") from error


def parse_json(text: str, what: str) -> Any:
    """Parse JSON; infinities and NaN are none."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{what} is not JSON: {error}") from error


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is more than a number of 64 bits can be")
    return number


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def object_of(value: Any, what: str) -> dict[str, Any]:
    """Check that a JSON value is an object."""
    if not isinstance(value, dict):
        raise DataError(f"{what} must be an object, got {value!r:.60}")
    return value


def list_of(value: Any, what: str) -> list[Any]:
    """Check that a JSON value is a list."""
    if not isinstance(value, list):
        raise DataError(f"{what} must be a list, got {value!r:.60}")
    return value


def text_of(record: dict[str, Any], key: str) -> str:
    """The text at a key, which may not be empty."""
    value = record.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{key} must be a text that is not empty, got {value!r:.60}")
    return encodable(value, key)


def name_of(record: dict[str, Any], key: str) -> str:
    """The name at a key: a text that is not empty, or a whole number."""
    value = record.get(key)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text_of(record, key)


def captions_of(value: Any, what: str) -> tuple[str, ...]:
    """Captions that are a list of texts, or a single text."""
    return texts_of([value] if isinstance(value, str) else value, what)


def texts_of(value: Any, what: str) -> tuple[str, ...]:
    """A list of texts, of which there is at least one and none is empty."""
    texts = value if isinstance(value, list) else []
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise DataError(f"{what} must be a list of texts that are not empty, got {value!r:.60}")
    return tuple(encodable(text, "a caption") for text in texts)


def encodable(text: str, what: str) -> str:
    """Refuse halves of characters, which JSON can escape and no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{what} has half a character ({text[error.start]!r}) at place {error.start}") from error
    return text
