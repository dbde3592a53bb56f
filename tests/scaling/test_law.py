"""The law is recovered, agrees with slower fits of it, and is refused where the budgets cannot tell it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_grids import CAPTIONS, FRAMES, noisy
from numpy.typing import NDArray
from scipy.optimize import least_squares, minimize

from platoscope import reference_data
from platoscope.errors import InputError
from platoscope.scaling import Law, NoLawError, fit_law, law_curve

EXPONENT = st.floats(0.1, 4.0)
AMPLITUDE = st.floats(0.02, 0.4)


def squares_of_five_parameter_fit(score: NDArray[np.float64], *, starts: int) -> float:
    """The smallest sum of squares that a search in all five parameters finds from random starts."""
    rng = np.random.default_rng(0)
    best = np.inf
    for _ in range(starts):
        start = [*rng.uniform(0.1, 0.9, 1), *rng.uniform(0.01, 0.5, 2), *rng.uniform(0.05, 5.0, 2)]
        found = least_squares(
            lambda p: p[0] - p[1] * FRAMES ** -p[3] - p[2] * CAPTIONS ** -p[4] - score,
            start, bounds=([0, 0, 0, 0.01, 0.01], [1, 9, 9, 6, 6]), ftol=1e-12, xtol=1e-12, gtol=1e-12, x_scale="jac",
        )  # fmt: skip
        best = min(best, 2 * found.cost)
    return best


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 0.95), AMPLITUDE, AMPLITUDE, EXPONENT, EXPONENT)
def test_exact_scores_give_their_parameters_back(
    s_inf: float, c_f: float, c_c: float, alpha: float, beta: float
) -> None:
    truth = {"s_inf": s_inf, "c_f": c_f, "c_c": c_c, "alpha": alpha, "beta": beta}
    law = fit_law(FRAMES, CAPTIONS, law_curve(truth, FRAMES, CAPTIONS))
    assert law.to_dict() == pytest.approx(truth | {"r2": 1.0, "rmse": 0.0}, rel=1e-6, abs=1e-9)
    assert law.form == "full"
    assert law.converged
    assert law.at_bound == ()


@pytest.mark.parametrize("panel", ["left", "right"])
def test_the_points_of_the_published_figure_give_its_law(panel: str) -> None:
    points = reference_data.vatex_points(panel)  # type: ignore[arg-type]
    law = fit_law(points.n_f, points.n_c, points.score)
    expected = {
        "left": {"s_inf": 0.4103, "c_f": 0.1448, "c_c": 0.1330, "alpha": 0.7461, "beta": 1.3470, "r2": 0.9789},
        "right": {"s_inf": 0.4108, "c_f": 0.1576, "c_c": 0.1243, "alpha": 0.7729, "beta": 1.3530, "r2": 0.9835},
    }[panel]
    assert {name: round(law.to_dict()[name], 4) for name in expected} == expected
    assert law.n_points == {"left": 32, "right": 50}[panel]
    assert law.agreeing == law.starts
    assert law.gradient < 1e-12


@pytest.mark.parametrize("seed", range(6))
def test_no_search_in_all_five_parameters_finds_a_better_law(seed: int) -> None:
    score = noisy(seed, s_inf=(0.6, 0.9, 0.99)[seed % 3], sd=(0.005, 0.03)[seed % 2])
    score = np.clip(score, 0.0, 1.0)
    law = fit_law(FRAMES, CAPTIONS, score)
    assert law.converged
    assert np.sum(law.residuals**2) <= squares_of_five_parameter_fit(score, starts=8) * (1 + 1e-7)


def test_the_search_goes_on_where_default_tolerances_stop_at_a_wrong_answer() -> None:
    """The trap of Chinchilla's third approach: budgets over decades, and an objective that is flat as it is small."""
    n_f, n_c = (grid.ravel() for grid in np.meshgrid(np.geomspace(1e7, 1e10, 9), np.geomspace(1e9, 1e12, 9)))
    truth = {"s_inf": 0.81828, "c_f": 48.201, "c_c": 208.543, "alpha": 0.3478, "beta": 0.3658}  # 1 - loss / 10
    score = law_curve(truth, n_f, n_c) + np.random.default_rng(0).normal(0.0, 1e-4, len(n_f))

    def flat(p: NDArray[np.float64]) -> float:
        """Mean Huber loss of the five parameters, amplitudes by their logarithms as published."""
        off = p[0] - np.exp(p[1]) * n_f ** -p[3] - np.exp(p[2]) * n_c ** -p[4] - score
        return float(np.mean(np.where(np.abs(off) < 1e-3, off**2 / 2, 1e-3 * (np.abs(off) - 5e-4))))

    start = [0.8, np.log(20.0), np.log(50.0), 0.3, 0.3]
    stopped = minimize(flat, start, method="L-BFGS-B")
    assert stopped.success  # so it says
    assert abs(stopped.x[3] - truth["alpha"]) > 0.02
    law = fit_law(n_f, n_c, score)
    found = np.array([law.s_inf, np.log(law.c_f), np.log(law.c_c), law.alpha, law.beta])
    assert law.agreeing == law.starts
    assert flat(found) < 0.9 * stopped.fun
    assert law.alpha == pytest.approx(truth["alpha"], abs=0.01)
    assert law.beta == pytest.approx(truth["beta"], abs=0.01)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6])
