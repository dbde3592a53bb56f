"""The test of time: two events, two orders, two ways to say so, of which a bag of frames or words sees none.

Features of clips and captions `[item, dim]` in groups of four that have the same colours, {A first, B first} x {before,
after}, become mutual k-NN at k = 1, 2, 3 with ties counted as fractions, beside the chance of a pair that knows the
colours and no order (k / 3), and what each side and the two together know of order.

Source: Bagad, Tapaswi and Snoek 2023 (Test of Time), as used by Zhu et al. 2026 (arXiv 2511.02767).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from platoscope.errors import InputError
from platoscope.temporal.folds import source_numbers
from platoscope.temporal.intervals import source_bootstrap
from platoscope.temporal.signs import checked_layer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds

    Floats: TypeAlias = NDArray[np.float64]

KS = (1, 2, 3)
TIE = 1e-9  # cosines that differ by no more are equal: features of the same frames in another order
_GROUP = 4


@dataclass(frozen=True)
class OrderTest:
    """What a pair of encoders knows of order.

    overlap: float64 `[3]`, mutual k-NN at k = 1, 2, 3. chance: `[3]`, k / 3 of the overlap at k = 3, which is what a
    pair has that finds the right colours as often and is blind to order. siblings_video, siblings_text: share of items
    whose nearest of three siblings has the same order, chance 1/3. agreement: share of clips that are nearer to a
    caption of their order than to one of the other, after a map that was fitted on other colours, chance 1/2; with its
    interval over pairs of colours, which share colours and so are not quite independent. Ties count as fractions.
    """

    overlap: Floats
    chance: Floats
    siblings_video: float
    siblings_text: float
    agreement: float
    agreement_low: float
    agreement_high: float
    n: int

    @property
    def bag(self) -> float:
        """Mutual k-NN at k = 3: how often the three others of the same colours are found."""
        return float(self.overlap[2])


def order_test(
    video: Any,
    text: Any,
    *,
    first: Sequence[Any],
    second: Sequence[Any],
    words: Sequence[Any],
    mapping: Literal["ridge", "procrustes"] = "ridge",
    ridge: float = 0.01,
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> OrderTest:
    """Test clips and captions of one layer each.

    video, text: `[item, dim]`. first, second: the colours of the two events in the order in which they happen, words:
    which of two words the caption has. Each pair of colours has both orders with both words once. mapping: from texts
    to clips, fitted on the items that have neither colour of a pair, "ridge" (with `ridge` beside a mean diagonal of 1)
    or "procrustes" (orthogonal).

    Raises InputError for groups of another form, other mappings, and too few colours to leave two out.
    """
    x, y = checked_layer(video, "video"), checked_layer(text, "text")
    if mapping not in ("ridge", "procrustes"):
        raise InputError(f"mapping is {mapping!r}, but must be 'ridge' or 'procrustes'")
    items = _Items.of(first, second, words, items=len(x))
    if len(y) != len(x):
        raise InputError(f"video has {len(x)} items and text {len(y)}, but they must be the same")
    with threadpool_limits(1, user_api="blas"):  # many small solves, for which more threads wait for each other
        sims = [cosines(features, name) for features, name in ((x, "video"), (y, "text"))]
        outcomes = _agreement(x, y, items, mapping=mapping, ridge=ridge)
    overlap = np.array([fractional_overlap(*sims, k=k) for k in KS])
    low, high = source_bootstrap(outcomes, items.pair, draws=draws, level=level, seed=seed)
    return OrderTest(
        overlap=overlap,
        chance=np.array(KS) / 3 * overlap[2],
        siblings_video=sibling_accuracy(sims[0], items.pair, items.order),
        siblings_text=sibling_accuracy(sims[1], items.pair, items.order),
        agreement=float(outcomes.mean()),
        agreement_low=low,
        agreement_high=high,
        n=len(x),
    )


def cosines(features: Floats, name: str) -> Floats:
    """Give cosines `[item, item]`, the diagonal -inf; raises InputError for a row of zeros."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    if not lengths.all():
        raise InputError(f"{name} has a row of zeros, number {int(np.argmin(lengths))}: it has no direction")
    unit = features / lengths
    found: Floats = unit @ unit.T
    np.fill_diagonal(found, -np.inf)
    return found


