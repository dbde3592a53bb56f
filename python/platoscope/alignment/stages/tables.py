"""The ``neighbours`` stage: features of every layer and budget become neighbour tables, nearest first.

One layer at one budget is in memory at a time, [sample, dim], and is a block of the scratch when it is done.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope import _native
from platoscope.alignment.clip.clipping import clip_at_budget
from platoscope.alignment.clip.outliers import ClipRule
from platoscope.alignment.search.approximate import SAMPLE
from platoscope.alignment.search.engines import engine_of_environment, faiss_version
from platoscope.alignment.search.neighbours import NeighbourTable, neighbour_table
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError
from platoscope.params import NeighboursParams, Params
from platoscope.progress import track
from platoscope.project import Project, Side
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work
from platoscope.store import FeaturesStore, Recalls, write_neighbours
from platoscope.store.arrays import Attributes


def run(params: Params, project: Project, side: Side, key: str) -> str:
    """Find the neighbours in the features of one encoder; gives the summary line."""
    store, p, stage = FeaturesStore(project.features(side, key)), params.neighbours, f"{side}_neighbours@{key}"
    engine, salt = engine_of_environment(), f"{side}/{key}"
    n = store.rows(0, 0).shape[0]
    attributes = _attributes(store, p, depth=_checked_depth(p.depth, n, params.alignment.k), salt=salt)
    spec = {
        "attributes": attributes,
        "code": code_digest(closure("alignment.stages.tables")),
        "rust": _native.source_digest(part="overlap"),
        "versions": {"faiss": faiss_version(), **versions("numpy")},
    }
    work = Work(project.scratch, stage=stage, spec=spec)
    blocks = {
        f"{budget:03d}.{layer:03d}.npz": (budget, layer)
        for budget in range(len(store.budgets))
        for layer in range(len(store.layers))
    }
    # Of `prh` one threshold serves all layers.
    rule_at = cache(lambda budget: clip_at_budget(store, budget, clip=p.clip, quantile=p.quantile))

    def make(name: str, part: Path) -> None:
        budget, layer = blocks[name]
        table = table_of(store, layer, budget, p, clip=rule_at(budget), salt=salt_of(salt), engine=engine)
        with part.open("wb") as handle:
            np.savez(handle, **_as_arrays(table))

    list(track(work.compute(list(blocks), make), stage, total=len(blocks)))
    paths = {place: work.block(name) for name, place in blocks.items()}
    shape = (len(store.budgets), len(store.layers))
    recalls = None if p.index == "exact" else _recalls(paths, shape)

    def build(folder: Path) -> None:
        ids, ties = _stacked(paths, shape)
        write_neighbours(folder / f"{key}.zarr", ids, ties, attributes=attributes, recalls=recalls)

    work.publish({f"{key}.zarr": project.neighbours(side, key)}, build, staging=project.staging)
    line = f"{stage}: {p.depth} neighbours of {n} samples, {shape[1]} layers x {shape[0]} budgets"
    return line if recalls is None else f"{line}, lowest recall {recalls.reached.min():.4f} ({p.index})"


def table_of(
    store: FeaturesStore, layer: int, budget: int, p: NeighboursParams, *, clip: ClipRule, salt: int, engine: str
) -> NeighbourTable:
    """Neighbour table of one layer of a store at one budget (their positions on its axes)."""
    return neighbour_table(
        store.layer(layer, budget),
        depth=p.depth,
        clip=clip,
        salt=salt,
        engine=engine,
        index=p.index,
        recall=p.recall,
        name=f"layer {store.layers[layer]!r}",
    )


def _attributes(store: FeaturesStore, p: NeighboursParams, *, depth: int, salt: str) -> Attributes:
    approximate = {} if p.index == "exact" else {"recall_wanted": p.recall, "recall_sample": SAMPLE}
    return {
        "depth": depth,
        "metric": "cosine",
        "clip": p.clip,
        "quantile": p.quantile,
        "index": p.index,
        **approximate,
        "salt": salt,
        "features": store.attributes["digest"],
        "samples": store.attributes["samples"],
        "ids": store.attributes["ids"],
        "layers": list(store.layers),
        **{name: store.attributes[name] for name in ("budgets", "variants") if name in store.attributes},
    }


def _checked_depth(depth: int, n: int, k: int) -> int:
    """The depth of the tables, which N samples have to allow.

    Raises
    ------
    InputError
        If there are fewer neighbours than ``alignment.k`` or ``neighbours.depth``.
    """
    if k > n - 1:
        raise InputError(f"alignment.k is {k}, but {n} samples have only {n - 1} neighbours each")
    if depth > n - 1:
        raise InputError(f"neighbours.depth is {depth}, but {n} samples have only {n - 1} neighbours each")
    return depth


def _as_arrays(table: NeighbourTable) -> dict[str, Any]:
    arrays: dict[str, Any] = {"ids": table.ids, "tie_share": table.tie_share}
    if table.recall is not None:
        arrays |= {"recall": np.float64(table.recall.reached), "effort": np.int32(table.recall.effort)}
    return arrays


def _stacked(
    paths: Mapping[tuple[int, int], Path], shape: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Ids [budget, layer, sample, depth] and shares of ties [budget, layer, depth], filled block by block."""
    with np.load(paths[0, 0]) as first:
        ids = np.empty((*shape, *first["ids"].shape), np.int32)
        ties = np.empty((*shape, *first["tie_share"].shape), np.float64)
    for place, path in paths.items():
        with np.load(path) as content:
            ids[place], ties[place] = content["ids"], content["tie_share"]
    return ids, ties


def _recalls(paths: Mapping[tuple[int, int], Path], shape: tuple[int, int]) -> Recalls:
    recalls = Recalls(np.empty(shape, np.float64), np.empty(shape, np.int32))
    for place, path in paths.items():
        with np.load(path) as content:
            recalls.reached[place], recalls.effort[place] = content["recall"], content["effort"]
    return recalls
