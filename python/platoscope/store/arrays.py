"""Zarr, as all stores use it: groups with kind and format version, arrays written by whole shards.

The only importer of zarr. Equal content gives equal bytes: shards are written once, whole and in order (inner chunks
of one shard written in another order would give other bytes), and attributes are plain JSON with sorted keys.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import StoreError

if TYPE_CHECKING:
    import zarr

FORMATS = {"frames": 2, "thumbnails": 1, "features": 1, "neighbours": 1, "alignment": 3, "similarity": 1, "temporal": 1}
SHARD_BYTES = 64_000_000  # is held in memory while it is made
CHUNK_BYTES = 1_000_000
_AGAIN = "remove the store and get it again with `dvc checkout`, or make it with `dvc repro`"

Attributes = dict[str, Any]
Array = NDArray[Any]


def digest_ids(ids: Iterable[str]) -> str:
    """SHA-256 of ordered sample ids."""
    return hashlib.sha256(json.dumps(list(ids), ensure_ascii=True).encode()).hexdigest()


def digest_arrays(arrays: Iterable[Array]) -> str:
    """SHA-256 of the dtypes, shapes and bytes of arrays, in order."""
    total = hashlib.sha256()
    for array in arrays:
        total.update(f"{array.dtype.str}{array.shape}".encode())
        total.update(np.ascontiguousarray(array).view(np.uint8).data)
    return total.hexdigest()


def same_samples(a: tuple[Path, Attributes], b: tuple[Path, Attributes]) -> None:
    """Refuse two stores whose rows are not the same samples in the same order.

    Raises
    ------
    StoreError
        Naming both stores, their digests and the first id that differs.
    """
    if a[1]["samples"] != b[1]["samples"]:
        row, one, other = first_difference(a[1]["ids"], b[1]["ids"])
        raise StoreError(
            f"{a[0]} (samples {a[1]['samples'][:12]}) and {b[0]} (samples {b[1]['samples'][:12]}) were made from "
            f"different samples, first in row {row}: {_or_none(one)} and {_or_none(other)}; run `dvc repro` for both"
        )


def first_difference(ids: Sequence[str], others: Sequence[str]) -> tuple[int, str | None, str | None]:
    """Row and ids of the first place at which two lists differ; None stands for what the shorter has not."""
    pairs = enumerate(zip_longest(ids, others))
    return next((row, one, other) for row, (one, other) in pairs if one != other)


def _or_none(id_: str | None) -> str:
    return "none" if id_ is None else repr(id_)


class Rows:
    """Appends rows to an array so that each shard is written once and whole."""

    def __init__(self, array: "zarr.Array[Any]") -> None:
        self._array = array
        self._rows = int((array.shards or array.chunks)[0])
        self._held: list[Array] = []
        self._start = 0

    def append(self, rows: Array) -> None:
        """Take rows; write every shard that is full."""
        self._held.append(rows)
        while sum(map(len, self._held)) >= self._rows:
            held = np.concatenate(self._held)
            self._held = [held[self._rows :].copy()]  # before the write, which holds what it is given once more
            self._write(held[: self._rows])

    def close(self) -> None:
        """Write the rows that are left as the last shard."""
        held = np.concatenate(self._held) if any(map(len, self._held)) else None
        self._held = []
        if held is not None:
            self._write(held)

    def _write(self, rows: Array) -> None:
        self._array[self._start : self._start + len(rows)] = rows
        self._start += len(rows)


def create(path: Path, kind: str) -> "zarr.Group":
    """Make an empty store; it counts as one only when :func:`describe` has ended it."""
    import zarr

    return zarr.create_group(str(path), zarr_format=3, attributes={"kind": kind})


def open_group(path: Path, kind: str, pull: str) -> "zarr.Group":
    """Open a store for reading.

    Raises
    ------
    StoreError
        If it is missing (the message says which command gets it) or a part of it is, unfinished, or of another kind
        or format.
    """
    import zarr

    if not path.exists():
        raise StoreError(f"{path} is missing: make it with `dvc repro`, or get it with `{pull}`")
    try:
        group = zarr.open_group(str(path), mode="r", zarr_format=3)
    except Exception as error:
        raise StoreError(f"{path} is not a Zarr 3 group: {error}") from error
    found = (group.attrs.get("kind"), group.attrs.get("format"))
    if found == (kind, None):
        raise StoreError(f"{path} was never finished (it has no format): make it again with `dvc repro`")
    if found != (kind, FORMATS[kind]):
        raise StoreError(f"{path} is {found[0]} format {found[1]}, this version reads {kind} format {FORMATS[kind]}")
    _check_parts(path)
    return group


def read(group: "zarr.Group", name: str, box: Any = ...) -> Array:
    """Read an array of a store, or a part of it.

    Raises
    ------
    StoreError
        If its files are damaged.
    """
    try:
        return np.asarray(group[name][box])
    except MemoryError:
        raise
    except Exception as error:
        raise StoreError(
            f"{_folder(group)}: array {name} cannot be read ({type(error).__name__}: {' '.join(str(error).split())}): "
            f"its files are damaged; {_AGAIN}"
        ) from error


def _folder(group: "zarr.Group") -> str:
    return str(group.store_path).removeprefix("file://")


def _check_parts(path: Path) -> None:
    """Refuse a store that lacks a shard, in whose place one would read the fill value without a word."""
    for file in sorted(path.rglob("zarr.json")):
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            wanted = _files_of_array(told) if told.get("node_type") == "array" else None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            name = file.relative_to(path).as_posix()
            raise StoreError(
                f"{path}: {name} cannot be read ({type(error).__name__}: {error}): it is damaged; {_AGAIN}"
            ) from error
        if wanted is not None:
            found = sum(part.is_file() for part in (file.parent / "c").rglob("*"))
            if found < wanted:
                name = file.parent.relative_to(path).as_posix()
                raise StoreError(f"{path}: array {name} has {found} of its {wanted} files; {_AGAIN}")


def _files_of_array(told: Attributes) -> int:
    """How many files an array of this description has."""
    sides = zip(told["shape"], told["chunk_grid"]["configuration"]["chunk_shape"], strict=True)
    return math.prod(-(-n // step) for n, step in sides)


def digest_in_turn(group: "zarr.Group", names: Iterable[str]) -> str:
    """SHA-256 over the digests of these arrays, as stores that are written layer by layer carry it."""
    total = hashlib.sha256()
    for name in names:
        total.update(digest_arrays([read(group, name)]).encode())
    return total.hexdigest()


def array_names(path: Path) -> list[str]:
    """Names of all arrays of a store, in order."""
    told = {file.parent: json.loads(file.read_text(encoding="utf-8")) for file in sorted(path.rglob("zarr.json"))}
    return [place.relative_to(path).as_posix() for place, one in told.items() if one.get("node_type") == "array"]


def kind_of(path: Path) -> str:
    """Give the kind of a store, such as "features".

    Raises
    ------
    StoreError
        If there is none.
    """
    import zarr

    if not path.exists():
        raise StoreError(f"{path} is missing: make it with `dvc repro`, or get it with `dvc pull`")
    try:
        return str(zarr.open_group(str(path), mode="r", zarr_format=3).attrs.get("kind"))
    except Exception as error:
        raise StoreError(f"{path} is not a Zarr 3 group: {error}") from error


def describe(group: "zarr.Group", kind: str, attributes: Attributes) -> None:
    """Attributes are written last: a store without a format is one that was never finished."""
    plain = json.loads(json.dumps({**attributes, "kind": kind, "format": FORMATS[kind]}, sort_keys=True))
    group.update_attributes(plain)


def write_whole(group: "zarr.Group", name: str, values: Array) -> None:
    """Write an array that is in memory; floating arrays are filled with NaN, which no result is."""
    write_parts(group, name, values, dtype=values.dtype)


class Source(Protocol):
    """An array, or what can be read like one by slices of its first axes."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        ...

    def __getitem__(self, box: tuple[slice, ...], /) -> Array:
        """Read a part."""
        ...


