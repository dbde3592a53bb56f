"""The ``alignment`` stage: mutual k-NN of every pair of encoders, over all pairs of layers and of budgets.

``pairs.csv`` has one row a (video encoder, text encoder, n_f, n_c); ``layers.zarr`` keeps every layer-pair matrix
and the per-sample overlaps of the pair of layers that is best at the largest budgets.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope import _native
from platoscope.errors import InputError
from platoscope.params import Params
from platoscope.progress import say, track
from platoscope.project import Project, Side
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work
from platoscope.store import Neighbours, PairLayers, read_neighbours, same_samples, write_alignment

COLUMNS = (
    "video", "text", "n_f", "n_c", "score", "chance", "n", "k", "video_layer", "text_layer", "video_layer_name",
    "text_layer_name", "fixed_score", "fixed_video_layer", "fixed_text_layer", "tie_share",
)  # fmt: skip

Row = dict[str, Any]


def run(params: Params, project: Project) -> str:
    """Score every pair of encoders that params name; gives the summary line."""
    k = params.alignment.k
    videos = _read(project, "video", params.encoders.video)
    texts = _read(project, "text", params.encoders.text)
    stores = [*videos, *texts]
    for other in stores[1:]:
        same_samples((stores[0].path, stores[0].attributes), (other.path, other.attributes))
    spec = {
        "k": k,
        "neighbours": {str(s.path.relative_to(project.data)): s.attributes for s in stores},
        "code": code_digest(closure("alignment.pairs")),
        "rust": _native.source_digest(),
        "versions": versions("numpy"),
    }
    work = Work(project.scratch, stage="alignment", spec=spec)
    pairs = {f"{video.key}.{text.key}.npz": (video, text) for video in videos for text in texts}

    def make(name: str, part: Path) -> None:
        pair = score_pair(*pairs[name], k=k)
        with part.open("wb") as handle:
            np.savez(handle, score=pair.score, overlap=pair.overlap, fixed=pair.fixed)

    list(track(work.compute(list(pairs), make), "alignment", total=len(pairs)))

    def scored() -> Iterator[tuple[PairLayers, list[Row]]]:
        for name, (video, text) in pairs.items():
            with np.load(work.block(name)) as content:
                fixed = tuple(content["fixed"].tolist())
                pair = _named(video, text, score=content["score"], overlap=content["overlap"], fixed=fixed, k=k)
            yield pair, rows_of(pair, video, text)

    def build(folder: Path) -> None:
        result = folder / "alignment"
        result.mkdir()
        attributes = {"samples": stores[0].attributes["samples"], "metric": "mutual_knn"}
        write_alignment(result / "layers.zarr", (pair for pair, _ in scored()), attributes=attributes)
        (result / "pairs.csv").write_text(_csv(row for _, rows in scored() for row in rows), encoding="utf-8")
        tracked = json.dumps(metrics(largest), indent=2, sort_keys=True) + "\n"
        (folder / "alignment.json").write_text(tracked, encoding="utf-8")

    largest = [rows[-1] for _, rows in scored()]
    outs = {"alignment": project.alignment, "alignment.json": project.results / "alignment.json"}
    work.publish(outs, build, staging=project.staging)
    top = max(largest, key=lambda row: float(row["score"]))
    return (
        f"alignment: {len(largest)} pairs, best {top['video']}:{top['text']} {top['score']:.4f} at the largest budgets "
        f"(N = {top['n']}, k = {k}, chance {top['chance']:.4f})"
    )


def score_pair(video: Neighbours, text: Neighbours, *, k: int) -> PairLayers:
    """Mutual k-NN of two encoders over all their budgets and layers.

    score = sum over samples of |kNN_video(i) ∩ kNN_text(i)| / (N k), Huh et al. 2024 (arXiv 2405.07987).

    Raises
    ------
    InputError
        If the tables are not as deep as ``k``.
    """
    for store in (video, text):
        if k > store.ids.shape[3]:
            raise InputError(f"alignment.k is {k}, but {store.path} holds {store.ids.shape[3]} neighbours a sample")
    totals = _native.overlap_totals(_layers(video), _layers(text), k=k)
    n = video.ids.shape[2]
    score = (totals / (n * k)).reshape(*video.ids.shape[:2], *text.ids.shape[:2]).transpose(0, 2, 1, 3)
    fixed = best_layers(score[-1, -1])
    overlap = [[_native.overlap_counts(a[fixed[0]], b[fixed[1]], k=k) for b in text.ids] for a in video.ids]
    return _named(video, text, score=score, overlap=np.array(overlap, np.uint16), fixed=fixed, k=k)


def best_layers(score: NDArray[np.float64]) -> tuple[int, int]:
    """The pair of layers with the largest score of a [video_layer, text_layer] matrix; of equals the first."""
    video, text = np.unravel_index(int(np.argmax(score)), score.shape)
    return int(video), int(text)


def rows_of(pair: PairLayers, video: Neighbours, text: Neighbours) -> list[Row]:
    """One row of ``pairs.csv`` for every cell of the grid; the last one is that of the largest budgets."""
    rows = []
    for f, n_f in enumerate(pair.frames):
        for c, n_c in enumerate(pair.captions):
            a, b = best_layers(pair.score[f, c])
            ties = max(video.tie_share[f, a, pair.k - 1], text.tie_share[c, b, pair.k - 1])
            values = (
                pair.video, pair.text, n_f, n_c, pair.score[f, c, a, b], pair.k / (pair.n - 1), pair.n, pair.k, a, b,
                pair.video_layers[a], pair.text_layers[b], pair.score[f, c][pair.fixed], *pair.fixed, ties,
            )  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def metrics(largest: Sequence[Row]) -> dict[str, Any]:
    """What DVC tracks: N, k, chance and, for every pair, its numbers at the largest budgets."""
    pairs: dict[str, dict[str, dict[str, float]]] = {}
    for row in largest:
        values = {name: float(row[name]) for name in ("score", "tie_share")}
        pairs.setdefault(row["video"], {})[row["text"]] = values
    return {"n": largest[0]["n"], "k": largest[0]["k"], "chance": largest[0]["chance"], "pairs": pairs}


def _read(project: Project, side: Side, keys: Iterable[str]) -> list[Neighbours]:
    """Tables of the encoders that params name; those of others, left from earlier runs, are passed over."""
    folder = project.neighbours(side, "").parent
    unnamed = sorted(path.stem for path in folder.glob("*.zarr") if path.stem not in keys)
    if unnamed:
        say(f"alignment: passing over {', '.join(unnamed)} in {folder.name}: not in encoders.{side}")
    return [read_neighbours(project.neighbours(side, key)) for key in sorted(keys)]


def _layers(store: Neighbours) -> NDArray[np.int32]:
    """Budgets and layers as one axis: int32 [budget * layer, sample, depth]."""
    return store.ids.reshape(-1, *store.ids.shape[2:])


def _named(
    video: Neighbours,
    text: Neighbours,
    *,
    score: NDArray[np.float64],
    overlap: NDArray[np.uint16],
    fixed: tuple[int, int],
    k: int,
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
        overlap=overlap,
        n=video.ids.shape[2],
        k=k,
    )


def _csv(rows: Iterable[Row]) -> str:
    """CSV with floats by repr, so that reading them back loses nothing."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([repr(float(v)) if isinstance(v, float) else v for v in row.values()])
    return table.getvalue()
