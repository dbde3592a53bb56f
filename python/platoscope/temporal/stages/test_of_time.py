"""The Test of Time as a stage (Table 2): two events in both orders, told both ways: ``order_test.csv``, a row a layer.

Each layer of an encoder of videos by each readout, beside the last layer of each encoder of texts.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from platoscope.alignment.stages.grid import csv_text
from platoscope.errors import InputError
from platoscope.temporal.order_test import KS, OrderTest, order_test
from platoscope.temporal.stages.context import Context, Kind
from platoscope.temporal.stages.features_of import features, readouts_of
from platoscope.temporal.stages.table import Row, depth_of

COLUMNS = (
    "video", "text", "readout", "layer", "layer_name", "depth", "is_last", "n", *(f"overlap_{k}" for k in KS),
    *(f"chance_{k}" for k in KS), "siblings_video", "siblings_text", "siblings_chance", "agreement", "agreement_low",
    "agreement_high", "undefined",
)  # fmt: skip
SIBLINGS = 1 / 3


def _blocks(context: Context) -> list[str]:
    if not context.texts:
        raise InputError("probe test_of_time compares clips with captions: name an encoder in temporal.text")
    return [f"{video}:{text}" for video in context.stores for text in context.texts]


def _make(context: Context, block: str) -> list[dict[str, Any]]:
    video, text = block.split(":")
    store, texts = context.stores[video], context.texts[text]
    pairs = context.clips.pairs(context.questions[0])
    labels = [context.clips.labels[row] for row in pairs.rows]
    said = texts.steps(len(texts.layers) - 1, "captions")[pairs.rows, 0]
    shared: dict[str, Any] = {"first": [one["first"] for one in labels], "second": [one["second"] for one in labels],
              "words": [one["relation"] for one in labels]}  # fmt: skip
    settings: dict[str, Any] = {name: getattr(context.p, name) for name in ("ridge", "draws", "level", "seed")}
    found = []
    for name in readouts_of(store):
        for layer in range(len(store.layers)):
            clips = features(store, layer, "fwd", name=name, rows=pairs.rows)
            row: dict[str, Any] = {"readout": name, "layer": layer}
            if np.linalg.norm(clips, axis=1).all():
                row |= _plain(order_test(clips, said, **shared, **settings))
            else:
                row["undefined"] = "a clip has a row of zeros, which has no neighbours"
            found.append(row)
    return found


def _plain(told: OrderTest) -> dict[str, Any]:
    by_k = {f"overlap_{k}": float(value) for k, value in zip(KS, told.overlap, strict=True)}
    by_k |= {f"chance_{k}": float(value) for k, value in zip(KS, told.chance, strict=True)}
    measures = ("siblings_video", "siblings_text", "agreement", "agreement_low", "agreement_high", "n")
    return {**by_k, **{name: getattr(told, name) for name in measures}, "siblings_chance": SIBLINGS}


def _rows(context: Context, made: Mapping[str, Any]) -> list[Row]:
    rows = []
    for block, found in made.items():
        video, text = block.split(":")
        names = context.layer_names[video]
        for one in found:
            layer = one["layer"]
            more = {"video": video, "text": text, "layer_name": names[layer], "depth": depth_of(layer, names)}
            rows.append({**dict.fromkeys(COLUMNS), **one, **more, "is_last": int(layer == len(names) - 1)})
    return rows


def _tables(context: Context, made: Mapping[str, Any]) -> dict[str, str]:
    return {"order_test.csv": csv_text(COLUMNS, _rows(context, made))}


def _line(context: Context, made: Mapping[str, Any]) -> str:
    rows = [row for row in _rows(context, made) if row["agreement"] is not None]
    best = max(rows, key=lambda row: float(row["siblings_video"]))
    return (
        f"{len(made)} pairs of encoders; siblings best told by {best['video']} {best['readout']} "
        f"{best['siblings_video']:.3f}, by {best['text']} {best['siblings_text']:.3f} (chance 0.333)"
    )


TEST_OF_TIME = Kind(_blocks, _make, _tables, _line)
