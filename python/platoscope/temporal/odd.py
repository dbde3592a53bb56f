"""Whether two encoders that agree on what there is agree on which way it goes: mutual k-NN between their odd parts.

Features of clips and of the same clips reversed, lists of layers `[sample, dim]` a side (of texts captions and their
antonyms), become the scores of all pairs of layers, `[layer_x, layer_y]`, of odd and of even parts, and their nulls. A
bag has no odd part, which is an error here: rows of zeros have no neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.agreement import max_null as permutation_null
from platoscope.alignment.agreement import overlap_matrix
from platoscope.alignment.clip.clipping import clip_of_layers
from platoscope.alignment.clip.outliers import limit_of
from platoscope.alignment.layers import tables_of
from platoscope.alignment.scores import best_layers
from platoscope.alignment.search.ties import salt_of
from platoscope.alignment.statistics.nulls import Calibration, calibrate
from platoscope.errors import InputError, UnavailableError
from platoscope.temporal.folds import source_numbers
from platoscope.temporal.sign_flips import sign_vectors
from platoscope.temporal.signs import listed
from platoscope.temporal.vectors import odd_and_even

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds, Sources
    from platoscope.temporal.signs import Layers

    Floats: TypeAlias = NDArray[np.float64]
    Singles: TypeAlias = NDArray[np.float32]
    Ids: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True)
class Alignment:
    """Mutual k-NN of the best pair of layers, and what is to be believed of it.

    matrix: float64 `[layer_x, layer_y]`, nan where a layer has no odd part. score: the largest, at `layers`. permuted:
    against samples permuted. flipped: against signs flipped in one space, which keep its geometry and break who points
    which way; None of even parts, which have no sign.
    """

    matrix: Floats
    score: float
    layers: tuple[int, int]
    permuted: Calibration
    flipped: Calibration | None


@dataclass(frozen=True)
class OddAlignment:
    """How alike the odd parts are, and beside it the even parts of the same samples.

    kept: bool `[sample]`, which have an odd part in all layers that are compared; n: how many; chance: k / (n - 1).
    """

    odd: Alignment
    even: Alignment
    kept: NDArray[np.bool_]
    n: int
    k: int
    chance: float


def odd_alignment(
    x: tuple[Layers, Layers],
    y: tuple[Layers, Layers],
    *,
    k: int = 10,
    sources: Sources | None = None,
    flips: int = 199,
    permutations: int = 1000,
    clip: str = "per_layer",
    quantile: float = 0.95,
    seed: int = 0,
) -> OddAlignment:
    """Compare the odd parts of two encoders by the neighbours, the clip and the overlaps of the pipeline.

    x, y: features of clips and of clips reversed, as lists of layers `[sample, dim]` of the same samples. Signs flip
    for whole sources, jointly in all layers of the side that has fewer, and the largest of all pairs of layers is taken
    inside each flip; whole sources are permuted. A layer in which less than half of the samples have an odd part is
    left out, and so are samples that have none in another layer.

    Raises UnavailableError where a side has no odd part (a bag) or too few samples have one, and InputError for sides
    of other samples and what `nearest` refuses.
    """
    sides = [[odd_and_even(*both) for both in zip(*map(listed, side), strict=True)] for side in (x, y)]
    counts = {len(odd) for side in sides for odd, _ in side}
    if len(counts) != 1:
        raise InputError(f"layers have {', '.join(map(str, sorted(counts)))} samples, but must be of the same ones")
    numbers = source_numbers(sources, samples=counts.pop())
    kept, defined = _with_odd_part(sides, least=k + 2)
    rows = _Rows(numbers[kept], k=k, flips=flips, permutations=permutations, clip=clip, quantile=quantile, seed=seed)
    shape = (len(sides[0]), len(sides[1]))
    odds, evens = (
        [
            [side[layer][part][kept].astype(np.float32) for layer in some]
            for side, some in zip(sides, defined, strict=True)
        ]
        for part in (0, 1)
    )
    odd = _whole(rows.align(odds, signed=True), defined, shape)
    even = _whole(rows.align(evens, signed=False), defined, shape)
    n = int(kept.sum())
    return OddAlignment(odd, even, kept, n, k, k / (n - 1))


def _with_odd_part(
    sides: list[list[tuple[Floats, Floats]]], *, least: int
) -> tuple[NDArray[np.bool_], list[list[int]]]:
    """Give the samples that have an odd part in all layers that most samples have one in, and these of each side."""
    kept, defined = np.ones(len(sides[0][0][0]), np.bool_), []
    for name, side in zip("xy", sides, strict=True):
        has = [odd.any(axis=1) for odd, _ in side]
        some = [layer for layer, rows in enumerate(has) if rows.mean() >= 0.5]
        if not some:
            raise UnavailableError(
                f"{name} has no odd part in any layer, as a bag has none: its alignment is undefined"
            )
        defined.append(some)
        kept &= np.all([has[layer] for layer in some], axis=0)
    if kept.sum() < least:
        raise UnavailableError(f"{kept.sum()} samples have an odd part in all layers, but {least} are needed")
    return kept, defined


def _whole(found: Alignment, defined: Sequence[list[int]], shape: tuple[int, int]) -> Alignment:
    """Give an alignment of the layers that are defined as one of all layers."""
    matrix = np.full(shape, np.nan)
    matrix[np.ix_(*defined)] = found.matrix
    layers = (defined[0][found.layers[0]], defined[1][found.layers[1]])
    return Alignment(matrix, found.score, layers, found.permuted, found.flipped)


class _Rows:
    """Samples of known sources, and how their neighbours are found and their nulls drawn."""

    def __init__(self, sources: Folds, *, k: int, flips: int, permutations: int, seed: int, **clip: Any) -> None:
        self.k, self.permutations, self.seed, self.clip = k, permutations, seed, clip
        numbers = np.unique(sources, return_inverse=True)[1].astype(np.int64)
        self.blocks = None if len(np.unique(numbers)) == len(numbers) else numbers
        self.vectors = sign_vectors(np.ones(len(numbers)), numbers, flips=flips, seed=seed)

    def align(self, sides: list[list[Singles]], *, signed: bool) -> Alignment:
        """Compare two lists of layers; ``signed`` draws the null of flips too."""
        x, y = (self._tables(layers, name) for layers, name in zip(sides, "xy", strict=True))
        matrix = overlap_matrix(x, y)
        layers = best_layers(matrix)
        score = float(matrix[layers])
        null = permutation_null(x, y, permutations=self.permutations, seed=self.seed, blocks=self.blocks)
        turned = calibrate(score, self._flipped((x, y), sides)) if signed else None
        return Alignment(matrix, score, layers, calibrate(score, null), turned)

    def _flipped(self, tables: tuple[Ids, Ids], sides: list[list[Singles]]) -> Floats:
        place = int(len(sides[1]) <= len(sides[0]))  # of the side with fewer layers
        rule = clip_of_layers(sides[place], **self.clip)
        found = [cosines_of(layer, limit_of(layer, rule, name="xy"[place])) for layer in sides[place]]
        null = np.empty(self.vectors.shape[1] - 1)
        for flip in range(len(null)):
            signs = self.vectors[:, flip + 1]
            turned = np.stack([nearest_of(cosine, signs, k=self.k) for cosine in found])
            null[flip] = overlap_matrix(tables[1 - place], turned).max()
        return null

    def _tables(self, layers: list[Singles], name: str) -> Ids:
        return tables_of(layers, name=name, salt=salt_of(name), k=self.k, **self.clip)


def cosines_of(layer: Singles, limit: np.float32 | float | None) -> Floats:
    """Give cosines of clipped rows, float64 `[sample, sample]`, of a sample with itself -inf.

    Raises InputError for a row of zeros.
    """
    rows = layer.astype(np.float64) if limit is None else np.clip(layer.astype(np.float64), -limit, limit)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.all():
        raise InputError(f"row {int(np.argmin(lengths))} is all zeros: it has no neighbours by cosine")
    rows /= lengths
    found: Floats = rows @ rows.T
    np.fill_diagonal(found, -np.inf)
    return found


def nearest_of(cosines: Floats, signs: Floats, *, k: int) -> Ids:
    """Give the k nearest others where rows have changed their signs, int32 `[sample, k]` in no order.

    Clips and lengths do not see signs, so that cosines c_ij become s_i s_j c_ij and nothing is searched anew.
    """
    turned = cosines * np.outer(signs, signs)
    np.fill_diagonal(turned, -np.inf)
    return np.argpartition(-turned, k - 1, axis=1)[:, :k].astype(np.int32)
