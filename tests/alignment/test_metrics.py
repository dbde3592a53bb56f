"""Mutual k-NN: identities, chance with and without ties, and two oracles, one of them FAISS's own."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope import _native
from platoscope.alignment.metrics import mutual_knn, overlap_matrix
from platoscope.alignment.neighbours import nearest, neighbour_table, salt_of
from platoscope.errors import InputError


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


def tables(layers, samples, k, seed):
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(samples)[:k] for _ in range(layers * samples)]
    return np.array(rows, np.int32).reshape(layers, samples, k)


def overlap(a, b):
    """Mean over samples of the share of neighbours in common: a, b [sample, k]."""
    return np.mean([len(set(one) & set(other)) / len(one) for one, other in zip(a.tolist(), b.tolist(), strict=True)])


def test_a_space_is_wholly_alike_itself_and_any_rotation_of_itself():
    x = normal(200, 16)
    rotation = np.linalg.qr(normal(16, 16, seed=1))[0]
    assert mutual_knn(x, x) == 1
    assert mutual_knn(x, 3 * x @ rotation, k=5) == 1


def test_mutual_knn_is_symmetric_and_keeps_its_value_when_samples_are_relabelled():
    x = normal(150, 8)
    y = x + normal(150, 8, seed=1)
    score = mutual_knn(x, y)
    assert 0.2 < score < 0.8
    assert mutual_knn(y, x) == score
    shuffle = np.random.default_rng(2).permutation(150)
    assert mutual_knn(x[shuffle], y[shuffle]) == score


def test_all_others_as_neighbours_are_always_in_common():
    assert mutual_knn(normal(9, 3), normal(9, 5, seed=1), k=8) == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.integers(5, 40), st.integers(1, 4))
def test_mutual_knn_is_the_mean_share_of_common_neighbours(seed, samples, k):
    x, y = normal(samples, 3, seed), normal(samples, 6, seed + 1)
    assert mutual_knn(x, y, k=k) == pytest.approx(overlap(nearest(x, k=k), nearest(y, k=k)), rel=1e-12)


def test_mutual_knn_is_faisss_intersection_measure():
    from faiss.contrib.evaluation import knn_intersection_measure

    x = normal(300, 10)
    y = x + normal(300, 10, seed=1)
    for k in (1, 10, 50):
        foreign = knn_intersection_measure(nearest(x, k=k).astype(np.int64), nearest(y, k=k).astype(np.int64))
        assert mutual_knn(x, y, k=k) == pytest.approx(foreign, rel=1e-12)


def test_independent_spaces_are_at_chance():
    samples, k, spaces = 400, 10, 10
    scores = [mutual_knn(normal(samples, 64, seed), normal(samples, 64, 100 + seed), k=k) for seed in range(spaces)]
    chance = k / (samples - 1)
    variance = chance * (1 - chance) * (samples - 1 - k) / (samples - 2) / k  # hypergeometric, of one sample
    assert abs(np.mean(scores) - chance) < 4 * (variance / samples / spaces) ** 0.5


def grouped(rng):
    """Give 512 rows of which 300 are 15 rows repeated 20 times, at places drawn anew."""
    x = rng.normal(size=(512, 16))
    rows = rng.permutation(512)[:300]
    x[rows] = np.repeat(x[rows[:15]], 20, axis=0)
    return x


def excess_over_the_permutation_null(*, salts):
    excess = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        a, b = (neighbour_table(grouped(rng), depth=10, salt=salt).ids for salt in salts)
        null = _native.max_null(a[None], b[None], permutations=100, seed=seed).mean()
        excess.append(overlap_matrix(a[None], b[None])[0, 0] - null)
    return np.mean(excess), np.std(excess, ddof=1) / len(excess) ** 0.5


def test_independent_spaces_with_ties_stay_at_the_null_when_each_has_its_salt():
    mean, error = excess_over_the_permutation_null(salts=(salt_of("x"), salt_of("y")))
    assert error < 0.001
    assert abs(mean) < 3 * error


def test_a_shared_order_of_ties_makes_independent_spaces_agree_which_is_why_there_are_two_salts():
    mean, error = excess_over_the_permutation_null(salts=(7, 7))
    assert mean > 0.004
    assert mean > 5 * error


def test_ties_at_rank_k_keep_a_space_from_being_wholly_alike_itself():
    x = np.repeat(normal(10, 4), 20, axis=0)
    assert 0.2 < mutual_knn(x, x, k=10) < 0.8  # 10 of 19 equals are drawn twice
    assert mutual_knn(x, x, k=19) == 1


def test_tensors_and_arrays_give_one_score():
    x, y = normal(60, 7), normal(60, 9, seed=1)
    assert mutual_knn(torch.from_numpy(x), torch.from_numpy(y).float()) == mutual_knn(x, y)


def test_a_clip_is_applied_to_both_spaces():
    x, y = normal(80, 6), normal(80, 6, seed=1)
    x[:, 0] *= 40
    y[:, 0] *= 40
    clip = 0.7
    expected = overlap(nearest(x, k=10, clip=clip), nearest(y, k=10, clip=clip))
    assert mutual_knn(x, y, clip=clip) == pytest.approx(expected, rel=1e-12)
    assert mutual_knn(x, y) != mutual_knn(x, y, clip=clip)


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


def test_spaces_of_unequal_samples_are_refused():
    with pytest.raises(InputError, match="x has 20 samples and y has 21, but they must be the same samples"):
        mutual_knn(normal(20, 3), normal(21, 3))


def test_a_fault_of_the_second_space_is_laid_to_the_second_space():
    y = normal(20, 3)
    y[4] = 0
    with pytest.raises(InputError, match="row 4 of y is zero"):
        mutual_knn(normal(20, 3), y)
    y[4, 1] = np.nan
    with pytest.raises(InputError, match="y is nan in float32 at sample 4, dim 1"):
        mutual_knn(normal(20, 3), y)


def test_a_k_that_the_samples_do_not_have_is_refused():
    with pytest.raises(InputError, match=r"k is 10, but must be in 1\.\.9"):
        mutual_knn(normal(10, 3), normal(10, 3))


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
