"""A feature set in memory, what it has to be for a project, and the ``.npz`` that the family ``stored`` reads.

Layers are float ``[budget, sample, dim]`` in the precision that they came in; the ids say which sample is which row.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.stored import TOLD
from platoscope.errors import InputError


@dataclass(frozen=True)
class FeatureSet:
    """Features of one encoder.

    layers: float16 or float32 [budget, sample, dim] by name, in order; ids: None where the file has none; budgets: None
    where there is one that is not told; about: what else is known, named as the attributes of a features store are.
    """

    layers: Mapping[str, NDArray[Any]]
    ids: tuple[str, ...] | None = None
    budgets: tuple[int, ...] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of samples."""
        return int(next(iter(self.layers.values())).shape[1])


def checked(found: FeatureSet, *, name: str) -> FeatureSet:
    """Give a feature set whose arrays agree with each other and can be stored; float64 is rounded to float32.

    Raises
    ------
    InputError
        If there are no layers, one is not floating or [budget, sample, dim] of the samples that the others have, an id
        is there twice, or a value is not finite (or too large for float32).
    """
    if not found.layers:
        raise InputError(f"{name} has no layers")
    n = found.rows if found.ids is None else len(found.ids)
    many = 1 if found.budgets is None else len(found.budgets)
    layers = {}
    for layer, values in found.layers.items():
        if values.dtype.kind != "f" or values.ndim != 3 or values.shape[:2] != (many, n) or not values.shape[2]:
            raise InputError(
                f"{name}: layer {layer!r} is {values.dtype} {values.shape}, wanted floating ({many}, {n}, dim), "
                "[budget, sample, dim]"
            )
        with np.errstate(over="ignore"):
            layers[layer] = values if values.dtype.itemsize <= 4 else values.astype(np.float32)
        bad = np.argwhere(~np.isfinite(layers[layer]))
        if len(bad):
            budget, row, dim = bad[0]
            which = f"row {row}" if found.ids is None else f"sample {found.ids[row]!r}"
            raise InputError(f"{name}: layer {layer!r} has {values[budget, row, dim]} for {which}, wanted finite ones")
    if found.ids is not None and len(set(found.ids)) < n:
        twice = next(id_ for place, id_ in enumerate(found.ids) if id_ in found.ids[:place])
        raise InputError(f"{name} names sample {twice!r} twice")
    return FeatureSet(layers, found.ids, found.budgets, found.about)


def write_npz(
    path: Path, layers: Iterable[tuple[str, NDArray[Any]]], *, ids: Sequence[str], budgets: Sequence[int] | None,
    about: Mapping[str, Any],
) -> None:  # fmt: skip
    """Write ``.npz`` layer by layer, one of them in memory; equal content gives equal bytes.

    ``budgets`` is None where the layers are [sample, dim].

    Raises
    ------
    InputError
        If a layer has a name that is kept for what is told beside them.
    """
    told: list[tuple[str, NDArray[Any]]] = [("ids", np.array(ids))]
    told += [] if budgets is None else [("budgets", np.array(budgets, np.int64))]
    told += [("about", np.array(json.dumps(about, sort_keys=True)))]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as content:
        for name, values in told:
            _member(content, name, values)
        for name, values in layers:
            if name in TOLD:
                raise InputError(f"layer {name!r} has a name that .npz files keep for {', '.join(TOLD)}")
            _member(content, name, values)


def _member(content: zipfile.ZipFile, name: str, values: NDArray[Any]) -> None:
    # ZipInfo has a fixed date, where a name alone would have the present one.
    with content.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as handle:
        np.lib.format.write_array(handle, np.asarray(values, order="C"), allow_pickle=False)


def lines_of(path: Path) -> tuple[str, ...]:
    """Read the lines of a list of ids; blank ones at its end do not count.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a list of ids, one a line: {error}") from error
    return tuple(line.strip() for line in io.StringIO(text.rstrip("\n") + "\n"))
