"""Probes of one group of pairs tested on every other, as rows of ``transfer.csv`` and ``transfer_means.csv``.

Groups are the questions of a probe, each a phenomenon, beside their twins; or the rungs of the ladder of nuisance.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from platoscope.store import TemporalStore
from platoscope.temporal.stages.clips import Pairs
from platoscope.temporal.stages.context import Context
from platoscope.temporal.stages.features_of import layer_differences, readouts_of
from platoscope.temporal.transfer import Transfer, transfer

COLUMNS = ("probe", "encoder", "readout", "trained", "tested", "acc", "p", "layer", "layer_name", "twin")
MEANS = ("probe", "encoder", "readout", "groups", "diagonal", "off_diagonal", "p_off")
FEWEST = 6  # sources of a group

Row = dict[str, Any]


class Groups(NamedTuple):
    """Pairs of several groups end to end, the group of each, and the groups that are twins."""

    pairs: Pairs
    names: list[str]
    aside: tuple[str, ...]


def groups_of(context: Context) -> Groups | None:
    """The groups that a probe is to be carried over: its questions, or the rungs that there are; None for none."""
    if context.asked.transfer:
        own = {question.name: context.clips.pairs(question) for question in context.questions}
        twins = {
            f"{question.name} twins": context.clips.twins(question)["twins"]
            for question in context.questions
            if "twins" in context.clips.twins(question)
        }
    else:
        own, twins = _rungs(context), {}
    parts = {name: some for name, some in {**own, **twins}.items() if len(set(some.sources.tolist())) >= FEWEST}
    if len(parts) < 2:
        return None
    names = [name for name, some in parts.items() for _ in range(len(some))]
    return Groups(_joined(list(parts.values())), names, tuple(name for name in twins if name in parts))


def transfers(store: TemporalStore, context: Context, groups: Groups) -> list[dict[str, Any]]:
    """Give the matrix of every readout but a bag's, as plain values."""
    partner = context.questions[0].partner
    found = []
    for name in readouts_of(store):
        if name != "bag":
            d = layer_differences(store, ("fwd", partner), name=name, rows=groups.pairs.rows)
            settings = {key: context.settings[key] for key in ("folds", "flips", "ridge", "seed")}
            told = transfer(
                d,
                groups.names,
                signs=groups.pairs.signs,
                sources=groups.pairs.sources,
                aside=groups.aside,
                **settings,
            )
            found.append({"readout": name, **_plain(told)})
    return found


def transfer_rows(context: Context, key: str, found: list[dict[str, Any]]) -> tuple[list[Row], list[Row]]:
    """Rows of both tables."""
    names, rows, means = context.layer_names[key], [], []
    for one in found:
        shared = {"probe": context.name, "encoder": key, "readout": one["readout"]}
        for a, trained in enumerate(one["groups"]):
            for b, tested in enumerate(one["groups"]):
                layer = one["layers"][a]
                is_twin = trained in one["aside"] or tested in one["aside"]
                values = (trained, tested, one["matrix"][a][b], one["p"][a][b], layer, names[layer], int(is_twin))
                rows.append({**shared, **dict(zip(COLUMNS[3:], values, strict=True))})
        means.append({**shared, "groups": len(one["groups"]) - len(one["aside"]),
                      **{name: one[name] for name in MEANS[4:]}})  # fmt: skip
    return rows, means


def _plain(told: Transfer) -> dict[str, Any]:
    return {
        "groups": list(told.groups),
        "matrix": told.matrix.tolist(),
        "p": told.p.tolist(),
        "layers": list(told.layers),
        "diagonal": told.diagonal,
        "off_diagonal": told.off_diagonal,
        "p_off": told.p_off,
        "aside": list(told.aside),
    }


def _rungs(context: Context) -> dict[str, Pairs]:
    pairs = context.clips.pairs(context.questions[0])
    rungs = [context.clips.labels[row].get("rung") for row in pairs.rows]
    known = sorted({rung for rung in rungs if rung is not None})
    return {f"rung {rung}": pairs.only(np.array([one == rung for one in rungs])) for rung in known}


def _joined(parts: list[Pairs]) -> Pairs:
    def end_to_end(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(some, name) for some in parts])

    templates = end_to_end("templates") if all(some.templates is not None for some in parts) else None
    return Pairs(end_to_end("rows"), end_to_end("signs"), end_to_end("sources"), templates)