def test_how_large_the_scores_are_does_not_change_when_the_search_stops(scale: float) -> None:
    score = noisy(4)
    law, small = fit_law(FRAMES, CAPTIONS, score), fit_law(FRAMES, CAPTIONS, scale * score)
    assert small.alpha == pytest.approx(law.alpha, rel=1e-9)
    assert small.beta == pytest.approx(law.beta, rel=1e-9)
    assert small.gradient < 1e-11


@given(st.permutations(range(30)))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_points_changes_no_byte(order: list[int]) -> None:
    score = noisy(3)
    law = fit_law(FRAMES, CAPTIONS, score)
    shuffled = fit_law(FRAMES[order], CAPTIONS[order], score[order])
    assert shuffled == law
    np.testing.assert_array_equal(shuffled.residuals, law.residuals[order])


def test_residuals_are_score_minus_law() -> None:
    score = noisy(1)
    law = fit_law(FRAMES, CAPTIONS, score)
    np.testing.assert_allclose(law.residuals, score - law.predict(FRAMES, CAPTIONS), atol=1e-12)
    assert law.max_residual == pytest.approx(np.max(np.abs(law.residuals)))
    assert law.rmse == pytest.approx(np.sqrt(np.mean(law.residuals**2)))
    assert law.r2 == pytest.approx(1 - np.sum(law.residuals**2) / np.sum((score - score.mean()) ** 2))


@pytest.mark.parametrize("form", ["frames", "captions"])
def test_a_budget_that_does_not_vary_leaves_the_reduced_law_of_the_other(form: str) -> None:
    budget = np.array([1.0, 2, 4, 8, 16, 32])
    held = np.full(6, 7.0)
    score = 0.7 - 0.3 * budget**-0.9
    law = fit_law(budget, held, score) if form == "frames" else fit_law(held, budget, score)
    amplitude, exponent = ("c_f", "alpha") if form == "frames" else ("c_c", "beta")
    expected = {"s_inf": 0.7, amplitude: 0.3, exponent: 0.9, "r2": 1.0, "rmse": 0.0}
    assert law.to_dict() == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert (law.form, law.held) == (form, 7.0)


def test_a_reduced_law_says_nothing_of_other_values_of_the_held_budget() -> None:
    law = fit_law([1, 2, 4, 8], [10, 10, 10, 10], [0.2, 0.3, 0.35, 0.37])
    assert law.predict([1, 8], 10) == pytest.approx([0.2, 0.37], abs=0.005)
    with pytest.raises(InputError, match="n_c = 5: this law was fitted at n_c = 10 alone"):
        law.predict([1, 8], [5, 10])


@pytest.mark.parametrize("value", [0.0, 0.1, 1.0])
def test_equal_scores_give_a_flat_law_without_exponents_or_r2(value: float) -> None:
    law = fit_law(FRAMES, CAPTIONS, np.full(30, value))
    assert law.to_dict() == {"s_inf": value, "c_f": 0.0, "c_c": 0.0, "rmse": 0.0}
    assert {"c_f", "c_c"} <= set(law.at_bound)
    assert law.predict(3, 4) == value


def test_scores_that_fall_with_evidence_give_no_amplitude() -> None:
    law = fit_law(FRAMES, CAPTIONS, 0.3 + 0.2 / FRAMES - 0.1 / CAPTIONS)
    assert law.c_f == 0.0
    assert law.alpha is None
    assert law.c_c == pytest.approx(0.1)
    assert "c_f" in law.at_bound


def test_a_law_that_would_pass_1_ends_at_1_and_says_so() -> None:
    law = fit_law(FRAMES, CAPTIONS, 1.05 - 0.5 * FRAMES**-0.2 - 0.3 * CAPTIONS**-0.5)
    assert law.s_inf == 1.0
    assert law.at_bound == ("s_inf",)


