"""What other queries among the same neighbours would change: samples, or whole sources of them, drawn anew.

Values of samples float64 `[sample]`, or `[sample, cell]` with one draw for all cells, become means `[draw]` or
`[draw, cell]`, and those of one cell an interval.
"""

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from platoscope.alignment.statistics.groups import Labels, numbered

Floats = NDArray[np.float64]
Interval = tuple[float, float]
HELD = 1 << 22  # weights that are held at a time


def bootstrap_interval(
    values: Floats, *, draws: int, level: float, seed: int, groups: Labels | None = None
) -> Interval:
    """Give the percentile interval of the mean of ``values`` `[sample]`, samples (or whole groups) drawn as queries.

    It is conditional on the gallery, what other queries among these same neighbours would change, and holds the
    expected score less often than its level. Raises UnavailableError for a single group.
    """
    means = bootstrap_means(values, draws=draws, seed=seed, groups=groups)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrap_means(values: Floats, *, draws: int, seed: int, groups: Labels | None = None) -> Floats:
    """Give the means of ``values`` over samples drawn with replacement, as many groups as there are, each whole.

    values: float64 `[sample, ...]`; the result is `[draw, ...]`. Raises UnavailableError for a single group.
    """
    labels = numbered(len(values), groups)
    sizes = np.bincount(labels).astype(np.float64)
    totals = np.zeros((len(sizes), *values.shape[1:]))
    np.add.at(totals, labels, values)
    rng, chance = np.random.default_rng(seed), np.full(len(sizes), 1 / len(sizes))
    means = []
    step = max(1, HELD // len(sizes))
    for start in range(0, draws, step):
        weights = rng.multinomial(len(sizes), chance, size=min(step, draws - start)).astype(np.float64)
        with threadpool_limits(1, user_api="blas"):  # sums by more threads have other last bits
            drawn = weights @ sizes
            means.append(weights @ totals / drawn.reshape(-1, *[1] * (values.ndim - 1)))
    return np.concatenate(means)


def query_error(values: Floats, *, groups: Labels | None = None) -> Floats:
    """Give the standard error of means over the last axis, ``[..., sample]``, that the bootstrap tends to: ``[...]``.

    The mean is over samples; of groups whole ones are drawn. Raises UnavailableError for a single group.
    """
    labels = numbered(values.shape[-1], groups)
    count = int(labels.max()) + 1
    apart = np.moveaxis(values - values.mean(axis=-1, keepdims=True), -1, 0)
    totals = np.zeros((count, *apart.shape[1:]))
    np.add.at(totals, labels, apart)  # of each group: its sum less its size times the mean
    variance = count / (count - 1) * np.sum(totals**2, axis=0)
    return np.asarray(np.sqrt(variance) / values.shape[-1], np.float64)
