"""Features of many encoders and budgets, cut so that those which are compared at a time fit in memory.

Stores `[budget, sample, dim]` a layer become tiles, lists of (encoder, budget) whose layers follow each other; a tile
of the video side and one of the text side give scores `[video_layer, text_layer]` by a named metric.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.clip.clipping import clip_at_budget
from platoscope.alignment.features.cknna import cknna_matrix
from platoscope.alignment.features.dissimilarity import Distance, rsa_matrix
from platoscope.alignment.features.gram import cka_matrix
from platoscope.alignment.features.spaces import Space, space_of, unit
from platoscope.alignment.features.subspaces import svcca_matrix
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError
from platoscope.store import FeaturesStore

Unit: TypeAlias = tuple[FeaturesStore, int]  # an encoder at a budget, by its position
Tile: TypeAlias = list[Unit]

TILE_BYTES = 1 << 30  # float64 features that are held of each side, or one unit's where it has more


def tiles_of(stores: Sequence[FeaturesStore]) -> list[Tile]:
    """Cut all budgets of all encoders, in their order, into tiles of at most TILE_BYTES, each of at least one unit."""
    tiles: list[Tile] = []
    held = 0
    for store in stores:
        size = 8 * sum(samples * dim for _, samples, dim in map(store.shape, range(len(store.layers))))
        for budget in range(len(store.budgets)):
            if not tiles or held + size > TILE_BYTES:
                tiles.append([])
                held = 0
            tiles[-1].append((store, budget))
            held += size
    return tiles


def layers_of(tile: Iterable[Unit], *, clip: str, quantile: float, normalize: bool) -> Iterator[Space]:
    """Give every layer of every unit as a space: outliers clipped as for neighbours, then rows of length 1 if asked."""
    for store, budget in tile:
        side, at = store.path.parent.name, f"{store.path} at budget {store.budgets[budget]}"
        rule = clip_at_budget(store, budget, clip=clip, quantile=quantile)
        for index, name in enumerate(store.layers):
            layer, salt = store.layer(index, budget), salt_of(f"{side}/{store.path.stem}")
            space = space_of(layer, name=f"layer {name!r} of {at}", salt=salt, clip=rule)
            yield unit(space) if normalize else space


def tile_scores(
    a: Iterable[Space],
    b: Iterable[Space],
    *,
    metric: str,
    bandwidth: float,
    k: int,
    components: int,
    distance: Distance,
) -> NDArray[np.float64]:
    """Give one metric of every pair of layers, float64 `[layer_a, layer_b]`.

    `bandwidth` is of "cka_rbf", `k` of "cknna", `components` of "svcca" and `distance` of "rsa"; the others take none
    of them. Raises InputError for a metric of another name, and what its matrix refuses.
    """
    match metric:
        case "cka":
            return cka_matrix(a, b)
        case "cka_rbf":
            return cka_matrix(a, b, kernel="rbf", bandwidth=bandwidth)
        case "unbiased_cka":
            return cka_matrix(a, b, estimator="unbiased")
        case "cknna":
            return cknna_matrix(a, b, k=k)
        case "svcca":
            return svcca_matrix(a, b, components=components)
        case "rsa":
            return rsa_matrix(list(a), list(b), distance=distance)
    raise InputError(f"metric is {metric!r}, but must be cka, cka_rbf, unbiased_cka, cknna, svcca or rsa")
