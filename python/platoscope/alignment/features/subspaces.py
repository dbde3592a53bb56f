"""Canonical correlations of the leading subspaces of every layer of one list with every layer of another.

A layer `[sample, dim]` becomes an orthonormal basis `[sample, component]` of its leading directions, once a layer; a
pair of layers costs one product of two bases and the singular values of that, and gives a score of
`[layer_a, layer_b]`.
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh, eigvalsh

from platoscope.alignment.counts import whole_number
from platoscope.alignment.features.spaces import CONSTANT, Space, centred, prepared
from platoscope.errors import InputError

Floats: TypeAlias = NDArray[np.float64]
Scale = Literal["none", "std"]

COMPONENTS = 10


def svcca_matrix(
    a: Iterable[Space],
    b: Iterable[Space],
    *,
    components: int | None = None,
    variance: float | None = None,
    scale: Scale = "none",
) -> Floats:
    """Give SVCCA of every pair of layers, float64 `[layer_a, layer_b]` (Raghu et al. 2017, arXiv 1706.05806).

    A layer is centred and cut by SVD to its first `components` (10 where neither is given), or to as many as hold the
    share `variance` of its variance. The score is the mean of the canonical correlations of the two subspaces,
    which are the singular values of U1' U2; of bases of unequal size as many as the smaller has. `scale` "std"
    divides each dim by its standard deviation first, as the code of Huh et al. does: up to its randomised SVD,
    iterated CCA and noise this is then its score. A dim without spread stays out.

    Raises InputError for both components and variance, a value out of range, more components than the layer has
    directions, a constant layer, and unequal samples.
    """
    count, share = _checked_cut(components, variance)
    if scale not in ("none", "std"):
        raise InputError(f"scale is {scale!r}, but must be 'none' or 'std'")
    one, other = prepared(a, b, lambda space: _basis(space, count, share, scale), least=2)
    return np.array([[np.linalg.svd(u.T @ v, compute_uv=False).mean() for v in other] for u in one])


def _basis(space: Space, components: int | None, variance: float | None, scale: Scale) -> Floats:
    """Give the left singular vectors that are kept, `[sample, component]`, longest first.

    They are eigenvectors of X X', or X V / s by those of X' X, whichever is smaller; neither knows directions below
    sqrt(eps) of the longest, which count as none.
    """
    rows = centred(space)
    if scale == "std":
        rows = _scaled(rows, np.abs(space.rows).max(axis=0))
    wide = rows.shape[0] <= rows.shape[1]
    gram = rows @ rows.T if wide else rows.T @ rows
    wanted = len(gram) if components is None else min(components, len(gram))
    squares, vectors = eigh(gram, subset_by_index=(len(gram) - wanted, len(gram) - 1))
    squares, vectors = squares[::-1], vectors[:, ::-1]
    least = max(rows.shape) * np.finfo(np.float64).eps * squares[0]
    kept = int((squares > least).sum())
    if variance is not None:
        held = np.cumsum(squares[:kept]) / np.trace(gram)
        kept = min(kept, int(np.searchsorted(held, variance)) + 1)
    elif kept < (components or 0):
        rank = int((eigvalsh(gram) > least).sum())
        raise InputError(f"components is {components}, but {space.name} has only {rank} directions: take no more")
    left = vectors if wide else rows @ (vectors / np.sqrt(np.maximum(squares, least)))
    return np.ascontiguousarray(left[:, :kept])


def _scaled(rows: Floats, largest: Floats) -> Floats:
    """Divide each dim of centred rows by its standard deviation; one without spread becomes zero."""
    deviation = rows.std(axis=0)
    flat = np.abs(rows).max(axis=0) <= CONSTANT * largest
    return np.where(flat, 0, rows / np.where(flat, 1, deviation))


def _checked_cut(components: int | None, variance: float | None) -> tuple[int | None, float | None]:
    if components is not None and variance is not None:
        raise InputError(f"components is {components} and variance is {variance}, but only one can be given")
    if variance is not None:
        if not 0 < variance <= 1:
            raise InputError(f"variance is {variance}, but must be above 0 and at most 1")
        return None, variance
    count = COMPONENTS if components is None else whole_number(components, name="components")
    if count < 1:
        raise InputError(f"components is {count}, but must be at least 1")
    return count, None
