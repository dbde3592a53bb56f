"""Features of one encoder that keep time apart: an array [pass, sample, step, dim] a layer, and of clips one of frames.

A pass is what was shown: the frames one by one, or a clip of them in one order. Variants (forward, reversed, ...) are
passes where an encoder sees clips, and index lists over one pass where it sees frames, so that they are the same bytes.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError
from platoscope.store.arrays import (
    Array,
    Attributes,
    Source,
    create,
    describe,
    digest_in_turn,
    open_group,
    read,
    write_parts,
)
from platoscope.store.features import dtype_for

KIND = "temporal"
HELD_BYTES = 500_000_000  # of passes that were read
FRAMES = "frames"  # the pass in which frames are shown one by one


def write_temporal(path: Path, layers: Iterable[tuple[str, Source]], *, attributes: Attributes) -> None:
    """Write step features layer by layer, in half precision by the rule of features stores.

    Parameters
    ----------
    layers
        Name and values of each layer in order, float32 [row, sample, dim]: the steps of each pass one after the other,
        then frames each alone, pass by pass.
    attributes
        At least ``samples`` (digest), ``ids``, ``passes`` (names), ``steps`` of each, ``alone`` (names of the
        passes in which an encoder of clips saw ``frames`` frames each alone), ``orders`` (name to index list) and
        ``budgets``, what each row is.

    Raises
    ------
    EncodingError
        If a value is not finite.
    """
    group = create(path, KIND)
    names: list[str] = []
    total = hashlib.sha256()
    n_passes, n_steps, n_alone = len(attributes["passes"]), attributes["steps"], len(attributes["alone"])
    for name, values in layers:
        dtype = dtype_for(name, values, attributes)
        arrays = {"layer": Turned(values, start=0, n_passes=n_passes, n_steps=n_steps)}
        if n_alone:
            arrays["alone"] = Turned(values, start=n_passes * n_steps, n_passes=n_alone, n_steps=attributes["frames"])
        for folder, turned in arrays.items():
            digest = write_parts(group, f"{folder}/{len(names):03d}", turned, dtype=dtype)
            total.update(digest.encode())
        names.append(name)
    kept = {key: value for key, value in attributes.items() if key != "budgets"}
    describe(group, KIND, {**kept, "layers": names, "digest": total.hexdigest()})


class Turned:
    """Rows [row, sample, dim] from ``start`` on, read as [pass, sample, step, dim]."""

    def __init__(self, values: Source, *, start: int, n_passes: int, n_steps: int) -> None:
        _, n_samples, dim = values.shape
        self.shape = n_passes, n_samples, n_steps, dim
        self._values, self._start, self._n_steps = values, start, n_steps

    def __getitem__(self, box: tuple[slice, ...]) -> Array:
        passes, samples, steps, dims = (slice(*one.indices(n)) for one, n in zip(box, self.shape, strict=True))
        first, last = self._start + passes.start * self._n_steps, self._start + passes.stop * self._n_steps
        rows = self._values[slice(first, last), samples]
        turned = rows.reshape(passes.stop - passes.start, self._n_steps, *rows.shape[1:]).swapaxes(1, 2)
        return turned[:, :, steps, dims]


class TemporalStore:
    """A store of step features opened for reading, which answers for every variant, however its encoder sees."""

    def __init__(self, path: Path) -> None:
        self.path, self.key = path, path.stem
        self._group = open_group(path, KIND, f"dvc pull data/temporal_features/{path.parent.name}/{path.name}")
        self.attributes: Attributes = dict(self._group.attrs)
        self.layers: tuple[str, ...] = tuple(self.attributes["layers"])
        self.passes: tuple[str, ...] = tuple(self.attributes["passes"])
        self.n_steps: int = self.attributes["steps"]
        self._orders: dict[str, list[int]] = self.attributes["orders"]
        self._alone: tuple[str, ...] = tuple(self.attributes["alone"])
        self._held: dict[tuple[str, int, int], NDArray[np.float32]] = {}

    @property
    def sees_frames(self) -> bool:
        """Whether frames are seen one by one, so that a variant is an index list."""
        return self.passes[0] == FRAMES

    @property
    def has_alone(self) -> bool:
        """Whether there are features of each frame alone, which a bag of frames is made of."""
        return self.sees_frames or bool(self._alone)

    def steps(self, layer: int, variant: str) -> NDArray[np.float32]:
        """What a layer gives for a variant such as ``fwd``, ``rev`` or ``flip_rev``, float32 [sample, step, dim].

        Raises
        ------
        InputError
            If the store has no such variant; the message names those that it has.
        """
        if variant not in self.variants:
            raise InputError(f"{self.path} has no variant {variant!r}, only {', '.join(self.variants)}")
        if not self.sees_frames:
            return self._read("layer", layer, self.passes.index(variant))
        name, order = self._ordered(variant)
        return self._read("layer", layer, self.passes.index(name))[:, order]

    def alone(self, layer: int, variant: str = "fwd") -> NDArray[np.float32]:
        """The same of each frame alone, float32 [sample, frame, dim]: of clips as a clip of nothing else, by step mean.

        Raises
        ------
        InputError
            If the encoder never sees a frame alone, or not the frames of this variant.
        """
        if self.sees_frames:
            return self.steps(layer, variant)
        known = self._variants(self._alone)
        if variant not in known:
            raise InputError(
                f"{self.path} has no frames alone of variant {variant!r}, only {', '.join(known) or 'none'}"
            )
        name, order = self._ordered(variant)
        return self._read("alone", layer, self._alone.index(name))[:, order]

    @property
    def variants(self) -> tuple[str, ...]:
        """Names that :meth:`steps` takes."""
        return self._variants(self.passes) if self.sees_frames else self.passes

    def verify(self) -> bool:
        """Whether the content still has the digest it was written with."""
        folders = ["layer", *(["alone"] if self._alone else [])]
        names = (f"{folder}/{index:03d}" for index in range(len(self.layers)) for folder in folders)
        return bool(digest_in_turn(self._group, names) == self.attributes["digest"])

    def _variants(self, passes: tuple[str, ...]) -> tuple[str, ...]:
        """Every order of the frames of these passes."""
        changes = ["" if name == FRAMES else f"{name}_" for name in passes]
        return tuple(f"{change}{order}".removesuffix("_fwd") for change in changes for order in self._orders)

    def _ordered(self, variant: str) -> tuple[str, list[int]]:
        """The pass of frames that a variant is read from, and in which order."""
        if variant in self._orders:
            return FRAMES, self._orders[variant]
        change, _, order = variant.partition("_")
        return change, self._orders[order or "fwd"]

    def _read(self, folder: str, layer: int, place: int) -> NDArray[np.float32]:
        """A pass of a layer; what was read last is held, since every control of a probe asks for it again."""
        key = (folder, layer, place)
        if key not in self._held:
            values = read(self._group, f"{folder}/{layer:03d}", place).astype(np.float32, copy=False)
            values.flags.writeable = False
            self._held[key] = values
            while len(self._held) > 1 and sum(held.nbytes for held in self._held.values()) > HELD_BYTES:
                del self._held[next(iter(self._held))]
        return self._held[key]
