"""Probes of pairs as a stage: ``table.csv`` and ``curves.csv``, and where they are asked for ``transfer.csv``."""

from collections.abc import Mapping
from typing import Any

from platoscope.alignment.stages.grid import csv_text
from platoscope.temporal.stages.context import Context, Kind
from platoscope.temporal.stages.pairs import Entry, entries_of
from platoscope.temporal.stages.table import COLUMNS, CURVES, Row, curve_rows, rows_of


def _blocks(context: Context) -> list[str]:
    return list(context.stores)


def _make(context: Context, key: str) -> list[Entry]:
    store = context.stores[key]
    return [
        entry
        for question in context.questions
        for entry in entries_of(store, question, context.clips, context.settings)
    ]


def _rows(context: Context, made: Mapping[str, Any]) -> list[Row]:
    return rows_of(context.name, made, context.layer_names, context.p)


def _tables(context: Context, made: Mapping[str, Any]) -> dict[str, str]:
    return {
        "table.csv": csv_text(COLUMNS, _rows(context, made)),
        "curves.csv": csv_text(CURVES, curve_rows(context.name, made, context.layer_names)),
    }


def _line(context: Context, made: Mapping[str, Any]) -> str:
    rows = _rows(context, made)
    best = max(rows, key=lambda row: float(row["acc"]))
    flagged = sum(bool(row["flags"]) for row in rows)
    return (
        f"{len(rows)} rows of {len(context.stores)} encoders, {flagged} flagged; best {best['encoder']} "
        f"{best['readout']} {best['acc']:.3f} of {best['n_pairs']} pairs"
    )


PAIRS = Kind(_blocks, _make, _tables, _line)
