"""The ``alignment`` stage: a metric over neighbours for every pair of encoders, of their layers and of budgets.

``pairs.csv`` has one row a (video encoder, text encoder, n_f, n_c); ``layers.zarr`` keeps every layer-pair matrix
and what the metric counts of every sample for the pair of layers that is best at the largest budgets.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope import _native
from platoscope.alignment.agreement import chance_of, score_matrix
from platoscope.alignment.scores import best_layers, metric_named
from platoscope.alignment.stages.grid import Row, csv_text, read_named
from platoscope.errors import InputError
from platoscope.params import Params
from platoscope.progress import track
from platoscope.project import Project
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work
from platoscope.store import Neighbours, PairLayers, read_neighbours, same_samples, write_alignment

COLUMNS = (
    "video", "text", "n_f", "n_c", "score", "chance", "n", "k", "video_layer", "text_layer", "video_layer_name",
    "text_layer_name", "fixed_score", "fixed_video_layer", "fixed_text_layer", "tie_share",
)  # fmt: skip


def run(params: Params, project: Project) -> str:
    """Score every pair of encoders that params name; gives the summary line."""
    metric, k = params.alignment.metric, params.alignment.k
    place, read = project.neighbours, read_neighbours
    videos = read_named(params.encoders.video, side="video", stage="alignment", place=place, read=read)
    texts = read_named(params.encoders.text, side="text", stage="alignment", place=place, read=read)
    stores = [*videos, *texts]
    for other in stores[1:]:
        same_samples((stores[0].path, stores[0].attributes), (other.path, other.attributes))
    spec = {
        "metric": metric,
        "k": k,
        "neighbours": {str(s.path.relative_to(project.data)): s.attributes for s in stores},
        "code": code_digest(closure("alignment.stages.pairs")),
        "rust": _native.source_digest(),
        "versions": versions("numpy"),
    }
    work = Work(project.scratch, stage="alignment", spec=spec)
    chance = chance_of(metric, samples=videos[0].ids.shape[2], k=k)
    pairs = {f"{video.key}.{text.key}.npz": (video, text) for video in videos for text in texts}

    def make(name: str, part: Path) -> None:
        pair = score_pair(*pairs[name], metric=metric, k=k, chance=chance)
        with part.open("wb") as handle:
            np.savez(handle, score=pair.score, count=pair.count, fixed=pair.fixed)

    list(track(work.compute(list(pairs), make), "alignment", total=len(pairs)))

    def scored() -> Iterator[tuple[PairLayers, list[Row]]]:
        for name, (video, text) in pairs.items():
            with np.load(work.block(name)) as content:
                fixed = tuple(content["fixed"].tolist())
                score, count = content["score"], content["count"]
            pair = _named(video, text, score=score, count=count, fixed=fixed, metric=metric, k=k, chance=chance)
            yield pair, rows_of(pair, video, text)

    def build(folder: Path) -> None:
        result = folder / "alignment"
        result.mkdir()
        attributes = {"samples": stores[0].attributes["samples"]}
        write_alignment(result / "layers.zarr", (pair for pair, _ in scored()), attributes=attributes)
        table = csv_text(COLUMNS, (row for _, rows in scored() for row in rows))
        (result / "pairs.csv").write_text(table, encoding="utf-8")
        tracked = json.dumps(tracked_metrics(largest), indent=2, sort_keys=True) + "\n"
        (folder / "alignment.json").write_text(tracked, encoding="utf-8")

    largest = [rows[-1] for _, rows in scored()]
    outs = {"alignment": project.alignment, "alignment.json": project.results / "alignment.json"}
    work.publish(outs, build, staging=project.staging)
    top = max(largest, key=lambda row: float(row["score"]))
    best = f"best {top['video']}:{top['text']} {top['score']:.4f} at the largest budgets"
    return f"alignment by {metric}: {len(largest)} pairs, {best} (N = {top['n']}, k = {k}, chance {top['chance']:.4f})"


def score_pair(video: Neighbours, text: Neighbours, *, metric: str, k: int, chance: float) -> PairLayers:
    """Score two encoders over all their budgets and layers by a metric of ``scores.METRICS``, beside its chance.

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
    fixed = best_layers(score[-1, -1])
    a, b = (np.ascontiguousarray(store.ids[:, layer]) for store, layer in zip((video, text), fixed, strict=True))
    count = _native.sample_values(a, b, measure=metric_named(metric).measure, k=k).astype(np.uint16)
    return _named(video, text, score=score, count=count, fixed=fixed, metric=metric, k=k, chance=chance)


def rows_of(pair: PairLayers, video: Neighbours, text: Neighbours) -> list[Row]:
    """One row of ``pairs.csv`` for every cell of the grid; the last one is that of the largest budgets."""
    rows = []
    for f, n_f in enumerate(pair.frames):
        for c, n_c in enumerate(pair.captions):
            a, b = best_layers(pair.score[f, c])
            ties = max(video.tie_share[f, a, pair.k - 1], text.tie_share[c, b, pair.k - 1])
            values = (
                pair.video, pair.text, n_f, n_c, pair.score[f, c, a, b], pair.chance, pair.n, pair.k, a, b,
                pair.video_layers[a], pair.text_layers[b], pair.score[f, c][pair.fixed], *pair.fixed, ties,
            )  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def tracked_metrics(largest: Sequence[Row]) -> dict[str, Any]:
    """What DVC tracks: N, k, chance and, for every pair, its numbers at the largest budgets."""
    pairs: dict[str, dict[str, dict[str, float]]] = {}
    for row in largest:
        values = {name: float(row[name]) for name in ("score", "tie_share")}
        pairs.setdefault(row["video"], {})[row["text"]] = values
    return {"n": largest[0]["n"], "k": largest[0]["k"], "chance": largest[0]["chance"], "pairs": pairs}


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
    )
