"""Which of the n_f frames of a budget a native video encoder of n_o frames is shown, as places [clip, n_o].

Too few frames are repeated, too many are cut into sub-clips of equal share, which are encoded apart and averaged.
All of it in whole numbers, so that it does not depend on rounding.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def subclip_places(n_f: int, n_o: int) -> NDArray[np.int64]:
    """Places among n_f frames of what is shown, int64 [ceil(n_f / n_o), n_o], each row growing.

    Sub-clip i of c holds the frames from floor(i n_f / c) up to floor((i + 1) n_f / c); each is brought to n_o frames
    by :func:`nearest_places`.
    """
    n_clips = -(-n_f // n_o)
    edges = [i * n_f // n_clips for i in range(n_clips + 1)]
    shown = [start + nearest_places(stop - start, n_o) for start, stop in pairwise(edges)]
    return np.stack(shown)


def nearest_places(n: int, n_o: int) -> NDArray[np.int64]:
    """Nearest-index interpolation of n frames to n_o: place floor((2 j + 1) n / (2 n_o)), int64 [n_o].

    The frame whose equal share of the clip holds the middle of the j-th of n_o equal shares, which is what torch calls
    ``nearest-exact``.
    """
    return (2 * np.arange(n_o) + 1) * n // (2 * n_o)