def test_an_exponent_at_the_edge_of_its_box_is_named() -> None:
    steep = 0.5 - 0.2 * (FRAMES == 1) - 0.1 * CAPTIONS**-1.0
    assert fit_law(FRAMES, CAPTIONS, steep).at_bound == ("alpha",)
    assert fit_law(FRAMES, CAPTIONS, noisy(0), exponents=(1.0, 3.0)).at_bound == ("alpha",)


def test_an_exponent_that_rests_on_two_budgets_is_called_weak() -> None:
    score = 0.5 - 0.05 * FRAMES**-4.0 - 0.1 * CAPTIONS**-1.0
    wobble = 0.004 * (-1.0) ** np.arange(30)
    assert fit_law(FRAMES, CAPTIONS, score + wobble).weak == ("alpha",)
    assert fit_law(FRAMES, CAPTIONS, noisy(0)).weak == ()


@pytest.mark.parametrize(
    ("n_f", "n_c", "score", "message"),
    [
        ([1, 2, 4, 8], [1, 1, 2, 2], [0.1] * 4, "4 distinct cells .* fewer than 5 parameters"),
        ([1, 2, 1, 2, 1, 2], [1, 1, 2, 2, 1, 2], [0.1] * 6, "4 distinct cells"),
        ([1, 2], [5, 5], [0.1, 0.2], "2 distinct cells .* fewer than 3 parameters"),
        ([3] * 9, [2] * 9, [0.1] * 9, "there is no law to fit: neither n_f nor n_c varies"),
        ([], [], [], "there is no law to fit"),
    ],
)
def test_budgets_that_determine_no_law_are_refused(
    n_f: list[int], n_c: list[int], score: list[float], message: str
) -> None:
    with pytest.raises(NoLawError, match=message):
        fit_law(n_f, n_c, score)


def changed(values: NDArray[np.int64], at: int, to: float) -> NDArray[np.float64]:
    copy = values.astype(np.float64)
    copy[at] = to
    return copy


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: fit_law(FRAMES, CAPTIONS, changed(s, 4, np.nan)), r"score\[4\] = nan"),
        (lambda s: fit_law(FRAMES, CAPTIONS, changed(s, 0, np.inf)), r"score\[0\] = inf"),
        (lambda s: fit_law(FRAMES, CAPTIONS, 100 * s), r"a finite share in \[-1, 1\]"),
        (lambda s: fit_law(changed(FRAMES, 2, 0), CAPTIONS, s), "n_f holds 0"),
        (lambda s: fit_law(FRAMES, changed(CAPTIONS, 2, np.nan), s), "n_c holds nan"),
        (lambda s: fit_law(FRAMES[:-1], CAPTIONS, s), r"\(29,\)"),
        (lambda s: fit_law(FRAMES.reshape(5, 6), CAPTIONS.reshape(5, 6), s.reshape(5, 6)), r"\(5, 6\)"),
        (lambda s: fit_law(FRAMES, CAPTIONS, s, exponents=(2.0, 1.0)), "0 < low < high"),
        (lambda s: fit_law(FRAMES, CAPTIONS, s).predict(0.5, 1), "n_f holds 0.5"),
    ],
)
def test_a_bad_argument_is_named_with_its_value(call: Callable[[NDArray[np.float64]], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(noisy(0))


def test_a_law_is_a_value() -> None:
    law = fit_law(FRAMES, CAPTIONS, noisy(0))
    assert isinstance(law, Law)
    with pytest.raises(AttributeError):
        law.s_inf = 0.0  # type: ignore[misc]


def test_a_reduced_law_counts_only_starts_that_differ_in_the_budget_that_varies() -> None:
    budget, held = np.array([1.0, 2, 4, 8, 16, 32]), np.full(6, 3.0)
    for law in (fit_law(budget, held, 0.6 - 0.3 / budget), fit_law(held, budget, 0.6 - 0.3 / budget)):
        assert (law.starts, law.agreeing) == (4, 4)  # the better half of either side, and one on each side of the best
        assert law.converged
    # Noise alone, whose lowest valley is narrower than the steps between the starts: one search finds it.
    rough = np.random.default_rng(135).uniform(0.2, 0.8, 6)
    for law in (fit_law(budget, held, rough), fit_law(held, budget, rough)):
        assert law.agreeing == 1
        assert not law.converged


def test_starts_at_a_corner_of_the_box_count_once() -> None:
    steep = 0.5 - 0.2 * (FRAMES == 1) - 0.1 * (CAPTIONS == 1)
    law = fit_law(FRAMES, CAPTIONS, steep)
    assert law.starts == 5
