"""Tables of neighbours agree as the definitions say, by every metric, and by chance as it is said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope import _native
from platoscope.alignment.agreement import _relabelled, chance_of, max_null, overlap_matrix, score_matrix
from platoscope.alignment.scores import METRICS
from platoscope.errors import InputError


def tables(layers, samples, k, seed):
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(samples)[:k] for _ in range(layers * samples)]
    return np.array(rows, np.int32).reshape(layers, samples, k)


def overlap(a, b):
    """Mean over samples of the share of neighbours in common: a, b [sample, k]."""
    return np.mean([len(set(one) & set(other)) / len(one) for one, other in zip(a.tolist(), b.tolist(), strict=True)])


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(2, 12), st.integers(0, 99))
def test_the_overlap_matrix_holds_every_pair_of_layers(layers_a, layers_b, samples, seed):
    k = samples // 2
    a, b = tables(layers_a, samples, k, seed), tables(layers_b, samples, k, seed + 1)
    matrix = overlap_matrix(a, b, threads=1)
    assert matrix.dtype == np.float64
    assert matrix.shape == (layers_a, layers_b)
    for i in range(layers_a):
        for j in range(layers_b):
            assert matrix[i, j] == pytest.approx(overlap(a[i], b[j]), rel=1e-12)
    np.testing.assert_array_equal(overlap_matrix(b, a), matrix.T)


def test_the_overlap_matrix_takes_slices_of_deeper_tables():
    a, b = tables(3, 20, 9, 0), tables(2, 20, 9, 1)
    np.testing.assert_array_equal(
        overlap_matrix(a[:, :, :4], b[::-1, :, :4]), overlap_matrix(a[:, :, :4].copy(), b[::-1, :, :4].copy())
    )


def jaccard(a, b):
    pairs = [(set(one), set(other)) for one, other in zip(a.tolist(), b.tolist(), strict=True)]
    return np.mean([len(one & other) / len(one | other) for one, other in pairs])


@settings(deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(3, 12), st.integers(0, 99))
def test_every_metric_is_the_mean_of_its_score_over_samples(layers_a, layers_b, samples, seed):
    k = samples // 2
    a, b = tables(layers_a, samples, k + 1, seed), tables(layers_b, samples, k, seed + 1)
    for name, metric in METRICS.items():
        values = _native.sample_values(a, b, measure=metric.measure, k=k)
        scores = np.vectorize(lambda value, metric=metric: metric.score(value, k))(values)
        np.testing.assert_allclose(score_matrix(a, b, metric=name, k=k), scores.mean(axis=2), rtol=1e-12)
    for i in range(layers_a):
        for j in range(layers_b):
            expected = jaccard(a[i, :, :k], b[j])
            assert score_matrix(a, b, metric="jaccard_knn", k=k)[i, j] == pytest.approx(expected, rel=1e-12)


def test_scores_worked_by_hand():
    # sample 0: 2 of 3 shared, in the other order (lcs 1; 1-2-3 to 2-1-4 takes 3 edits); 1 to 3: the same list.
    a = np.array([[[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]], np.int32)
    b = a.copy()
    b[0, 0] = 2, 1, 4
    scores = {name: score_matrix(a, b, metric=name)[0, 0] for name in METRICS}
    assert scores["mutual_knn"] == pytest.approx((2 / 3 + 4) / 5)
    assert scores["jaccard_knn"] == pytest.approx((2 / 4 + 4) / 5)
    assert scores["lcs_knn"] == pytest.approx((1 / 3 + 4) / 5)
    assert scores["edit_distance_knn"] == pytest.approx((1 - 3 / 3 + 4) / 5)
    # Nobody has 4 in a; 0 to 3 have each other.
    assert scores["cycle_knn"] == pytest.approx(4 / 5)
    # The other way round 4 is found: 0, its neighbour in a, has it in b.
    assert score_matrix(b, a, metric="cycle_knn")[0, 0] == pytest.approx(5 / 5)


def random_lists(samples, k, seed):
    """Lists of k of the others in random order, of as many samples as there are: one layer."""
    order = np.random.default_rng(seed).random((samples, samples))
    order[np.arange(samples), np.arange(samples)] = 2
    return order.argsort(axis=1)[None, :, :k].astype(np.int32)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("samples", "k"), [(200, 10), (30, 20), (12, 11), (50, 1)])
def test_chance_is_the_mean_over_independent_spaces(metric, samples, k):
    scores = [
        score_matrix(random_lists(samples, k, seed), random_lists(samples, k, 1000 + seed), metric=metric)[0, 0]
        for seed in range(60)
    ]
    error = np.std(scores, ddof=1) / len(scores) ** 0.5
    assert abs(chance_of(metric, samples=samples, k=k) - np.mean(scores)) < 4 * error + 0.002


def test_chance_of_metrics_without_a_formula_is_the_same_every_time():
    assert chance_of("lcs_knn", samples=90, k=7) == chance_of("lcs_knn", samples=90, k=7)


def test_of_all_others_as_neighbours_chance_has_what_sets_have():
    assert chance_of("jaccard_knn", samples=9, k=8) == 1
    assert chance_of("mutual_knn", samples=9, k=8) == 1


def test_the_null_is_that_of_the_kernel_whatever_the_tables_lie_in():
    a, b = tables(3, 20, 9, 0), tables(2, 20, 9, 1)
    options = {"permutations": 9, "seed": 3, "blocks": np.arange(20) // 2}
    expected = _native.max_null(a[:, :, :4].copy(), b[:, :, :4].copy(), **options)
    np.testing.assert_array_equal(max_null(a[:, :, :4], b[:, :, :4], **options), expected)


def test_a_null_of_other_samples_is_refused():
    with pytest.raises(InputError, match="samples and k must be equal"):
        max_null(tables(2, 9, 3, 0), tables(2, 8, 3, 0), permutations=3, seed=0)


def test_a_metric_of_another_name_is_refused_by_those_that_there_are():
    with pytest.raises(InputError, match="metric is 'knn', but must be one of mutual_knn, jaccard_knn, cycle_knn"):
        score_matrix(tables(1, 9, 3, 0), tables(1, 9, 3, 0), metric="knn")


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (tables(2, 9, 3, 0)[0], tables(2, 9, 3, 0), r"a is \(9, 3\), but must be an int32 array \[layer, sample, k\]"),
        (tables(2, 9, 3, 0), [1, 2], "b is list, but must be an int32 array"),
        (tables(2, 9, 3, 0), tables(2, 8, 3, 0), r"a is \(2, 9, 3\) and b is \(2, 8, 3\), but samples and k must be"),
        (tables(2, 9, 3, 0), tables(2, 9, 4, 0), "but samples and k must be equal"),
        (tables(2, 9, 3, 0).astype(np.int64), tables(2, 9, 3, 0), "int64"),
        (tables(2, 9, 3, 0) + np.int32(9), tables(2, 9, 3, 0), None),
        (np.zeros((2, 9, 3), np.int32), tables(2, 9, 3, 0), None),
    ],
)
def test_tables_that_are_no_neighbours_of_the_same_samples_are_refused(a, b, message):
    with pytest.raises(InputError, match=message):
        overlap_matrix(a, b)


@pytest.mark.parametrize("metric", ["jaccard_knn", "cycle_knn", "lcs_knn", "edit_distance_knn"])
@pytest.mark.parametrize("blocks", [None, np.repeat(np.arange(8), 3)])
def test_the_null_of_another_metric_permutes_rows_and_labels_of_all_layers_alike(metric, blocks):
    a, b = tables(2, 24, 5, 0), tables(3, 24, 5, 1)
    null = max_null(a, b, metric=metric, k=4, permutations=6, seed=3, blocks=blocks)
    for index, found in enumerate(null):
        order = _native.permutation(24, seed=3, index=index, blocks=blocks).tolist()
        moved = [[[order.index(id_) for id_ in layer[order[row]]] for row in range(24)] for layer in b.tolist()]
        assert found == score_matrix(a, np.array(moved, np.int32), metric=metric, k=4).max()


def test_permuted_tables_are_those_that_the_kernel_counts():
    a, b = tables(2, 24, 5, 0), tables(3, 24, 5, 1)
    null = max_null(a, b, permutations=8, seed=5)
    for index in range(8):
        moved = _relabelled(b, _native.permutation(24, seed=5, index=index))
        assert overlap_matrix(a, moved).max() == null[index]


@pytest.mark.parametrize("permutations", [0, -1])
def test_no_permutations_are_refused_for_every_metric(permutations):
    a = tables(1, 24, 5, 0)
    for metric in ("mutual_knn", "lcs_knn"):
        with pytest.raises(InputError, match="permutations is"):
            max_null(a, a, metric=metric, permutations=permutations, seed=0)


@pytest.mark.parametrize("metric", ["mutual_knn", "lcs_knn"])
def test_fewer_distinct_permutations_than_are_asked_for_are_refused_for_every_metric(metric):
    a = tables(1, 24, 5, 0)
    with pytest.raises(InputError, match="24"):
        max_null(a, a, metric=metric, permutations=25, seed=0, blocks=np.repeat(np.arange(4), 6))
