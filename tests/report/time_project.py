"""A small project whose probes of time found what a test says, written by the stage's own tables."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np

from platoscope.alignment.stages.grid import csv_text
from platoscope.params import read_params
from platoscope.params.temporal import TemporalParams
from platoscope.project import Project
from platoscope.report.temporal.stage import run
from platoscope.temporal.probes import PROBES
from platoscope.temporal.stages import odd_tables, orderings, table, test_of_time, transfers, vector_tables

LAYERS = {"net": 6, "clip_net": 5, "clip_untrained": 5, "net_untrained": 6, "grey16": 1, "flow": 1, "artefact": 1}
SEES_CLIPS = ("clip_net", "clip_untrained", "flow")
HOSTILE = '<b>conv</b> & "0"'
PARAMS = """\
dataset: {source: clocks, path: python, n: 8, families: [G], frames: 16, size: 32}
frames: {size: 32}
budgets: {frames: [8], captions: [1]}
encoders:
  video:
    net: {family: timm, checkpoint: x, image_size: 64}
  text:
    words: {family: hf_text, checkpoint: y}
alignment: {k: 5}
neighbours: {depth: 5}
temporal:
  video:
    net: {family: timm, checkpoint: x, image_size: 64}
    clip_net: {family: videomaev2, checkpoint: x, image_size: 64, n_o: 8}
    clip_untrained: {family: videomaev2, checkpoint: x, image_size: 64, n_o: 8, random_init: true}
    net_untrained: {family: timm, checkpoint: x, image_size: 64, random_init: true}
    grey16: {family: pixels, kind: grey16}
    flow: {family: pixels, kind: flow}
    artefact: {family: pixels, kind: artefact}
  text: {words: {family: hf_text, checkpoint: y}}
  probes: [arrow, order, ordering, cause, irreversible, gravity, vectors, odd, test_of_time]
  report: [temporal]
  baselines: {pixels: grey16, flow: flow, artefact: artefact}
  untrained: {net: [net_untrained]}
