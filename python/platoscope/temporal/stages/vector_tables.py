"""V1 to V5 as a stage: how odd features are under reversal, whether clips share a direction, and whether phenomena do.

``vectors.csv`` has a row a layer, ``phenomena.csv`` one for each two phenomena, ``shared.csv`` what they all share.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.stages.grid import csv_text
from platoscope.errors import UnavailableError
from platoscope.store import TemporalStore
from platoscope.temporal.ordering import spaced_places
from platoscope.temporal.phenomena import phenomenon_vectors
from platoscope.temporal.progress import progress
from platoscope.temporal.sign_flips import FEWEST
from platoscope.temporal.stages.context import Context, Kind
from platoscope.temporal.stages.features_of import features, readouts_of
from platoscope.temporal.stages.table import Row, depth_of
from platoscope.temporal.stages.transfers import Groups, groups_of
from platoscope.temporal.vectors import coherence, displacement, displacements, odd_and_even, odd_energy

VECTORS = (
    "encoder", "readout", "layer", "layer_name", "depth", "n_clips", "odd_energy", "odd_energy_twins", "coherence",
    "coherence_p", "coherence_p_max", "coherence_twins", "coherence_twins_p", "displacement", "displacement_p",
    "displacement_p_max", "progress_r", "progress_r2", "progress_spearman", "progress_p", "progress_p_max",
    "progress_reversed_r", "progress_static_r",
)  # fmt: skip
PHENOMENA = (
    "encoder", "readout", "layer", "layer_name", "of", "on", "acc", "cosine", "corrected", "reliability", "twin",
)  # fmt: skip
SHARED = ("encoder", "readout", "layer", "layer_name", "depth", "shared", "p_shared", "undefined")

Features = list[NDArray[np.float64]]
Rows = NDArray[np.int64]


def _blocks(context: Context) -> list[str]:
    return list(context.stores)


def _make(context: Context, key: str) -> dict[str, Any]:
    store, groups = context.stores[key], groups_of(context)
    if groups is None:
        raise UnavailableError("probe vectors compares phenomena, of which dataset.families has fewer than two")
    is_twin = np.isin(groups.names, groups.aside)
    clips, twins = groups.pairs.rows[~is_twin], groups.pairs.rows[is_twin]
    sources = {"clips": groups.pairs.sources[~is_twin], "twins": groups.pairs.sources[is_twin]}
    found: dict[str, Any] = {"vectors": [], "phenomena": [], "shared": []}
    steps = _of_steps(store, context, clips, sources["clips"])
    for name in readouts_of(store):
        rows = _of_readout(store, context, {"clips": clips, "twins": twins}, sources, name=name)
        found["vectors"] += [{**row, **one, "readout": name} for row, one in zip(rows, steps, strict=True)]
        if name in ("moment", "native"):
            kept = [row["coherence"] for row in rows]
            layer = int(np.argmax([-np.inf if value is None else value for value in kept]))
            _phenomena(store, context, groups, found, name=name, layer=layer)
    return found


def _of_readout(
    store: TemporalStore, context: Context, rows: Mapping[str, Rows], sources: Mapping[str, Any], *, name: str
) -> list[dict[str, Any]]:
    """V1 and V2 of every layer, of clips and of twins."""
    told: list[dict[str, Any]] = [{"n_clips": len(rows["clips"])} for _ in store.layers]
    for of, suffix in (("clips", ""), ("twins", "_twins")):
        if not len(rows[of]):
            continue
        both = [[features(store, layer, variant, name=name, rows=rows[of]) for layer in range(len(store.layers))]
                for variant in ("fwd", "rev")]  # fmt: skip
        for row, energy in zip(told, odd_energy(*both), strict=True):
            row[f"odd_energy{suffix}"] = None if np.isnan(energy) else float(energy)
        odd = [odd_and_even(one, other)[0] for one, other in zip(*both, strict=True)]
        _coherent(told, odd, sources[of], context, suffix=suffix)
    return told


def _coherent(told: list[dict[str, Any]], odd: Features, sources: Any, context: Context, *, suffix: str) -> None:
    """V2 of the layers that have an odd part at all; the others' is undefined, as a bag's is."""
    defined = [layer for layer, a in enumerate(odd) if a.any()]
    for row in told:
        row[f"coherence{suffix}"] = None
    if not defined:
        return
    found = coherence([odd[layer] for layer in defined], sources=sources, flips=context.p.flips, seed=context.p.seed)
    for place, layer in enumerate(defined):
        told[layer][f"coherence{suffix}"] = float(found.value[place])
        told[layer][f"coherence{suffix}_p"] = float(found.p[place])
        told[layer][f"coherence{suffix}_p_max"] = found.p_max


def _of_steps(store: TemporalStore, context: Context, rows: Rows, sources: Any) -> list[dict[str, Any]]:
    """V3 of the steps, less those of still clips; V4 of frames alone, in windows that begin anywhere."""
    told: list[dict[str, Any]] = [{} for _ in store.layers]
    every, some = range(len(store.layers)), {"sources": sources, "seed": context.p.seed}
    if store.n_steps > 1:
        still = "static" in store.variants
        moved = [
            displacements(store.steps(layer, "fwd")[rows], static=store.steps(layer, "static")[rows] if still else None)
            for layer in every
        ]
        defined = [layer for layer in every if moved[layer].any()]
        if defined:
            found = displacement([moved[layer] for layer in defined], flips=context.p.flips, **some)
            for place, layer in enumerate(defined):
                told[layer] |= {"displacement": float(found.value[place]), "displacement_p": float(found.p[place])}
                told[layer] |= {"displacement_p_max": found.p_max}
    if store.has_alone:
        frames = store.attributes["frames"]
        places = spaced_places(frames=frames, count=frames // 2 + 1, spacing=1, samples=len(rows), seed=context.p.seed)
        windows = {variant: [_window(store, layer, variant, rows, places) for layer in every]
                   for variant in ("fwd", "rev", "static")}  # fmt: skip
        for variant, name in (("fwd", ""), ("rev", "_reversed"), ("static", "_static")):
            # Of what is only tested no p is told, which is what permutations are for.
            more: dict[str, Any] = {} if variant == "fwd" else {"tested": windows[variant], "permutations": FEWEST}
            read = progress(windows["fwd"], places, ridge=context.p.ridge, **some, **more)
            for layer in every:
                told[layer][f"progress{name}_r"] = float(read.r[layer])
                if variant == "fwd":
                    told[layer] |= {"progress_r2": float(read.r2[layer]), "progress_p": float(read.p[layer])}
                    told[layer] |= {"progress_spearman": float(read.spearman[layer]), "progress_p_max": read.p_max}
    return told


def _window(store: TemporalStore, layer: int, variant: str, rows: Rows, places: Rows) -> NDArray[np.float32]:
    return np.take_along_axis(store.alone(layer, variant)[rows], places[:, :, None], axis=1)


def _phenomena(
    store: TemporalStore, context: Context, groups: Groups, found: dict[str, Any], *, name: str, layer: int
) -> None:
    """V5 at one layer, that in which clips of all phenomena are the most coherent."""
    both = [features(store, layer, variant, name=name, rows=groups.pairs.rows) for variant in ("fwd", "rev")]
    shared: dict[str, Any] = {"readout": name, "layer": layer}
    try:
        told = phenomenon_vectors(
            odd_and_even(*both)[0],
            groups.names,
            sources=groups.pairs.sources,
            halves=groups.pairs.templates,
            aside=groups.aside,
            flips=context.p.flips,
            seed=context.p.seed,
        )
    except UnavailableError as error:
        found["shared"].append({**shared, "undefined": str(error)})
        return
    found["shared"].append({**shared, "shared": told.shared, "p_shared": told.p_shared})
    for a, of in enumerate(told.names):
        for b, on in enumerate(told.names):
            corrected = float(told.corrected[a, b])
            found["phenomena"].append(
                {
                    **shared,
                    "of": of,
                    "on": on,
                    "acc": float(told.acc[a, b]),
                    "cosine": float(told.cosines[a, b]),
                    "corrected": None if np.isnan(corrected) else corrected,
                    "reliability": float(told.reliability[a]),
                    "twin": int(of in groups.aside or on in groups.aside),
                }
            )


def _tables(context: Context, made: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{name}.csv": csv_text(columns, _named(context, made, name, columns))
        for name, columns in (("vectors", VECTORS), ("phenomena", PHENOMENA), ("shared", SHARED))
    }


def _named(context: Context, made: Mapping[str, Any], name: str, columns: tuple[str, ...]) -> list[Row]:
    rows = []
    for key, found in made.items():
        names, layer_of = context.layer_names[key], enumerate(found[name])
        for place, one in layer_of:
            layer = one.get("layer", place % len(names))
            more = {"encoder": key, "layer": layer, "layer_name": names[layer], "depth": depth_of(layer, names)}
            rows.append({**dict.fromkeys(columns), **{k: v for k, v in {**one, **more}.items() if k in columns}})
    return rows


def _line(context: Context, made: Mapping[str, Any]) -> str:
    rows = [row for row in _named(context, made, "shared", SHARED) if row["shared"] is not None]
    if not rows:
        return f"{len(made)} encoders, no odd part in any"
    best = max(rows, key=lambda row: float(row["shared"]))
    return f"{len(made)} encoders; {best['encoder']} {best['readout']}: shared {best['shared']:.3f}"


VECTORS_KIND = Kind(_blocks, _make, _tables, _line)
