"""The way down ends at a bottom: its slopes are those of small differences, and edges and held parameters are kept."""

import numpy as np
import pytest
from law_grids import CAPTIONS, FRAMES, noisy
from scipy.optimize import minimize

from platoscope.scaling.descent import descend, slopes
from platoscope.scaling.points import EXPONENTS, Cells, scale_of
from platoscope.scaling.projection import solve

FORMS = ("full", "interaction", "frames", "captions")


def cells(form: str) -> Cells:
    return Cells(FRAMES.astype(float), CAPTIONS.astype(float), form)


def at(form: str, score: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Constants [1, 4] and law - score [1, point] at (log alpha, log beta)."""
    u, v = cells(form).terms(*np.exp(theta)[:, None])
    best = solve(u, v, score[None], interaction=form == "interaction")
    s_inf, c_f, c_c, c = best[0]
    return best, s_inf - c_f * u - c_c * v + c * u * v - score


def objective(form: str, score: np.ndarray, theta: np.ndarray) -> float:
    return float(np.sum(at(form, score, theta)[1] ** 2) / scale_of(score[None])[0] ** 2 / 2)


def gradient(form: str, score: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    best, residual = at(form, score, theta)
    slope, curvature = slopes(
        cells(form), theta[None], best, residual, scale=scale_of(score[None]), pins=np.full((1, 5), np.nan)
    )
    return slope[0], curvature[0]


@pytest.mark.parametrize("s_inf", [0.6, 1.05])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("theta", [(-1.0, 0.3), (0.5, -2.0), (1.5, 1.5)])
def test_slope_and_curvature_are_those_of_small_differences(
    s_inf: float, form: str, theta: tuple[float, float]
) -> None:
    score, here, step = noisy(0, s_inf=s_inf), np.array(theta), 1e-5
    slope, curvature = gradient(form, score, here)
    for axis, move in enumerate(step * np.eye(2)):
        change = objective(form, score, here + move) - objective(form, score, here - move)
        assert slope[axis] == pytest.approx(change / (2 * step), rel=1e-5, abs=1e-9)
        turn = gradient(form, score, here + move)[0] - gradient(form, score, here - move)[0]
        assert curvature[axis] == pytest.approx(turn / (2 * step), rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("form", FORMS)
def test_the_bottom_is_no_higher_than_where_a_search_without_slopes_ends(form: str) -> None:
    for seed in range(4):
        score, start = noisy(seed, sd=0.03), np.array([0.2, -0.2])
        ours = descend(cells(form), score[None], start[None], exponents=EXPONENTS)
        options = {"xatol": 1e-10, "fatol": 1e-16, "maxiter": 4000}
        theirs = minimize(
            lambda theta, score=score: objective(form, score, np.clip(theta, *np.log(EXPONENTS))),
            start, method="Nelder-Mead", options=options,
        )  # fmt: skip
        assert objective(form, score, ours.theta[0]) <= theirs.fun + 1e-12
        assert ours.gradient[0] < 1e-11


def test_runs_side_by_side_end_where_each_ends_alone() -> None:
    scores = np.stack([noisy(seed, sd=0.02) for seed in range(5)])
    starts = np.random.default_rng(0).uniform(-2, 1, (5, 2))
    together = descend(cells("full"), scores, starts, exponents=EXPONENTS)
    for row in range(5):
        alone = descend(cells("full"), scores[row : row + 1], starts[row : row + 1], exponents=EXPONENTS)
        np.testing.assert_allclose(together.theta[row], alone.theta[0], atol=1e-12)
        np.testing.assert_allclose(together.constants[row], alone.constants[0], atol=1e-12)


def test_an_exponent_that_is_pressed_against_the_edge_ends_there_with_no_slope_left_to_go() -> None:
    steep = 0.5 - 0.2 * (FRAMES == 1) - 0.1 * CAPTIONS**-1.0
    found = descend(cells("full"), steep[None], np.zeros((1, 2)), exponents=EXPONENTS)
    assert np.exp(found.theta[0, 0]) == pytest.approx(EXPONENTS[1], rel=1e-12)
    assert found.gradient[0] < 1e-12


@pytest.mark.parametrize("place", range(5))
def test_a_held_parameter_stays_and_no_search_of_the_others_is_better(place: int) -> None:
    score, values = noisy(2), np.array([0.55, 0.3, 0.1, np.log(0.5), np.log(2.0)])
    pins = np.where(np.arange(5) == place, values, np.nan)[None]
    found = descend(cells("full"), score[None], np.zeros((1, 2)), exponents=EXPONENTS, pins=pins)
    parameters = [*found.constants[0, :3], *found.theta[0]]
    assert parameters[place] == values[place]

    def squares(free: np.ndarray) -> float:
        s, f, c, a, b = np.insert(free, place, values[place])
        return float(np.sum((s - f * FRAMES ** -np.exp(a) - c * CAPTIONS ** -np.exp(b) - score) ** 2))

    start = np.delete([0.6, 0.2, 0.15, -0.2, 0.2], place)
    oracle = minimize(squares, start, method="Nelder-Mead", options={"maxiter": 20000, "maxfev": 20000,
                                                                       "xatol": 1e-10, "fatol": 1e-15})  # fmt: skip
    assert found.error[0] == pytest.approx(oracle.fun, rel=1e-6)
