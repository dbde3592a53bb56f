"""The ``alignment`` stage: a metric over neighbours for every pair of encoders, of their layers and of budgets.

``pairs.csv`` has one row a (video encoder, text encoder, n_f, n_c), with what there is to believe of it for the cells
that params name; ``layers.zarr`` keeps every layer-pair matrix and what the metric counts of every sample for the pair
of layers that is best at the largest budgets (of the first mode, for all modes of one way to combine captions).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope import _native
from platoscope.alignment.agreement import chance_of, score_matrix
from platoscope.alignment.scores import best_layers, metric_named
from platoscope.alignment.stages.captions import by_combine, gains_of_captions, tracked_gains
from platoscope.alignment.stages.evidence import check_cells, pair_evidence
from platoscope.alignment.stages.grid import Row, csv_text, read_named
from platoscope.alignment.stages.results import (
    COLUMNS,
    GALLERY,
    HUBS,
    add_q_values,
    hub_rows,
    rows_of,
    tracked_metrics,
)
from platoscope.alignment.statistics.groups import Labels, groups_of
from platoscope.alignment.statistics.nulls import too_few_permutations
from platoscope.data.samples import samples_of
from platoscope.errors import InputError
from platoscope.params import Params
from platoscope.progress import say, track
from platoscope.project import Project
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work
from platoscope.store import Neighbours, PairLayers, read_neighbours, same_samples, write_alignment


def run(params: Params, project: Project) -> str:
    """Score every pair of encoders that params name; gives the summary line."""
    metric, k, p = params.alignment.metric, params.alignment.k, params.statistics
    place, read = project.neighbours, read_neighbours
    videos = read_named(params.encoders.video, side="video", stage="alignment", place=place, read=read)
    texts = read_named(params.encoders.text, side="text", stage="alignment", place=place, read=read)
    stores = [*videos, *texts]
    for other in stores[1:]:
        same_samples((stores[0].path, stores[0].attributes), (other.path, other.attributes))
    check_cells(p.cells, ((video.budgets, text.budgets) for video in videos for text in texts))
    groups = _groups(project, stores[0]) if p.by_source else None
    pairs = {f"{video.key}.{text.key}": (video, text) for video in videos for text in texts}
    tracked = [name for name, (video, text) in pairs.items() if params.tracked(video.key, text.key)]
    spec = {
        "metric": metric,
        "k": k,
        "statistics": p.model_dump(mode="json"),
        "curves": tracked,
        "groups": None if groups is None else groups.tolist(),
        "neighbours": {f"{s.path.parent.name}/{s.key}": s.attributes for s in stores},
        "code": code_digest(closure("alignment.stages.pairs")),
        "rust": _native.source_digest(part="overlap"),
        "versions": versions("numpy", "scipy"),
    }
    work = Work(project.scratch, stage="alignment", spec=spec)
    chance = chance_of(metric, samples=videos[0].ids.shape[2], k=k)

    def scored(name: str) -> PairLayers:
        video, text = pairs[name]
        with np.load(work.block(f"{name}.npz")) as content:
            fixed = tuple(content["fixed"].tolist())
            score, count = content["score"], content["count"]
        return _named(video, text, score=score, count=count, fixed=fixed, metric=metric, k=k, chance=chance)

    first = {view.key: views[0] for views in by_combine(texts) for view in views}

    def fixed(name: str) -> tuple[int, int]:
        return scored(name).fixed

    def make(block: str, part: Path) -> None:
        name, kind = block.rsplit(".", 1)
        if kind == "npz":
            video, text = pairs[name]
            pair = score_pair(video, text, metric=metric, k=k, chance=chance, layers_of=first[text.key])
            with part.open("wb") as handle:
                np.savez(handle, score=pair.score, count=pair.count, fixed=pair.fixed)
            return
        said = pair_evidence(*pairs[name], scored(name), p, groups=groups, curves=name in tracked)
        part.write_text(json.dumps(said, allow_nan=False), encoding="utf-8")

    blocks = [f"{name}.{kind}" for kind in ("npz", "json") for name in pairs]
    list(track(work.compute(blocks, make), "alignment", total=len(blocks)))
    said = {name: json.loads(work.block(f"{name}.json").read_text(encoding="utf-8")) for name in pairs}
    rows = {name: rows_of(scored(name), *pairs[name], said=said[name]) for name in pairs}
    table = [row for pair_rows in rows.values() for row in pair_rows]
    doubts = list(filter(None, [too_few_permutations(add_q_values(table), p.permutations)]))
    notes = {name.replace(".", ":"): said[name]["notes"] for name in pairs}
    gains = [
        row
        for video in videos
        for views in by_combine(texts)
        if (row := gains_of_captions(video, views, fixed=fixed, metric=metric, k=k, p=p, groups=groups))
    ]
    told = {
        "captions": gains,
        "settings": {**p.model_dump(mode="json"), "sources": None if groups is None else len(np.unique(groups))},
        "warnings": doubts,
        "notes": [f"{name}@{note}" for name, of_pair in notes.items() for note in of_pair],
    }
    curves = [
        {"video": video.key, "text": text.key, **point}
        for name, (video, text) in pairs.items()
        for point in said[name]["points"]
    ]
    hubs = hub_rows([("video", s) for s in videos] + [("text", s) for s in texts], k=k)

    def build(folder: Path) -> None:
        result = folder / "alignment"
        result.mkdir()
        write_alignment(
            result / "layers.zarr", map(scored, pairs), attributes={"samples": stores[0].attributes["samples"]}
        )
        largest = [rows[name][-1] for name in tracked]
        head = {"n": table[0]["n"], "k": k, "chance": chance}
        for path, text in {
            result / "pairs.csv": csv_text(COLUMNS, table),
            result / "hubs.csv": csv_text(HUBS, hubs),
            result / "statistics.json": _json(told),
            folder / "gallery.csv": csv_text(GALLERY, curves),
            folder / "alignment.json": _json({**head, "pairs": tracked_metrics(largest), **tracked_gains(gains)}),
        }.items():
            path.write_text(text, encoding="utf-8")

    outs = {
        "alignment": project.alignment,
        "gallery.csv": project.results / "plots" / "gallery.csv",
        "alignment.json": project.results / "alignment.json",
    }
    work.publish(outs, build, staging=project.staging)
    for line in [*doubts, *_gathered(notes)]:
        say(f"alignment: {line}")
    return _summary([rows[name][-1] for name, (_, text) in pairs.items() if params.leads(text.key)], metric=metric)


def _groups(project: Project, store: Neighbours) -> Labels | None:
    """Label the samples that share a source; refuses samples of another set than the stores'."""
    samples = samples_of(project.samples, digest=store.attributes["samples"], store=store.path)
    return groups_of(samples.sources)


