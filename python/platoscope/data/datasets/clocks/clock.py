"""The clock and the paths that need no integrator: times and places are closed-form, float64 ``[frame]``.

Time runs over a clip of length 1 and is 0 in its middle, so that reversing the frames turns t into -t exactly.
"""

import numpy as np
from numpy.typing import NDArray

Path = NDArray[np.float64]


def centred(frames: int) -> Path:
    """Times of a clip's frames: t_k = (k - (n - 1) / 2) / n."""
    return (np.arange(frames) - (frames - 1) / 2) / frames


def fold(path: Path, half: float) -> Path:
    """Reflect a free path, of any shape, between the walls -half and half: a triangle wave of period 4 half."""
    return half - np.abs((path + half) % (4 * half) - 2 * half)


def either(rng: np.random.Generator) -> int:
    """-1 or 1, as likely one as the other."""
    return 1 - 2 * int(rng.integers(2))


def headings(rng: np.random.Generator, count: int) -> Path:
    """Unit vectors of any direction, float64 ``[count, 2]``."""
    angle = rng.uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def spot(rng: np.random.Generator, reach: float) -> Path:
    """A place in the square of that half side, float64 ``[2]``."""
    return rng.uniform(-reach, reach, 2)
