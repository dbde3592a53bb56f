"""Family ``stored``: features that were computed elsewhere, matched by the ids of their samples and never recomputed.

``weights`` names where they lie: a features store of this library (Zarr), or a file of arrays, float ``[budget,
sample, dim]`` a layer, or ``[sample, dim]`` of a single budget: ``.npz`` with the ids of the samples as ``ids``, or
``.safetensors`` with a ``.json`` of the same name beside it. Samples that take no part are left out. ``digest``, if
given, is what they must have.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.weights import digest_weights, first_line
from platoscope.errors import InputError, WeightsError
from platoscope.params import EncoderParams
from platoscope.params.variants import PLAIN, Variant
from platoscope.store import FeaturesStore

USES = ("weights", "digest")
TOLD = ("ids", "budgets", "about")  # arrays of .npz that are no layers

Reader = Callable[[int, slice], NDArray[np.float32]]


@dataclass(frozen=True)
class Source:
    """What a file holds: readers of layers by name, ``reader(budget, samples)``, and what their axes stand for.

    ``budgets`` is None where arrays are [sample, dim], of a budget that is not told. ``about`` is what else is known,
    named as the attributes of a store are.
    """

    layers: Mapping[str, Reader]
    dims: tuple[int, ...]
    ids: tuple[str, ...]
    budgets: tuple[int, ...] | None
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Stored:
    """Stored features of the samples that take part; ``rows(range)`` reads some, float32 [budget, row, dim] a layer.

    The axis of budgets has all that were asked for of the first of ``variants``, then of the next.
    """

    layers: tuple[str, ...]
    dims: tuple[int, ...]
    variants: tuple[Variant, ...]
    description: dict[str, Any]
    rows: Callable[[range], list[NDArray[np.float32]]]


def load(entry: EncoderParams, **_: Any) -> NoReturn:
    """Refuse to be asked for an encoder: there is none.

    Raises
    ------
    InputError
        Always.
    """
    raise InputError(f"family stored has no encoder: the features of {entry.weights} are read by their stage")


def open_features(
    entry: EncoderParams, *, ids: Sequence[str], budgets: Sequence[int], variants: Sequence[Variant] = (PLAIN,)
) -> Stored:
    """Find stored features of samples at budgets of the variants of captions that are there, the first at least.

    Raises
    ------
    InputError
        If the entry names no place, a budget is not there, or a sample is not.
    WeightsError
        If the features cannot be read, are not those of the entry's digest, or a layer does not have the shape that it
        should.
    StoreError
        If a store of this library is damaged.
    """
    if entry.weights is None:
        raise InputError("family stored needs weights: a features store, .npz or .safetensors")
    place = _located(entry.weights)
    source, digest = _opened(place), digest_weights(place)
    if entry.digest not in (None, digest):
        raise WeightsError(
            f"{place} has the digest {digest[:12]}, its entry says {str(entry.digest)[:12]}: get it again "
            "(`platoscope add`, `platoscope import`), or write the digest down if the new content is what you want"
        )
    at, found = _budgets(source, place, budgets, variants)
    position = {id_: row for row, id_ in enumerate(source.ids)}
    missing = [id_ for id_ in ids if id_ not in position]
    if missing:
        raise InputError(f"{place} lacks {len(missing)} of {len(ids)} samples, the first {missing[0]!r}")
    where = np.array([position[id_] for id_ in ids])

    def rows(items: range) -> list[NDArray[np.float32]]:
        some = where[items.start : items.stop]
        return [np.stack([_picked(read, budget, some) for budget in at]) for read in source.layers.values()]

    description = {"parameters": 0, "normed": [], **source.about.get("encoder", {}), "weights": digest}
    return Stored(tuple(source.layers), source.dims, found, description, rows)


def _located(weights: str) -> Path:
    """The place that is named; in queued and temporary runs of DVC one of the project that they are copies of."""
    place = Path(weights).expanduser()
    main = os.environ.get("DVC_ROOT")
    return Path(main) / place if main and not place.exists() else place


def _picked(read: Reader, budget: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Rows in any order, those that follow one another read at once."""
    runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    return np.concatenate([read(budget, slice(int(run[0]), int(run[-1]) + 1)) for run in runs])


