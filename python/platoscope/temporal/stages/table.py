"""Table 1: an entry of every encoder, question and readout beside the controls that other encoders are.

Entries become rows with the baselines and the untrained of the same question and readout, q-values over the probe, and
flags: a row with one stays out of every average.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from platoscope.alignment.statistics.nulls import q_values
from platoscope.params.temporal import TemporalParams
from platoscope.temporal.sign_flips import CHANCE
from platoscope.temporal.stages.pairs import Entry

COLUMNS = (
    "probe", "question", "encoder", "readout", "class", "n_pairs", "n_sources", "chance", "acc", "ci_low", "ci_high",
    "spread", "p", "q", "best", "p_max", "null95_max", "layer", "layer_name", "depth", "calibrated", "bag", "gap",
    "gap_low", "gap_high", "unseen", "unseen_low", "unseen_high", "random_init", "pixels", "flow", "artefact",
    "artefact_low", "artefact_high", "artefact_twin", "twin", "twin_p", "twin_low", "twin_high", "twin_pairs", "static",
    "mirror", "turned", "flags",
)  # fmt: skip
CURVES = ("probe", "question", "encoder", "readout", "layer", "layer_name", "depth", "acc", "p", "null95_max")

TWIN_P = 0.01  # at which what has to be at chance is not

Row = dict[str, Any]


def rows_of(probe: str, entries: Mapping[str, Sequence[Entry]], names: Mapping[str, Sequence[str]],
            p: TemporalParams) -> list[Row]:  # fmt: skip
    """Rows of Table 1 from the entries of every encoder; ``names`` of its layers."""
    of = {(key, one["question"], one["readout"]): one for key, own in entries.items() for one in own}
    rows = []
    for (key, question, readout), entry in of.items():
        row: Row = dict.fromkeys(COLUMNS)
        row |= {name: value for name, value in entry.items() if name in row}
        row |= {"probe": probe, "encoder": key, "chance": CHANCE, "layer_name": names[key][entry["layer"]]}
        row["depth"] = depth_of(entry["layer"], names[key])
        row["random_init"] = _mean(of, p.untrained.get(key, ()), question, readout)
        for control in ("pixels", "flow", "artefact"):
            found = _beside(of, getattr(p.baselines, control), question, readout, control=control)
            row[control] = None if found is None else found["acc"]
            if control == "artefact" and found is not None:
                row |= {"artefact_low": found["ci_low"], "artefact_high": found["ci_high"]}
                row |= {"artefact_twin": found.get("twin")}
                row["flags"] = _flags(row, found)
        rows.append(row)
    _add_q(rows)
    return rows


def curve_rows(probe: str, entries: Mapping[str, Sequence[Entry]], names: Mapping[str, Sequence[str]]) -> list[Row]:
    """One row for every layer of an entry."""
    rows = []
    for key, own in entries.items():
        for one in own:
            for layer, acc in enumerate(one["curve"]):
                p = one["curve_p"][layer] if "curve_p" in one else None
                values = (
                    probe, one["question"], key, one["readout"], layer, names[key][layer],
                    depth_of(layer, names[key]), acc, p, one.get("null95_max"),
                )  # fmt: skip
                rows.append(dict(zip(CURVES, values, strict=True)))
    return rows


def depth_of(layer: int, names: Sequence[str]) -> float:
    """How deep a layer is, from 0 to 1."""
    return layer / max(1, len(names) - 1)


def _flags(row: Row, artefact: Entry) -> str:
    """Why a row counts in no average: what has to be at chance is not.

    Where there are twins, the artefacts of a file have to be at chance on them; else on the clips themselves, of which
    nobody knows what part of it is the world's.
    """
    flags = []
    if row["twin_p"] is not None and row["twin_p"] <= TWIN_P:
        flags.append("twin")
    if "twin_p" in artefact:
        leaks = artefact["twin_p"] <= TWIN_P
    else:
        leaks = not artefact["ci_low"] <= CHANCE <= artefact["ci_high"]
    return " ".join([*flags, *(["leak"] if leaks else [])])


def _beside(
    of: Mapping[tuple[str, str, str], Entry], key: str | None, question: str, readout: str, *, control: str
) -> Entry | None:
    """The entry of a baseline by the same readout, or by all steps side by side, or by its own."""
    if key is None:
        return None
    wanted = "concat" if control == "artefact" and readout != "alone" else readout
    return next((of[key, question, name] for name in (wanted, "concat", "native") if (key, question, name) in of), None)


def _mean(of: Mapping[tuple[str, str, str], Entry], keys: Iterable[str], question: str, readout: str) -> float | None:
    found = [of[key, question, readout]["acc"] for key in keys if (key, question, readout) in of]
    return float(np.mean(found)) if found else None


def _add_q(rows: Sequence[Row]) -> None:
    """Benjamini and Hochberg over the rows of a probe; a bag of a protected pair is no test."""
    tested = [row for row in rows if not (row["readout"] == "bag" and row["class"] == "protected")]
    for row, q in zip(tested, q_values(np.array([row["p"] for row in tested])).tolist(), strict=True):
        row["q"] = q
