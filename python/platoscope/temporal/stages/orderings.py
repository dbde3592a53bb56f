"""P3 as a stage: shown steps put in order again, at every spacing that fits in a clip: ``table.csv``, ``spacing.csv``.

Frames alone of the encoders that see any, float32 [clip, frame, dim] a layer, beside twins.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.stages.grid import csv_text
from platoscope.store import TemporalStore
from platoscope.temporal.ordering import Ordering, spacing_curve
from platoscope.temporal.stages.clips import Pairs
from platoscope.temporal.stages.context import Context, Kind
from platoscope.temporal.stages.table import COLUMNS, CURVES, Row, curve_rows, depth_of, rows_of

COUNTS = (4, 5, 8)  # steps that are put in order
SPACING = (
    "encoder", "clips", "steps", "spacing", "n_clips", "n_sources", "pairwise", "ci_low", "ci_high", "p", "tau",
    "spearman", "position_error", "position_chance", "exact", "exact_chance", "reversed_too", "layer", "layer_name",
    "depth",
)  # fmt: skip


def _blocks(context: Context) -> list[str]:
    return [key for key, store in context.stores.items() if store.has_alone]


def _make(context: Context, key: str) -> list[dict[str, Any]]:
    (question,) = context.questions
    of = {"clips": context.clips.pairs(question), **context.clips.twins(question)}
    return [one for name, pairs in of.items() for one in _curves(context, context.stores[key], pairs, name)]


def _curves(context: Context, store: TemporalStore, pairs: Pairs, name: str) -> Iterator[dict[str, Any]]:
    def layers() -> Iterator[NDArray[np.float32]]:
        return (store.alone(layer)[pairs.rows] for layer in range(len(store.layers)))

    frames = store.attributes["frames"]
    for count in COUNTS:
        spacings = [2**power for power in range(frames.bit_length()) if (count - 1) * 2**power < frames]
        shared = {key: context.settings[key] for key in ("ridge", "seed")}
        found = spacing_curve(layers, spacings=spacings, count=count, sources=pairs.sources, **shared)
        for spacing, told in found.items():
            yield {"clips": name, "steps": count, "spacing": spacing, **_plain(told)}


def _plain(told: Ordering) -> dict[str, Any]:
    measures = (
        "pairwise", "ci_low", "ci_high", "p", "tau", "spearman", "position_error", "position_chance", "exact",
        "exact_chance", "reversed_too", "layer", "n_sources",
    )  # fmt: skip
    return {**{name: getattr(told, name) for name in measures}, "n_clips": told.n, "curve": told.curve.tolist()}


def _entries(context: Context, made: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Entries of Table 1: a question for each number of steps and spacing."""
    of: dict[str, list[dict[str, Any]]] = {}
    for key in context.stores:
        own = made.get(key, [])
        twins = {(one["steps"], one["spacing"]): one for one in own if one["clips"] == "twins"}
        of[key] = [_entry(one, twins.get((one["steps"], one["spacing"]))) for one in own if one["clips"] == "clips"]
    return of


def _entry(one: Mapping[str, Any], twin: Mapping[str, Any] | None) -> dict[str, Any]:
    same = {name: one[name] for name in ("ci_low", "ci_high", "p", "layer", "curve", "n_sources")}
    beside = {} if twin is None else {"twin": twin["pairwise"], "twin_p": twin["p"], "twin_pairs": twin["n_clips"]}
    return {
        **same,
        **beside,
        "question": f"{one['steps']} steps, {one['spacing']} apart",
        "readout": "alone",
        "class": "protected",
        "n_pairs": one["n_clips"],
        "acc": one["pairwise"],
        "best": max(one["curve"]),
        "calibrated": 2 * one["pairwise"] - 1,
    }


def _tables(context: Context, made: Mapping[str, Any]) -> dict[str, str]:
    names, rows = context.layer_names, []
    for key, own in made.items():
        for one in own:
            row = {name: one.get(name) for name in SPACING}
            layer = one["layer"]
            rows.append({**row, "encoder": key, "layer_name": names[key][layer], "depth": depth_of(layer, names[key])})
    entries = _entries(context, made)
    return {
        "table.csv": csv_text(COLUMNS, rows_of(context.name, entries, names, context.p)),
        "curves.csv": csv_text(CURVES, curve_rows(context.name, entries, names)),
        "spacing.csv": csv_text(SPACING, rows),
    }


def _line(context: Context, made: Mapping[str, Any]) -> str:
    rows: list[Row] = rows_of(context.name, _entries(context, made), context.layer_names, context.p)
    best = max(rows, key=lambda row: float(row["acc"]))
    return f"{len(made)} encoders; best {best['encoder']}, {best['question']}: {best['acc']:.3f} of pairs in order"


ORDERING = Kind(_blocks, _make, _tables, _line)
