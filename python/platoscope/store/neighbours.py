"""Neighbour tables of one encoder: ids [budget, layer, sample, depth], nearest first, and how often ranks are tied."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.store.arrays import Attributes, create, describe, digest_arrays, open_group, write_whole


def write_neighbours(
    path: Path, ids: NDArray[np.int32], tie_share: NDArray[np.float64], *, attributes: Attributes
) -> None:
    """Write neighbour tables, int32 [budget, layer, sample, depth] and the shares of ties [budget, layer, depth]."""
    group = create(path, "neighbours")
    write_whole(group, "ids", ids)
    write_whole(group, "tie_share", tie_share)
    describe(group, "neighbours", {**attributes, "digest": digest_arrays([ids, tie_share])})


@dataclass(frozen=True)
class Neighbours:
    """Neighbour tables of one encoder.

    ids: int32 [budget, layer, sample, depth], nearest first; tie_share: float64 [budget, layer, depth].
    """

    path: Path
    ids: NDArray[np.int32]
    tie_share: NDArray[np.float64]
    attributes: Attributes

    @property
    def key(self) -> str:
        """Key of the encoder, by which its store is named."""
        return self.path.stem

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers."""
        return tuple(self.attributes["layers"])

    @property
    def budgets(self) -> tuple[int, ...]:
        """Numbers of frames or captions."""
        return tuple(self.attributes["budgets"])


def read_neighbours(path: Path) -> Neighbours:
    """Read the neighbour tables of one encoder."""
    group = open_group(path, "neighbours", f"dvc pull data/neighbours/{path.parent.name}/{path.name}")
    ids, tie_share = np.asarray(group["ids"][...]), np.asarray(group["tie_share"][...])  # type: ignore[index]
    return Neighbours(path, ids, tie_share, dict(group.attrs))
