"""Rivals are fitted as well as they can be and judged by rules that are written down."""

from itertools import pairwise

import numpy as np
import pytest
from law_grids import CAPTIONS, FRAMES, noisy
from scipy.optimize import least_squares

from platoscope import reference_data
from platoscope.scaling import NoLawError, Rival, compare_laws, fit_law
from platoscope.scaling.rivals import best_by, rival_curve
from platoscope.scaling.words import rivals_words


def by_name(*points: np.ndarray) -> dict[str, Rival]:
    return {rival.name: rival for rival in compare_laws(*points)}


@pytest.mark.parametrize(
    ("panel", "additive", "interaction"),
    [("left", 0.9789, 0.9971), ("right", 0.9835, 0.9976), ("both", 0.9828, 0.9971)],
)
def test_an_interaction_lifts_r2_on_the_published_points(panel: str, additive: float, interaction: float) -> None:
    points = reference_data.vatex_points(panel)  # type: ignore[arg-type]
    rivals = by_name(points.n_f, points.n_c, points.score)
    assert round(rivals["additive"].r2 or 0, 4) == additive
    # Right, exponents of its own lift it to .99763 and shared ones to .99755.
    assert rivals["interaction"].r2 == pytest.approx(interaction, abs=1e-4)
    assert best_by(list(rivals.values()), "heldout_rmse") == "interaction"
    assert rivals["interaction"].parameters["c"] == pytest.approx(0.08, abs=0.001)


def test_no_search_from_random_starts_finds_a_better_interaction() -> None:
    rng = np.random.default_rng(0)
    for seed in range(3):
        score = noisy(seed, sd=0.02) + 0.05 / FRAMES / CAPTIONS
        found = by_name(FRAMES, CAPTIONS, score)["interaction"]
        best = np.inf
        for _ in range(12):
            start = [*rng.uniform(0.1, 0.9, 1), *rng.uniform(0.01, 0.5, 2), *rng.uniform(0.05, 5, 2), 0.0]
            search = least_squares(
                lambda p, score=score: p[0] - p[1] * (u := FRAMES ** -p[3]) - p[2] * (v := CAPTIONS ** -p[4])
                + p[5] * u * v - score,
                start, bounds=([0, 0, 0, 0.01, 0.01, -9], [1, 9, 9, 6, 6, 9]), xtol=1e-12, ftol=1e-12, x_scale="jac",
            )  # fmt: skip
            best = min(best, 2 * search.cost)
        assert found.rmse**2 * 30 <= best * (1 + 1e-7)


def test_each_curve_is_found_in_the_scores_that_it_gives() -> None:
    truths = {
        "additive": {"s_inf": 0.6, "c_f": 0.2, "c_c": 0.1, "alpha": 0.7, "beta": 1.4},
        "interaction": {"s_inf": 0.6, "c_f": 0.2, "c_c": 0.1, "alpha": 0.7, "beta": 1.4, "c": -0.1},
        "frames": {"s_inf": 0.6, "c_f": 0.2, "alpha": 0.7},
        "captions": {"s_inf": 0.6, "c_c": 0.2, "beta": 0.7},
        "logarithmic": {"s_inf": 0.2, "c_f": 0.05, "c_c": 0.08},
    }
    for name, truth in truths.items():
        rivals = by_name(FRAMES, CAPTIONS, rival_curve(truth, name, FRAMES, CAPTIONS))
        found = rivals[name]
        assert found.parameters == pytest.approx(truth, rel=1e-5)
        assert found.rmse < 1e-9
        assert best_by(list(rivals.values()), "aic") == best_by(list(rivals.values()), "bic") == name
        assert found.heldout_rmse == pytest.approx(0, abs=1e-7)


