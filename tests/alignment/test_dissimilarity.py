"""RSA over layers against SciPy's own distances and correlations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import pearsonr, rankdata, spearmanr

from platoscope.alignment.features import dissimilarity, distances
from platoscope.alignment.features.dissimilarity import dissimilarities, ranks, rsa_matrix
from platoscope.alignment.features.spaces import Space
from platoscope.errors import InputError

DISTANCES = ["correlation", "cosine", "euclidean"]
CORRELATIONS = {"spearman": spearmanr, "pearson": pearsonr}


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


def spaces(*layers):
    return [Space(f"layer {number}", np.asarray(layer, float), number) for number, layer in enumerate(layers)]


def test_three_samples_by_hand():
    """Distances 1, 3, 2 and 2, 3, 1, which are ranks: 1 - 6 (1 + 0 + 1) / (3 (9 - 1)) = 1/2 by either correlation."""
    x, y = spaces([[0], [1], [3]]), spaces([[0], [2], [3]])
    for correlation in CORRELATIONS:
        score = rsa_matrix(x, y, distance="euclidean", correlation=correlation)[0, 0]
        assert score == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("block_bytes", [1, 1 << 28], ids=["a row", "one stripe"])
def test_dissimilarities_are_scipys(monkeypatch, distance, block_bytes):
    monkeypatch.setattr(distances, "BLOCK_BYTES", block_bytes)
    x = normal(19, 6) + 2
    found = dissimilarities(spaces(x)[0], distance)
    np.testing.assert_allclose(found, pdist(x, distance), rtol=1e-11)


@pytest.mark.parametrize("distance", ["correlation", "cosine"])
def test_rows_that_are_all_alike_keep_the_digits_in_which_they_differ(distance):
    base, change = np.array([1.0, 2.0, 4.0, 8.0]), normal(7, 4)
    near, nearer = (dissimilarities(spaces(base + size * change)[0], distance) for size in (1e-5, 1e-7))
    np.testing.assert_allclose(nearer / near, 1e-4, rtol=1e-3)


@pytest.mark.parametrize("vector_bytes", [1, 8 * 190 * 3, 1 << 29], ids=["one by one", "some", "all"])
@pytest.mark.parametrize("correlation", CORRELATIONS)
@pytest.mark.parametrize("distance", DISTANCES)
def test_every_pair_of_layers_is_what_scipy_gives(monkeypatch, distance, correlation, vector_bytes):
    monkeypatch.setattr(dissimilarity, "VECTOR_BYTES", vector_bytes)
    a = [np.round(normal(20, dim, dim), 1) for dim in (2, 3, 9, 12)]
    b = [a[1][:, :2] + normal(20, 2, 7), normal(20, 5, 8)]
    if distance == "correlation":
        a, b = a[1:], [np.hstack([layer, normal(20, 2, 9)]) for layer in b]  # of two dims it is 0 or 2
    matrix = rsa_matrix(spaces(*a), spaces(*b), distance=distance, correlation=correlation)
    of = CORRELATIONS[correlation]
    exact = [[np.round(pdist(rows, distance), 11) for rows in side] for side in (a, b)]  # ties are ties
    expected = [[of(x, y).statistic for y in exact[1]] for x in exact[0]]
    np.testing.assert_allclose(matrix, expected, rtol=1e-9, atol=1e-12)


@given(st.integers(3, 10), st.integers(3, 6), st.integers(0, 999), st.sampled_from(DISTANCES))
def test_any_shapes_agree_with_scipy(samples, dim, seed, distance):
    x, y = normal(samples, dim, seed), normal(samples, dim + 1, seed + 1)
    score = rsa_matrix(spaces(x), spaces(y), distance=distance, correlation="pearson")[0, 0]
    assert score == pytest.approx(pearsonr(pdist(x, distance), pdist(y, distance)).statistic, rel=1e-7, abs=1e-9)


def test_pairs_of_duplicates_share_a_rank_though_rounding_tells_them_apart():
    x = np.repeat(normal(4, 30), 3, axis=0)[np.random.default_rng(1).permutation(12)] * 7.3
    for distance in DISTANCES:
        found = ranks(dissimilarities(spaces(x)[0], distance))
        assert len(np.unique(found)) == 1 + 6  # 12 pairs of equals, and 9 of each two of the four
        assert found.min() == (12 - 1) / 2


@given(st.lists(st.integers(0, 5), min_size=2, max_size=20).filter(lambda values: max(values) > 0))
def test_ranks_are_scipys_up_to_their_start(values):
    np.testing.assert_array_equal(ranks(np.array(values, float)), rankdata(values) - 1)


def test_a_layer_is_ranked_once_where_a_list_fits(monkeypatch):
    made = []

    def counted(space, distance):
        made.append(space.name)
        return dissimilarities(space, distance)

    monkeypatch.setattr(dissimilarity, "dissimilarities", counted)
    layers = spaces(*(normal(9, 4, seed) for seed in range(7)))
    rsa_matrix(layers[:4], layers[4:])
    assert sorted(made) == [f"layer {layer}" for layer in range(7)]


@pytest.mark.parametrize(
    ("layers", "keywords", "message"),
    [
        ([np.eye(5)], {"distance": "cosine"}, "all dissimilarities of layer 0 are equal"),
        ([np.full((5, 2), 0.1)], {"distance": "euclidean"}, "layer 0 is constant"),
        ([normal(5, 1) ** 2], {"distance": "cosine"}, "layer 0 is constant"),
        ([normal(5, 1)], {}, "row 0 of layer 0 has no spread over its dims.*'cosine' or 'euclidean' would do"),
        ([np.diag([1.0, 0.0, 2.0, 3.0])], {"distance": "cosine"}, "row 1 of layer 0 is zero"),
        ([normal(2, 4)], {}, "layer 0 has 2 samples, but this metric needs at least 3"),
        ([normal(5, 4), normal(6, 4)], {}, "layer 0 has 5 samples and layer 1 has 6"),
        ([], {}, "a is empty"),
        (
            [normal(5, 4)],
            {"distance": "manhattan"},
            "distance is 'manhattan', but must be one of 'correlation', 'cosine'",
        ),
        (
            [normal(5, 4)],
            {"correlation": "kendall"},
            "correlation is 'kendall', but must be one of 'spearman', 'pearson'",
        ),
    ],
)
def test_what_has_no_rsa_is_refused_with_its_name_and_value(layers, keywords, message):
    with pytest.raises(InputError, match=message):
        rsa_matrix(spaces(*layers), spaces(*layers), **keywords)
