"""The search finds the lowest valley, alone as among a thousand draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_grids import CAPTIONS, FRAMES, noisy

from platoscope.scaling import fit_law
from platoscope.scaling.descent import descend
from platoscope.scaling.points import EXPONENTS, Cells, cells_of
from platoscope.scaling.projection import project
from platoscope.scaling.search import refit, search

FULL = Cells(FRAMES.astype(float), CAPTIONS.astype(float), "full")


def assert_as_fit_law(cells: Cells, scores: np.ndarray) -> None:
    """Each draw's parameters are those that fit_law finds for it, to 1e-6."""
    found = refit(cells, scores, exponents=EXPONENTS)
    for row, score in enumerate(scores):
        law = fit_law(cells.frames, cells.captions, score)
        names = {"s_inf": found.constants[row, 0], "c_f": found.constants[row, 1], "c_c": found.constants[row, 2],
                 "alpha": np.exp(found.theta[row, 0]), "beta": np.exp(found.theta[row, 1])}  # fmt: skip
        for name, value in law.to_dict().items():
            if name in names:
                assert names[name] == pytest.approx(value, abs=1e-6), (row, name)
        assert np.sqrt(found.error[row] / len(score)) == pytest.approx(law.rmse, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 0.9, 0.99, 1.05]), st.sampled_from([0.001, 0.01, 0.05]))
def test_draws_are_refitted_as_fit_law_fits_each(seed: int, s_inf: float, sd: float) -> None:
    scores = np.stack([noisy(seed + draw, s_inf=s_inf, sd=sd) for draw in range(6)])
    assert_as_fit_law(FULL, np.clip(scores, -1, 1))


def test_draws_of_noise_alone_are_refitted_as_fit_law_fits_each() -> None:
    assert_as_fit_law(FULL, np.random.default_rng(0).uniform(0.2, 0.8, (40, 30)))


@pytest.mark.parametrize("form", ["frames", "captions"])
def test_draws_of_a_reduced_law_are_refitted_as_fit_law_fits_each(form: str) -> None:
    budget, held = np.array([1.0, 2, 4, 8, 16, 32]), np.full(6, 3.0)
    cells = cells_of(budget, held) if form == "frames" else cells_of(held, budget)
    rng = np.random.default_rng(0)
    assert_as_fit_law(cells, 0.6 - 0.3 * budget**-0.8 + rng.normal(0, 0.01, (20, 6)))


def test_how_many_draws_stand_beside_one_changes_none_of_it() -> None:
    scores = np.stack([noisy(seed, sd=0.02) for seed in range(150)])
    whole = refit(FULL, scores, exponents=EXPONENTS)
    for part in (slice(0, 1), slice(60, 70), slice(149, 150)):
        np.testing.assert_allclose(refit(FULL, scores[part], exponents=EXPONENTS).theta, whole.theta[part], atol=1e-9)


def test_one_start_can_end_in_a_valley_that_is_not_the_lowest_and_several_do_not() -> None:
    rng = np.random.default_rng(7)
    worse = 0
    for _ in range(20):
        score = rng.uniform(0.2, 0.8, 30)
        lowest = float(np.min(search(FULL, score, exponents=EXPONENTS).error))
        axis = np.linspace(*np.log(EXPONENTS), 160)
        grid = project(*FULL.terms(np.exp(axis), np.exp(axis)), score[None]).error
        assert lowest <= float(grid.min()) + 1e-12  # no cell of a fine grid is lower
        assert float(refit(FULL, score[None], exponents=EXPONENTS).error[0]) <= float(grid.min()) + 1e-12
        one = descend(FULL, score[None], np.zeros((1, 2)), exponents=EXPONENTS)
        worse += float(one.error[0]) > lowest * (1 + 1e-6)
    assert worse >= 3


def test_the_interaction_is_searched_for_over_all_exponents() -> None:
    u, v = FRAMES**-0.4, CAPTIONS**-2.5
    score = 0.6 - 0.2 * u - 0.1 * v - 0.15 * u * v
    cells = Cells(FULL.frames, FULL.captions, "interaction")
    found = search(cells, score, exponents=EXPONENTS)
    best = int(np.argmin(found.error))
    assert np.exp(found.theta[best]) == pytest.approx([0.4, 2.5], rel=1e-6)
    assert found.constants[best] == pytest.approx([0.6, 0.2, 0.1, -0.15], abs=1e-7)
    drawn = refit(cells, score[None], exponents=EXPONENTS)
    assert drawn.constants[0] == pytest.approx([0.6, 0.2, 0.1, -0.15], abs=1e-7)
