"""CKA over layers: a case worked by hand, the N x N formulas as an oracle, and every Gram row computed once a layer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.alignment.features import distances, gram
from platoscope.alignment.features.gram import cka_matrix, median_distance
from platoscope.alignment.features.spaces import Space, centred
from platoscope.errors import InputError

KINDS = [
    {"kernel": "linear", "estimator": "biased"},
    {"kernel": "linear", "estimator": "unbiased"},
    {"kernel": "rbf", "estimator": "biased", "bandwidth": 0.7},
    {"kernel": "rbf", "estimator": "unbiased", "sigma": 2.5},
]


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


def spaces(*layers):
    return [Space(f"layer {number}", np.asarray(layer, float), number) for number, layer in enumerate(layers)]


def kernel_of(x, *, kernel, bandwidth=None, sigma=None):
    """The whole Gram matrix, entry by entry."""
    if kernel == "linear":
        return np.array([[np.dot(one, other) for other in x] for one in x])
    distance = np.array([[np.linalg.norm(one - other) for other in x] for one in x])
    width = sigma or bandwidth * np.median(distance[np.triu_indices(len(x), 1)])
    return np.exp(-(distance**2) / (2 * width**2))


def hsic_of(one, other, *, estimator):
    """Kornblith et al. 2019, eq. 3, and Song et al. 2012, eq. 5, as they are printed."""
    n = len(one)
    if estimator == "biased":
        h = np.eye(n) - np.ones((n, n)) / n
        return np.trace(one @ h @ other @ h) / (n - 1) ** 2
    one, other, ones = one - np.diag(np.diag(one)), other - np.diag(np.diag(other)), np.ones(n)
    inner = np.trace(one @ other) + ones @ one @ ones * (ones @ other @ ones) / ((n - 1) * (n - 2))
    return (inner - 2 / (n - 2) * (ones @ one @ other @ ones)) / (n * (n - 3))


def cka_of(x, y, *, estimator, **kernel):
    one, other = kernel_of(x, **kernel), kernel_of(y, **kernel)
    own = hsic_of(one, one, estimator=estimator) * hsic_of(other, other, estimator=estimator)
    return hsic_of(one, other, estimator=estimator) / own**0.5


def test_four_samples_by_hand():
    """<x, y>^2 / (|x|^2 |y|^2) = 64 / 80; HSIC_1: 112/3, 416/3 and 32/3 (times 4)."""
    x, y = spaces([[-3], [-1], [1], [3]]), spaces([[-1], [-1], [1], [1]])
    assert cka_matrix(x, y)[0, 0] == pytest.approx(4 / 5, rel=1e-14)
    assert cka_matrix(x, y, estimator="unbiased")[0, 0] == pytest.approx(7 / 52**0.5, rel=1e-14)


@pytest.mark.parametrize("block_bytes", [1, 4000, 1 << 28], ids=["a row", "some rows", "one stripe"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind['kernel']}, {kind['estimator']}")
def test_every_pair_of_layers_is_what_the_whole_gram_matrices_give(monkeypatch, kind, block_bytes):
    monkeypatch.setattr(distances, "BLOCK_BYTES", block_bytes)
    a = [normal(23, dim, dim) + 3 for dim in (2, 9, 40)]
    b = [a[1][:, :4] + normal(23, 4, 7), normal(23, 3, 8)]
    matrix = cka_matrix(spaces(*a), iter(spaces(*b)), **kind)
    assert matrix.shape == (3, 2)
    for row, x in enumerate(a):
        for column, y in enumerate(b):
            assert matrix[row, column] == pytest.approx(cka_of(x, y, **kind), rel=1e-10, abs=1e-13)


@given(st.integers(4, 12), st.integers(1, 6), st.integers(1, 6), st.integers(0, 999), st.sampled_from(KINDS))
def test_any_shapes_agree_with_the_oracle_and_stay_in_range(samples, dim_x, dim_y, seed, kind):
    x, y = normal(samples, dim_x, seed), normal(samples, dim_y, seed + 1)
    score = cka_matrix(spaces(x), spaces(y), **kind)[0, 0]
    assert score == pytest.approx(cka_of(x, y, **kind), rel=1e-7, abs=1e-9)
    assert (0 if kind["estimator"] == "biased" else -1) - 1e-12 <= score <= 1 + 1e-12


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_a_gram_row_is_computed_once_a_layer_however_many_pairs(monkeypatch, kernel):
    rows = []

    def counted(self, start, stop):
        rows.extend((self.name, row) for row in range(start, stop))
        return stripe(self, start, stop)

    stripe = gram._Gram.stripe
    monkeypatch.setattr(gram._Gram, "stripe", counted)
    monkeypatch.setattr(distances, "BLOCK_BYTES", 8 * 20 * 7 * 3)
    layers = spaces(*(normal(20, 3, seed) for seed in range(7)))
    cka_matrix(layers[:4], layers[4:], kernel=kernel)
    assert sorted(rows) == [(f"layer {layer}", row) for layer in range(7) for row in range(20)]


@pytest.mark.parametrize("estimator", ["biased", "unbiased"])
def test_a_common_offset_costs_no_digits(estimator):
    x, y = normal(30, 5), normal(30, 5, 1)
    far = np.round(x * 2**20) / 2**20 + 2**24  # the sum is exact
    near = far - 2**24
    scores = [cka_matrix(spaces(one), spaces(y), estimator=estimator)[0, 0] for one in (far, near)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-9)


def test_a_kernel_that_is_all_but_constant_keeps_its_digits():
    """A wide RBF kernel becomes -|x_i - x_j|^2 / (2 s^2), whose centred form is the linear kernel over s^2."""
    x, y = normal(25, 6), normal(25, 6, 1)
    wide = cka_matrix(spaces(x), spaces(y), kernel="rbf", sigma=1e6)[0, 0]
    assert wide == pytest.approx(cka_matrix(spaces(x), spaces(y))[0, 0], rel=1e-9)


@pytest.mark.parametrize("samples", [4, 7, 30])
def test_the_median_is_over_distinct_samples(samples):
    x = normal(samples, 3)
    pairs = [np.linalg.norm(x[i] - x[j]) for i in range(samples) for j in range(i)]
    rows = centred(spaces(x)[0])
    assert median_distance(rows, name="x") == pytest.approx(np.median(pairs), rel=1e-12)


def test_scores_have_the_size_of_neither_space():
    x, y = normal(12, 4), normal(12, 4, 1)
    score = cka_matrix(spaces(x), spaces(y))[0, 0]
    for scale in (1e-30, 1e30):
        assert cka_matrix(spaces(x * scale), spaces(y))[0, 0] == pytest.approx(score, rel=1e-12)


@pytest.mark.parametrize(
    ("layers", "keywords", "message"),
    [
        ([np.full((5, 2), 0.1)], {}, "layer 0 is constant: its 5 rows are equal"),
        ([np.eye(5)], {"estimator": "unbiased"}, "kernel of layer 0 is constant off its diagonal once it is centred"),
        ([normal(5, 2)], {"kernel": "rbf", "sigma": 1e-9, "estimator": "unbiased"}, "constant off its diagonal"),
        ([np.repeat(np.eye(2), [9, 1], axis=0)], {"kernel": "rbf"}, "median distance of layer 0 is 0.*give sigma"),
        ([normal(3, 2)], {"estimator": "unbiased"}, "layer 0 has 3 samples, but this metric needs at least 4"),
        ([normal(1, 2)], {}, "layer 0 has 1 samples, but this metric needs at least 2"),
        ([normal(5, 2), normal(6, 2)], {}, "layer 0 has 5 samples and layer 1 has 6, but they must be the same"),
        ([], {}, "a is empty, but must hold at least one layer"),
        ([normal(5, 2)], {"kernel": "cosine"}, "kernel is 'cosine', but must be 'linear' or 'rbf'"),
        ([normal(5, 2)], {"estimator": "best"}, "estimator is 'best', but must be 'biased' or 'unbiased'"),
        ([normal(5, 2)], {"sigma": 2.0}, "sigma is 2.0, but a linear kernel takes none: kernel 'rbf' does"),
        ([normal(5, 2)], {"bandwidth": 1.0}, "bandwidth is 1.0, but a linear kernel takes none"),
        ([normal(5, 2)], {"kernel": "rbf", "sigma": 0.0}, r"sigma is 0\.0, but must be a positive and finite number"),
        ([normal(5, 2)], {"kernel": "rbf", "sigma": 1e-200}, "sigma is 1e-200, but must be a positive and finite"),
        ([normal(5, 2)], {"kernel": "rbf", "sigma": "a"}, "sigma is 'a', but must be a positive and finite number"),
        ([normal(5, 2)], {"kernel": "rbf", "bandwidth": np.inf}, "bandwidth is inf, but must be a positive and finite"),
        (
            [normal(5, 2)],
            {"kernel": "rbf", "bandwidth": 1.0, "sigma": 2.0},
            "bandwidth is 1.0 and sigma is 2.0, but only",
        ),
    ],
)
def test_what_has_no_cka_is_refused_with_its_name_and_value(layers, keywords, message):
    with pytest.raises(InputError, match=message):
        cka_matrix(spaces(*layers), spaces(*layers), **keywords)
