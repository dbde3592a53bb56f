"""What all probes found in short: their tables become ``results/temporal.json``, at most 8 numbers an encoder.

An encoder is summed up by one readout: that of its own where it sees clips, else the trend of its frames. Rows with a
flag are in no number.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from platoscope.errors import StoreError
from platoscope.temporal.probes import PROBES

READOUTS = ("native", "moment", "alone")  # the first that an encoder has
# Number: the probe and the question that it is of; of ordering the farthest steps.
NUMBERS = {
    "arrow": ("arrow", "arrow"),
    "order": ("order", "order"),
    "cause": ("cause", "cause"),
    "turning": ("gravity", "turning"),
}
MOST = 8

Row = dict[str, str]
Tables = dict[str, list[Row]]  # of one probe, by the names of their files


def document_of(encoders: Iterable[str], tables: Mapping[str, Tables]) -> dict[str, dict[str, dict[str, float]]]:
    """Sum up tables by probe, as ``results/temporal.json`` has them; encoders without a number are left out."""
    found = {key: _numbers(key, tables) for key in encoders}
    return {"encoders": {key: own for key, own in found.items() if own}}


def read_tables(folder: Path) -> Tables:
    """Read the tables of one probe by the names of their files; StoreError where the folder is missing."""
    if not folder.is_dir():
        raise StoreError(f"{folder} is missing: make it with `dvc repro`, or get it with `dvc pull`")
    return {file.stem: _rows(file) for file in sorted(folder.glob("*.csv"))}


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _numbers(key: str, tables: Mapping[str, Tables]) -> dict[str, float]:
    """At most ``MOST`` numbers of an encoder, those that exist."""
    own = {probe: [row for row in of.get("table", []) if row["encoder"] == key] for probe, of in tables.items()}
    numbers = {
        name: _first(row for row in own.get(probe, []) if row["question"] == question)
        for name, (probe, question) in NUMBERS.items()
    }
    numbers["ordering"] = _first(reversed(own.get("ordering", [])))
    numbers["transfer"] = _carried(key, tables.get("irreversible", {}).get("transfer_means", []))
    numbers["odd_energy"] = _largest(key, tables.get("vectors", {}).get("vectors", []))
    numbers["gap"] = _gap(row for probe, rows in own.items() if PROBES[probe].kind == "pairs" for row in rows)
    return {name: value for name, value in numbers.items() if value is not None}


def _first(rows: Iterable[Row]) -> float | None:
    """Acc of the row by the first readout that there is, without a flag."""
    known = {row["readout"]: row for row in reversed(list(rows))}
    row = next((known[name] for name in READOUTS if name in known), None)
    return None if row is None or row["flags"] else float(row["acc"])


def _carried(key: str, rows: Iterable[Row]) -> float | None:
    known = {row["readout"]: row for row in rows if row["encoder"] == key}
    return next((float(known[name]["off_diagonal"]) for name in READOUTS if name in known), None)


def _largest(key: str, rows: Iterable[Row]) -> float | None:
    own = [row for row in rows if row["encoder"] == key and row["odd_energy"]]
    name = next((name for name in ("native", "concat") if any(row["readout"] == name for row in own)), None)
    return max((float(row["odd_energy"]) for row in own if row["readout"] == name), default=None)


def _gap(rows: Iterable[Row]) -> float | None:
    """Mean of 2 acc - 1 over protected probes, on templates that were not trained on: a bag has 0 there."""
    of: dict[tuple[str, str], dict[str, float]] = {}
    for row in rows:
        if row["class"] == "protected" and row["unseen"] and not row["flags"]:
            of.setdefault((row["probe"], row["question"]), {})[row["readout"]] = 2 * float(row["unseen"]) - 1
    told: dict[str, list[float]] = {}
    for (probe, _), own in of.items():
        told.setdefault(probe, []).extend([own[name] for name in READOUTS if name in own][:1])
    means = [float(np.mean(values)) for values in told.values() if values]
    return float(np.mean(means)) if means else None
