"""The linear part is bounded least squares, solved exactly for whole grids of exponents and for runs of their own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_grids import CAPTIONS, FRAMES
from scipy.optimize import lsq_linear

from platoscope.scaling.projection import project, solve

EXPONENT = st.floats(0.1, 4.0)
SEED = st.integers(0, 2**32 - 1)
MIDDLE = st.sampled_from([-0.5, 0.1, 0.4, 0.9, 1.4])


def draw(seed: int, middle: float) -> np.ndarray:
    return np.random.default_rng(seed).normal(middle, 0.3, len(FRAMES))


@settings(max_examples=60, deadline=None)
@given(SEED, EXPONENT, EXPONENT, MIDDLE)
def test_the_constants_are_those_of_bounded_least_squares(seed: int, alpha: float, beta: float, middle: float) -> None:
    y, u, v = draw(seed, middle), FRAMES**-alpha, CAPTIONS**-beta
    oracle = lsq_linear(
        np.stack([np.ones_like(u), -u, -v], axis=1), y, ([0, 0, 0], [1, np.inf, np.inf]), tol=1e-13, method="bvls"
    )
    ours = project(u[None], v[None], y[None])
    assert [ours.s_inf.item(), ours.c_f.item(), ours.c_c.item()] == pytest.approx(oracle.x, abs=1e-8)
    assert ours.error.item() == pytest.approx(2 * oracle.cost, rel=1e-9)
    assert solve(u[None], v[None], y[None])[0, :3] == pytest.approx(oracle.x, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(SEED, EXPONENT, EXPONENT, MIDDLE)
def test_an_interaction_of_either_sign_is_solved_for_with_them(
    seed: int, alpha: float, beta: float, middle: float
) -> None:
    y, u, v = draw(seed, middle), FRAMES**-alpha, CAPTIONS**-beta
    columns = np.stack([np.ones_like(u), -u, -v, u * v], axis=1)
    oracle = lsq_linear(columns, y, ([0, 0, 0, -np.inf], [1, np.inf, np.inf, np.inf]), tol=1e-13, method="bvls")
    ours = solve(u[None], v[None], y[None], interaction=True)[0]
    assert np.sum((columns @ ours - y) ** 2) == pytest.approx(2 * oracle.cost, rel=1e-9)
    assert ours == pytest.approx(oracle.x, rel=1e-5, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(SEED, MIDDLE, st.sampled_from([0, 1, 2]), st.floats(0.0, 1.0))
def test_a_constant_that_is_held_stays_and_the_others_are_the_best_beside_it(
    seed: int, middle: float, place: int, value: float
) -> None:
    y, u, v = draw(seed, middle), FRAMES**-0.7, CAPTIONS**-1.3
    columns = np.stack([np.ones_like(u), -u, -v], axis=1)
    others = [column for column in range(3) if column != place]
    most = np.array([1.0, np.inf, np.inf])[others]
    oracle = lsq_linear(columns[:, others], y - value * columns[:, place], ([0, 0], most), tol=1e-13, method="bvls")
    pins = np.full((1, 3), np.nan)
    pins[0, place] = value
    ours = solve(u[None], v[None], y[None], pins=pins)[0]
    assert ours[place] == value
    assert ours[others] == pytest.approx(oracle.x, abs=1e-8)


def test_a_grid_of_exponents_is_solved_as_each_pair_alone_for_every_draw() -> None:
    y = np.stack([draw(seed, middle) for seed, middle in enumerate([0.2, 0.9, 1.4, -0.3])])
    u, v = (budget ** -np.array([[0.1], [0.9], [3.0]]) for budget in (FRAMES.astype(float), CAPTIONS.astype(float)))
    whole = project(u, v, y)
    for row, scores in enumerate(y):
        for i in range(3):
            for j in range(3):
                alone = solve(u[i : i + 1], v[j : j + 1], scores[None])[0]
                assert whole.s_inf[row, i, j] == pytest.approx(alone[0], abs=1e-10)
                assert whole.c_f[row, i, j] == pytest.approx(alone[1], abs=1e-10)
                assert whole.c_c[row, i, j] == pytest.approx(alone[2], abs=1e-10)