"""
ACC = {
    "net": 0.82, "clip_net": 0.9, "clip_untrained": 0.6, "net_untrained": 0.62, "grey16": 0.7, "flow": 0.66,
    "artefact": 0.5,
}  # fmt: skip

Changes = Mapping[tuple[str, str], Mapping[str, Any]]  # of entries, by encoder and question; "*" for all


def names_of(key: str) -> list[str]:
    """Names of layers, the first of them hostile to a page."""
    return [HOSTILE, *(f"block_{place}" for place in range(1, LAYERS[key]))]


def readouts(key: str) -> list[str]:
    """The readouts that an encoder has."""
    if key == "flow":
        return ["moment", "concat", "native"]
    return ["bag", "moment", "concat", *(["native"] if key in SEES_CLIPS else [])]


def entry(key: str, question: Any, readout: str, changes: Changes) -> dict[str, Any]:
    """One entry of Table 1."""
    bag = 0.5 if question.protected else 0.75
    acc = bag if readout == "bag" else ACC[key] - 0.02 * (readout == "concat")
    more = {**changes.get(("*", question.name), {}), **changes.get((key, question.name), {})}
    acc = more.get("acc", acc) if readout != "bag" else acc
    n = LAYERS[key]
    curve = (0.5 + (acc - 0.5) * np.linspace(0.4, 1.0, n)).tolist() if n > 1 else [acc]
    wide = 0.0 if readout == "bag" else 0.06
    base = {
        "question": question.name, "readout": readout, "class": "protected" if question.protected else "unprotected",
        "n_pairs": 120, "n_sources": 30, "acc": acc, "ci_low": acc - wide, "ci_high": acc + wide, "spread": 0.01,
        "p": 0.001 if acc > 0.57 else 0.6, "layer": n - 1, "curve": curve, "curve_p": [0.5] * n, "best": max(curve),
        "p_max": 0.001, "null95_max": 0.58, "calibrated": 2 * acc - 1, "bag": bag, "gap": acc - bag,
        "gap_low": acc - bag - wide, "gap_high": acc - bag + wide, "twin": 0.51, "twin_p": 0.7, "twin_low": 0.42,
        "twin_high": 0.58, "twin_pairs": 60, "static": 0.5, "unseen": acc - 0.05, "unseen_low": acc - 0.12,
        "unseen_high": acc + 0.02,
    }  # fmt: skip
    if question.turned and readout != "bag":
        base["turned"] = acc - 0.01
    return base | {name: value for name, value in more.items() if name != "acc"}


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def pairs(probe: str, p: TemporalParams, changes: Changes) -> dict[str, str]:
    """Tables of a probe of pairs."""
    names = {key: names_of(key) for key in LAYERS}
    entries = {
        key: [entry(key, one, readout, changes) for one in PROBES[probe].questions for readout in readouts(key)]
        for key in LAYERS
    }
    files = {
        "table.csv": csv_text(table.COLUMNS, table.rows_of(probe, entries, names, p)),
        "curves.csv": csv_text(table.CURVES, table.curve_rows(probe, entries, names)),
    }
    return files | (carried(changes) if PROBES[probe].transfer else {})


def carried(changes: Changes) -> dict[str, str]:
    """The matrix of every encoder: high on the diagonal, less off it, twins at chance."""
    own = [question.name for question in PROBES["irreversible"].questions]
    groups = own + [f"{name} twins" for name in own]
    rows, means = [], []
    for key, name in product(LAYERS, ("moment",)):
        off = changes.get((key, "transfer"), {}).get("off", 0.4 + 0.35 * (key in ("net", "clip_net")))
        for place, (a, b) in enumerate(product(groups, groups)):
            twin = "twins" in a or "twins" in b
            acc = 0.5 + 0.03 * ((place * 7) % 5 - 2) if twin else 0.95 if a == b else off
            values = ("irreversible", key, name, a, b, acc, 0.3, 0, names_of(key)[0], int(twin))
            rows.append(dict(zip(transfers.COLUMNS, values, strict=True)))
        values = ("irreversible", key, name, len(own), 0.95, off, 0.002 if off > 0.6 else 0.8)
        means.append(dict(zip(transfers.MEANS, values, strict=True)))
    return {"transfer.csv": csv_text(transfers.COLUMNS, rows), "transfer_means.csv": csv_text(transfers.MEANS, means)}


def ordering(changes: Changes) -> dict[str, str]:
    """Pairs in order at 4 and 5 steps, at up to four spacings."""
    rows = []
    for key, (steps, spacings) in product(LAYERS, ((4, (1, 2, 4, 8)), (8, (1, 2)))):
        if key == "flow":
            continue
        slope = changes.get((key, "ordering"), {}).get("slope", 0.06)
        for place, spacing in enumerate(spacings):
            for clips, acc in (("clips", 0.5 + (ACC[key] - 0.5) * 0.3 + slope * place), ("twins", 0.5)):
                row = dict.fromkeys(orderings.SPACING)
                row |= {"encoder": key, "clips": clips, "steps": steps, "spacing": spacing, "pairwise": acc}
                rows.append({**row, "ci_low": acc - 0.05, "ci_high": acc + 0.05, "p": 0.01, "depth": 1.0})
    return {"spacing.csv": csv_text(orderings.SPACING, rows)}


def vectors(changes: Changes) -> dict[str, str]:
    """Odd energy and coherence that grow with depth, and one arrow of all phenomena."""
    rows, shared = [], []
    for key, count in LAYERS.items():
        found = changes.get((key, "vectors"), {})
        name = "native" if key in SEES_CLIPS else "moment"
        for layer, depth in enumerate(np.linspace(0, 1, count).tolist()):
            row = dict.fromkeys(vector_tables.VECTORS)
            row |= {"encoder": key, "readout": name, "layer": layer, "layer_name": names_of(key)[layer], "depth": depth}
            height = ACC[key] - 0.4
            row |= {"odd_energy": height * (0.3 + depth), "odd_energy_twins": 0.8 * height * (0.3 + depth)}
            row |= {"coherence": 0.4 * height * depth, "coherence_twins": 0.002, "coherence_p": 0.01}
            rows.append(row | {"coherence_p_max": found.get("p", 0.002)})
        row = dict.fromkeys(vector_tables.SHARED) | {"encoder": key, "readout": name, "layer": 0, "depth": 0.0}
        shared.append(row | {"shared": 0.2, "p_shared": found.get("p", 0.002)})
    files = {"vectors.csv": csv_text(vector_tables.VECTORS, rows), "shared.csv": csv_text(vector_tables.SHARED, shared)}
    return files | {"phenomena.csv": csv_text(vector_tables.PHENOMENA, [])}


def odd(changes: Changes) -> dict[str, str]:
    """Agreement of every two encoders on content, and of some on direction."""
    rows = []
    subjects = [key for key in LAYERS if key not in ("artefact", "net_untrained")]
    both = [(a, b, "video") for a, b in combinations(subjects, 2)] + [(a, "words", "text") for a in subjects]
    for place, (a, b, kind) in enumerate(both):
        p = changes.get((a, "odd"), {}).get("p", 0.004 if "net" in (a, b) else 0.5)
        row = dict.fromkeys(odd_tables.ODD) | {"x": a, "y": b, "y_is": kind, "n": 80, "k": 5, "chance": 0.063}
        row |= {"odd": 0.1 + 0.02 * place, "flip_p": p, "flip_calibrated": 0.2 if p < 0.05 else 0.01 * (place % 4 - 1)}
        rows.append(row | {"even": 0.4, "even_p": 0.001, "even_calibrated": 0.3 + 0.025 * place})
    return {"odd.csv": csv_text(odd_tables.ODD, rows), "directions.csv": csv_text(odd_tables.DIRECTIONS, [])}


def order_test(changes: Changes) -> dict[str, str]:
    """The Test of Time: the last of two layers."""
    rows = []
    for key in LAYERS:
        first = changes.get((key, "order_test"), {}).get("overlap_1", 0.3)
        for readout, layer in product(readouts(key), (0, 1)):
            row = dict.fromkeys(test_of_time.COLUMNS) | {"video": key, "text": "words", "readout": readout}
            row |= {"layer": layer, "layer_name": HOSTILE, "depth": float(layer), "is_last": layer, "n": 180}
            if key == "artefact":
                rows.append({**row, "undefined": "a clip has a row of zeros"})
                continue
            row |= {"overlap_1": first, "overlap_2": 0.64, "overlap_3": 0.96, "chance_1": 0.32, "chance_2": 0.64}
            row |= {"chance_3": 0.96, "siblings_video": 0.6, "siblings_text": 0.2, "siblings_chance": 1 / 3}
            low = 0.52 if first > 0.32 else 0.44
            rows.append({**row, "agreement": low + 0.05, "agreement_low": low, "agreement_high": low + 0.1})
    return {"order_test.csv": csv_text(test_of_time.COLUMNS, rows)}


def build(root: Path, changes: Changes | None = None, *, probes: Sequence[str] | None = None) -> Project:
    """Write the tables of probes and the page; ``changes`` of what is found."""
    project = tables(root, changes, probes=probes)
    run(read_params(project.params), project)
    return project


def tables(root: Path, changes: Changes | None = None, *, probes: Sequence[str] | None = None) -> Project:
    """Write the tables of probes alone."""
    project, changes = Project(root), changes or {}
    root.mkdir(exist_ok=True)
    text = PARAMS if probes is None else PARAMS.replace(PARAMS[PARAMS.index("probes: [") :].split("\n", maxsplit=1)[0],
                                                        f"probes: [{', '.join(probes)}]")  # fmt: skip
    project.params.write_text(text)
    params = read_params(project.params)
    special = {"ordering": ordering, "vectors": vectors, "odd": odd, "test_of_time": order_test}
    for probe in params.temporal.probes:
        files = special[probe](changes) if probe in special else pairs(probe, params.temporal, changes)
        write(project.temporal_probe(probe), files)
    return project
