"""Features of one encoder: an array [budget, sample, dim] a layer, in half precision where that only rounds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import EncodingError
from platoscope.store.arrays import (
    Array,
    Attributes,
    create,
    describe,
    digest_arrays,
    open_group,
    write_whole,
)

if TYPE_CHECKING:
    import zarr


def write_features(path: Path, layers: Iterable[tuple[str, Array]], *, attributes: Attributes) -> None:
    """Write features layer by layer.

    Parameters
    ----------
    layers
        Name and values of each layer in order, float32 [budget, sample, dim].
    attributes
        At least ``samples`` (digest), ``ids`` and ``budgets``.

    Raises
    ------
    EncodingError
        If a value is not finite; the message names layer, budget and sample.
    """
    group = create(path, "features")
    names: list[str] = []
    total = hashlib.sha256()
    for name, values in layers:
        _check_finite(name, values, attributes)
        stored = to_half(values)
        write_whole(group, f"layer/{len(names):03d}", stored)
        total.update(digest_arrays([stored]).encode())
        names.append(name)
    describe(group, "features", {**attributes, "layers": names, "digest": total.hexdigest()})


def to_half(values: NDArray[np.float32]) -> Array:
    """float16 where no row loses more than its rounding (finite, relative error of its norm below 2^-9), else float32.

    Sub-normal halves would otherwise turn a faint layer to zeros without a word.
    """
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    fits = bool(np.isfinite(half).all()) and all(_only_rounds(*parts) for parts in zip(half, values, strict=True))
    return half if fits else values


def _only_rounds(half: NDArray[np.float16], values: NDArray[np.float32]) -> bool:
    """Norms in float64: the square of a faint or a huge float32 is 0 or infinite in its own precision."""
    exact = values.astype(np.float64)
    error = np.linalg.norm(half - exact, axis=-1)
    return bool((error <= np.linalg.norm(exact, axis=-1) * 2.0**-9).all())


@dataclass(frozen=True)
class LayerRows:
    """A layer [sample, dim] at one budget that lies in its store: `rows[start:stop]` reads those rows, as float32."""

    array: "zarr.Array[Any]"
    budget: int

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of samples and dims."""
        return int(self.array.shape[1]), int(self.array.shape[2])

    def __getitem__(self, rows: slice) -> NDArray[np.float32]:
        return np.asarray(self.array[self.budget, rows], dtype=np.float32)


class FeaturesStore:
    """A features store opened for reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._group = open_group(path, "features", f"dvc pull data/features/{path.parent.name}/{path.name}")
        self.attributes: Attributes = dict(self._group.attrs)
        self.layers: tuple[str, ...] = tuple(self.attributes["layers"])
        self.budgets: tuple[int, ...] = tuple(self.attributes["budgets"])

    def shape(self, index: int) -> tuple[int, int, int]:
        """Shape of a layer, (budget, sample, dim)."""
        budget, sample, dim = self._group[f"layer/{index:03d}"].shape  # type: ignore[union-attr]
        return budget, sample, dim

    def layer(self, index: int, budget: int) -> NDArray[np.float32]:
        """Features of a layer at a budget (its position on the budget axis), float32 [sample, dim]."""
        return np.asarray(self._group[f"layer/{index:03d}"][budget], dtype=np.float32)  # type: ignore[index]

    def rows(self, index: int, budget: int) -> LayerRows:
        """The same as :meth:`layer`, but read as far as it is sliced by rows."""
        return LayerRows(self._group[f"layer/{index:03d}"], budget)  # type: ignore[arg-type]

    def verify(self) -> bool:
        """Whether the content still has the digest it was written with."""
        total = hashlib.sha256()
        for index in range(len(self.layers)):
            total.update(digest_arrays([np.asarray(self._group[f"layer/{index:03d}"][...])]).encode())  # type: ignore[index]
        return bool(total.hexdigest() == self.attributes["digest"])


def _check_finite(name: str, values: NDArray[np.float32], attributes: Attributes) -> None:
    if not np.isfinite(values).all():
        budget, sample, dim = np.argwhere(~np.isfinite(values))[0]
        raise EncodingError(
            f"layer {name!r} gave {values[budget, sample, dim]} at budget {attributes['budgets'][budget]}, "
            f"sample {attributes['ids'][sample]!r} (row {sample}), dim {dim}"
        )