def test_criteria_are_those_of_gaussian_errors_with_their_variance_a_parameter_more() -> None:
    for rival in compare_laws(FRAMES, CAPTIONS, noisy(0)):
        likelihood = -15 * (np.log(2 * np.pi * rival.rmse**2) + 1)
        k = rival.n_parameters + 1
        constant = 30 * (np.log(2 * np.pi) + 1)
        assert rival.aic == pytest.approx(2 * k - 2 * likelihood - constant)
        assert rival.bic == pytest.approx(k * np.log(30) - 2 * likelihood - constant)
    sizes = {rival.name: rival.n_parameters for rival in compare_laws(FRAMES, CAPTIONS, noisy(0))}
    assert sizes == {"additive": 5, "interaction": 6, "frames": 3, "captions": 3, "logarithmic": 3}


def test_the_heldout_error_is_that_of_a_law_which_never_saw_the_largest_budgets() -> None:
    score = noisy(2)
    held = (FRAMES == 16) | (CAPTIONS == 10)
    blind = fit_law(FRAMES[~held], CAPTIONS[~held], score[~held])
    error = score[held] - blind.predict(FRAMES[held], CAPTIONS[held])
    rivals = by_name(FRAMES, CAPTIONS, score)
    assert rivals["additive"].heldout_rmse == pytest.approx(np.sqrt(np.mean(error**2)))
    columns = np.stack([np.ones(30), np.log(FRAMES), np.log(CAPTIONS)], axis=1)
    line = np.linalg.lstsq(columns[~held], score[~held], rcond=None)[0]
    error = score[held] - columns[held] @ line
    assert rivals["logarithmic"].heldout_rmse == pytest.approx(np.sqrt(np.mean(error**2)))


def test_a_grid_too_small_to_hold_any_of_it_out_has_no_heldout_error() -> None:
    n_f, n_c = np.array([1, 2, 4, 1, 2, 4]), np.array([1, 1, 1, 2, 2, 2])
    score = np.array([0.1, 0.2, 0.25, 0.2, 0.3, 0.35])
    rivals = compare_laws(n_f, n_c, score)
    assert [rival.heldout_rmse for rival in rivals] == [None] * len(rivals)
    assert best_by(rivals, "heldout_rmse") is None
    assert "too small to hold its largest budgets out" in rivals_words(rivals)


def test_a_curve_with_more_parameters_than_cells_is_left_out() -> None:
    n_f, n_c = np.array([1, 2, 4, 1, 2]), np.array([1, 1, 1, 2, 2])
    assert "interaction" not in by_name(n_f, n_c, np.array([0.1, 0.2, 0.25, 0.2, 0.3]))


def test_where_one_budget_does_not_vary_the_rivals_are_the_reduced_law_and_the_logarithm() -> None:
    budget = np.array([1.0, 2, 4, 8, 16, 32])
    rivals = by_name(budget, np.full(6, 10.0), 0.2 + 0.05 * np.log(budget))
    assert {name: rival.n_parameters for name, rival in rivals.items()} == {"additive": 3, "logarithmic": 2}
    assert rivals["logarithmic"].parameters == pytest.approx({"s_inf": 0.2, "c_f": 0.05})
    with pytest.raises(NoLawError):
        compare_laws([1] * 6, [1] * 6, [0.1] * 6)


def test_the_order_of_the_points_changes_nothing() -> None:
    order = np.random.default_rng(0).permutation(30)
    assert compare_laws(FRAMES[order], CAPTIONS[order], noisy(0)[order]) == compare_laws(FRAMES, CAPTIONS, noisy(0))


def test_words_name_the_best_by_heldout_error_and_say_where_aic_and_bic_name_another() -> None:
    def rival(name: str, aic: float, bic: float, heldout: float | None) -> Rival:
        return Rival(name, 3, {}, 0.1, 0.9, aic, bic, heldout)

    both = [rival("additive", 1, 2, 0.02), rival("logarithmic", 3, 1, 0.01)]
    assert rivals_words(both) == ("logarithmic predicts the largest budgets best (rmse 0.0100); AIC names additive")
    agreed = [rival("additive", 1, 1, 0.001), rival("logarithmic", 3, 3, 0.01)]
    assert rivals_words(agreed).endswith("(rmse 0.0010); AIC and BIC name it too")
    assert all(a.name != b.name for a, b in pairwise(both))
