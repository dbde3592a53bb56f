"""Neighbour tables of one encoder: ids [budget, layer, sample, depth], nearest first, and how often ranks are tied."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.params.variants import PLAIN, Variant
from platoscope.store.arrays import (
    Array,
    Attributes,
    create,
    describe,
    digest_arrays,
    open_group,
    read,
    write_whole,
)
from platoscope.store.views import places_of, variants_of


@dataclass(frozen=True)
class Recalls:
    """How tables of an approximate index were made, both [budget, layer].

    reached: float64, the share of the exact neighbours that a table holds, measured on a sample of its queries.
    effort: int32, lists or candidates that were looked at for each query.
    """

    reached: NDArray[np.float64]
    effort: NDArray[np.int32]


def write_neighbours(
    path: Path,
    ids: NDArray[np.int32],
    tie_share: NDArray[np.float64],
    *,
    attributes: Attributes,
    recalls: Recalls | None = None,
) -> None:
    """Write neighbour tables, int32 [budget, layer, sample, depth] and the shares of ties [budget, layer, depth].

    ``recalls`` goes with the tables of an approximate index and with no others.
    """
    arrays: dict[str, Array] = {"ids": ids, "tie_share": tie_share}
    if recalls is not None:
        arrays |= {"recall": recalls.reached, "effort": recalls.effort}
    group = create(path, "neighbours")
    for name, values in arrays.items():
        write_whole(group, name, values)
    describe(group, "neighbours", {**attributes, "digest": digest_arrays(arrays.values())})


@dataclass(frozen=True)
class Neighbours:
    """Neighbour tables of one encoder.

    ids: int32 [budget, layer, sample, depth], nearest first; tie_share: float64 [budget, layer, depth]. recalls: how
    well an approximate index did, None for exact tables.
    """

    path: Path
    ids: NDArray[np.int32]
    tie_share: NDArray[np.float64]
    attributes: Attributes
    recalls: Recalls | None = None
    variant: Variant = PLAIN

    @property
    def key(self) -> str:
        """Key of the encoder, by which its store is named, and the variant of a view of it."""
        return self.variant.of(self.path.stem)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers."""
        return tuple(self.attributes["layers"])

    @property
    def budgets(self) -> tuple[int, ...]:
        """Numbers of frames or captions."""
        return tuple(self.attributes["budgets"])

    def view(self, variant: Variant) -> "Neighbours":
        """Give the tables of one variant of captions alone; InputError if there are none."""
        places = places_of(self.attributes, variant, of=self.path)
        budgets = [self.budgets[place] for place in places]
        attributes = {name: value for name, value in self.attributes.items() if name != "variants"}
        recalls = self.recalls and Recalls(self.recalls.reached[places], self.recalls.effort[places])
        return Neighbours(
            path=self.path,
            ids=self.ids if len(places) == len(self.ids) else self.ids[places],
            tie_share=self.tie_share[places],
            attributes={**attributes, "budgets": budgets},
            recalls=recalls,
            variant=variant,
        )

    def views(self) -> list["Neighbours"]:
        """List the tables of each variant of captions; of videos there is one."""
        return [self.view(variant) for variant in variants_of(self.attributes)]


def read_neighbours(path: Path) -> Neighbours:
    """Read the neighbour tables of one encoder."""
    group = open_group(path, "neighbours", f"dvc pull data/neighbours/{path.parent.name}/{path.name}")
    ids, tie_share = read(group, "ids"), read(group, "tie_share")
    recalls = None
    if "recall" in group:
        recalls = Recalls(read(group, "recall"), read(group, "effort"))
    return Neighbours(path, ids, tie_share, dict(group.attrs), recalls)


def verify_neighbours(path: Path) -> bool:
    """Whether the tables of one encoder still have the digest they were written with."""
    tables = read_neighbours(path)
    arrays: list[Array] = [tables.ids, tables.tie_share]
    if tables.recalls is not None:
        arrays += [tables.recalls.reached, tables.recalls.effort]
    return bool(digest_arrays(arrays) == tables.attributes["digest"])