def write_parts(group: "zarr.Group", name: str, values: Source, *, dtype: Any) -> str:
    """Write an array shard by shard, no more than one in memory; gives the digest that :func:`digest_arrays` would."""
    dtype = np.dtype(dtype)
    fill = np.nan if np.issubdtype(dtype, np.floating) else 0
    array = new_array(group, name, values.shape, dtype, fill=fill)
    total = hashlib.sha256(f"{dtype.str}{values.shape}".encode())
    for box in parts(values.shape, dtype.itemsize):
        part = np.ascontiguousarray(values[box], dtype)
        array[box] = part
        total.update(part.view(np.uint8).data)
    return total.hexdigest()


def parts(shape: tuple[int, ...], itemsize: int) -> Iterator[tuple[slice, ...]]:
    """The boxes of an array that its shards hold, in the order of its values."""
    if all(shape):
        chunks, shards = _cut(shape, itemsize)
        starts = (range(0, n, step) for n, step in zip(shape, shards or chunks, strict=True))
        for corner in product(*starts):
            sides = zip(corner, shape, shards or chunks, strict=True)
            yield tuple(slice(start, min(start + step, n)) for start, n, step in sides)


def new_array(group: "zarr.Group", name: str, shape: tuple[int, ...], dtype: Any, *, fill: float) -> "zarr.Array[Any]":
    """Make an array of chunks of about 1 MB in shards of at most 64 MB."""
    from zarr.codecs import ZstdCodec

    chunks, shards = _cut(shape, np.dtype(dtype).itemsize)
    return group.create_array(
        name,
        shape=shape,
        dtype=dtype,
        chunks=chunks,
        shards=shards,
        compressors=ZstdCodec(level=1, checksum=True),
        fill_value=fill,
        config={"write_empty_chunks": True},
    )


def _cut(shape: tuple[int, ...], itemsize: int) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    """Chunks of about 1 MB and shards of at most 64 MB, both cut along the longest-striding axes first."""
    if not all(shape):
        return tuple(max(1, n) for n in shape), None
    chunks = _box(shape, max(1, CHUNK_BYTES // itemsize))
    counts = tuple(-(-n // c) for n, c in zip(shape, chunks, strict=True))
    per_shard = _box(counts, max(1, SHARD_BYTES // (int(np.prod(chunks)) * itemsize)))
    return chunks, tuple(c * s for c, s in zip(chunks, per_shard, strict=True))


def _box(shape: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Largest box of at most ``most`` cells that is whole on the last axes and cut on the first."""
    box: list[int] = []
    left = most
    for n in reversed(shape):
        box.append(max(1, min(n, left)))
        left = max(1, left // box[-1]) if box[-1] == n else 1
    return tuple(reversed(box))
