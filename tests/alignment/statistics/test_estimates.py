"""Intervals are those of their formulas, tried against slow ways to the same numbers."""

import numpy as np
import pytest
from scipy.stats import t as student

from platoscope import nearest
from platoscope.alignment.agreement import score_matrix
from platoscope.alignment.statistics.bootstrap import bootstrap_interval
from platoscope.alignment.statistics.estimates import Estimate, Sides, available, jackknife, sampling
from platoscope.alignment.statistics.groups import parts_of
from platoscope.errors import UnavailableError

N, K = 60, 4


def features(seed, share=1.0):
    common = np.random.default_rng(0).standard_normal((N, 6))
    return (share * common + np.random.default_rng(seed).standard_normal((N, 6))).astype(np.float32)


X, Y, Z = features(1), features(2), features(3, share=0.3)


def sides(x, y, depth=N - 1):
    return Sides(nearest(x, k=depth), nearest(y, k=depth), "mutual_knn", K)


def score(x, y, kept):
    tables = [nearest(side[kept], k=K)[None] for side in (x, y)]
    return score_matrix(*tables, metric="mutual_knn")[0, 0]


@pytest.mark.parametrize("blocks", [6, 7])
def test_the_jackknife_searches_anew_without_each_block(blocks):
    part_of = parts_of(N, None, parts=blocks, rng=np.random.default_rng(5))
    whole = score(X, Y, np.arange(N))
    pseudo, sizes = [], np.bincount(part_of)
    left = [score(X, Y, np.flatnonzero(part_of != part)) for part in range(blocks)]
    for part in range(blocks):
        h = N / sizes[part]
        pseudo.append(h * whole - (h - 1) * left[part])
    centre = blocks * whole - sum((1 - sizes[part] / N) * left[part] for part in range(blocks))
    variance = np.mean([(p - centre) ** 2 / (N / sizes[part] - 1) for part, p in enumerate(pseudo)])
    found = jackknife([sides(X, Y)], blocks=blocks, seed=5)
    assert found.value == whole
    assert found.error == pytest.approx(variance**0.5, rel=1e-12)
    assert found.freedom == blocks - 1


def test_with_equal_blocks_it_is_the_classical_jackknife():
    blocks = 6
    part_of = parts_of(N, None, parts=blocks, rng=np.random.default_rng(5))
    left = np.array([score(X, Y, np.flatnonzero(part_of != part)) for part in range(blocks)])
    classical = ((blocks - 1) / blocks * np.sum((left - left.mean()) ** 2)) ** 0.5
    assert jackknife([sides(X, Y)], blocks=blocks, seed=5).error == pytest.approx(classical, rel=1e-9)


def test_a_difference_is_left_out_as_one_number():
    both = [sides(X, Y), sides(X, Z)]
    apart = score(X, Y, np.arange(N)) - score(X, Z, np.arange(N))
    for estimate in (lambda pair: jackknife(pair, blocks=10, seed=0), sampling):
        there, back, same = estimate(both), estimate(both[::-1]), estimate([both[0], both[0]])
        assert there.value == pytest.approx(apart, rel=1e-9)
        assert (back.value, back.error) == pytest.approx((-there.value, there.error), rel=1e-9)
        assert there.error > 0
        assert (same.value, same.error, same.p) == (0.0, 0.0, 1.0)


