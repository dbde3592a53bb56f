"""Mutual k-NN: identities, chance with and without ties, and two oracles, one of them FAISS's own."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope import _native
from platoscope.alignment.agreement import overlap_matrix
from platoscope.alignment.metrics import cycle_knn, edit_distance_knn, jaccard_knn, lcs_knn, mutual_knn
from platoscope.alignment.search.neighbours import nearest, neighbour_table
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


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


METRICS = (mutual_knn, jaccard_knn, lcs_knn, edit_distance_knn, cycle_knn)


@pytest.mark.parametrize("metric", METRICS[:-1])
def test_identical_input_is_wholly_alike_by_all_metrics_but_the_cycle(metric):
    x = normal(60, 8)
    assert metric(x, 2 * x) == 1
    y = normal(60, 8, seed=1)
    assert metric(x, y) == metric(y, x) < 0.5


def test_a_cycle_closes_on_identical_input_where_neighbours_are_mutual():
    x = normal(80, 8)
    ids = nearest(x, k=3)
    mutual = [any(i in ids[j] for j in ids[i]) for i in range(80)]
    assert cycle_knn(x, x, k=3) == np.mean(mutual) < 1


def huh(x, y, k):
    """The metrics of Huh et al. in the words of their paper, from inner products of rows of length 1."""
    lists = []
    for space in (x, y):
        unit = torch.nn.functional.normalize(torch.from_numpy(space), dim=1)
        lists.append((unit @ unit.T).fill_diagonal_(-2).topk(k, dim=1).indices.numpy())
    a, b = lists
    cycle = np.mean([any(i in a[j] for j in b[i]) for i in range(len(a))])
    return {mutual_knn: overlap(a, b), cycle_knn: cycle, lcs_knn: np.mean(list(map(lcs, a, b))) / k}


def lcs(one, other):
    lengths = np.zeros((len(one) + 1, len(other) + 1), int)
    for i, x in enumerate(one):
        for j, y in enumerate(other):
            lengths[i + 1, j + 1] = lengths[i, j] + 1 if x == y else max(lengths[i, j + 1], lengths[i + 1, j])
    return lengths[-1, -1]


def test_metrics_are_those_of_huh_et_al():
    x = normal(120, 8)
    y = np.concatenate([x[:, :5], normal(120, 6, seed=1)], axis=1)
    for metric, expected in huh(x, y, 7).items():
        assert metric(x, y, k=7) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_names_what_it_refuses(metric):
    with pytest.raises(InputError, match=r"k is 20, but must be in 1\.\.19"):
        metric(normal(20, 3), normal(20, 3), k=20)
    with pytest.raises(InputError, match="x has 20 samples and y has 21"):
        metric(normal(20, 3), normal(21, 3))
