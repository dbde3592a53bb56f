"""Samples that were cut from one source: they stay together wherever samples are permuted, drawn, left out or split.

Sources `[sample]` become labels int64 `[sample]`, equal for samples of one group; without a source a sample is a group
of its own. Near-duplicates that are treated as if they were independent make every null too narrow.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import UnavailableError

Labels = NDArray[np.int64]


def groups_of(sources: Sequence[str | None]) -> Labels | None:
    """Label the samples of each source, int64 `[sample]`; ``None`` where no two samples share one."""
    known = {source: label for label, source in enumerate(dict.fromkeys(s for s in sources if s is not None))}
    labels = np.array([len(known) + at if s is None else known[s] for at, s in enumerate(sources)], np.int64)
    return labels if len(np.unique(labels)) < len(labels) else None


def numbered(n: int, groups: Labels | None) -> NDArray[np.intp]:
    """Number the groups of n samples from 0 up, int `[sample]`; raises UnavailableError where there is but one."""
    labels = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    if labels.max(initial=0) < 1:
        raise UnavailableError("all samples are of one source: statistics.by_source: false takes them apart")
    return np.asarray(labels, np.intp)


def parts_of(n: int, groups: Labels | None, *, parts: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Deal n samples into at most ``parts`` parts of nearly equal size, groups whole: int `[sample]`, from 0 up.

    Groups come in random order, each to the part that holds least so far; with fewer groups than parts each group is
    a part.
    """
    labels = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    sizes = np.bincount(labels)
    if groups is None:
        part_of = rng.permutation(n) % min(parts, n)
        return part_of.astype(np.intp)
    held, part_of = np.zeros(min(parts, len(sizes))), np.empty(len(sizes), np.intp)
    for group in rng.permutation(len(sizes)):
        part_of[group] = np.argmin(held)
        held[part_of[group]] += sizes[group]
    return np.asarray(part_of[labels], np.intp)
