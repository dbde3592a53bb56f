"""Made-up tables of neighbours, int32 `[layer, sample, k]`, and layers of features, float32 `[sample, dim]`.

Layers are "unrelated", with any ids, or "sharing": each row drawn from 40 ids of its sample, as the layers of an
encoder agree among themselves.
"""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
Features = list[NDArray[np.float32]]

KINDS = ("unrelated", "sharing")
_POOL = 40  # ids of a sample, of which its layers choose
_SPREAD = 7919, 104_729  # primes that scatter a sample's pool over the gallery


def tables(kind: str, *, layers: tuple[int, int], samples: int, k: int = 10) -> tuple[Ids, Ids]:
    """Give two tables of the same kind."""
    a, b = (_table(kind, count, samples=samples, k=k, seed=seed) for seed, count in enumerate(layers))
    return a, b


def _table(kind: str, layers: int, *, samples: int, k: int, seed: int) -> Ids:
    rng = np.random.default_rng(seed)
    pool = samples if kind == "unrelated" else _POOL
    table = np.empty((layers, samples, k), np.int32)
    for layer in table:
        layer[:] = _distinct(rng, rows=samples, k=k, pool=pool)
        if kind == "sharing":
            sample = np.arange(samples)[:, None]
            layer[:] = (sample * _SPREAD[0] + layer.astype(np.int64) * _SPREAD[1]) % samples
    return table


def _distinct(rng: np.random.Generator, *, rows: int, k: int, pool: int) -> Ids:
    """Give k distinct numbers below `pool` a row, in random order: Floyd's way, then a shuffle."""
    drawn = np.empty((rows, k), np.int32)
    for place, most in enumerate(range(pool - k, pool)):
        fresh = rng.integers(0, most + 1, rows, dtype=np.int32)
        taken = (drawn[:, :place] == fresh[:, None]).any(axis=1)
        drawn[:, place] = np.where(taken, most, fresh)
    return rng.permuted(drawn, axis=1)


def features(layers: int, *, samples: int, dim: int, seed: int) -> Features:
    """Give layers of independent normal numbers."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((samples, dim), dtype=np.float32) for _ in range(layers)]