def _gathered(said: Mapping[str, Sequence[str]]) -> list[str]:
    """Say each note once, before it the pairs that it is about, unless it is about all of many."""
    about: dict[str, list[str]] = {}
    for name, notes in said.items():
        for note in notes:
            about.setdefault(note, []).append(name)
    return [note if 1 < len(names) == len(said) else f"{', '.join(names)}: {note}" for note, names in about.items()]


def _json(content: object) -> str:
    return json.dumps(content, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"


def _summary(largest: list[Row], *, metric: str) -> str:
    """Say how many pairs there are, and what the best of them is beside its null."""
    top = max(largest, key=lambda row: float(row["score"]))
    null = "" if top["null95"] is None else f", 95 % of permuted ones below {top['null95']:.4f}"
    best = f"best {top['video']}:{top['text']} {top['score']:.4f} at the largest budgets"
    return (
        f"alignment by {metric}: {len(largest)} pairs, {best} "
        f"(N = {top['n']}, k = {top['k']}, chance {top['chance']:.4f}{null})"
    )


def score_pair(
    video: Neighbours,
    text: Neighbours,
    *,
    metric: str,
    k: int,
    chance: float,
    layers_of: Neighbours | None = None,
) -> PairLayers:
    """Score two encoders over all their budgets and layers by a metric of ``scores.METRICS``, beside its chance.

    The pair of layers that is fixed is the best at the largest budgets of ``layers_of``, the texts themselves unless it
    is said: modes of captions can be compared by the same layers alone.

    Raises
    ------
    InputError
        If the tables are not as deep as ``k``, or there is no such metric.
    """
    for store in (video, text):
        if k > store.ids.shape[3]:
            raise InputError(f"alignment.k is {k}, but {store.path} holds {store.ids.shape[3]} neighbours a sample")
    score = score_matrix(_layers(video), _layers(text), metric=metric, k=k)
    score = score.reshape(*video.ids.shape[:2], *text.ids.shape[:2]).transpose(0, 2, 1, 3)
    one = score[-1, -1] if layers_of is None else score_matrix(video.ids[-1], layers_of.ids[-1], metric=metric, k=k)
    fixed = best_layers(one)
    a, b = (np.ascontiguousarray(store.ids[:, layer]) for store, layer in zip((video, text), fixed, strict=True))
    count = _native.sample_values(a, b, measure=metric_named(metric).measure, k=k).astype(np.uint16)
    return _named(video, text, score=score, count=count, fixed=fixed, metric=metric, k=k, chance=chance)


def _layers(store: Neighbours) -> NDArray[np.int32]:
    """Budgets and layers as one axis: int32 [budget * layer, sample, depth]."""
    return store.ids.reshape(-1, *store.ids.shape[2:])


def _named(
    video: Neighbours,
    text: Neighbours,
    *,
    score: NDArray[np.float64],
    count: NDArray[np.uint16],
    fixed: tuple[int, int],
    metric: str,
    k: int,
    chance: float,
) -> PairLayers:
    return PairLayers(
        video=video.key,
        text=text.key,
        frames=video.budgets,
        captions=text.budgets,
        video_layers=video.layers,
        text_layers=text.layers,
        fixed=fixed,
        score=score,
        count=count,
        n=video.ids.shape[2],
        metric=metric,
        k=k,
        chance=chance,
        samples=video.attributes["samples"],
        nearest=np.stack([s.ids[-1, layer, :, :k] for s, layer in zip((video, text), fixed, strict=True)]),
    )
