"""Probes of pairs as a stage: ``table.csv`` and ``curves.csv``, and where they are asked for ``transfer.csv``."""

from collections.abc import Mapping
from typing import Any

from platoscope.alignment.stages.grid import csv_text
from platoscope.temporal.stages.context import Context, Kind
from platoscope.temporal.stages.pairs import Entry, entries_of
from platoscope.temporal.stages.table import COLUMNS, CURVES, Row, curve_rows, rows_of
from platoscope.temporal.stages.transfers import COLUMNS as MATRIX
from platoscope.temporal.stages.transfers import MEANS, groups_of, transfer_rows, transfers


def _blocks(context: Context) -> list[str]:
    return list(context.stores)


def _make(context: Context, key: str) -> dict[str, Any]:
    store, groups = context.stores[key], groups_of(context)
    entries: list[Entry] = []
    for question in context.questions:
        entries += entries_of(store, question, context.clips, context.settings)
    return {"entries": entries, "transfer": [] if groups is None else transfers(store, context, groups)}


def _entries(made: Mapping[str, Any]) -> dict[str, list[Entry]]:
    return {key: own["entries"] for key, own in made.items()}


def _rows(context: Context, made: Mapping[str, Any]) -> list[Row]:
    return rows_of(context.name, _entries(made), context.layer_names, context.p)


def _tables(context: Context, made: Mapping[str, Any]) -> dict[str, str]:
    files = {
        "table.csv": csv_text(COLUMNS, _rows(context, made)),
        "curves.csv": csv_text(CURVES, curve_rows(context.name, _entries(made), context.layer_names)),
    }
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