def fractional_neighbours(similarities: Floats, *, k: int) -> Floats:
    """Give how likely each item is among the k nearest of each other where ties fall at random: `[item, item]`."""
    last = np.sort(similarities, axis=1)[:, -k, None]
    nearer = similarities > last + TIE
    tied = ~nearer & (similarities >= last - TIE)
    left = k - nearer.sum(axis=1, keepdims=True)
    likely: Floats = nearer + tied * (left / tied.sum(axis=1, keepdims=True))
    return likely


def fractional_overlap(x: Floats, y: Floats, *, k: int) -> float:
    """Give mutual k-NN of two matrices of similarities, its mean over all ways to break ties of either side."""
    both = fractional_neighbours(x, k=k) * fractional_neighbours(y, k=k)
    return float(both.sum(axis=1).mean() / k)


def sibling_accuracy(similarities: Floats, pair: Folds, order: Folds) -> float:
    """Give how likely the nearest item of the same colours is of the same order, on average: chance 1/3."""
    among = np.where(pair[:, None] == pair, similarities, -np.inf)
    return float((fractional_neighbours(among, k=1) * (order[:, None] == order)).sum(axis=1).mean())


@dataclass(frozen=True)
class _Items:
    """pair: number of the pair of colours, order: 0 or 1, colours `[item, 2]`, all int64."""

    pair: Folds
    order: Folds
    colours: Folds

    @classmethod
    def of(cls, first: Sequence[Any], second: Sequence[Any], words: Sequence[Any], *, items: int) -> _Items:
        if not len(first) == len(second) == len(words) == items:
            raise InputError(f"first, second and words have {len(first)}, {len(second)}, {len(words)} of {items} items")
        colours = source_numbers([*first, *second], samples=2 * items).reshape(2, items).T
        order = (colours[:, 0] > colours[:, 1]).astype(np.int64)
        pair = source_numbers([f"{a} {b}" for a, b in np.sort(colours, axis=1)], samples=items)
        word = source_numbers(words, samples=items)
        cells = np.bincount(pair * _GROUP + 2 * order + word, minlength=_GROUP * (int(pair.max()) + 1))
        if word.max() != 1 or np.any(colours[:, 0] == colours[:, 1]) or np.any(cells != 1):
            raise InputError("each pair of two colours must have both orders with each of two words exactly once")
        return cls(pair, order, colours)


def _agreement(x: Floats, y: Floats, items: _Items, *, mapping: str, ridge: float) -> Floats:
    """Give for each clip the share of captions in wrong order that are farther than the right one, ties 1/2."""
    outcomes = np.empty(len(x))
    for pair in range(int(items.pair.max()) + 1):
        rows = np.flatnonzero(items.pair == pair)
        trained = np.flatnonzero(~np.isin(items.colours, items.colours[rows[0]]).any(axis=1))
        if len(trained) < 2 * _GROUP:
            raise InputError("a map is fitted on pairs that have neither of two colours, of which there are too few")
        centre_x, centre_y = x[trained].mean(axis=0), y[trained].mean(axis=0)
        clips, texts = x[rows] - centre_x, y[rows] - centre_y
        weights = _map(y[trained] - centre_y, x[trained] - centre_x, mapping=mapping, ridge=ridge)
        likeness = _unit(clips) @ _unit(texts @ weights).T
        order = items.order[rows]
        wrong = order[:, None] != order
        differences = np.diag(likeness)[:, None] - likeness
        told = np.where(np.abs(differences) <= TIE, 0.5, differences > 0)
        outcomes[rows] = (told * wrong).sum(axis=1) / wrong.sum(axis=1)
    return outcomes


def _map(source: Floats, target: Floats, *, mapping: str, ridge: float) -> Floats:
    """Give weights `[dim of source, dim of target]`, fitted on centred rows."""
    if mapping == "procrustes":
        left, _, right = np.linalg.svd(source.T @ target, full_matrices=False)
        rotation: Floats = left @ right
        return rotation
    gram = source @ source.T
    mean = np.trace(gram) / len(gram)
    if mean == 0.0:
        return np.zeros((source.shape[1], target.shape[1]))
    weights: Floats = source.T @ np.linalg.solve(gram + ridge * mean * np.eye(len(gram)), target)
    return weights


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Floats = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return unit
