"""The ``similarity`` stage: a metric over features for every pair of encoders, over all pairs of layers and of budgets.

``pairs.csv`` has one row a (video encoder, text encoder, n_f, n_c); ``layers.zarr`` keeps every layer-pair matrix.
Memory: twice TILE_BYTES of features (see ``tiles``), and what the metric's own matrix says.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from platoscope.alignment.scores import best_layers
from platoscope.alignment.stages.grid import Row, csv_text, read_named
from platoscope.alignment.stages.tiles import Tile, layers_of, tile_scores, tiles_of
from platoscope.errors import InputError
from platoscope.params import Params
from platoscope.progress import track
from platoscope.project import Project
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work
from platoscope.store import FeaturesStore, PairScores, same_samples, write_similarity

COLUMNS = (
    "video", "text", "n_f", "n_c", "score", "n", "video_layer", "text_layer", "video_layer_name", "text_layer_name",
    "fixed_score", "fixed_video_layer", "fixed_text_layer",
)  # fmt: skip

USES = {
    "cka_rbf": "bandwidth",
    "cknna": "k",
    "svcca": "components",
    "rsa": "distance",
}  # the parameter of those metrics that have one


def run(params: Params, project: Project, metric: str) -> str:
    """Score every pair of encoders that params name by one metric; gives the summary line."""
    stage = f"similarity@{metric}"
    videos = read_named(params.encoders.video, side="video", stage=stage, place=project.features, read=FeaturesStore)
    texts = read_named(params.encoders.text, side="text", stage=stage, place=project.features, read=FeaturesStore)
    stores = [*videos, *texts]
    for other in stores[1:]:
        same_samples((stores[0].path, stores[0].attributes), (other.path, other.attributes))
    made = how(params, metric)
    spec = {
        **made,
        "features": {f"{s.path.parent.name}/{s.key}": [s.budgets, s.attributes] for s in stores},
        "code": code_digest(closure("alignment.stages.similarity")),
        "versions": versions("numpy", "scipy"),
    }
    work = Work(project.scratch, stage=stage, spec=spec)
    pairs = list(pairs_of(scores_of(params, work, tiles_of(videos), tiles_of(texts), metric=metric), videos, texts))
    largest = [rows_of(pair)[-1] for pair in pairs]

    def build(folder: Path) -> None:
        (folder / metric).mkdir()
        attributes = {"samples": stores[0].attributes["samples"], **made}
        write_similarity(folder / metric / "layers.zarr", pairs, attributes=attributes)
        table = csv_text(COLUMNS, (row for pair in pairs for row in rows_of(pair)))
        (folder / metric / "pairs.csv").write_text(table, encoding="utf-8")
        tracked = json.dumps(tracked_metrics(largest), indent=2, sort_keys=True) + "\n"
        (folder / f"{metric}.json").write_text(tracked, encoding="utf-8")

    outs = {metric: project.similarity(metric), f"{metric}.json": project.results / "similarity" / f"{metric}.json"}
    work.publish(outs, build, staging=project.staging)
    top = max(largest, key=lambda row: float(row["score"]))
    best = f"best {top['video']}:{top['text']} {top['score']:.4f} at the largest budgets"
    return f"{stage}: {len(largest)} pairs, {best} (N = {top['n']})"


def how(params: Params, metric: str) -> dict[str, Any]:
    """What makes the scores, besides the features: no parameter that the metric has no use for."""
    p, clip = params.similarity, params.neighbours
    own = {USES[metric]: getattr(p, USES[metric])} if metric in USES else {}
    return {"metric": metric, **own, "normalize": p.normalize, "clip": clip.clip, "quantile": clip.quantile}


def scores_of(
    params: Params, work: Work, videos: Sequence[Tile], texts: Sequence[Tile], *, metric: str
) -> NDArray[np.float64]:
    """Scores of every video layer with every text layer at every budget, a block a pair of tiles.

    Both axes run over encoders, their budgets and their layers, in this order. One tile a side, as is common, means
    that each layer is prepared once; else those of a side are prepared anew for every tile of the other.
    """
    names = [[f"{a:04d}.{b:04d}.npy" for b in range(len(texts))] for a in range(len(videos))]
    tiles = {names[a][b]: (video, text) for a, video in enumerate(videos) for b, text in enumerate(texts)}
    p, clip = params.similarity, params.neighbours

    def make(name: str, part: Path) -> None:
        a, b = (layers_of(tile, clip=clip.clip, quantile=clip.quantile, normalize=p.normalize) for tile in tiles[name])
        try:
            with threadpool_limits(1, user_api="blas"):  # sums by more threads have other last bits
                score = tile_scores(
                    a, b, metric=metric, bandwidth=p.bandwidth, k=p.k, components=p.components, distance=p.distance
                )
        except InputError as error:
            raise InputError(f"{work.stage}: {error}") from error
        with part.open("wb") as handle:
            np.save(handle, score)

    list(track(work.compute(list(tiles), make), work.stage, total=len(tiles)))
    return np.block([[np.load(work.block(name)) for name in row] for row in names])


def pairs_of(
    score: NDArray[np.float64], videos: Sequence[FeaturesStore], texts: Sequence[FeaturesStore]
) -> Iterator[PairScores]:
    """Cut the scores of all layers into those of every pair of encoders."""
    top = 0
    for video in videos:
        bottom, left = top + len(video.budgets) * len(video.layers), 0
        for text in texts:
            right = left + len(text.budgets) * len(text.layers)
            yield _pair(score[top:bottom, left:right], video, text)
            left = right
        top = bottom


def _pair(score: NDArray[np.float64], video: FeaturesStore, text: FeaturesStore) -> PairScores:
    shape = (len(video.budgets), len(video.layers), len(text.budgets), len(text.layers))
    grid = np.ascontiguousarray(score.reshape(shape).transpose(0, 2, 1, 3))  # [n_f, n_c, video_layer, text_layer]
    return PairScores(
        video=video.key,
        text=text.key,
        frames=video.budgets,
        captions=text.budgets,
        video_layers=video.layers,
        text_layers=text.layers,
        fixed=best_layers(grid[-1, -1]),
        score=grid,
        n=video.shape(0)[1],
    )


def rows_of(pair: PairScores) -> list[Row]:
    """One row of ``pairs.csv`` for every cell of the grid; the last one is that of the largest budgets."""
    rows = []
    for f, n_f in enumerate(pair.frames):
        for c, n_c in enumerate(pair.captions):
            a, b = best_layers(pair.score[f, c])
            values = (
                pair.video, pair.text, n_f, n_c, pair.score[f, c, a, b], pair.n, a, b, pair.video_layers[a],
                pair.text_layers[b], pair.score[f, c][pair.fixed], *pair.fixed,
            )  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def tracked_metrics(largest: Sequence[Row]) -> dict[str, Any]:
    """What DVC tracks: N and, for every pair, its score at the largest budgets."""
    pairs: dict[str, dict[str, dict[str, float]]] = {}
    for row in largest:
        pairs.setdefault(row["video"], {})[row["text"]] = {"score": float(row["score"])}
    return {"n": largest[0]["n"], "pairs": pairs}
