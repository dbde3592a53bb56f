"""CKNNA over layers: a case worked by hand, the definition on whole masked matrices, and the order of ties."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platoscope.alignment.features import cknna, distances
from platoscope.alignment.features.cknna import cknna_matrix
from platoscope.alignment.features.gram import cka_matrix
from platoscope.alignment.features.spaces import Space, unit
from platoscope.alignment.search.neighbours import nearest
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


def spaces(*layers):
    return [Space(f"layer {number}", np.asarray(layer, float), number) for number, layer in enumerate(layers)]


def mask_of(kernel, k):
    """1 where j is among the k largest of row i, the diagonal left out."""
    mask = np.zeros_like(kernel)
    for i, row in enumerate(kernel):
        others = [j for j in np.argsort(-row) if j != i]
        mask[i, others[:k]] = 1
    return mask


def hsic_of(one, other):
    """Song et al. 2012, eq. 5, of matrices that need not be symmetric."""
    n, ones = len(one), np.ones(len(one))
    inner = np.trace(one @ other) + ones @ one @ ones * (ones @ other @ ones) / ((n - 1) * (n - 2))
    return (inner - 2 / (n - 2) * (ones @ one @ other @ ones)) / (n * (n - 3))


def cknna_of(x, y, k):
    """The definition of Huh et al. 2024: HSIC of the kernels on the edges that both have, each with its own beside."""
    kernels = [rows @ rows.T for rows in (x, y)]
    masks = [mask_of(kernel, k) for kernel in kernels]
    cross = hsic_of(*(kernel * masks[0] * masks[1] for kernel in kernels))
    own = [hsic_of(kernel * mask, kernel * mask) for kernel, mask in zip(kernels, masks, strict=True)]
    return cross / (own[0] * own[1]) ** 0.5


def test_four_samples_by_hand():
    """K_ij = i j and L_ij = (5 - i) (5 - j), k = 2: S(K, L) = 133/6 and S(K, K) = S(L, L) = 85/6 (times 4)."""
    x, y = spaces([[1], [2], [3], [4]]), spaces([[4], [3], [2], [1]])
    assert cknna_matrix(x, y, k=2)[0, 0] == pytest.approx(133 / 85, rel=1e-14)


@pytest.mark.parametrize("block_bytes", [1, 1 << 28], ids=["a row", "one stripe"])
def test_every_pair_of_layers_is_what_the_whole_masked_matrices_give(monkeypatch, block_bytes):
    monkeypatch.setattr(distances, "BLOCK_BYTES", block_bytes)
    a = [normal(30, dim, dim) for dim in (4, 9, 40)]
    b = [a[1][:, :4] + normal(30, 4, 7), normal(30, 6, 8)]
    for k in (3, 10, 29):
        matrix = cknna_matrix(spaces(*a), iter(spaces(*b)), k=k)
        expected = [[cknna_of(x, y, k) for y in b] for x in a]
        np.testing.assert_allclose(matrix, expected, rtol=1e-10)


@given(st.integers(6, 16), st.integers(3, 6), st.integers(3, 6), st.integers(0, 999), st.integers(2, 5))
def test_any_shapes_agree_with_the_definition(samples, dim_x, dim_y, seed, k):
    x, y = normal(samples, dim_x, seed), normal(samples, dim_y, seed + 1)
    kernels = [rows @ rows.T for rows in (x, y)]
    assume(min(hsic_of(*[kernel * mask_of(kernel, k)] * 2) for kernel in kernels) > 1e-3)
    score = cknna_matrix(spaces(x), spaces(y), k=k)[0, 0]
    assert score == pytest.approx(cknna_of(x, y, k), rel=1e-6, abs=1e-9)


def test_with_all_others_as_neighbours_it_is_unbiased_cka():
    x, y = normal(20, 5), normal(20, 7, 1)
    score = cknna_matrix(spaces(x), spaces(y), k=19)[0, 0]
    assert score == pytest.approx(cka_matrix(spaces(x), spaces(y), estimator="unbiased")[0, 0], rel=1e-10)


def test_spaces_without_a_common_edge_score_zero():
    """On a circle of eight, those next to each other in one are three steps apart in the other."""
    angle = 2 * np.pi * np.arange(8) / 8
    x, y = (np.stack([np.cos(step * angle), np.sin(step * angle)], axis=1) for step in (1, 3))
    assert cknna_matrix(spaces(x), spaces(y), k=2)[0, 0] == 0
    assert cknna_matrix(spaces(x), spaces(x), k=2)[0, 0] == pytest.approx(1, rel=1e-12)


def edges_of(rows, k, salt):
    codes = cknna._edges(Space("x", rows, salt), k).codes
    return [set((codes[codes // len(rows) == query] % len(rows)).tolist()) for query in range(len(rows))]


@pytest.mark.parametrize("duplicates", [1, 5, 12], ids="rows {}fold".format)
def test_on_rows_of_length_1_the_edges_are_those_of_nearest_even_where_they_tie(duplicates):
    rows = np.repeat(normal(60 // duplicates, 4).astype(np.float32).astype(float), duplicates, axis=0)
    salt = salt_of("video/lite0")
    table = nearest(rows, k=7, salt=salt)
    assert edges_of(unit(Space("x", rows, salt)).rows, 7, salt) == [set(row) for row in table.tolist()]


def test_each_space_draws_its_ties_by_its_own_salt():
    rows = np.repeat(normal(3, 4), 12, axis=0)
    drawn = [edges_of(unit(Space("x", rows, 0)).rows, 5, salt) for salt in (1, 2, 1)]
    assert drawn[0] == drawn[2] != drawn[1]
    assert all(len(edges) == 5 and query not in edges for query, edges in enumerate(drawn[1]))


@pytest.mark.parametrize(
    ("x", "k", "message"),
    [
        (normal(9, 3), 1, r"k is 1, but must be in 2\.\.8, as there are 9 samples"),
        (normal(9, 3), 9, r"k is 9, but must be in 2\.\.8"),
        (normal(9, 3), 2.5, "k is 2.5, but must be an integer"),
        (normal(3, 3), 2, "layer 0 has 3 samples, but this metric needs at least 4"),
        (np.zeros((9, 3)), 3, "layer 0 is constant"),
        (np.full((20, 3), 0.1), 5, "layer 0 is constant"),
        (np.eye(9) + 3, 8, "the kernel of layer 0 with k = 8 has HSIC .* with itself, which must be above 0"),
    ],
)
def test_what_has_no_cknna_is_refused_with_its_name_and_value(x, k, message):
    with pytest.raises(InputError, match=message):
        cknna_matrix(spaces(x), spaces(x), k=k)