def test_tables_that_run_short_without_a_block_are_refused():
    groups = np.repeat(np.arange(4), N // 4)
    near = (np.eye(4)[groups] * 50 + X[:, :4]).astype(np.float32)  # the first 14 neighbours are of one's own group
    short = [sides(near, near, depth=6)]
    with pytest.raises(UnavailableError, match=r"tables of 6 neighbours .* k is 4: neighbours\.depth has to be larger"):
        jackknife(short, blocks=20, seed=0)
    assert jackknife(short, blocks=20, seed=0, groups=groups) == Estimate(1.0, 0.0, 3)


def test_a_single_source_has_no_interval_of_any_kind():
    one = np.zeros(N, np.int64)
    for compute in (
        lambda: jackknife([sides(X, Y)], blocks=20, seed=0, groups=one),
        lambda: sampling([sides(X, Y)], groups=one),
        lambda: bootstrap_interval(np.ones(N), draws=100, level=0.95, seed=0, groups=one),
    ):
        with pytest.raises(UnavailableError, match="all samples are of one source"):
            compute()


def influence(x, y):
    """M [sample, sample] of the docstring, with dense matrices."""
    a, b = (np.zeros((N, N), bool) for _ in range(2))
    for mask, side in ((a, x), (b, y)):
        np.put_along_axis(mask, nearest(side, k=K).astype(np.int64), values=True, axis=1)
    p_a = np.mean(b[np.arange(N), nearest(x, k=K + 1)[:, K]])
    p_b = np.mean(a[np.arange(N), nearest(y, k=K + 1)[:, K]])
    p_ab = np.mean(nearest(x, k=K + 1)[:, K] == nearest(y, k=K + 1)[:, K])
    return ((1 - p_ab) * (a & b) - p_a * a - p_b * b) / K


@pytest.mark.parametrize("groups", [None, np.repeat(np.arange(N // 3), 3), np.repeat(np.arange(24), [2, 3] * 12)])
def test_the_sampling_error_is_its_formula(groups, monkeypatch):
    monkeypatch.setattr("platoscope.alignment.statistics.estimates.GROUPS", 20)
    w = influence(X, Y) + influence(X, Y).T
    labels = np.arange(N) if groups is None else groups
    count = labels.max() + 1
    of_groups = np.zeros((count, count))
    for i in range(N):
        for j in range(i):
            one, other = labels[i], labels[j]
            of_groups[one, other] += w[i, j]
            if one != other:
                of_groups[other, one] += w[i, j]
    f = of_groups.sum(axis=1)
    pairs = of_groups[np.triu_indices(count, 1)]
    variance = count / (count - 1) * np.sum((f - f.mean()) ** 2) - np.sum((pairs - pairs.mean()) ** 2)
    found = sampling([sides(X, Y)], groups=groups)
    assert found.value == score(X, Y, np.arange(N))
    assert found.error == pytest.approx(variance**0.5 / N, rel=1e-9)
    assert found.freedom == count - 1


def test_the_sampling_error_is_near_to_the_spread_over_new_samples():
    scores, errors = [], []
    for draw in range(150):
        rng = np.random.default_rng(draw)
        common = rng.standard_normal((N, 6))
        x, y = ((common + rng.standard_normal((N, 6))).astype(np.float32) for _ in range(2))
        found = sampling([sides(x, y, depth=K + 1)])
        scores.append(found.value)
        errors.append(found.error)
    assert np.mean(errors) == pytest.approx(np.std(scores), rel=0.25)


def test_a_space_against_itself_has_no_error():
    assert sampling([sides(X, X)]) == Estimate(1.0, 0.0, N - 1)


def test_sources_that_are_few_or_unequal_have_no_sampling_error():
    for groups, worth in ((np.arange(N) // 7, 8.8), (np.repeat(np.arange(31), [30] + [1] * 30), 3.9)):
        with pytest.raises(UnavailableError, match=rf"say as much as {worth} of equal ones, and 100 are needed"):
            sampling([sides(X, Y)], groups=groups)


def test_too_few_samples_for_a_variance_are_refused_and_no_interval_of_no_width_is_given():
    refused = 0
    for draw in range(60):
        rng = np.random.default_rng(draw)
        x, y = (rng.standard_normal((12, 6)).astype(np.float32) for _ in range(2))
        few = [Sides(nearest(x, k=11), nearest(y, k=11), "mutual_knn", 10)]
        try:
            assert sampling(few).error > 0
        except UnavailableError as error:
            refused += "12 samples are too few" in str(error)
    assert refused > 0


def test_what_has_no_sampling_error_says_why():
    with pytest.raises(UnavailableError, match="of mutual_knn alone, not of lcs_knn"):
        sampling([Sides(nearest(X, k=9), nearest(Y, k=9), "lcs_knn", K)])
    with pytest.raises(UnavailableError, match=r"tables of 4 neighbours do not say who comes after the first 4"):
        sampling([sides(X, Y, depth=K)])


def test_an_estimate_has_the_interval_and_the_p_of_students_t():
    found = Estimate(0.3, 0.1, 7)
    low, high = found.interval(0.9)
    assert (low + high) / 2 == pytest.approx(0.3)
    assert high - 0.3 == pytest.approx(0.1 * student.ppf(0.95, 7))
    edge = Estimate(0.1 * student.ppf(0.975, 7), 0.1, 7)
    assert edge.p == pytest.approx(0.05)
    assert Estimate(0.0, 0.0, 7).p == 1.0


def test_what_does_not_exist_is_none_with_a_note():
    notes = []
    assert available("number", lambda: 3, notes) == 3
    assert available("sampling error", lambda: sampling([sides(X, Y, depth=K)]), notes) is None
    assert notes == [
        "no sampling error: tables of 4 neighbours do not say who comes after the first 4: "
        "neighbours.depth has to be larger than k"
    ]
