"""Videos with several captions each, every caption an item of its own: how alike the neighbourhoods are, and by chance.

Features `[sample, dim]` and `[caption, dim]` with the sample that each caption is of become a score beside its own
permutation null: nothing is joined or averaged, so that no caption is lost in the mean of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.search.neighbours import neighbour_table
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError

if TYPE_CHECKING:
    from platoscope.alignment.clip.outliers import Clip, Layer

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class ManyToMany:
    """A score in [0, 1], the mean of its permutation null, what 95 % of it are below, the share that reaches it."""

    score: float
    chance: float
    null95: float
    p: float
    k: int


def many_to_many(
    x: Layer, captions: Layer, owners: Ids, *, k: int = 10, clip: Clip = None, permutations: int = 200, seed: int = 0
) -> ManyToMany:
    """Give the mean over captions of the share of their sample's k nearest in x that are among their own k nearest.

    A caption's nearest are samples: one is as near as the nearest of its captions ("any caption of the video"). Every
    sample counts the same, however many captions it has. With one caption each this is `mutual_knn`; identical spaces
    give 1. The null lets samples change places, each with all its captions.

    Parameters
    ----------
    x
        Features `[sample, dim]`, NumPy or torch on any device, as in `mutual_knn`.
    captions
        Features `[caption, dim]`.
    owners
        The sample of each caption, integers `[caption]` from 0; every sample has at least one.
    k, clip
        As in `mutual_knn`.
    permutations, seed
        Of the null.

    Raises
    ------
    InputError
        For owners that do not fit, fewer than one permutation, and what `mutual_knn` refuses.
    """
    n = len(x)
    owner = _checked_owners(owners, captions=len(captions), samples=n)
    if isinstance(permutations, bool) or not isinstance(permutations, int) or permutations < 1:
        raise InputError(f"permutations is {permutations!r}, but must be a whole number from 1")
    near = neighbour_table(x, depth=k, clip=clip, salt=salt_of("x"), name="x", depth_name="k").ids
    counts = np.bincount(owner, minlength=n)
    # So many captions hold k samples besides one's own at least.
    depth = min(int(np.sort(counts)[::-1][: k + 1].sum()), len(owner) - 1)
    ranked = neighbour_table(captions, depth=depth, clip=clip, salt=salt_of("captions"), name="captions").ids
    of_captions = _nearest_samples(owner[ranked], owner, k=k)
    keys, weights = _shares(of_captions, owner, counts, n=n)

    def score(order: Ids) -> float:
        """Score when each sample has the captions of another."""
        wanted = (order[:, None] * n + order[near]).ravel()
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return float(weights[at][keys[at] == wanted].sum() / (n * k))

    rng, own = np.random.default_rng(seed), score(np.arange(n))
    null = np.array([score(rng.permutation(n)) for _ in range(permutations)])
    p = (1 + np.count_nonzero(null >= own)) / (1 + permutations)
    return ManyToMany(own, float(null.mean()), float(np.quantile(null, 0.95)), p, k)


def _checked_owners(owners: Ids, *, captions: int, samples: int) -> Ids:
    array = np.asarray(owners)
    if array.shape != (captions,) or not np.issubdtype(array.dtype, np.integer):
        raise InputError(
            f"owners is {array.dtype} of shape {array.shape}, but must be integers [caption], of {captions} captions"
        )
    owner = array.astype(np.int64)
    if captions and (owner.min() < 0 or owner.max() >= samples):
        wrong = int(owner.min() if owner.min() < 0 else owner.max())
        raise InputError(f"owners names sample {wrong}, but x has {samples}: each must be from 0 to {samples - 1}")
    without = np.setdiff1d(np.arange(samples), owner)
    if len(without):
        raise InputError(f"sample {without[0]} has no caption, as {len(without)} of {samples}: each needs one")
    return owner


def _nearest_samples(ranked: Ids, own: Ids, *, k: int) -> Ids:
    """Give the first k different samples of each row of owners [caption, depth] that are not its own: [caption, k]."""
    nearest = np.empty((len(ranked), k), np.int64)
    for row, (found, sample) in enumerate(zip(ranked, own, strict=True)):
        others = found[found != sample]
        _, first = np.unique(others, return_index=True)
        nearest[row] = others[np.sort(first)[:k]]
    return nearest


def _shares(nearest: Ids, owner: Ids, counts: Ids, *, n: int) -> tuple[Ids, NDArray[np.float64]]:
    """The share of a sample's captions that have another near: keys sample * n + other, growing, and shares."""
    keys, times = np.unique((owner[:, None] * n + nearest).ravel(), return_counts=True)
    return keys, times / counts[keys // n]
