"""Folders that thingsvision writes: features of one module, or a folder for each, whole or cut into files by rows.

``features.npy`` (or .pt, .txt, .h5, .hdf5), ``features_0-128.npy, features_128-256.npy, ...`` or ``features_01.npy,
features_02.npy, ...`` of ``[sample, dim]`` become one array a module. ``file_names.txt``, if it is there, names the
rows.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

SUFFIXES = (".npy", ".pt", ".txt", ".h5", ".hdf5")
ROWS_NAMED = "file_names.txt"
PART = re.compile(r"features.*?_(?P<start>\d+)(?:-(?P<stop>\d+))?")


def read_modules(folder: Path, read: Callable[[Path], NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Read [sample, dim] by module; ``read`` gives the array of a file.

    Raises
    ------
    InputError
        If there are none, in more than one form, or a part of one is missing.
    """
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())]
    found = {one.relative_to(folder).as_posix(): files for one in folders if (files := _files(one))}
    if not found:
        kinds = ", ".join(f"features*{suffix}" for suffix in SUFFIXES)
        raise InputError(f"{folder} has no features: {kinds} are looked for, and features.json of an exported folder")
    return {folder.name if name == "." else name: _joined(files, read) for name, files in found.items()}


def names_of_rows(folder: Path) -> Path | None:
    """The file that names the rows, where there is one."""
    file = folder / ROWS_NAMED
    return file if file.is_file() else None


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("features*") if file.suffix in SUFFIXES)


def _joined(files: list[Path], read: Callable[[Path], NDArray[Any]]) -> NDArray[Any]:
    if len(files) == 1:
        return read(files[0])
    if len({file.suffix for file in files}) > 1 or any(PART.fullmatch(file.stem) is None for file in files):
        raise InputError(f"{files[0].parent} has {', '.join(f.name for f in files)}: one file, or the parts of one")
    parts = sorted((_range(file), file) for file in files)
    arrays, expected = [], None
    for (start, stop), file in parts:
        if expected is not None and start != expected:
            raise InputError(f"{file} begins at {start}, the part before it ends at {expected}: one is missing")
        values = read(file)
        if stop is not None and len(values) != stop - start:
            raise InputError(f"{file} has {len(values)} rows, its name says {stop - start}")
        arrays.append(values)
        expected = start + 1 if stop is None else stop
    first = parts[0][0][0]
    if first not in ((0,) if parts[0][0][1] is not None else (1,)):
        raise InputError(f"{parts[0][1]} is the first part and begins at {first}: one before it is missing")
    return np.concatenate(arrays)


def _range(file: Path) -> tuple[int, int | None]:
    found = PART.fullmatch(file.stem)
    assert found is not None
    return int(found["start"]), None if found["stop"] is None else int(found["stop"])
