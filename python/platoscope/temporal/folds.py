"""Samples are dealt into folds so that no source is on both sides of a split.

Sources `[sample]` become fold numbers int64 `[sample]`, which a seed decides. Clips of one source that are taken apart
make a probe fail below chance or succeed by heart: [S] 1-NN on a bag whose pairs were split had 0.094.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.statistics.groups import parts_of
from platoscope.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    Folds: TypeAlias = NDArray[np.int64]
    Sources: TypeAlias = Sequence[Any] | NDArray[Any]


def source_numbers(sources: Sources | None, *, samples: int) -> Folds:
    """Number the sources from 0 up, int64 `[sample]`; without sources each sample is its own.

    Raises InputError where there are not as many as samples.
    """
    if sources is None:
        return np.arange(samples, dtype=np.int64)
    labels = np.asarray(sources)
    if labels.shape != (samples,):
        raise InputError(f"sources has shape {labels.shape}, but there are {samples} samples")
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def folds_of(sources: Folds, *, folds: int, seed: int, strata: Folds | None = None) -> Folds:
    """Deal samples into at most `folds` folds of nearly equal size, sources whole: int64 `[sample]`, from 0 up.

    sources: numbers of `source_numbers`. With fewer sources than folds each is a fold of its own. `strata`, int64
    `[sample]`: those of each are dealt apart, so that every fold has its share; a source belongs to the stratum in
    which it is met first.

    Raises InputError for fewer than 2 folds and fewer than 2 sources.
    """
    if folds < 2:
        raise InputError(f"folds is {folds}, but must be at least 2")
    names, first, of = np.unique(sources, return_index=True, return_inverse=True)
    if len(names) < 2:
        raise InputError("all samples are of one source, but what is held out has to be of another")
    stratum = np.zeros(len(sources), np.int64) if strata is None else strata[first][of]
    dealt = np.empty(len(sources), np.int64)
    for one in np.unique(stratum):
        rows = np.flatnonzero(stratum == one)
        within = np.unique(sources[rows], return_inverse=True)[1].astype(np.int64)
        alone = len(np.unique(within)) == len(rows)
        rng = np.random.default_rng(seed)
        dealt[rows] = parts_of(len(rows), None if alone else within, parts=folds, rng=rng)
    return dealt


def check_whole(fold: Folds, sources: Folds) -> None:
    """Raise InputError, naming the first, where the samples of a source lie in several folds."""
    of_source = np.full(int(sources.max()) + 1, -1, np.int64)
    of_source[sources] = fold
    for row in np.flatnonzero(of_source[sources] != fold)[:1]:
        same = np.flatnonzero(sources == sources[row]).tolist()
        raise InputError(f"samples {same[:4]} are of one source, but lie in folds {sorted(set(fold[same].tolist()))}")
