"""Among fewer samples the tables say what a search among these would have found, as far as they reach."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope import nearest
from platoscope.alignment.agreement import chance_of, max_null, score_matrix
from platoscope.alignment.scores import METRICS
from platoscope.alignment.statistics.galleries import _drawn, gallery_curves, within


def features(n, dim=8, seed=0):
    return np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)


def tables(x, depth, layers=1):
    return np.stack([nearest(x + layer * features(len(x), x.shape[1], 99), k=depth) for layer in range(layers)])


@given(st.integers(6, 40), st.integers(0, 20), st.data())
def test_the_kept_have_the_neighbours_that_a_search_among_them_finds(n, seed, data):
    x = features(n, seed=seed)
    kept = np.sort(np.random.default_rng(seed).choice(n, data.draw(st.integers(3, n)), replace=False))
    k = data.draw(st.integers(1, len(kept) - 1))
    found = within(tables(x, n - 1, layers=2), kept, at_most=k)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, tables(x, n - 1, 2) if len(kept) == n and k == n - 1 else [
        nearest((x + layer * features(n, 8, 99))[kept], k=k) for layer in range(2)
    ])  # fmt: skip


@given(st.integers(8, 60), st.integers(0, 20), st.data())
def test_a_shallow_table_reaches_as_far_as_its_poorest_row(n, seed, data):
    depth = data.draw(st.integers(1, n - 1))
    ids = tables(features(n, seed=seed), depth)
    kept = np.sort(np.random.default_rng(seed + 1).choice(n, n // 2, replace=False))
    reach = min(len(set(row) & set(kept.tolist())) for row in ids[0, kept].tolist())
    assert within(ids, kept, at_most=n).shape == (1, len(kept), reach)
    asked = min(2, reach)
    np.testing.assert_array_equal(within(ids, kept, at_most=2), within(ids, kept, at_most=n)[:, :, :asked])


def test_the_kept_may_stand_in_any_order():
    ids = tables(features(20), 19)
    kept = np.array([7, 3, 15, 4, 11])
    turned = within(ids, kept, at_most=4)
    sorted_ = within(ids, np.sort(kept), at_most=4)
    np.testing.assert_array_equal(kept[turned[0]][np.argsort(kept)], np.sort(kept)[sorted_[0]])


@pytest.fixture(scope="module")
def sides():
    """Two layers a side of 300 samples that have something in common, 120 neighbours deep."""
    common = features(300, seed=1)
    return [tables(common + 0.5 * features(300, seed=2 + side), 120, layers=2) for side in range(2)]


def curves(sides, **other):
    return gallery_curves(*sides, **{"metric": "mutual_knn", "draws": 3, "permutations": 19, "seed": 0} | other)


def test_the_whole_gallery_has_the_score_of_the_tables_and_smaller_ones_score_more(sides):
    points = {(point.line, point.n): point for point in curves(sides).points}
    assert {n for _, n in points} == {128, 256, 300}
    for k in (1, 10, 50):
        whole = points[f"k = {k}", 300]
        assert whole.score == whole.score_min == whole.score_max == score_matrix(*sides, metric="mutual_knn", k=k).max()
        assert (whole.draws, whole.k, whole.chance) == (1, k, chance_of("mutual_knn", samples=300, k=k))
    assert points["k = 10", 128].score > points["k = 10", 256].score > points["k = 10", 300].score
    assert points["k = 10", 128].score_min <= points["k = 10", 128].score <= points["k = 10", 128].score_max
    assert points["k = N/100", 300].k == 3
    assert points["k = N/100", 128].k == 1
    assert points["k = N/100", 128].score == points["k = 1", 128].score
    for point in points.values():
        assert point.chance < point.null_mean <= point.null95 < point.score
    assert not any("N = 300" in left_out for left_out in curves(sides).left_out)


def test_a_smaller_gallery_is_that_of_a_search_among_its_samples(sides):
    point = next(p for p in curves(sides, draws=1).points if (p.line, p.n) == ("k = 5", 128))
    kept = np.sort(np.random.default_rng([0, 128, 0]).choice(300, 128, replace=False))
    common = features(300, seed=1)
    searched = [tables_of_kept(common + 0.5 * features(300, seed=2 + side), kept) for side in range(2)]
    assert point.score == score_matrix(*searched, metric="mutual_knn").max()


def tables_of_kept(x, kept):
    return np.stack([nearest((x + layer * features(300, 8, 99))[kept], k=5) for layer in range(2)])


def test_what_the_tables_are_too_shallow_for_is_left_out_and_named(sides):
    found = curves([side[:, :, :40] for side in sides])
    shallow = "tables of 40 neighbours are too shallow"
    assert found.left_out == (
        f"N = 128 at k = 10, 20, 50: {shallow}", f"N = 256 at k = 50: {shallow}", f"N = 300 at k = 50: {shallow}"
    )  # fmt: skip
    assert {(p.n, p.k) for p in found.points if p.n == 128} == {(128, 1), (128, 2), (128, 5)}


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_curves(sides, metric):
    points = curves([side[:1] for side in sides], metric=metric, draws=1).points
    whole = next(p for p in points if (p.line, p.n) == ("k = 5", 300))
    assert whole.score == score_matrix(sides[0][:1], sides[1][:1], metric=metric, k=5).max()


def test_a_point_whose_null_reaches_1_is_left_out_and_named():
    ids = tables(features(51), 50)
    found = curves([ids, ids])
    assert {(p.n, p.k) for p in found.points} == {(51, k) for k in (1, 2, 5, 10, 20)}
    assert found.left_out[0].startswith("N = 51 at k = 50: the null reaches 1")


def test_smaller_galleries_are_of_whole_sources_and_so_is_their_null(sides):
    groups = np.repeat(np.arange(60), 5)
    kept = _drawn(300, 128, groups, rng=np.random.default_rng(0))
    assert len(kept) == len(set(kept.tolist())) == 128
    sizes = np.unique(groups[kept], return_counts=True)[1]
    assert sorted(sizes.tolist())[1:] == [5] * 25  # and one that is cut to 3
    point = next(p for p in curves(sides, draws=1, groups=groups).points if (p.line, p.n) == ("k = 5", 128))
    drawn = _drawn(300, 128, groups, rng=np.random.default_rng([0, 128, 0]))
    near = [within(side, drawn, at_most=5) for side in sides]
    null = max_null(*near, permutations=19, seed=0, blocks=groups[drawn])
    assert (point.null_mean, point.score) == (null.mean(), score_matrix(*near, metric="mutual_knn").max())


def test_a_gallery_with_too_few_distinct_permutations_is_left_out_and_named(sides):
    found = curves(sides, groups=np.repeat(np.arange(3), 100))
    assert any("N = 300 at k = 5: " in left_out and "6" in left_out for left_out in found.left_out)
    assert {p.n for p in found.points}.isdisjoint({300})
