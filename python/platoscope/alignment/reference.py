"""A stored encoder to score one's own model against, as often as one likes: in a notebook or a training loop.

A store of features or of neighbours, opened once, holds neighbour tables int32 `[layer, sample, k]`; the features of
any model on the same samples become scores against all of its layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.layers import LayerScores, checked_layers, scores_of_tables, tables_of
from platoscope.alignment.scores import metric_named
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError
from platoscope.store import FeaturesStore, Neighbours, kind_of, read_neighbours
from platoscope.store.views import chosen

if TYPE_CHECKING:
    from platoscope.alignment.layers import Layers


@dataclass(frozen=True)
class Reference:
    """An encoder at one budget. Make one with `Reference.open`.

    path: its store. ids: the samples, in the order that features have to have. layers: their names. budget: frames or
    captions. tables: int32 `[layer, sample, k]`. clip, quantile: what is done about outliers, here and in `score`.
    """

    path: Path
    ids: tuple[str, ...]
    layers: tuple[str, ...]
    budget: int
    tables: NDArray[np.int32]
    clip: str
    quantile: float

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        budget: int | None = None,
        mode: str | None = None,
        combine: str | None = None,
        k: int = 10,
        clip: str | None = None,
        quantile: float | None = None,
    ) -> Reference:
        """Open `data/features/SIDE/ENC.zarr` or `data/neighbours/SIDE/ENC.zarr`.

        `budget`: frames or captions, by default the largest that the store has. `mode` and `combine`: of texts that
        were made of captions in several ways, by default the store's first. `k`: neighbours that are compared. Of
        features, neighbours are found now, clipped as in `layer_scores` ("per_layer" at 0.95 unless said). A store of
        neighbours needs no features and is read at once; it was clipped in its own way, which holds for `score` too.

        Raises StoreError where there is no such store, and InputError for a budget that it does not have, a k beyond
        its samples or its depth, a bad clip, and a clip for a store of neighbours that was clipped in another way.
        """
        path = Path(path).resolve()  # side and key, which salt the ties, are in its last two names
        if kind_of(path) == "neighbours":
            every = read_neighbours(path)
            some = every.view(chosen(every.attributes, mode, combine))
            return cls._of_neighbours(some, budget, k, clip, quantile)
        store = FeaturesStore(path)  # which refuses every other kind
        store = FeaturesStore(path, variant=chosen(store.attributes, mode, combine))
        place = _place(store.budgets, budget, path)
        read = [store.layer(layer, place) for layer in range(len(store.layers))]
        layers = checked_layers(read, name=path.name)
        clip, quantile = "per_layer" if clip is None else clip, 0.95 if quantile is None else quantile
        salt = salt_of(f"{path.parent.name}/{path.stem}")
        tables = tables_of(layers, name=path.name, salt=salt, k=k, clip=clip, quantile=quantile)
        ids = tuple(store.attributes["ids"])
        return cls(path, ids, store.layers, store.budgets[place], tables, clip, quantile)

    @classmethod
    def _of_neighbours(
        cls, store: Neighbours, budget: int | None, k: int, clip: str | None, quantile: float | None
    ) -> Reference:
        place = _place(store.budgets, budget, store.path)
        depth = store.ids.shape[3]
        if not isinstance(k, int) or not 1 <= k <= depth:
            raise InputError(f"k is {k!r}, but must be in 1..{depth}, the neighbours that {store.path} holds")
        for name, given in (("clip", clip), ("quantile", quantile)):
            if given is not None and given != store.attributes[name]:
                raise InputError(f"{name} is {given!r}, but {store.path} was made with {store.attributes[name]!r}")
        tables = np.ascontiguousarray(store.ids[place, :, :, :k])
        made, ids = store.attributes, tuple(store.attributes["ids"])
        return cls(store.path, ids, store.layers, store.budgets[place], tables, made["clip"], made["quantile"])

    def score(
        self, features: Layers, *, metric: str = "mutual_knn", engine: str = "auto", threads: int | None = None
    ) -> LayerScores:
        """Score a model's features on the samples `ids`, in their order, against every layer of this encoder.

        features: `[layer, sample, dim]`, or a list of `[sample, dim]`; NumPy or torch on any device. The matrix is
        `[layer of the features, layer of this encoder]`. `metric`, `engine`, `threads` and errors are
        those of `layer_scores`.
        """
        metric_named(metric)
        n, k = self.tables.shape[1:]
        layers = checked_layers(features, name="features")
        if len(layers[0]) != n:
            found, ids = len(layers[0]), "give those of its `ids`, in their order"
            raise InputError(f"features has {found} samples, but {self.path} has {n}: {ids}")
        made = tables_of(
            layers,
            name="features",
            salt=salt_of("features"),
            k=k,
            clip=self.clip,
            quantile=self.quantile,
            engine=engine,
        )
        return scores_of_tables(made, self.tables, metric=metric, threads=threads)


def _place(budgets: tuple[int, ...], budget: int | None, path: Path) -> int:
    if budget is None:
        return len(budgets) - 1
    if budget not in budgets:
        raise InputError(f"budget is {budget}, but {path} has {', '.join(map(str, budgets))}")
    return budgets.index(budget)