def _budgets(
    source: Source, place: Path, asked: Sequence[int], variants: Sequence[Variant]
) -> tuple[list[int], tuple[Variant, ...]]:
    """Where the budgets stand, and the variants that they are of."""
    if source.budgets is None:
        if len(asked) > 1:
            raise InputError(f"{place} holds one budget that it does not name, {len(asked)} are asked for")
        return [0], tuple(variants[:1])
    every = [Variant(*named) for named in source.about.get("variants", ())] or [PLAIN] * len(source.budgets)
    found = tuple(variant for variant in variants if variant in every)
    if variants[0] not in found:
        mode, combine = variants[0]
        known = ", ".join(f"{mode} captions by {combine}" for mode, combine in dict.fromkeys(every))
        raise InputError(f"{place} has no {mode} captions by {combine}, only {known}")
    places = {named: at for at, named in enumerate(zip(every, source.budgets, strict=True))}
    for named in ((variant, budget) for variant in found for budget in asked):
        if named not in places:
            known = ", ".join(str(budget) for variant, budget in places if variant == named[0])
            raise InputError(f"{place} has no budget {named[1]}, only {known}")
    return [places[variant, budget] for variant in found for budget in asked], found


def _opened(place: Path) -> Source:
    if not place.exists():
        raise WeightsError(f"{place} does not exist: stored features are a features store, .npz or .safetensors")
    if place.is_dir():
        return _of_store(place)
    if place.suffix == ".npz":
        return _of_npz(place)
    if place.suffix == ".safetensors":
        return _of_safetensors(place)
    raise WeightsError(f"{place} is neither a features store nor .npz nor .safetensors")


def _of_store(place: Path) -> Source:
    store = FeaturesStore(place)
    if not store.verify():
        raise WeightsError(f"{place} does not hold what it was written with (its digest differs): get it again")

    def reader(index: int) -> Reader:
        return lambda budget, rows: store.rows(index, budget)[rows]

    layers = {name: reader(index) for index, name in enumerate(store.layers)}
    dims = tuple(store.shape(index)[2] for index in range(len(store.layers)))
    return Source(layers, dims, tuple(store.attributes["ids"]), store.budgets, store.attributes)


def _of_npz(place: Path) -> Source:
    try:
        with np.load(place, allow_pickle=False) as content:
            if "ids" not in content:
                raise WeightsError(f"{place} has no array ids, which names its samples")
            told = {name: content[name].tolist() for name in ("ids", "budgets") if name in content}
            told["about"] = json.loads(str(content["about"])) if "about" in content else {}
            layers = {name: content[name] for name in content.files if name not in TOLD}
    except (OSError, ValueError) as error:
        raise WeightsError(f"{place} cannot be read as .npz: {first_line(error)}") from error
    return _of_arrays(place, layers, told)


def _of_safetensors(place: Path) -> Source:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    beside = place.with_suffix(".json")
    try:
        told = json.loads(beside.read_text(encoding="utf-8"))
        arrays = load_file(place)
    except (OSError, ValueError, SafetensorError) as error:
        both = f"{place} and {beside.name} (ids, layers, budgets)"
        raise WeightsError(f"{both} cannot be read: {first_line(error)}") from error
    lacking = [name for name in ("ids", "layers") if name not in told]
    lacking += [name for name in told.get("layers", ()) if name not in arrays]
    if lacking:
        raise WeightsError(f"{place} and {beside.name} lack {lacking[0]!r}")
    return _of_arrays(place, {name: arrays[name] for name in told["layers"]}, told)


def _of_arrays(place: Path, layers: Mapping[str, NDArray[Any]], told: Mapping[str, Any]) -> Source:
    """Arrays in memory, whose shapes must agree with what is told of them."""
    ids, budgets = tuple(map(str, told["ids"])), told.get("budgets")
    if len(set(ids)) != len(ids):
        raise WeightsError(f"{place} names a sample twice in ids")
    wanted = (len(ids),) if budgets is None else (len(budgets), len(ids))
    for name, values in layers.items():
        if values.ndim != len(wanted) + 1 or values.shape[:-1] != wanted or values.dtype.kind != "f":
            shape = ", ".join(map(str, wanted))
            raise WeightsError(
                f"{place}: layer {name!r} is {values.dtype} {values.shape}, wanted floating ({shape}, dim)"
            )
    if not layers:
        raise WeightsError(f"{place} has no layers")

    def reader(values: NDArray[Any]) -> Reader:
        by_budget = values if budgets is not None else values[None]
        return lambda budget, rows: by_budget[budget, rows].astype(np.float32)

    dims = tuple(values.shape[-1] for values in layers.values())
    found = None if budgets is None else tuple(map(int, budgets))
    about = told.get("about", {})
    return Source({name: reader(values) for name, values in layers.items()}, dims, ids, found, about)
