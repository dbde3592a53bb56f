"""What every source gives, and how the rows of an annotation file meet the videos that are really there.

Published data sets name their videos and leave it to everybody to get them: what is gone is listed by id with its
reason, and is never replaced.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

SUFFIXES = frozenset(
    ".3gp .avi .flv .gif .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .ogv .ts .webm .wmv".split()  # noqa: SIM905 (a list to be read)
)


@dataclass(frozen=True)
class Packed:
    """Videos that are no files of their own: the bytes of one by its row's id, and how many they are."""

    read: Callable[[str], bytes]
    n_bytes: Callable[[str], int]


@dataclass(frozen=True)
class Found:
    """The rows of a source in its own order, and the samples that it lists and has no video of.

    ``packed`` where the videos have to be copied out before they can be decoded.
    """

    rows: tuple[Row, ...]
    absent: tuple[Absent, ...] = ()
    packed: Packed | None = None


def matched(rows: Iterable[Row], folder: Path, *, below: str) -> Found:
    """Find the file of each row, whose ``video`` is a file name without its suffix, anywhere under ``folder/below``.

    Raises
    ------
    InputError
        If there is no such folder.
    DataError
        If two rows have one id, no row has a video, or a row has two.
    """
    files = _videos(folder, below)
    kept: list[Row] = []
    absent: list[Absent] = []
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise DataError(f"{folder}: id {row.id!r} is listed twice")
        seen.add(row.id)
        names = files.get(row.video, [])
        if len(names) > 1:
            raise DataError(
                f"{folder}: {row.id!r} has {len(names)} videos, {names[0]} and {names[1]}: keep one of them"
            )
        if names:
            kept.append(replace(row, video=names[0]))
        else:
            absent.append(Absent(row.id, f"no video {row.video}.* below {below}"))
    if not kept:
        raise DataError(f"{folder}: of the {len(absent)} samples listed not one has a video below {below}")
    return Found(tuple(kept), tuple(absent))


def _videos(folder: Path, below: str) -> dict[str, list[str]]:
    """Paths of all videos, relative to ``folder``, by file name without suffix."""
    if not (folder / below).is_dir():
        raise InputError(f"dataset.path: {folder} has no folder {below} with the videos")
    files: dict[str, list[str]] = {}
    for path in files_below(folder / below):
        if path.suffix.lower() in SUFFIXES:
            files.setdefault(path.stem, []).append(path.relative_to(folder).as_posix())
    return files


def files_below(folder: Path) -> list[Path]:
    """All files below a folder in the order of their names, those of linked folders too; hidden names are passed over.

    A folder that can be reached in several ways counts once, so that a link to a folder above it has an end.

    Raises
    ------
    InputError
        If a folder cannot be listed.
    """
    files: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for here, folders, names in os.walk(folder, onerror=_refuse, followlinks=True):
        status = Path(here).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [path for name in names if not name.startswith(".") and (path := Path(here, name)).is_file()]
    return sorted(files)


def _refuse(error: OSError) -> None:
    raise InputError(f"dataset.path: {error.filename} cannot be listed: {error.strerror}") from error


def stem_of(name: str) -> str:
    """The name of a video without the suffix that it may have."""
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in SUFFIXES else name


def listed_once(folder: Path, names: Iterable[str], *, what: str) -> Path:
    """The one of these files that a folder has.

    Raises
    ------
    InputError
        If it has none of them, or several.
    """
    wanted = list(names)
    there = [folder / name for name in wanted if (folder / name).is_file()]
    if len(there) != 1:
        found = " and ".join(path.name for path in there) or "none"
        raise InputError(f"dataset.path: {folder} needs one file with {what} ({', '.join(wanted)}), it has {found}")
    return there[0]


def of_split(files: Mapping[str, Path], split: str | None, *, folder: Path, wanted: str) -> dict[str, Path]:
    """The files of a split out of all by split; all of them where none is named.

    Raises
    ------
    InputError
        If there are no files (which should be like ``wanted``), or none of that split.
    """
    if not files:
        raise InputError(f"dataset.path: {folder} has no annotations {wanted}")
    if split is None:
        return dict(files)
    require_split(files, split, folder=folder)
    return {split: files[split]}


def require_split(splits: Iterable[str], split: str, *, folder: Path) -> None:
    """Refuse a split that is none of those that a folder has."""
    there = list(splits)
    if split not in there:
        raise InputError(f"dataset.split: {folder} has annotations of {', '.join(there)}, not of {split!r}")


def put_once(files: dict[str, Path], split: str, file: Path) -> None:
    """Note the file of a split, of which there may be one."""
    if split in files:
        raise InputError(f"dataset.path: {files[split]} and {file} are both of the split {split}: keep one of them")
    files[split] = file
