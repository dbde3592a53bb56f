"""Features of one encoder: an array [budget, sample, dim] a layer, in half precision where that only rounds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import EncodingError
from platoscope.params.variants import Variant
from platoscope.store.arrays import (
    Array,
    Attributes,
    Source,
    create,
    describe,
    digest_in_turn,
    open_group,
    parts,
    read,
    write_parts,
)
from platoscope.store.views import places_of, variants_of

if TYPE_CHECKING:
    import zarr


def write_features(path: Path, layers: Iterable[tuple[str, Source]], *, attributes: Attributes) -> None:
    """Write features layer by layer, of which no more than a part is in memory.

    Parameters
    ----------
    layers
        Name and values of each layer in order, float32 [budget, sample, dim]: arrays, or what is read like them.
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
        dtype = dtype_for(name, values, attributes)
        digest = write_parts(group, f"layer/{len(names):03d}", values, dtype=dtype)
        total.update(digest.encode())
        names.append(name)
    describe(group, "features", {**attributes, "layers": names, "digest": total.hexdigest()})


def dtype_for(name: str, values: Source, attributes: Attributes) -> type[np.float16 | np.float32]:
    """float16 where no row of a layer [budget, sample, dim] loses more than its rounding, else float32."""
    fits = True
    for box in parts(values.shape, np.dtype(np.float32).itemsize):
        part = values[box]
        _check_finite(name, part, box, attributes)
        fits = fits and half_fits(part)
    return np.float16 if fits else np.float32


def half_fits(values: NDArray[np.float32]) -> bool:
    """Whether float16 only rounds [..., dim]: finite, and the relative error of every norm below 2^-9.

    Sub-normal halves would otherwise turn a faint layer to zeros without a word.
    """
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return bool(np.isfinite(half).all()) and all(_only_rounds(*parts) for parts in zip(half, values, strict=True))


def _only_rounds(half: NDArray[np.float16], values: NDArray[np.float32]) -> bool:
    """Norms in float64: the square of a faint or a huge float32 is 0 or infinite in its own precision."""
    exact = values.astype(np.float64)
    error = np.linalg.norm(half - exact, axis=-1)
    return bool((error <= np.linalg.norm(exact, axis=-1) * 2.0**-9).all())


@dataclass(frozen=True)
class LayerRows:
    """A layer [sample, dim] at one budget that lies in its store: `rows[start:stop]` reads those rows, as float32."""

    group: "zarr.Group"
    name: str
    budget: int

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of samples and dims."""
        _, sample, dim = self.group[self.name].shape  # type: ignore[union-attr]
        return sample, dim

    def __getitem__(self, rows: slice) -> NDArray[np.float32]:
        return read(self.group, self.name, (self.budget, rows)).astype(np.float32, copy=False)


class FeaturesStore:
    """A features store opened for reading: all its budgets, or those of one variant alone."""

    def __init__(self, path: Path, *, variant: Variant | None = None) -> None:
        self.path = path
        self._group = open_group(path, "features", f"dvc pull data/features/{path.parent.name}/{path.name}")
        self.attributes: Attributes = dict(self._group.attrs)
        self.layers: tuple[str, ...] = tuple(self.attributes["layers"])
        every: tuple[int, ...] = tuple(self.attributes["budgets"])
        self.key = path.stem if variant is None else variant.of(path.stem)
        self._places = range(len(every)) if variant is None else places_of(self.attributes, variant, of=path)
        self.budgets = tuple(every[place] for place in self._places)

    def views(self) -> list["FeaturesStore"]:
        """List one for each variant of captions; of videos there is one."""
        return [FeaturesStore(self.path, variant=variant) for variant in variants_of(self.attributes)]

    def shape(self, index: int) -> tuple[int, int, int]:
        """Shape of a layer, (budget, sample, dim)."""
        _, sample, dim = self._group[f"layer/{index:03d}"].shape  # type: ignore[union-attr]
        return len(self.budgets), sample, dim

    def layer(self, index: int, budget: int) -> NDArray[np.float32]:
        """Features of a layer at a budget (its position among ``budgets``), float32 [sample, dim]."""
        return read(self._group, f"layer/{index:03d}", self._places[budget]).astype(np.float32, copy=False)

    def rows(self, index: int, budget: int) -> LayerRows:
        """The same as :meth:`layer`, but read as far as it is sliced by rows."""
        return LayerRows(self._group, f"layer/{index:03d}", self._places[budget])

    def dtype(self, index: int) -> np.dtype[np.float16 | np.float32]:
        """Precision of a layer: float16, or float32 where that would do more than round."""
        return self._group[f"layer/{index:03d}"].dtype  # type: ignore[union-attr]

    def values(self, index: int) -> NDArray[np.float16 | np.float32]:
        """A layer as it is stored, [budget, sample, dim]."""
        every = read(self._group, f"layer/{index:03d}")
        return every if len(self._places) == len(every) else every[list(self._places)]

    def verify(self) -> bool:
        """Whether the content still has the digest it was written with."""
        names = (f"layer/{index:03d}" for index in range(len(self.layers)))
        return bool(digest_in_turn(self._group, names) == self.attributes["digest"])


def _check_finite(name: str, part: Array, box: tuple[slice, ...], attributes: Attributes) -> None:
    if not np.isfinite(part).all():
        first = np.argwhere(~np.isfinite(part))[0]
        budget, sample, dim = (int(at) + side.start for at, side in zip(first, box, strict=True))
        raise EncodingError(
            f"layer {name!r} gave {part[tuple(first)]} at budget {attributes['budgets'][budget]}, "
            f"sample {attributes['ids'][sample]!r} (row {sample}), dim {dim}"
        )
