"""The vectors of several phenomena beside each other: do they tell each other's clips, and do they point one way.

Odd parts `[sample, dim]` of one layer, with a phenomenon and a source for each sample, become the transfer matrix of
mean vectors, their cosines less what noise takes from them, and the test of an arrow that all of them share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError, UnavailableError
from platoscope.temporal.folds import source_numbers
from platoscope.temporal.sign_flips import one_sided, sign_vectors
from platoscope.temporal.signs import checked_layer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds, Sources

    Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class PhenomenonVectors:
    """Mean odd parts of phenomena, and how they relate.

    names: in order. acc: float64 `[of, on]`, share of clips of one phenomenon whose odd part has a positive product
    with the vector of the other, ties 1/2; on itself each source by the vector of the others. cosines: `[phenomenon,
    phenomenon]` as they are; corrected: over sqrt(reliability of both), nan where one is not above 0. reliability: by
    split halves of sources, stepped up to all of them (Spearman and Brown 1910). shared: mean of the cosines off the
    diagonal, of phenomena that are not aside; p_shared: one-sided, by joint flips of sources, of the mean of v_p.v_q
    over the lengths of clips, which flips leave as they are; both nan where there are none.
    """

    names: tuple[str, ...]
    acc: Floats
    cosines: Floats
    corrected: Floats
    reliability: Floats
    shared: float
    p_shared: float


def phenomenon_vectors(
    odd: Any,
    phenomena: Sequence[str],
    *,
    sources: Sources | None = None,
    halves: Sources | None = None,
    aside: Sequence[str] = (),
    flips: int = 1000,
    splits: int = 20,
    seed: int = 0,
) -> PhenomenonVectors:
    """Compare the arrow vectors v_p = mean of the odd parts in each phenomenon p of one layer.

    odd: `[sample, dim]`. sources: what flips together and is left out together. halves: what lies in one half together,
    by default the sources; templates show whether a vector holds beyond them. aside: twins, which are shown and are no
    part of `shared`. splits: in halves, over which the reliability is averaged.

    Raises InputError for fewer than 2 phenomena, or one with fewer than 2 sources or half labels, and UnavailableError
    for one whose odd parts are all 0.
    """
    a = checked_layer(odd, "odd")
    labels, of = np.unique(np.asarray(phenomena), return_inverse=True)
    names = tuple(str(label) for label in labels)
    if len(names) < 2 or len(of) != len(a):
        raise InputError(
            f"{len(of)} samples have {len(names)} phenomena, but {len(a)} samples and 2 at least are needed"
        )
    numbers = source_numbers(sources, samples=len(a))
    kept = numbers if halves is None else source_numbers(halves, samples=len(a))
    rows = [np.flatnonzero(of == place) for place in range(len(names))]
    for name, some in zip(names, rows, strict=True):
        if min(len(np.unique(numbers[some])), len(np.unique(kept[some]))) < 2:
            raise InputError(f"phenomenon {name!r} has a single source, but a vector is tested on another")
        if not a[some].any():
            raise UnavailableError(f"phenomenon {name!r} has no odd part, as a bag has none: its vector is undefined")
    rng = np.random.default_rng([seed, 6])
    reliability = np.array([_reliability(a[some], kept[some], splits, rng) for some in rows])
    vectors = sign_vectors(np.ones(len(a)), numbers, flips=flips, seed=seed)
    within = np.array([name not in aside for name in names])
    apart = within[:, None] & within[None] & ~np.eye(len(names), dtype=bool)
    products = _products(a, rows, vectors)
    lengths = np.sqrt(np.diag(products[:, :, 0]))
    scale = lengths[:, None] * lengths
    cosines = np.divide(products[:, :, 0], scale, out=np.zeros_like(scale), where=scale > 0)
    shared = products[apart].mean(axis=0) if apart.any() else None
    surely = np.sqrt(np.where(reliability > 0, reliability, np.nan))
    return PhenomenonVectors(
        names=names,
        acc=_accuracies(a, rows, numbers),
        cosines=cosines,
        corrected=cosines / (surely[:, None] * surely),
        reliability=reliability,
        shared=float(cosines[apart].mean()) if apart.any() else float("nan"),
        p_shared=float("nan") if shared is None else one_sided(float(shared[0]), shared[1:]),
    )


def _products(a: Floats, rows: list[NDArray[np.intp]], vectors: Floats) -> Floats:
    """Give v_p.v_q over the mean lengths of clips, by every sign vector: `[phenomenon, phenomenon, vector]`."""
    means = [a[some].T @ vectors[some] / np.sqrt(np.sum(a[some] ** 2) * len(some)) for some in rows]
    products: Floats = np.einsum("pdv,qdv->pqv", np.stack(means), np.stack(means), optimize=True)
    return products


def _accuracies(a: Floats, rows: list[NDArray[np.intp]], numbers: Folds) -> Floats:
    """Give the share of clips on the right side of every vector; no source takes part in the vector that tells it."""
    found = np.empty((len(rows), len(rows)))
    for place, some in enumerate(rows):
        whole = a[some].sum(axis=0)
        for other, tested in enumerate(rows):
            own = (numbers[tested][:, None] == numbers[some]) @ a[some]
            told = np.einsum("sd,sd->s", a[tested], whole - own)
            found[place, other] = np.mean((1 + np.sign(told)) / 2)
    return found


def _reliability(a: Floats, kept: Folds, splits: int, rng: np.random.Generator) -> float:
    """Give 2 r / (1 + r), r the mean cosine of the mean vectors of two halves."""
    of = np.unique(kept, return_inverse=True)[1]
    count = int(of.max()) + 1
    found = []
    for _ in range(splits):
        half = rng.permutation(count)[of] < count // 2
        one, other = a[half].mean(axis=0), a[~half].mean(axis=0)
        scale = float(np.linalg.norm(one) * np.linalg.norm(other))
        found.append(float(one @ other) / scale if scale > 0 else 0.0)
    r = float(np.mean(found))
    return 2 * r / (1 + r)
