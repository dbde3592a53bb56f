"""Pictures, float64 [batch, height, width, channel], as means of a few equal areas."""

import numpy as np
from numpy.typing import NDArray


def area_means(values: NDArray[np.float64], cells: int) -> NDArray[np.float64]:
    """Means of ``cells`` x ``cells`` areas that are as equal as whole pixels allow.

    Takes float64 [batch, height, width, channel]; gives [batch, cells, cells, channel].
    """
    edges = [np.linspace(0, side, cells + 1).round().astype(int) for side in values.shape[1:3]]
    sums = np.add.reduceat(np.add.reduceat(values, edges[0][:-1], axis=1), edges[1][:-1], axis=2)
    areas = np.outer(np.diff(edges[0]), np.diff(edges[1]))[..., None]
    means: NDArray[np.float64] = sums / areas
    return means
