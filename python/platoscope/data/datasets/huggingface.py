"""Data sets that Hugging Face's ``datasets`` saved to disk (``save_to_disk``), one table or a folder of splits.

``dataset_info.json`` and ``state.json`` beside the Arrow files, or ``dataset_dict.json`` beside a folder of that kind
for each split. ``video_field`` is a column of videos (bytes, or a path below the folder), read without being decoded;
``caption_field`` one of texts or lists of texts. ``id`` is the value at ``id_field``, else the number of the row
(``0``; of a folder of splits ``test/0``); ``source`` is the value at ``source_field`` (null: not known), ``split`` what
the data set says. Rows without a video are absent. Needs ``pip install platoscope[hf]``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from platoscope.data.datasets.annotations import Faults, captions_of, name_of, require_folder
from platoscope.data.datasets.found import SUFFIXES, Found, Packed
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

_BATCH = 16  # rows; their videos are mapped, not read, while a table is listed
_END = b"\xff\xff\xff\xff\0\0\0\0"  # of an Arrow stream


@dataclass(frozen=True)
class _Table:
    """A split: its name, if it has one, what stands before the numbers of its rows, and the ``datasets.Dataset``."""

    split: str | None
    prefix: str
    data: Any


@dataclass(frozen=True)
class _Video:
    """A video of a table: in its row, or in a file."""

    column: Any
    row: int
    n_bytes: int
    path: str
    file: Path | None

    def read(self) -> bytes:
        if self.file is not None:
            return self.file.read_bytes()
        value = self.column[self.row].column(0)[0].as_py()
        content: bytes = value["bytes"] if isinstance(value, dict) else value
        return content


def read_huggingface(
    folder: Path,
    *,
    split: str | None,
    caption_field: str,
    source_field: str | None,
    video_field: str,
    id_field: str | None,
) -> Found:
    """Read the rows of a split, or of all splits in their order.

    Raises
    ------
    InputError
        If ``datasets`` is not installed, the folder is no saved data set, or it has no such split or column.
    DataError
        If the files are damaged, a row is not as it should be (named by its number), an id stands twice, or no row has
        a video.
    """
    rows: list[Row] = []
    absent: list[Absent] = []
    videos: dict[str, _Video] = {}
    seen: dict[str, str] = {}
    faults = Faults()
    fields = {"video_field": video_field, "caption_field": caption_field}
    fields |= {
        role: name for role, name in (("source_field", source_field), ("id_field", id_field)) if name is not None
    }
    tables = _tables(folder, split)
    for table in tables:
        for number, record, video in _records(table, fields, folder):
            with faults.at(f"{folder}: row {number}"):
                row = _row(number, record, fields, split=table.split)
                if row.id in seen:
                    raise DataError(f"id {row.id!r} stands in row {seen[row.id]} already")
                seen[row.id] = number
                if isinstance(video, str):
                    absent.append(Absent(row.id, video))
                else:
                    rows.append(replace(row, video=f"video{_suffix(video.path)}"))
                    videos[row.id] = video
    faults.check()
    if not rows:
        raise DataError(f"{folder}: of its {len(absent)} rows not one has a video")
    return Found(tuple(rows), tuple(absent), _packed(videos))


def _tables(folder: Path, split: str | None) -> list[_Table]:
    """The splits of a data set, or the one that is asked for."""
    require_folder(folder)
    try:
        import datasets
    except ImportError as error:
        raise InputError("dataset.source huggingface needs a package more: pip install platoscope[hf]") from error
    kinds = ("dataset_dict.json", "dataset_info.json")
    if not any((folder / name).is_file() for name in kinds):
        raise InputError(f"dataset.path: {folder} has neither {' nor '.join(kinds)}: no data set was saved there")
    try:
        loaded = datasets.load_from_disk(str(folder))
        splits = dict(loaded) if isinstance(loaded, datasets.DatasetDict) else {loaded.split: loaded}
        for data in splits.values():
            _require_whole(data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{folder} is damaged: {' '.join(str(error).split())}") from error
    several = isinstance(loaded, datasets.DatasetDict)
    found = [
        _Table(None if name is None else str(name), f"{name}/" if several else "", data.with_format(None))
        for name, data in splits.items()
    ]
    chosen = [table for table in found if split is None or table.split == split]
    if not chosen:
        has = ", ".join(table.split or "one without a name" for table in found) or "none"
        raise InputError(f"dataset.split: {folder} has no split {split!r}; there is {has}")
    return chosen


def _require_whole(data: Any) -> None:
    """Refuse what pyarrow takes as it is: a file cut between two batches, offsets that lead out of their column."""
    for file in _files(data):
        with file.open("rb") as stream:
            stream.seek(max(file.stat().st_size - len(_END), 0))
            if stream.read() != _END:
                raise ValueError(f"{file.name} was cut short")
    data.data.validate(full=True)


def _files(data: Any) -> list[Path]:
    return [Path(file["filename"]) for file in data.cache_files]


def _records(
    table: _Table, fields: Mapping[str, str], folder: Path
) -> Iterator[tuple[str, dict[str, Any], _Video | str]]:
    """Number, texts and video of every row; for a video that is not there the reason."""
    for role, name in fields.items():
        if name not in table.data.column_names:
            raise InputError(f"dataset.{role}: {folder} has no column {name!r}, only {table.data.column_names}")
    texts = table.data.select_columns(sorted({name for role, name in fields.items() if role != "video_field"}))
    videos = _videos(table.data.select_columns([fields["video_field"]]).with_format("arrow"), folder)
    for number, (record, video) in enumerate(zip(texts, videos, strict=True)):
        yield f"{table.prefix}{number}", record, video


def _row(number: str, record: dict[str, Any], fields: Mapping[str, str], *, split: str | None) -> Row:
    source = fields.get("source_field")
    return Row(
        id=name_of(record, fields["id_field"]) if "id_field" in fields else number,
        video="",
        captions=captions_of(record[fields["caption_field"]], fields["caption_field"]),
        source=None if source is None or record[source] is None else name_of(record, source),
        split=split,
    )


def _videos(column: Any, folder: Path) -> Iterator[_Video | str]:
    """Where each video of a column is, or why it is not; only lengths and paths are read."""
    for start in range(0, len(column), _BATCH):
        contents, paths = _parts(column[start : start + _BATCH].column(0))
        for row, (n_bytes, path) in enumerate(zip(contents, paths, strict=True), start=start):
            file = None if n_bytes is not None or path is None else _file_below(folder, path)
            if n_bytes is not None:
                yield _Video(column, row, n_bytes, path or "", None)
            elif file is not None:
                yield _Video(column, row, file.stat().st_size, file.name, file)
            else:
                yield "no video in its row" if path is None else f"no bytes, and no file {path!r} below the data set"


def _parts(values: Any) -> tuple[Sequence[int | None], Sequence[str | None]]:
    """Lengths in bytes and paths of some videos: a column of ``Video``, of bytes, or of paths."""
    import pyarrow as pa
    from pyarrow import compute

    kind, none = values.type, [None] * len(values)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return compute.binary_length(values).to_pylist(), none
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return none, values.to_pylist()
    if pa.types.is_struct(kind) and {kind.field(n).name for n in range(kind.num_fields)} == {"bytes", "path"}:
        lengths = compute.binary_length(compute.struct_field(values, "bytes"))
        return lengths.to_pylist(), compute.struct_field(values, "path").to_pylist()
    raise InputError(f"dataset.video_field: a column of videos, bytes or paths is needed, got {kind}")


def _file_below(folder: Path, name: str) -> Path | None:
    path = PurePath(name)
    if ".." in path.parts or "\0" in name or (path.is_absolute() and not path.is_relative_to(folder.absolute())):
        return None
    try:
        return folder / path if (folder / path).is_file() else None
    except OSError:  # a name that no file can have
        return None


def _suffix(path: str) -> str:
    """The suffix of a video, where its path has one; what it is shows in its bytes anyway."""
    suffix = PurePosixPath(path).suffix.lower()
    return suffix if suffix in SUFFIXES else ""


def _packed(videos: Mapping[str, _Video]) -> Packed:
    return Packed(
        read=lambda id_: videos[id_].read(),
        n_bytes=lambda id_: videos[id_].n_bytes,
    )
