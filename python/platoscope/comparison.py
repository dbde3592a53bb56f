"""``platoscope compare``: two scores of this project, or of this and another one, as text for people.

A cell is named VIDEO:TEXT@n_f,n_c; without @ it is that of the largest budgets.
"""

import re
from dataclasses import dataclass

import numpy as np

from platoscope.alignment.statistics.cells import CellTables
from platoscope.alignment.statistics.groups import groups_of
from platoscope.alignment.statistics.paired import Difference, difference, shared_places
from platoscope.data.samples import samples_of
from platoscope.errors import InputError
from platoscope.params import AlignmentParams, StatisticsParams
from platoscope.params.variants import encoder_of, variant_of
from platoscope.project import Project
from platoscope.store import Neighbours, read_neighbours, same_samples

CELL = re.compile(r"(?P<video>[a-z0-9_]+):(?P<text>[a-z0-9_+]+)(?:@(?P<n_f>\d+),(?P<n_c>\d+))?")


@dataclass(frozen=True)
class Named:
    """A cell by its name, with the ids of its samples, their digest and the names of its best pair of layers."""

    name: str
    ids: tuple[str, ...]
    digest: str
    tables: CellTables
    layers: tuple[str, str]


def comparison(
    one: tuple[Project, str], other: tuple[Project, str], *, alignment: AlignmentParams, statistics: StatisticsParams
) -> str:
    """Compare two cells, each of a project, on the samples that both have, by the metric and k of ``alignment``.

    Raises
    ------
    InputError
        For a cell that is not named so or does not exist, for samples that are not shared, and where the tables are too
        shallow for what is shared.
    StoreError
        If a table of neighbours is missing, or was made from other samples than the other side's or samples.jsonl.
    """
    first, second = (named_cell(project, name, alignment) for project, name in (one, other))
    here, there = shared_places(first.ids, second.ids)
    cells = [
        cell.tables if len(kept) == len(cell.ids) and np.all(np.diff(kept) == 1) else cell.tables.among(kept)
        for cell, kept in ((first, here), (second, there))
    ]
    p, groups = statistics, None
    if p.by_source:
        samples = samples_of(one[0].samples, digest=first.digest, store=one[0].neighbours("video", "").parent)
        groups = groups_of([samples.sources[place] for place in here])
    found = difference(
        *cells,
        draws=p.draws,
        blocks=p.blocks,
        splits=p.splits,
        level=p.level,
        seed=p.seed,
        groups=groups,
    )
    return _text(first, second, found, metric=alignment.metric, level=p.level)


def named_cell(project: Project, name: str, alignment: AlignmentParams) -> Named:
    """Read the tables of a cell; raises as ``comparison`` does."""
    parts = CELL.fullmatch(name)
    if parts is None:
        raise InputError(f"{name!r} names no cell: VIDEO:TEXT@n_f,n_c is one, such as lite0:minilm@16,10")
    stores = [
        read_neighbours(project.neighbours(side, encoder_of(parts[side]))).view(variant_of(parts[side]))
        for side in ("video", "text")
    ]
    same_samples(*((store.path, store.attributes) for store in stores))
    for store in stores:
        if alignment.k > store.ids.shape[3]:
            raise InputError(f"alignment.k is {alignment.k}, but {store.path} holds {store.ids.shape[3]} neighbours")
    at = [_place(store, parts[budget], budget) for store, budget in zip(stores, ("n_f", "n_c"), strict=True)]
    a, b = (store.ids[place] for store, place in zip(stores, at, strict=True))
    tables = CellTables.of(a, b, metric=alignment.metric, k=alignment.k)
    budgets = [store.budgets[place] for store, place in zip(stores, at, strict=True)]
    return Named(
        name=f"{parts['video']}:{parts['text']}@{budgets[0]},{budgets[1]}",
        ids=tuple(stores[0].attributes["ids"]),
        digest=stores[0].attributes["samples"],
        tables=tables,
        layers=(stores[0].layers[tables.best[0]], stores[1].layers[tables.best[1]]),
    )


def _place(store: Neighbours, budget: str | None, name: str) -> int:
    if budget is None:
        return len(store.budgets) - 1
    if int(budget) not in store.budgets:
        raise InputError(f"{name} = {budget}: {store.path} has the budgets {', '.join(map(str, store.budgets))}")
    return store.budgets.index(int(budget))


def _text(first: Named, second: Named, found: Difference, *, metric: str, level: float) -> str:
    width = max(len(first.name), len(second.name), len("difference"))
    percent = f"{100 * level:g} %"
    lines = [
        f"{cell.name:{width}}  {score:7.4f}  layers {cell.layers[0]} and {cell.layers[1]}"
        for cell, score in ((first, found.first), (second, found.second))
    ]
    lines += [
        f"{'difference':{width}} {found.value:+8.4f}  {metric}, k = {found.k}, on the N = {found.n} samples of both",
        "",
    ]
    intervals = {
        "over samples": None if found.sampling is None else found.sampling.interval(level),
        "over samples, by jackknife (wider than need be)": (
            None if found.jackknife is None else found.jackknife.interval(level)
        ),
        "over queries, among these neighbours (narrower than that over samples)": found.ci,
    }
    lines += [
        f"{percent} interval {over}: {ends[0]:+.4f} to {ends[1]:+.4f}" for over, ends in intervals.items() if ends
    ]
    if found.p is not None:
        lines.append(f"p of no difference: {found.p:.2g}{'' if found.sampling else ', by jackknife'}")
    if found.heldout is not None:
        lines.append(f"held-out difference: {found.heldout:+.4f}, of layers that the other half of the samples chose")
    return "\n".join([*lines, *found.notes])
