"""What the ``alignment`` stage writes down: rows of pairs.csv, of gallery.csv and hubs.csv, and what DVC tracks.

Scores of a pair of encoders [n_f, n_c, video_layer, text_layer] and what is said about them become one row a cell.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from platoscope.alignment.scores import best_layers
from platoscope.alignment.stages import evidence
from platoscope.alignment.stages.grid import Row
from platoscope.alignment.statistics.hubs import hubness
from platoscope.alignment.statistics.nulls import q_values
from platoscope.project import Side
from platoscope.store import Neighbours, PairLayers

SCORES = (
    "video", "text", "n_f", "n_c", "score", "chance", "n", "k", "video_layer", "text_layer", "video_layer_name",
    "text_layer_name", "fixed_score", "fixed_video_layer", "fixed_text_layer", "tie_share",
)  # fmt: skip
COLUMNS = (*SCORES, *evidence.COLUMNS, "q")
GALLERY = (
    "video", "text", "line", "n", "k", "draws", "score", "score_min", "score_max", "chance", "null_mean", "null95",
)  # fmt: skip
HUBS = ("side", "encoder", "budget", "layer", "layer_name", "k", "skew", "orphans", "hubs")
TRACKED = ("score", "null95", "p", "calibrated", "ci_low", "ci_high", "heldout", "tie_share")


def rows_of(pair: PairLayers, video: Neighbours, text: Neighbours, *, said: Mapping[str, Any]) -> list[Row]:
    """One row of ``pairs.csv`` for every cell of the grid; the last one is that of the largest budgets.

    ``said`` is ``pair_evidence``; a cell that it does not hold has no such numbers.
    """
    known = {(cell["n_f"], cell["n_c"]): cell["values"] for cell in said["cells"]}
    rows = []
    for f, n_f in enumerate(pair.frames):
        for c, n_c in enumerate(pair.captions):
            a, b = best_layers(pair.score[f, c])
            ties = max(video.tie_share[f, a, pair.k - 1], text.tie_share[c, b, pair.k - 1])
            values = (
                pair.video, pair.text, n_f, n_c, pair.score[f, c, a, b], pair.chance, pair.n, pair.k, a, b,
                pair.video_layers[a], pair.text_layers[b], pair.score[f, c][pair.fixed], *pair.fixed, ties,
            )  # fmt: skip
            more = known.get((n_f, n_c), {})
            row = dict(zip(SCORES, values, strict=True))
            rows.append(row | {name: more.get(name) for name in evidence.COLUMNS} | {"q": None})
    return rows


def add_q_values(rows: Sequence[Row]) -> int:
    """Put the false discovery rate beside every p of the table; gives how many there are."""
    tested = [row for row in rows if row["p"] is not None]
    q = q_values(np.array([row["p"] for row in tested]))
    for row, value in zip(tested, q.tolist(), strict=True):
        row["q"] = value
    return len(tested)


def tracked_metrics(largest: Sequence[Row]) -> dict[str, dict[str, dict[str, float]]]:
    """What DVC tracks of every pair, [video][text]: those of ``TRACKED`` that exist at its largest budgets."""
    pairs: dict[str, dict[str, dict[str, float]]] = {}
    for row in largest:
        values = {name: float(row[name]) for name in TRACKED if row[name] is not None}
        pairs.setdefault(row["video"], {})[row["text"]] = values
    return pairs


def hub_rows(stores: Iterable[tuple[Side, Neighbours]], *, k: int) -> list[Row]:
    """One row of ``hubs.csv`` for every layer of an encoder at its largest budget; hubs as JSON, [id, occurrences]."""
    rows = []
    for side, store in stores:
        ids = store.attributes["ids"]
        for layer, name in enumerate(store.layers):
            hubs = hubness(store.ids[-1, layer, :, :k])
            top = json.dumps([[ids[sample], occurs] for sample, occurs in hubs.top], ensure_ascii=False)
            values = (side, store.key, store.budgets[-1], layer, name, k, hubs.skew, hubs.orphans, top)
            rows.append(dict(zip(HUBS, values, strict=True)))
    return rows
