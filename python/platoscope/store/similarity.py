"""Scores of every pair of encoders by one metric over features: the layer-pair matrix of every cell of the grid."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.store.arrays import Attributes, create, describe, open_group, read, write_whole


@dataclass(frozen=True)
class PairScores:
    """Scores of one pair of encoders over the grid of budgets.

    score: float64 [n_f, n_c, video_layer, text_layer]; ``fixed`` is the pair of layers that is best at the largest
    budgets.
    """

    video: str
    text: str
    frames: tuple[int, ...]
    captions: tuple[int, ...]
    video_layers: tuple[str, ...]
    text_layers: tuple[str, ...]
    fixed: tuple[int, int]
    score: NDArray[np.float64]
    n: int


def write_similarity(path: Path, pairs: Iterable[PairScores], *, attributes: Attributes) -> None:
    """Write the layer matrices of every pair; ``attributes`` has at least ``samples`` (digest) and ``metric``."""
    group = create(path, "similarity")
    named: list[dict[str, Any]] = []
    for pair in pairs:
        write_whole(group, f"{pair.video}/{pair.text}/score", pair.score)
        fields = ("video", "text", "frames", "captions", "video_layers", "text_layers", "fixed", "n")
        named.append({field: getattr(pair, field) for field in fields})
    describe(group, "similarity", {**attributes, "pairs": named})


def read_similarity(path: Path) -> list[PairScores]:
    """Read every pair of ``layers.zarr``, which lies in the folder of a metric, ``data/similarity/METRIC``."""
    group = open_group(path / "layers.zarr", "similarity", f"dvc pull data/similarity/{path.name}")
    pairs = []
    for named in group.attrs["pairs"]:  # type: ignore[union-attr]
        fields: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in named.items()}  # type: ignore[union-attr]
        score = read(group, f"{fields['video']}/{fields['text']}/score")
        pairs.append(PairScores(score=score, **fields))
    return pairs
