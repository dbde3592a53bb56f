"""Means over queries drawn anew, whole sources at a time, and the interval that they make."""

import numpy as np
import pytest

from platoscope.alignment.statistics.bootstrap import bootstrap_interval, bootstrap_means, query_error
from platoscope.alignment.statistics.groups import groups_of


def test_bootstrap_means_have_the_mean_and_the_spread_of_a_mean():
    values = np.random.default_rng(0).random(200)
    means = bootstrap_means(values, draws=20_000, seed=1)
    assert means.mean() == pytest.approx(values.mean(), abs=4 * values.std() / 200**0.5 / 20_000**0.5)
    assert means.std() == pytest.approx(values.std() / 200**0.5, rel=0.03)


def test_the_bootstrap_interval_holds_the_share_of_the_means_that_it_says():
    values = np.random.default_rng(0).random(100)
    low, high = bootstrap_interval(values, draws=1000, level=0.9, seed=1)
    means = bootstrap_means(values, draws=1000, seed=1)
    assert np.mean((low <= means) & (means <= high)) == pytest.approx(0.9, abs=0.002)
    assert bootstrap_interval(values, draws=1000, level=0.9, seed=1) == (low, high)
    assert bootstrap_interval(values, draws=1000, level=0.9, seed=2) != (low, high)


def test_draws_in_parts_are_the_draws_of_one_go(monkeypatch):
    values = np.random.default_rng(0).random(50)
    whole = bootstrap_means(values, draws=300, seed=3)
    monkeypatch.setattr("platoscope.alignment.statistics.bootstrap.HELD", 50 * 7)
    np.testing.assert_allclose(bootstrap_means(values, draws=300, seed=3), whole, rtol=1e-14)


def test_copies_in_one_group_count_once():
    values = np.random.default_rng(0).random(40)
    copied, groups = np.repeat(values, 5), np.repeat(np.arange(40), 5)
    kept = bootstrap_means(copied, draws=5000, seed=1, groups=groups).std()
    assert kept == pytest.approx(bootstrap_means(values, draws=5000, seed=1).std(), rel=1e-12)
    assert bootstrap_means(copied, draws=5000, seed=1).std() < 0.5 * kept


SOURCES = ["film", "film", None, "show", None, "show", "show"]


def counted(mean: float, size: int) -> list[int] | None:
    """How often each sample is in a mean over so many, if those are four whole sources."""
    total = round(mean * size)
    film, film2, one, show, other, show2, show3 = times = [total // 16**place % 16 for place in range(7)]
    whole = abs(mean * size - total) < 1e-6 and sum(times) == size
    return times if whole and film == film2 and show == show2 == show3 and film + one + show + other == 4 else None


def test_whole_sources_are_drawn_and_each_draw_is_the_same_for_all_cells() -> None:
    """Every sample has a digit of its own, so that a mean tells which samples are in it, and how often."""
    marks = 16.0 ** np.arange(7)
    of_samples = np.stack([marks, 2 * marks], axis=1)
    drawn = bootstrap_means(of_samples, groups=groups_of(SOURCES), draws=200, seed=0)
    np.testing.assert_allclose(drawn[:, 1], 2 * drawn[:, 0], rtol=1e-14)
    sizes = set()
    for mean in drawn[:, 0]:
        counts = [counts for size in range(4, 13) if (counts := counted(mean, size))]  # sources of 2, 1, 3, 1 samples
        assert len(counts) == 1, f"{mean} is no mean of four whole sources"
        sizes.add(sum(counts[0]))
    assert len(sizes) > 3  # sources differ in size, and so do draws


def test_unknown_sources_are_each_their_own_and_the_spread_is_that_of_the_mean() -> None:
    of_samples = np.random.default_rng(0).normal(0.4, 0.2, (400, 3))
    drawn = bootstrap_means(of_samples, draws=4000, seed=1)
    np.testing.assert_allclose(drawn.mean(axis=0), of_samples.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(drawn.std(axis=0), of_samples.std(axis=0) / 20, rtol=0.05)


def test_sources_of_alike_samples_spread_as_few_samples_do() -> None:
    of_source = np.random.default_rng(0).normal(0.4, 0.2, (50, 1))
    alike = np.repeat(of_source, 8, axis=0)
    groups = np.arange(400) // 8
    whole, torn = (bootstrap_means(alike, draws=2000, seed=0, groups=known).std() for known in (groups, None))
    assert whole / torn == pytest.approx(np.sqrt(8), rel=0.1)


@pytest.mark.parametrize("groups", [None, np.arange(400) // 8, np.repeat(np.arange(40), np.tile([5, 15], 20))])
def test_the_error_of_a_formula_is_the_spread_of_the_draws(groups):
    rng = np.random.default_rng(0)
    values = rng.normal(0.4, 0.2, (3, 400)) + (0 if groups is None else rng.normal(0, 0.2, groups.max() + 1)[groups])
    drawn = bootstrap_means(values.T, draws=4000, seed=1, groups=groups)
    np.testing.assert_allclose(query_error(values, groups=groups), drawn.std(axis=0), rtol=0.06)


def test_single_samples_have_the_usual_error_of_a_mean():
    values = np.random.default_rng(0).random(50)
    assert query_error(values) == pytest.approx(values.std(ddof=1) / 50**0.5)
