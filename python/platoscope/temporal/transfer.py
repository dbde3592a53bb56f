"""Trained on one group of pairs, tested on another: whether what is learnt of one phenomenon holds for the next.

Differences of every layer, `[sample, dim]`, with groups (phenomena, templates, rungs) and sources `[sample]`, become
the matrix float64 `[trained group, tested group]` of shares told rightly, and the mean off its diagonal with its null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from platoscope.errors import InputError
from platoscope.temporal.folds import check_whole, folds_of, source_numbers
from platoscope.temporal.kernel_ridge import inner_sums, outer_outcomes
from platoscope.temporal.sign_flips import CHANCE, checked_signs, sign_vectors, two_sided
from platoscope.temporal.signs import check_ridge, checked_layer, chosen_layers, commonest, listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Folds, Sources
    from platoscope.temporal.signs import Layers

    Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Transfer:
    """Shares of pairs that probes of each group tell rightly of each group.

    groups: names, in order. matrix, p: float64 `[trained, tested]`; p is two-sided, of that entry alone. layers: of
    each trained group the layer that most folds chose. diagonal: mean of the groups on themselves (held out).
    off_diagonal: mean of the entries between different groups that are not aside, p_off its two-sided p by joint flips;
    both are nan where there are none. aside: twins, which are shown and left out of both means.
    """

    groups: tuple[str, ...]
    matrix: Floats
    p: Floats
    layers: tuple[int, ...]
    diagonal: float
    off_diagonal: float
    p_off: float
    aside: tuple[str, ...]


def transfer(
    differences: Layers,
    groups: Sequence[str],
    *,
    signs: Any = None,
    sources: Sources | None = None,
    aside: Sequence[str] = (),
    folds: int = 5,
    flips: int = 1000,
    ridge: float = 0.01,
    seed: int = 0,
) -> Transfer:
    """Train on every group and test on every group; see `signs.protected_pairs` for what has the same name there.

    groups: a name for each sample; each group is dealt into folds apart. A tested pair is told by a probe of the
    trained group's pairs that lie in other folds, so that no source is on both sides and all entries of a row are of
    probes of one size; the diagonal is `protected_pairs` of the group. Layers are chosen inside the trained group.
    Under the null each source's signs flip, for all groups alike. aside: groups that are no part of the means.

    Raises InputError for fewer than 2 groups or a group of fewer than 2 sources (3 where a layer has to be chosen),
    a name aside that no group has, and what `protected_pairs` refuses.
    """
    labels, of = np.unique(np.asarray(groups), return_inverse=True)
    names: tuple[str, ...] = tuple(str(label) for label in labels)
    if len(names) < 2:
        raise InputError(f"groups has {len(names)} name(s), but at least 2 are needed")
    if unknown := sorted(set(aside) - set(names)):
        raise InputError(f"aside names {unknown[0]!r}, but the groups are {', '.join(names)}")
    check_ridge(ridge)
    samples = len(of)
    numbers = source_numbers(sources, samples=samples)
    fold = folds_of(numbers, folds=folds, seed=seed, strata=of.astype(np.int64))
    check_whole(fold, numbers)
    vectors = sign_vectors(checked_signs(signs, samples=samples), numbers, flips=flips, seed=seed)
    study = _Study(of.astype(np.int64), fold, vectors, ridge)
    with threadpool_limits(1, user_api="blas"):
        for index, layer in enumerate(listed(differences)):
            study.add(checked_layer(layer, f"differences[{index}]"), index, names)
    if not study.outer:
        raise InputError("differences is empty, but must hold at least one layer [sample, dim]")
    shares, layers = study.shares(folds=int(fold.max()) + 1, names=names)
    return _summary(names, shares, layers, tuple(aside))


class _Study:
    """Sums of outcomes of every layer that was added."""

    def __init__(self, of: Folds, fold: Folds, vectors: Floats, ridge: float) -> None:
        self.of, self.fold, self.vectors, self.ridge = of, fold, vectors, ridge
        self.outer: list[Floats] = []  # [layer] of [trained, fold, tested, vector]
        self.inner: list[Floats] = []  # [layer] of [trained, fold, vector]

    def add(self, d: Floats, index: int, names: tuple[str, ...]) -> None:
        """Take one layer in."""
        if len(d) != len(self.of):
            raise InputError(f"differences[{index}] has {len(d)} samples, but groups has {len(self.of)}")
        outer, inner = [], []
        for group, name in enumerate(names):
            rows = np.flatnonzero(self.of == group)
            fold, signs = self.fold[rows], self.vectors[rows]
            if len(np.unique(fold)) < 2:
                raise InputError(f"group {name!r} has a single source, but what is held out has to be of another")
            cross = d @ d[rows].T
            kernel = cross[rows]
            sums, _ = outer_outcomes(
                kernel,
                cross,
                fold=fold,
                tested_fold=self.fold,
                signs=signs,
                tested_signs=self.vectors,
                part=self.of,
                ridge=self.ridge,
            )
            outer.append(sums)
            chosen = np.zeros((len(sums), signs.shape[1]))
            some = inner_sums(kernel, fold=fold, signs=signs, ridge=self.ridge)
            chosen[: len(some)] = some
            inner.append(chosen)
        self.outer.append(np.stack(outer))
        self.inner.append(np.stack(inner))

    def shares(self, *, folds: int, names: tuple[str, ...]) -> tuple[Floats, tuple[int, ...]]:
        """Give shares `[trained, tested, vector]` with layers chosen in training, and each trained group's layer."""
        if len(self.outer) > 1:
            for group, name in enumerate(names):
                if len(np.unique(self.fold[self.of == group])) < 3:
                    raise InputError(f"group {name!r} has 2 sources, but a layer is chosen among at least 3")
        inner, outer = np.stack(self.inner), np.stack(self.outer)
        chosen = chosen_layers(inner)  # [trained, fold, vector]
        sums = np.take_along_axis(outer, chosen[None, :, :, None], axis=0)[0].sum(axis=1)
        tested = np.bincount(self.of)[None, :, None]
        present = [np.isin(np.arange(folds), self.fold[self.of == group]) for group in range(len(names))]
        layers = tuple(commonest(chosen[group, at, 0]) for group, at in enumerate(present))
        return (tested + sums) / (2 * tested), layers


def _summary(names: tuple[str, ...], shares: Floats, layers: tuple[int, ...], aside: tuple[str, ...]) -> Transfer:
    kept = np.array([name not in aside for name in names])
    apart = kept[:, None] & kept[None] & ~np.eye(len(names), dtype=bool)
    matrix, null = shares[:, :, 0], shares[:, :, 1:]
    flat = zip(matrix.ravel(), null.reshape(matrix.size, -1), strict=True)
    p = np.array([two_sided(float(value), drawn) for value, drawn in flat]).reshape(matrix.shape)
    off = shares[apart].mean(axis=0) if apart.any() else None
    return Transfer(
        groups=names,
        matrix=matrix,
        p=p,
        layers=layers,
        diagonal=float(np.diag(matrix)[kept].mean()) if kept.any() else float("nan"),
        off_diagonal=float("nan") if off is None else float(off[0]),
        p_off=float("nan") if off is None else two_sided(float(off[0]), off[1:], centre=CHANCE),
        aside=aside,
    )
