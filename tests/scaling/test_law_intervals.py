"""Intervals are percentiles of refits, as wide as the truth wants, and say nothing that the draws do not."""

import numpy as np
import pytest
from law_grids import CAPTIONS, FRAMES, noisy

from platoscope.scaling import fit_law, law_curve
from platoscope.scaling.intervals import (
    Bootstrap,
    bootstrap_residuals,
    bootstrap_videos,
    curve_intervals,
    parameter_intervals,
)
from platoscope.scaling.points import cells_of

CELLS = cells_of(FRAMES.astype(float), CAPTIONS.astype(float))
SCORES = noisy(0)
LAW = fit_law(FRAMES, CAPTIONS, SCORES)


def residuals(*, draws: int = 400, seed: int = 0) -> Bootstrap:
    boot = bootstrap_residuals(CELLS, LAW, SCORES, draws=draws, seed=seed)
    assert boot is not None
    return boot


def test_a_draw_is_the_law_that_fit_law_finds_in_scores_drawn_anew() -> None:
    boot = residuals(draws=100)
    wide = (LAW.residuals - LAW.residuals.mean()) * np.sqrt(30 / 25)
    drawn = SCORES - LAW.residuals + wide[np.random.default_rng(0).integers(0, 30, (100, 30))]
    for row in range(0, 100, 17):
        law = fit_law(FRAMES, CAPTIONS, drawn[row])
        for name, values in boot.parameters.items():
            assert values[row] == pytest.approx(getattr(law, name), abs=1e-6)
        assert boot.rmse[row] == pytest.approx(law.rmse, abs=1e-9)


def test_intervals_of_videos_are_plain_percentiles() -> None:
    values = np.arange(101.0)
    boot = Bootstrap("videos", 0, {"s_inf": values / 101}, np.ones(101))
    assert boot.interval(50.0, values, rmse=3.0, level=0.9) == pytest.approx((5.0, 95.0))


def test_distances_of_refits_to_residuals_are_measured_by_the_noise_that_they_left() -> None:
    values, noise = np.arange(101.0), np.where(np.arange(101) < 50, 1.0, 2.0)
    boot = Bootstrap("residuals", 0, {"s_inf": values / 101}, noise)
    low, high = boot.interval(50.0, values, rmse=2.0, level=0.9) or (0, 0)
    oracle = np.quantile((values - 50) * 2.0 / noise, [0.05, 0.95]) + 50
    assert (low, high) == pytest.approx(tuple(oracle))
    assert boot.interval(50.0, values, rmse=0.0, level=0.9) == (50.0, 50.0)


def test_a_higher_level_gives_a_wider_interval_about_the_law() -> None:
    narrow, wide = (parameter_intervals(residuals(), LAW, level=level) for level in (0.5, 0.95))
    for name, value in LAW.to_dict().items():
        if name in narrow:
            assert wide[name][0] < narrow[name][0] < value < narrow[name][1] < wide[name][1]
    assert list(narrow) == ["s_inf", "c_f", "c_c", "alpha", "beta"]


def test_intervals_of_a_law_with_videos_that_err_together_are_as_wide_as_laws_of_other_videos_spread() -> None:
    truth = {"s_inf": 0.6, "c_f": 0.2, "c_c": 0.15, "alpha": 0.8, "beta": 1.2}

    def draw(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        video = rng.normal(1.0, 0.4, (300, 1))
        return video * law_curve(truth, FRAMES, CAPTIONS) + rng.normal(0, 0.1, (300, 30))

    spread = np.std([fit_law(FRAMES, CAPTIONS, draw(seed).mean(axis=0)).s_inf for seed in range(60)])
    boot = bootstrap_videos(CELLS, draw(0), [None] * 300, draws=400, seed=0)
    low, high = parameter_intervals(boot, fit_law(FRAMES, CAPTIONS, draw(0).mean(axis=0)), level=0.95)["s_inf"]
    assert (high - low) / (2 * 1.96 * spread) == pytest.approx(1.0, abs=0.3)
    by_residuals = bootstrap_residuals(
        CELLS, law := fit_law(FRAMES, CAPTIONS, draw(0).mean(axis=0)), draw(0).mean(axis=0), draws=400, seed=0
    )
    assert by_residuals is not None
    low, high = parameter_intervals(by_residuals, law, level=0.95)["s_inf"]
    assert (high - low) / (2 * 1.96 * spread) < 0.7  # an error that all cells share leaves no residual


def test_ends_are_cut_at_the_edges_of_the_box() -> None:
    score = np.clip(noisy(3, s_inf=0.98, sd=0.02), 0, 1)
    law = fit_law(FRAMES, CAPTIONS, score)
    boot = bootstrap_residuals(CELLS, law, score, draws=400, seed=0)
    assert boot is not None
    low, high = parameter_intervals(boot, law, level=0.95)["s_inf"]
    assert low < law.s_inf <= high == 1.0
    assert max(high for _, high in curve_intervals(boot, law.to_dict(), [64], [99], rmse=law.rmse, level=0.95)) <= 1.0


def test_an_exponent_that_most_refits_do_not_have_has_no_interval() -> None:
    boot = Bootstrap("videos", 0, {"s_inf": np.ones(10)}, np.ones(10))
    some = np.where(np.arange(10) < 4, 1.0, np.nan)
    assert boot.interval(1.0, some, rmse=1.0, level=0.9) is None
    assert boot.interval(1.0, some[::-1].repeat([2] * 4 + [1] * 6), rmse=1.0, level=0.9) is None
    assert boot.interval(1.0, np.where(np.arange(10) < 6, 1.0, np.nan), rmse=1.0, level=0.9) == (1.0, 1.0)


def test_the_curve_of_a_draw_is_the_law_of_its_parameters_and_a_term_without_exponent_is_none() -> None:
    boot = residuals(draws=100)
    names = ("s_inf", "c_f", "c_c", "alpha", "beta")
    curve = boot.curve([1, 16, 400], [3, 10, 10])
    for row in range(0, 100, 9):
        one = {name: float(boot.parameters[name][row]) for name in names}
        np.testing.assert_allclose(curve[row], law_curve(one, [1, 16, 400], [3, 10, 10]), rtol=1e-12)
    flat = Bootstrap(
        "videos", 0, {"s_inf": np.array([0.3]), "c_f": np.zeros(1), "alpha": np.array([np.nan])}, np.zeros(1)
    )
    assert flat.curve([1, np.inf], [1, 1]).tolist() == [[0.3, 0.3]]


def test_intervals_of_the_curve_are_those_of_its_draws() -> None:
    boot = residuals()
    ends = curve_intervals(boot, LAW.to_dict(), [4, 64], [2, 20], rmse=LAW.rmse, level=0.9)
    for (low, high), n_f, n_c in zip(ends, (4, 64), (2, 20), strict=True):
        value = float(LAW.predict(n_f, n_c))
        away = (boot.curve([n_f], [n_c])[:, 0] - value) * LAW.rmse / boot.rmse
        assert (low, high) == pytest.approx(tuple(value + np.quantile(away, [0.05, 0.95])))
    assert ends[1][1] - ends[1][0] > ends[0][1] - ends[0][0]


def test_as_many_points_as_parameters_have_no_bootstrap() -> None:
    cells = cells_of(np.array([1.0, 2, 4]), np.full(3, 2.0))
    score = np.array([0.2, 0.3, 0.34])
    assert bootstrap_residuals(cells, fit_law(cells.frames, cells.captions, score), score, draws=100, seed=0) is None
