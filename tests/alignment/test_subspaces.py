"""SVCCA over layers: cases worked by hand, canonical correlations by their own definition, and the cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from platoscope.alignment.features.spaces import Space
from platoscope.alignment.features.subspaces import _basis, svcca_matrix
from platoscope.errors import InputError


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


def spaces(*layers):
    return [Space(f"layer {number}", np.asarray(layer, float), number) for number, layer in enumerate(layers)]


def svcca_of(x, y, components, *, scale=False):
    """SVD first, then CCA as Hotelling has it: singular values of Sxx^-1/2 Sxy Syy^-1/2."""
    parts = []
    for rows in (x, y):
        centred = rows - rows.mean(axis=0)
        unit = centred.std(axis=0) if scale else 1
        left, sizes, _ = np.linalg.svd(centred / unit, full_matrices=False)
        parts.append(left[:, :components] * sizes[:components])
    roots = [np.linalg.inv(sqrtm(part.T @ part).real) for part in parts]
    return np.linalg.svd(roots[0] @ parts[0].T @ parts[1] @ roots[1], compute_uv=False).mean()


def test_one_component_is_the_size_of_a_correlation_by_hand():
    """<x, y> / (|x| |y|) = 8 / sqrt(20 * 4), whatever the sign."""
    x, y = spaces([[-3], [-1], [1], [3]]), spaces([[5], [5], [3], [3]])
    assert svcca_matrix(x, y, components=1)[0, 0] == pytest.approx(2 / 5**0.5, rel=1e-14)


def test_the_mean_counts_every_component():
    """Of two orthogonal directions one is shared, the other is not: (1 + 0) / 2."""
    e = np.array([[1, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1], [1, -1, 1, -1, 1, -1, 1, -1]]).T
    x, y = spaces(e[:, [0, 1]] * [3, 2]), spaces(e[:, [0, 2]] * [3, 2])
    assert svcca_matrix(x, y, components=2)[0, 0] == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize("scale", ["none", "std"])
@pytest.mark.parametrize("components", [1, 2, 4])
def test_every_pair_of_layers_is_what_hotellings_formula_gives(components, scale):
    a = [normal(30, dim, dim) * np.arange(1, dim + 1) + 3 for dim in (4, 9, 50)]
    b = [a[1][:, :4] + normal(30, 4, 7), normal(30, 6, 8) * np.arange(1, 7)]
    matrix = svcca_matrix(spaces(*a), iter(spaces(*b)), components=components, scale=scale)
    expected = [[svcca_of(x, y, components, scale=scale == "std") for y in b] for x in a]
    np.testing.assert_allclose(matrix, expected, rtol=1e-8)


@given(st.integers(4, 12), st.integers(2, 9), st.integers(2, 9), st.integers(0, 999))
def test_any_shapes_agree_with_hotelling_and_stay_in_range(samples, dim_x, dim_y, seed):
    x, y = normal(samples, dim_x, seed), normal(samples, dim_y, seed + 1)
    score = svcca_matrix(spaces(x), spaces(y), components=2)[0, 0]
    assert score == pytest.approx(svcca_of(x, y, 2), rel=1e-6)
    assert 0 <= score <= 1 + 1e-12


@pytest.mark.parametrize("shape", [(30, 6), (6, 30), (12, 12)])
def test_a_basis_is_orthonormal_and_spans_the_leading_directions(shape):
    x = normal(*shape) * np.geomspace(1, 1e-3, shape[1]) + 7
    basis = _basis(spaces(x)[0], 4, None, "none")
    np.testing.assert_allclose(basis.T @ basis, np.eye(4), atol=1e-10)
    left = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[0][:, :4]
    np.testing.assert_allclose(np.abs(np.sum(basis * left, axis=0)), 1, rtol=1e-9)


@pytest.mark.parametrize(("variance", "kept"), [(0.5, 1), (0.64, 1), (0.65, 2), (0.81, 3), (0.97, 4), (1.0, 4)])
def test_a_share_of_variance_keeps_as_many_components_as_hold_it(variance, kept):
    """Variances 64, 16, 16 and 4 of 100: the first hold .64, .80, .96 and all of it."""
    e = np.array([[1, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1], [1, -1, 1, -1, 1, -1, 1, -1]])
    x = np.vstack([e, e[0] * e[1]]).T * [8, 4, 4, 2]
    assert _basis(spaces(x)[0], None, variance - 1e-9, "none").shape == (8, kept)


def test_bases_of_unequal_size_have_as_many_correlations_as_the_smaller():
    x = normal(40, 2)
    y = np.hstack([x, normal(40, 6, 1)])
    assert svcca_matrix(spaces(x), spaces(y), variance=1.0)[0, 0] == pytest.approx(1, rel=1e-12)


def test_scaling_by_deviation_makes_the_units_of_dims_matter_no_more():
    x, y = normal(40, 12), normal(40, 12, 1)
    units = np.geomspace(1, 1e4, 12)
    scores = [svcca_matrix(spaces(rows), spaces(y), components=3, scale="std")[0, 0] for rows in (x, x * units)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-9)
    plain = [svcca_matrix(spaces(rows), spaces(y), components=3)[0, 0] for rows in (x, x * units)]
    assert abs(plain[0] - plain[1]) > 0.01


def test_a_dim_without_spread_stays_out_of_scaling():
    x = normal(40, 4)
    dead = np.hstack([x, np.full((40, 2), 0.1)])
    scores = [svcca_matrix(spaces(rows), spaces(normal(40, 4, 1)), components=4, scale="std") for rows in (x, dead)]
    np.testing.assert_allclose(*scores, rtol=1e-12)


@pytest.mark.parametrize(
    ("layers", "keywords", "message"),
    [
        ([normal(9, 3)], {}, "components is 10, but layer 0 has only 3 directions: take no more"),
        ([normal(9, 30)], {"components": 9}, "components is 9, but layer 0 has only 8 directions"),
        ([np.repeat(normal(3, 30), 3, axis=0)], {"components": 3}, "layer 0 has only 2 directions"),
        ([np.full((5, 2), 0.1)], {"components": 1}, "layer 0 is constant"),
        ([normal(9, 3), normal(8, 3)], {"components": 1}, "layer 0 has 9 samples and layer 1 has 8"),
        ([normal(9, 3)], {"components": 0}, "components is 0, but must be at least 1"),
        ([normal(9, 3)], {"components": 1.5}, "components is 1.5, but must be an integer"),
        ([normal(9, 3)], {"variance": 1.5}, "variance is 1.5, but must be above 0 and at most 1"),
        ([normal(9, 3)], {"variance": 0.0}, "variance is 0.0, but must be above 0"),
        ([normal(9, 3)], {"components": 1, "variance": 0.5}, "components is 1 and variance is 0.5, but only one"),
        ([normal(9, 3)], {"scale": "max"}, "scale is 'max', but must be 'none' or 'std'"),
        ([], {}, "a is empty"),
    ],
)
def test_what_has_no_svcca_is_refused_with_its_name_and_value(layers, keywords, message):
    with pytest.raises(InputError, match=message):
        svcca_matrix(spaces(*layers), spaces(*layers), **keywords)
