"""The ``neighbours`` stage: features of every layer and budget become neighbour tables, nearest first."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.neighbours import NeighbourTable, faiss_version, neighbour_table, salt_of
from platoscope.alignment.outliers import ClipRule, prh_threshold
from platoscope.errors import InputError
from platoscope.params import NeighboursParams, Params
from platoscope.progress import track
from platoscope.project import Project, Side
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work
from platoscope.store import FeaturesStore, write_neighbours


def run(params: Params, project: Project, side: Side, key: str) -> str:
    """Find the neighbours in the features of one encoder; gives the summary line."""
    store, p, stage = FeaturesStore(project.features(side, key)), params.neighbours, f"{side}_neighbours@{key}"
    n = len(store.layer(0, 0))
    depth = _checked_depth(p.depth, n, params.alignment.k)
    attributes = {
        "depth": depth,
        "metric": "cosine",
        "clip": p.clip,
        "quantile": p.quantile,
        "salt": f"{side}/{key}",
        "features": store.attributes["digest"],
        "samples": store.attributes["samples"],
        "ids": store.attributes["ids"],
        "layers": list(store.layers),
        "budgets": list(store.budgets),
    }
    spec = {
        "attributes": attributes,
        "code": code_digest(closure("alignment.tables")),
        "versions": {"faiss": faiss_version(), **versions("numpy")},
    }
    work = Work(project.scratch, stage=stage, spec=spec)
    blocks = {f"{budget:03d}.npz": budget for budget in range(len(store.budgets))}

    def make(name: str, part: Path) -> None:
        tables = neighbours_of(store, blocks[name], p, depth=depth, salt=salt_of(f"{side}/{key}"))
        with part.open("wb") as handle:
            np.savez(handle, ids=[table.ids for table in tables], tie_share=[table.tie_share for table in tables])

    list(track(work.compute(list(blocks), make), stage, total=len(blocks)))

    def build(folder: Path) -> None:
        ids, ties = _stacked([work.block(name) for name in blocks])
        write_neighbours(folder / f"{key}.zarr", ids, ties, attributes=attributes)

    work.publish({f"{key}.zarr": project.neighbours(side, key)}, build, staging=project.staging)
    return f"{stage}: {depth} neighbours of {n} samples, {len(store.layers)} layers x {len(store.budgets)} budgets"


def neighbours_of(
    store: FeaturesStore, budget: int, p: NeighboursParams, *, depth: int, salt: int
) -> list[NeighbourTable]:
    """Neighbour tables of all layers of a store at one budget (its position on the budget axis)."""
    layers = [store.layer(layer, budget) for layer in range(len(store.layers))]
    clip = ClipRule()
    if p.clip == "per_layer":
        clip = ClipRule("per_layer", p.quantile)
    elif p.clip == "prh":
        clip = ClipRule("prh", p.quantile, prh_threshold(layers, quantile=p.quantile))
    return [
        neighbour_table(layer, depth=depth, clip=clip, salt=salt, name=f"layer {name!r}")
        for name, layer in zip(store.layers, layers, strict=True)
    ]


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


def _stacked(blocks: Sequence[Path]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    ids, ties = [], []
    for block in blocks:
        with np.load(block) as content:
            ids.append(content["ids"])
            ties.append(content["tie_share"])
    return np.stack(ids).astype(np.int32), np.stack(ties).astype(np.float64)
