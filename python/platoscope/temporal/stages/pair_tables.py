"""Probes of pairs as a stage: ``table.csv`` and ``curves.csv``, and where they are asked for ``transfer.csv``."""

from collections.abc import Mapping
from typing import Any

from platoscope.alignment.stages.grid import csv_text
from platoscope.temporal.stages.context import Context, Kind
from platoscope.temporal.stages.pairs import Entry, entries_of
from platoscope.temporal.stages.table import COLUMNS, CURVES, Row, curve_rows, rows_of
from platoscope.temporal.stages.transfers import COLUMNS as MATRIX
from platoscope.temporal.stages.transfers import MEANS, groups_of, transfer_rows, transfers
from platoscope.temporal.stages.windows import COLUMNS as WINDOWS
from platoscope.temporal.stages.windows import window_rows


def _blocks(context: Context) -> list[str]:
    return list(context.stores)


def _make(context: Context, key: str) -> dict[str, Any]:
    store, groups = context.stores[key], groups_of(context)
    entries: list[Entry] = []
    for question in context.questions:
        entries += entries_of(store, question, context.clips, context.settings)
    windows: list[Row] = []
    if key == context.p.baselines.artefact and context.questions[0].partner == "rev":
        pairs = context.clips.pairs(context.questions[0])
        windows = window_rows(store, pairs, context.settings, probe=context.name, key=key)
    carried = [] if groups is None else transfers(store, context, groups)
    return {"entries": entries, "transfer": carried, "windows": windows}


def _entries(made: Mapping[str, Any]) -> dict[str, list[Entry]]:
    return {key: own["entries"] for key, own in made.items()}


def _rows(context: Context, made: Mapping[str, Any]) -> list[Row]:
    return rows_of(context.name, _entries(made), context.layer_names, context.p)


def _tables(context: Context, made: Mapping[str, Any]) -> dict[str, str]:
    files = {
        "table.csv": csv_text(COLUMNS, _rows(context, made)),
        "curves.csv": csv_text(CURVES, curve_rows(context.name, _entries(made), context.layer_names)),
    }
    windows = [row for own in made.values() for row in own["windows"]]
    if len(windows) > 1:
        files["windows.csv"] = csv_text(WINDOWS, windows)
    carried = [transfer_rows(context, key, own["transfer"]) for key, own in made.items() if own["transfer"]]
    if carried:
        files["transfer.csv"] = csv_text(MATRIX, (row for rows, _ in carried for row in rows))
        files["transfer_means.csv"] = csv_text(MEANS, (row for _, means in carried for row in means))
    return files


def _line(context: Context, made: Mapping[str, Any]) -> str:
    rows = _rows(context, made)
    best = max(rows, key=lambda row: float(row["acc"]))
    flagged = sum(bool(row["flags"]) for row in rows)
    return (
        f"{len(rows)} rows of {len(context.stores)} encoders, {flagged} flagged; best {best['encoder']} "
        f"{best['readout']} {best['acc']:.3f} of {best['n_pairs']} pairs"
    )


PAIRS = Kind(_blocks, _make, _tables, _line)
