"""Every layer of one model against every layer of another, in one call.

Lists of layers `[sample, dim]` become the matrix of a metric over neighbours, float64 `[layer, layer]`, and its best
pair. Neighbours are found once a layer, never once a pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.agreement import chance_of, score_matrix
from platoscope.alignment.clip.clipping import clip_of_layers
from platoscope.alignment.clip.outliers import Float32, float32_layer
from platoscope.alignment.scores import best_layers, metric_named
from platoscope.alignment.search.neighbours import neighbour_tables
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError

if TYPE_CHECKING:
    import torch

    from platoscope.alignment.clip.outliers import Layer

    Layers: TypeAlias = Sequence[Layer] | NDArray[np.floating] | torch.Tensor


@dataclass(frozen=True)
class LayerScores:
    """A metric over neighbours for every pair of layers.

    matrix: float64 `[layer_x, layer_y]`. score: the largest of it, at the pair `layers`, of equals the first. It is
    the largest of many: of independent spaces it lies above `chance`, which is that of one pair (`max_null` knows by
    how much). n: samples.
    """

    matrix: NDArray[np.float64]
    metric: str
    n: int
    k: int
    chance: float

    @property
    def layers(self) -> tuple[int, int]:
        """The best pair of layers, counted from 0."""
        return best_layers(self.matrix)

    @property
    def score(self) -> float:
        """The score of the best pair."""
        return float(self.matrix[self.layers])


def layer_scores(
    x: Layers,
    y: Layers,
    *,
    metric: str = "mutual_knn",
    k: int = 10,
    clip: str = "per_layer",
    quantile: float = 0.95,
    engine: str = "auto",
    threads: int | None = None,
) -> LayerScores:
    """Score every layer of x against every layer of y, as the pipeline does and with its defaults.

    x, y: `[layer, sample, dim]`, or lists of `[sample, dim]` whose dims may differ, of the same samples in the same
    order; NumPy or torch on any device. `metric`: mutual_knn, jaccard_knn, cycle_knn, lcs_knn or edit_distance_knn.
    `clip`: "none", "per_layer" (at `quantile` of each layer's |x|), or the rules of Huh et al.'s code, one threshold
    for all layers of a side: "prh" (the mean of the samples' quantiles) and "prh_exact" (of all values pooled); with
    either and mutual_knn this is their `prepare_features` and `compute_score`, all layers at a time.
    `engine` and `threads` (those that compare tables; a search takes what the process may use) change the speed only.

    Raises InputError for an empty side, unequal sample counts, unknown names, and what `neighbour_tables` refuses.
    """
    metric_named(metric)  # before anything is computed
    sides = {name: checked_layers(layers, name=name) for name, layers in (("x", x), ("y", y))}
    n_x, n_y = (len(layers[0]) for layers in sides.values())
    if n_x != n_y:
        raise InputError(f"x has {n_x} samples and y has {n_y}, but they must be the same samples")
    tables = [
        tables_of(layers, name=name, salt=salt_of(name), k=k, clip=clip, quantile=quantile, engine=engine)
        for name, layers in sides.items()
    ]
    return scores_of_tables(*tables, metric=metric, threads=threads)


def tables_of(
    layers: list[Float32], *, name: str, salt: int, k: int, clip: str, quantile: float, engine: str = "auto"
) -> NDArray[np.int32]:
    """Give the k nearest others in every layer of a model, `checked_layers`: int32 `[layer, sample, k]`."""
    rule = clip_of_layers(layers, clip=clip, quantile=quantile)
    tables = neighbour_tables(layers, depth=k, clip=rule, salt=salt, engine=engine, name=name, depth_name="k")
    return np.stack([table.ids for table in tables])


def checked_layers(layers: Layers, *, name: str) -> list[Float32]:
    """Give layers as a list of float32 `[sample, dim]` of equal sample counts; `name` is what messages call them.

    Raises InputError for anything else, and for a bad layer.
    """
    shape = tuple(getattr(layers, "shape", ()))
    if len(shape) != 3 and not isinstance(layers, Sequence):
        found = f"has shape {shape}" if shape else f"is a {type(layers).__name__}"
        raise InputError(f"{name} {found}, but must be [layer, sample, dim] or a list of [sample, dim]")
    checked = [float32_layer(layer, name=f"{name}[{index}]") for index, layer in enumerate(layers)]
    if not checked:
        raise InputError(f"{name} is empty, but must hold at least one layer [sample, dim]")
    for index, layer in enumerate(checked):
        if len(layer) != len(checked[0]):
            raise InputError(f"{name}[{index}] has {len(layer)} samples, but {name}[0] has {len(checked[0])}")
    return checked


def scores_of_tables(
    a: NDArray[np.int32], b: NDArray[np.int32], *, metric: str, threads: int | None = None
) -> LayerScores:
    """Give the scores of two models from their tables of neighbours, int32 `[layer, sample, k]`."""
    _, n, k = a.shape
    matrix = score_matrix(a, b, metric=metric, threads=threads)
    return LayerScores(matrix, metric, n, k, chance_of(metric, samples=n, k=k))
