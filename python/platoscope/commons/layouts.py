"""Files of features that others wrote become a feature set: NumPy, PyTorch, safetensors, HDF5, text, and folders.

Arrays are float ``[sample, dim]``, ``[layer, sample, dim]``, or ``[sample, dim]`` by name of layer; what the code of
Huh et al. wrote (a dictionary whose ``feats`` are ``[sample, layer, dim]``), thingsvision's folders, and what
``platoscope export`` writes are known by what they hold. Nothing that could run code is unpickled.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.commons.hub_folder import is_hub_folder, read_hub_folder
from platoscope.commons.sets import FeatureSet
from platoscope.commons.thingsvision import read_modules
from platoscope.commons.torch_files import SEED, read_torch
from platoscope.errors import InputError, UnavailableError

Arrays = Mapping[str, NDArray[Any]]
ONLY = "features"  # the name of a layer that has none


def read_layout(path: Path) -> FeatureSet:
    """Read a file or a folder of features.

    Raises
    ------
    InputError
        If it is not there, of no kind that is known, cannot be read, or has arrays of other shapes.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist: features are {_known()}, or a folder")
    if path.is_dir():
        return read_hub_folder(path) if is_hub_folder(path) else _by_name(read_modules(path, read_array), path)
    if path.suffix not in READERS:
        raise InputError(f"{path} has the suffix {path.suffix!r}: features are {_known()}, or a folder")
    try:
        return READERS[path.suffix](path)
    except InputError:
        raise
    except Exception as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} cannot be read as {path.suffix}: {why}") from error


def read_array(path: Path) -> NDArray[Any]:
    """Read a file that holds one array [sample, dim], such as thingsvision writes for a module."""
    layers = list(read_layout(path).layers.values())
    if len(layers) != 1:
        shape = (len(layers), *layers[0].shape[1:])
        raise InputError(f"{path} holds {shape}, wanted [sample, dim]: pool tokens or places to one vector a sample")
    values: NDArray[Any] = layers[0][0]
    return values


def _npy(path: Path) -> FeatureSet:
    return _of_one(np.load(path, allow_pickle=False), path)


def _npz(path: Path) -> FeatureSet:
    with np.load(path, allow_pickle=False) as content:
        return _with_told({name: content[name] for name in content.files}, path)


def _txt(path: Path) -> FeatureSet:
    return _of_one(np.loadtxt(path, ndmin=2), path)


def _safetensors(path: Path) -> FeatureSet:
    from safetensors import safe_open

    told = _beside(path)
    with safe_open(path, framework="pt") as content:
        from platoscope.commons.torch_files import as_array

        names = told.get("layers", content.keys())
        lacking = [name for name in names if name not in content.keys()]  # noqa: SIM118 (no mapping)
        if lacking:
            raise InputError(f"{path} lacks layer {lacking[0]!r}, which {path.with_suffix('.json').name} names")
        arrays = {name: as_array(content.get_tensor(name)) for name in names}
    return _with_told({**arrays, **{name: np.array(told[name]) for name in ("ids", "budgets") if name in told}}, path,
                      about=told.get("about"))  # fmt: skip


def _beside(path: Path) -> dict[str, Any]:
    beside = path.with_suffix(".json")
    found: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
    return found


def _torch(path: Path) -> FeatureSet:
    content = read_torch(path)
    if not isinstance(content, dict):
        return _of_one(content, path)
    if SEED not in content:
        return _by_name(content, path)
    feats, about = content[SEED], {}
    if isinstance(feats, np.ndarray):
        if feats.ndim != 3:
            raise InputError(f"{path}: {SEED} are {feats.shape}, wanted [sample, layer, dim]")
        feats = list(feats.swapaxes(0, 1))
    if content.get("num_params") is not None:
        about = {"encoder": {"parameters": int(content["num_params"])}}
    found = _by_name({str(layer): values for layer, values in enumerate(feats)}, path)
    return FeatureSet(found.layers, about=about)


def _hdf5(path: Path) -> FeatureSet:
    try:
        import h5py
    except ImportError as error:
        raise UnavailableError(f"{path} needs h5py: pip install 'platoscope[hdf5]'") from error
    with h5py.File(path, "r") as content:
        odd = next((name for name, values in content.items() if not isinstance(values, h5py.Dataset)), None)
        if odd is not None:
            raise InputError(f"{path}: {odd!r} is a group; data sets [sample, dim] are wanted at the root, one a layer")
        arrays = {
            name: values.asstr()[:] if values.dtype.kind == "O" else values[:] for name, values in content.items()
        }
    # thingsvision cuts what it cannot hold into features_01, features_02, ...
    if arrays and all(name.removeprefix("features_").isdigit() for name in arrays):
        arrays = {ONLY: np.concatenate([arrays[name] for name in sorted(arrays, key=lambda name: int(name[9:]))])}
    return _with_told(arrays, path)


def _with_told(arrays: Arrays, path: Path, *, about: Mapping[str, Any] | None = None) -> FeatureSet:
    """Layers by name, with ids, budgets and what else is known where the file says it."""
    layers = {name: values for name, values in arrays.items() if name not in ("ids", "budgets", "about")}
    ids = tuple(map(str, arrays["ids"].tolist())) if "ids" in arrays else None
    if about is None:
        about = json.loads(str(arrays["about"])) if "about" in arrays else {}
    if "budgets" not in arrays:
        found = _of_one(next(iter(layers.values())), path) if len(layers) == 1 else _by_name(layers, path)
        names = layers if len(layers) == len(found.layers) else found.layers
        return FeatureSet(dict(zip(names, found.layers.values(), strict=True)), ids, None, about)
    return FeatureSet(layers, ids, tuple(int(budget) for budget in arrays["budgets"].tolist()), about)


def _of_one(values: NDArray[Any], path: Path) -> FeatureSet:
    """[sample, dim], or [layer, sample, dim] with the layers' numbers for names."""
    if values.ndim == 3:
        return FeatureSet({str(layer): rows[None] for layer, rows in enumerate(values)})
    return _by_name({ONLY: values}, path)


def _by_name(arrays: Arrays, path: Path) -> FeatureSet:
    """Layers [sample, dim]."""
    for name, values in arrays.items():
        if not isinstance(values, np.ndarray) or values.ndim != 2:
            what = f"{values.shape}" if isinstance(values, np.ndarray) else type(values).__name__
            raise InputError(
                f"{path}: {name!r} is {what}, wanted [sample, dim]: pool tokens or places to one vector a sample first"
            )
    rows = {name: len(values) for name, values in arrays.items()}
    other = next((name for name, n in rows.items() if n != next(iter(rows.values()))), None)
    if other is not None:
        first = next(iter(rows))
        raise InputError(
            f"{path}: {other!r} has {rows[other]} samples, {first!r} {rows[first]}: all must have the same"
        )
    return FeatureSet({name: values[None] for name, values in arrays.items()})


READERS: dict[str, Callable[[Path], FeatureSet]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".txt": _txt,
    ".pt": _torch,
    ".pth": _torch,
    ".safetensors": _safetensors,
    ".h5": _hdf5,
    ".hdf5": _hdf5,
}


def _known() -> str:
    return ", ".join(READERS)
