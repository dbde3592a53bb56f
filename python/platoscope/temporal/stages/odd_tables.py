"""V8 as a stage: do encoders that agree on what there is agree on which way it goes? ``odd.csv``, ``directions.csv``.

Odd parts of every two encoders of videos that are no control alone, and of each and each of texts (captions less
antonyms); and the alignment of clips forwards and backwards with captions.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.stages.grid import csv_text
from platoscope.errors import UnavailableError
from platoscope.store import TemporalStore
from platoscope.temporal.directed import direction_gap
from platoscope.temporal.odd import Alignment, odd_alignment
from platoscope.temporal.readouts import native
from platoscope.temporal.stages.clips import Pairs
from platoscope.temporal.stages.context import Context, Kind
from platoscope.temporal.stages.features_of import features
from platoscope.temporal.stages.table import Row

FLIPS = 199  # at most, since each takes a search of its own
ODD = (
    "x", "y", "y_is", "readout_x", "readout_y", "n", "k", "chance", "odd", "odd_null95", "odd_p", "odd_calibrated",
    "flip_null95", "flip_p", "flip_calibrated", "layer_x", "layer_y", "layer_name_x", "layer_name_y", "even",
    "even_null95", "even_p", "even_calibrated", "undefined",
)  # fmt: skip
DIRECTIONS = (
    "video", "text", "what", "readout", "n", "k", "right", "wrong", "gap", "p", "between", "layer_video", "layer_text",
)  # fmt: skip
TEXTS = ("captions", "antonyms")

Layers = list[NDArray[np.float64]]


def _blocks(context: Context) -> list[str]:
    named = [f"{a}:video:{b}" for a, b in combinations(context.stores, 2) if _is_compared(context, a, b)]
    return named + [f"{a}:text:{b}" for a in _subjects(context) for b in context.texts if _has_antonyms(context, b)]


def _subjects(context: Context) -> list[str]:
    """Encoders that are asked; not the artefacts of a file, nor those that are there as another's untrained."""
    aside = {context.p.baselines.artefact, *(key for own in context.p.untrained.values() for key in own)}
    return [key for key in context.stores if key not in aside]


def _is_compared(context: Context, a: str, b: str) -> bool:
    subjects = _subjects(context)
    return a in subjects and b in subjects and not {a, b} <= set(context.p.baselines.keys)


def _has_antonyms(context: Context, key: str) -> bool:
    return "antonyms" in context.texts[key].passes


def _make(context: Context, block: str) -> dict[str, Any]:
    a, side, b = block.split(":")
    pairs = context.clips.pairs(context.questions[0])
    x = _video(context.stores[a], pairs)
    y = _video(context.stores[b], pairs) if side == "video" else _text(context.texts[b], pairs)
    found: dict[str, Any] = {"odd": _odd(context, x, y, pairs), "directions": []}
    if side == "text":
        found["directions"] = [
            {"what": "clips", **_gap(context, x, y[0], pairs)},
            {"what": "captions", **_gap(context, y, x[0], pairs)},
        ]
    return found


def readout_of(store: TemporalStore) -> str:
    """The readout by which an encoder is asked of direction: its own, or all frames side by side.

    A trend is odd by construction: it has no even part to be compared with.
    """
    return "concat" if store.sees_frames else "native"


def _video(store: TemporalStore, pairs: Pairs) -> tuple[Layers, Layers]:
    name = readout_of(store)

    def layers(variant: str) -> Layers:
        return [features(store, layer, variant, name=name, rows=pairs.rows) for layer in range(len(store.layers))]

    return layers("fwd"), layers("rev")


def _text(store: TemporalStore, pairs: Pairs) -> tuple[Layers, Layers]:
    one, other = (
        [native(store.steps(layer, name)[pairs.rows]) for layer in range(len(store.layers))] for name in TEXTS
    )
    return one, other


def _odd(context: Context, x: tuple[Layers, Layers], y: tuple[Layers, Layers], pairs: Pairs) -> dict[str, Any]:
    p = context.p
    try:
        told = odd_alignment(
            x, y, k=context.k, sources=pairs.sources, flips=min(p.flips, FLIPS), permutations=p.flips, seed=p.seed,
            **context.clip,
        )  # fmt: skip
    except UnavailableError as error:
        return {"undefined": str(error)}
    turned = told.odd.flipped
    flips = {} if turned is None else {"flip_null95": turned.null95, "flip_p": turned.p,
                                       "flip_calibrated": turned.calibrated}  # fmt: skip
    layer_x, layer_y = told.odd.layers
    return {
        "n": told.n,
        "k": told.k,
        "chance": told.chance,
        **_scored("odd", told.odd),
        **flips,
        "layer_x": layer_x,
        "layer_y": layer_y,
        **_scored("even", told.even),
    }


def _scored(name: str, found: Alignment) -> dict[str, float]:
    null = found.permuted
    return {
        name: found.score,
        f"{name}_null95": null.null95,
        f"{name}_p": null.p,
        f"{name}_calibrated": null.calibrated,
    }


def _gap(context: Context, pair: tuple[Layers, Layers], other: Layers, pairs: Pairs) -> dict[str, Any]:
    told = direction_gap(
        [layer.astype(np.float32) for layer in pair[0]],
        [layer.astype(np.float32) for layer in pair[1]],
        [layer.astype(np.float32) for layer in other],
        k=context.k,
        sources=pairs.sources,
        flips=min(context.p.flips, FLIPS),
        seed=context.p.seed,
        **context.clip,
    )
    return {
        "n": len(pairs),
        "k": context.k,
        "right": told.forward,
        "wrong": told.backward,
        "gap": told.gap,
        "p": told.p,
        "between": told.between,
        "layers": list(told.layers),
    }


def _rows(context: Context, made: Mapping[str, Any]) -> tuple[list[Row], list[Row]]:
    odd, directions = [], []
    for block, found in made.items():
        a, side, b = block.split(":")
        x, y = context.stores[a], (context.stores if side == "video" else context.texts)[b]
        row: Row = {**dict.fromkeys(ODD), "x": a, "y": b, "y_is": side, "readout_x": readout_of(x), **found["odd"]}
        row["readout_y"] = readout_of(y) if side == "video" else "captions less antonyms"
        if row["layer_x"] is not None:
            row |= {"layer_name_x": x.layers[row["layer_x"]], "layer_name_y": y.layers[row["layer_y"]]}
        odd.append(row)
        for one in found["directions"]:
            of_clips, of_other = one["layers"] if one["what"] == "clips" else one["layers"][::-1]
            more = {"video": a, "text": b, "readout": readout_of(x), "layer_video": of_clips, "layer_text": of_other}
            directions.append({**{name: one.get(name) for name in DIRECTIONS}, **more})
    return odd, directions


def _tables(context: Context, made: Mapping[str, Any]) -> dict[str, str]:
    odd, directions = _rows(context, made)
    return {"odd.csv": csv_text(ODD, odd), "directions.csv": csv_text(DIRECTIONS, directions)}


def _line(context: Context, made: Mapping[str, Any]) -> str:
    rows = [row for row in _rows(context, made)[0] if row["odd"] is not None]
    if not rows:
        return f"{len(made)} pairs of encoders, of which none has odd parts on both sides"
    best = max(rows, key=lambda row: float(row["flip_calibrated"]))
    return (
        f"{len(made)} pairs; {best['x']}:{best['y']} odd {best['odd']:.3f}, even {best['even']:.3f} (k = {best['k']})"
    )


ODD_KIND = Kind(_blocks, _make, _tables, _line)
