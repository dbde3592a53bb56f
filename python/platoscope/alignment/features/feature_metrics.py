"""Metrics over features: two arrays `[sample, dim]` become a number that says how alike the spaces are.

Each is the one-layer case of a matrix over layers. All take arrays of the same samples in the same order, NumPy or
torch on any device, of any float type; dims may differ. `clip` is that of `nearest`. All raise InputError for a bad
array (type, shape, values that are not finite), unequal sample counts, too few samples, and wherever the score would
be 0/0, as of constant features. Ranges and ones hold up to float64's rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platoscope.alignment.features.cknna import cknna_matrix
from platoscope.alignment.features.dissimilarity import rsa_matrix
from platoscope.alignment.features.gram import cka_matrix
from platoscope.alignment.features.spaces import two_spaces
from platoscope.alignment.features.subspaces import svcca_matrix

if TYPE_CHECKING:
    from platoscope.alignment.clip.outliers import Clip, Layer
    from platoscope.alignment.features.dissimilarity import Correlation, Distance
    from platoscope.alignment.features.gram import Kernel
    from platoscope.alignment.features.subspaces import Scale


def cka(
    x: Layer,
    y: Layer,
    *,
    kernel: Kernel = "linear",
    bandwidth: float | None = None,
    sigma: float | None = None,
    clip: Clip = None,
) -> float:
    """Give centred kernel alignment with the biased HSIC (Kornblith et al. 2019, arXiv 1905.00414), in [0, 1].

    Identical input gives 1, and so does x rotated, shifted or scaled (with `sigma`, not scaled). `kernel` "linear" or
    "rbf", whose width is `sigma`, or `bandwidth` times each space's median distance between distinct samples (1
    where neither is given; that paper takes 0.2 to 0.8). Biased upwards: independent spaces are above 0, at 0.6 for
    256 Gaussian samples of 384 dims, and near 1 where dims are many more than samples.

    Raises InputError as the module says, for fewer than 2 samples, a kernel of another name, and a bandwidth or sigma
    that is not positive or that does not fit the kernel.
    """
    one, other = two_spaces(x, y, clip=clip)
    return float(cka_matrix(one, other, kernel=kernel, bandwidth=bandwidth, sigma=sigma)[0, 0])


def unbiased_cka(
    x: Layer,
    y: Layer,
    *,
    kernel: Kernel = "linear",
    bandwidth: float | None = None,
    sigma: float | None = None,
    clip: Clip = None,
) -> float:
    """Give `cka` with the unbiased HSIC_1 of Song et al. 2012 (eq. 5), in [-1, 1].

    As Nguyen et al. 2021 (arXiv 2010.15327) use it. Identical input gives 1, and so does x rotated, shifted or scaled
    (with `sigma`, not scaled); independent spaces give 0 on average, whatever their dims. Keywords as in `cka`.

    Raises InputError as `cka` does, for fewer than 4 samples, and where similarities between distinct samples do not
    differ, as of orthogonal rows of one length.
    """
    one, other = two_spaces(x, y, clip=clip)
    matrix = cka_matrix(one, other, kernel=kernel, estimator="unbiased", bandwidth=bandwidth, sigma=sigma)
    return float(matrix[0, 0])


def cknna(x: Layer, y: Layer, *, k: int = 10, clip: Clip = None) -> float:
    """Give centred kernel nearest-neighbour alignment (Huh et al. 2024, arXiv 2405.07987, appendix), about in [0, 1].

    It is `unbiased_cka` on the edges to the k nearest that both spaces have, of the inner products of the rows as they
    are given; bring them to length 1 for cosines, as the authors do. Identical input gives 1 (less where rank k is
    tied, as ties fall by other salts in x and in y), and independent spaces less than k / (N - 1) on average; with
    k = N - 1 it is `unbiased_cka`, but for digits: features are not centred here, and a common offset of 1,000 times
    their spread costs four of them. Below that no bound holds in general, and x and y exchanged change it slightly.

    Raises InputError as the module says, for fewer than 4 samples, a k outside [2, N - 1], and a space whose own
    term under the root is not positive.
    """
    one, other = two_spaces(x, y, clip=clip)
    return float(cknna_matrix(one, other, k=k)[0, 0])


def svcca(
    x: Layer,
    y: Layer,
    *,
    components: int | None = None,
    variance: float | None = None,
    scale: Scale = "none",
    clip: Clip = None,
) -> float:
    """Give the mean canonical correlation of leading subspaces (Raghu et al. 2017, arXiv 1706.05806), in [0, 1].

    Each space keeps its first `components` principal directions (10 where neither is given), or as many as hold the
    share `variance` of its variance. Identical input gives 1, and so does x rotated, shifted or scaled. Biased upwards:
    independent spaces give about 0.85 sqrt(components / N), and 1 where the directions kept reach N - 1. `scale`
    "std" divides dims by their standard deviations first, as the code of Huh et al. 2024 does.

    Raises InputError as the module says, for both components and variance or one out of range, and for a space with
    fewer directions than components.
    """
    one, other = two_spaces(x, y, clip=clip)
    return float(svcca_matrix(one, other, components=components, variance=variance, scale=scale)[0, 0])


def rsa(
    x: Layer,
    y: Layer,
    *,
    distance: Distance = "correlation",
    correlation: Correlation = "spearman",
    clip: Clip = None,
) -> float:
    """Give the correlation of the dissimilarities of all pairs of samples (Kriegeskorte et al. 2008), in [-1, 1].

    `distance` is "correlation" (1 - Pearson's over dims), "cosine" (1 - cosine) or "euclidean", `correlation`
    "spearman" or "pearson". Identical input gives 1, and so does x scaled; shifted it does so with "euclidean",
    rotated with "euclidean" and "cosine". Independent spaces give 0 on average.

    Raises InputError as the module says, for fewer than 3 samples, unknown names, a row of zeros where a cosine is
    taken, and a row without spread over its dims where a correlation is.
    """
    one, other = two_spaces(x, y, clip=clip)
    return float(rsa_matrix(one, other, distance=distance, correlation=correlation)[0, 0])
