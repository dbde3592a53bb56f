"""``platoscope export``: one encoder's features store becomes .npz, .safetensors or a data set folder of the hub.

Values keep the precision they are stored in, float16 or float32 ``[budget, sample, dim]`` a layer, so that what is
read back has the same bits. One layer is in memory at a time.
"""

import json
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.commons.hub_folder import write_hub_folder
from platoscope.commons.sets import write_npz
from platoscope.errors import InputError, StoreError
from platoscope.project import Project, Side
from platoscope.scratch import write_file
from platoscope.store import FeaturesStore

TOLD = ("ids", "budgets", "layers")
NAMES = {"<f2": "F16", "<f4": "F32"}  # of safetensors


def export(project: Project, key: str, out: Path, *, side: Side | None = None) -> str:
    """Write an encoder's features to ``out``, whose suffix says how: .npz, .safetensors, none for a folder.

    Raises
    ------
    InputError
        If the encoder has no features on either side or on both, the suffix is another, or ``out`` is there.
    StoreError
        If the store does not hold what it was written with.
    """
    place = found_store(project, key, side)
    writers: dict[str, Callable[[FeaturesStore, Path], None]] = {
        ".npz": _write_npz,
        ".safetensors": _write_safetensors,
        "": _write_folder,
    }
    if out.suffix not in writers:
        raise InputError(f"{out}: features are written as .npz, .safetensors, or a folder (a name without suffix)")
    beside = out.with_suffix(".json")
    for there in (out, beside) if out.suffix == ".safetensors" else (out,):
        if there.exists():
            raise InputError(f"{there} is there already: name another place, or remove it")
    store = FeaturesStore(place)
    if not store.verify():
        raise StoreError(f"{place} does not hold what it was written with (its digest differs): `dvc checkout` it")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of an export that was killed
    writers[out.suffix](store, part)
    if out.suffix == ".safetensors":
        told = {name: store.attributes[name] for name in TOLD}
        write_file(beside, json.dumps({**told, "about": about(store)}, indent=1, sort_keys=True) + "\n")
    part.rename(out)
    shape = f"{len(store.layers)} layers x {len(store.budgets)} budgets x {store.shape(0)[1]} samples"
    return f"{out}: {shape} of {place.parent.name}/{key}"


def found_store(project: Project, key: str, side: Side | None) -> Path:
    """Find the features store of an encoder, which is of one side.

    Raises
    ------
    InputError
        If neither side has one, or both do and none is named.
    """
    sides: tuple[Side, ...] = ("video", "text") if side is None else (side,)
    found = [place for one in sides if (place := project.features(one, key)).is_dir()]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"there are features of {key!r} on both sides: say --side video or --side text")
    known = sorted(
        f"{one}/{path.stem}" for one in ("video", "text") for path in project.features(one, "").parent.glob("*.zarr")
    )
    raise InputError(f"no features of {key!r} here; there are {', '.join(known) or 'none: run `dvc repro`'}")


def about(store: FeaturesStore) -> dict[str, Any]:
    """What a store says of its features besides ids, budgets and layers."""
    return {name: value for name, value in store.attributes.items() if name not in TOLD}


def _layers(store: FeaturesStore) -> Iterator[tuple[str, NDArray[Any]]]:
    for index, name in enumerate(store.layers):
        yield name, store.values(index)


def _write_npz(store: FeaturesStore, path: Path) -> None:
    write_npz(path, _layers(store), ids=store.attributes["ids"], budgets=store.budgets, about=about(store))


def _write_safetensors(store: FeaturesStore, path: Path) -> None:
    """Header and values as the format has them; its library would hold all layers at once."""
    header, end = {}, 0
    for index, name in enumerate(store.layers):
        dtype, shape = store.dtype(index), store.shape(index)
        start, end = end, end + dtype.itemsize * int(np.prod(shape))
        header[name] = {"dtype": NAMES[dtype.str], "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as handle:
        handle.write(struct.pack("<Q", len(text)) + text)
        for _, values in _layers(store):
            handle.write(np.ascontiguousarray(values).data)


def _write_folder(store: FeaturesStore, path: Path) -> None:
    write_hub_folder(path, store, about=about(store))
