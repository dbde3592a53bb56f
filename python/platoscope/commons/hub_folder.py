"""A data set folder as the hub has them: a Parquet file for each budget, a card, and what a reader here needs besides.

One row a sample, with its ``id`` and a list of ``dim`` float16 or float32 a layer. ``features.json`` has the order of
layers and budgets and the attributes of the store.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.commons.card import card_of
from platoscope.commons.sets import FeatureSet
from platoscope.errors import InputError
from platoscope.params.variants import MARK, Variant
from platoscope.scratch import write_file
from platoscope.store import FeaturesStore

TOLD = "features.json"
ID = "id"
ROWS = 4096  # of a group, which are in memory at a time


def write_hub_folder(path: Path, store: FeaturesStore, *, about: dict[str, Any]) -> None:
    """Write a store as a folder that ``datasets.load_dataset`` reads.

    Raises
    ------
    InputError
        If pyarrow is not installed, or a layer is called id.
    """
    if ID in store.layers:
        raise InputError(f"{store.path} has a layer {ID!r}, as the column of ids is called")
    side = store.path.parent.name
    files = {name: f"data/{name}.parquet" for name in _subsets(store, side)}
    for at, file in enumerate(files.values()):
        _write_budget(path / file, store, at)
    told = {"layers": list(store.layers), "budgets": list(store.budgets), "files": list(files.values()), "about": about}
    write_file(path / TOLD, json.dumps(told, indent=1, sort_keys=True) + "\n")
    layers = [(name, store.shape(index)[2]) for index, name in enumerate(store.layers)]
    n = store.shape(0)[1]
    write_file(path / "README.md", card_of(store.key, side, files=files, layers=layers, n=n, about=about))


def read_hub_folder(path: Path) -> FeatureSet:
    """Read such a folder, whole.

    Raises
    ------
    InputError
        If a file is missing or damaged, or its budgets have other samples or layers.
    """
    parquet = _parquet()[1]
    try:
        told = json.loads((path / TOLD).read_text(encoding="utf-8"))
        tables = [parquet.read_table(path / file) for file in told["files"]]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} cannot be read as a folder of features: {error}") from error
    for table, file in zip(tables, told["files"], strict=True):
        if table[ID] != tables[0][ID]:
            raise InputError(f"{path / file} has other samples than {told['files'][0]}, or in another order")
        lacking = [name for name in told["layers"] if name not in table.column_names]
        if lacking:
            raise InputError(f"{path / file} lacks layer {lacking[0]!r}")
    layers = {name: np.stack([_values(table[name]) for table in tables]) for name in told["layers"]}
    return FeatureSet(layers, tuple(tables[0][ID].to_pylist()), tuple(told["budgets"]), told["about"])


def is_hub_folder(path: Path) -> bool:
    """Whether a folder is one of these."""
    return (path / TOLD).is_file()


def _subsets(store: FeaturesStore, side: str) -> Iterator[str]:
    """Name the budgets: frames_8, captions_4, captions_4_repeat_mean."""
    unit = "frames" if side == "video" else "captions"
    variants = store.attributes.get("variants") or [Variant()] * len(store.budgets)
    for variant, budget in zip(variants, store.budgets, strict=True):
        yield "_".join(Variant(*variant).of(f"{unit}_{budget}").split(MARK))


def _write_budget(file: Path, store: FeaturesStore, at: int) -> None:
    pa, parquet = _parquet()
    ids = store.attributes["ids"]
    kinds = [(ID, pa.string())]
    kinds += [
        (name, pa.list_(pa.from_numpy_dtype(store.dtype(index)), store.shape(index)[2]))
        for index, name in enumerate(store.layers)
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    with parquet.ParquetWriter(file, pa.schema(kinds)) as writer:
        for start in range(0, len(ids), ROWS):
            rows = slice(start, start + ROWS)
            columns = [pa.array(ids[rows], pa.string())]
            for index in range(len(store.layers)):
                part = store.rows(index, at)[rows].astype(store.dtype(index))
                columns.append(pa.FixedSizeListArray.from_arrays(pa.array(part.reshape(-1)), part.shape[1]))
            writer.write_table(pa.Table.from_arrays(columns, schema=pa.schema(kinds)))


def _values(column: Any) -> NDArray[Any]:
    """A column of lists as [sample, dim]."""
    whole = column.combine_chunks()
    values: NDArray[Any] = whole.flatten().to_numpy(zero_copy_only=False)
    return values.reshape(len(whole), -1)


def _parquet() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise InputError("a folder for the hub needs pyarrow: pip install 'platoscope[hf]'") from error
    return pa, parquet
