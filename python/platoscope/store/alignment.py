"""Scores of every pair of encoders: all layer-pair matrices, and each sample's counts and neighbours in one pair."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.store.arrays import Attributes, create, describe, open_group, read, write_whole


@dataclass(frozen=True)
class PairLayers:
    """Scores of one pair of encoders over the grid of budgets.

    score: float64 [n_f, n_c, video_layer, text_layer]; count: uint16 [n_f, n_c, sample], what ``metric`` counts (of
    mutual_knn the shared neighbours) for the ``fixed`` pair of layers, the best at the largest budgets; nearest: int32
    [side, sample, k], the neighbours in these two layers at the largest budgets, video first; chance: what independent
    spaces score; samples: the digest of the ordered ids.
    """

    video: str
    text: str
    frames: tuple[int, ...]
    captions: tuple[int, ...]
    video_layers: tuple[str, ...]
    text_layers: tuple[str, ...]
    fixed: tuple[int, int]
    score: NDArray[np.float64]
    count: NDArray[np.uint16]
    nearest: NDArray[np.int32]
    n: int
    metric: str
    k: int
    chance: float
    samples: str


def write_alignment(path: Path, pairs: Iterable[PairLayers], *, attributes: Attributes) -> None:
    """Write the layer matrices and the counts of every pair."""
    group = create(path, "alignment")
    named: list[dict[str, Any]] = []
    for pair in pairs:
        write_whole(group, f"{pair.video}/{pair.text}/score", pair.score)
        write_whole(group, f"{pair.video}/{pair.text}/count", pair.count)
        write_whole(group, f"{pair.video}/{pair.text}/nearest", pair.nearest)
        fields = (
            "video",
            "text",
            "frames",
            "captions",
            "video_layers",
            "text_layers",
            "fixed",
            "n",
            "metric",
            "k",
            "chance",
        )
        named.append({field: getattr(pair, field) for field in fields})
    describe(group, "alignment", {**attributes, "pairs": named})


def read_alignment(path: Path) -> Iterator[PairLayers]:
    """Read the pairs of ``layers.zarr``, which lies in the alignment folder ``path``, one after the other."""
    group = open_group(path / "layers.zarr", "alignment", "dvc pull data/alignment")
    for named in group.attrs["pairs"]:  # type: ignore[union-attr]
        fields: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in named.items()}  # type: ignore[union-attr]
        place = f"{fields['video']}/{fields['text']}"
        for name in ("score", "count", "nearest"):
            fields[name] = read(group, f"{place}/{name}")
        yield PairLayers(**fields, samples=str(group.attrs["samples"]))
