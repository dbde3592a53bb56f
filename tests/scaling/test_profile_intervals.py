"""What a grid can pin: ends of profiles lie where slower fits pass the line, and open ends are said to be open."""

import numpy as np
import pytest
from law_grids import CAPTIONS, FRAMES, noisy
from scipy.optimize import least_squares
from scipy.stats import f as f_distribution

from platoscope.scaling import fit_law
from platoscope.scaling.points import EXPONENTS, cells_of
from platoscope.scaling.profiles import profile_intervals
from platoscope.scaling.words import flags

CELLS = cells_of(FRAMES.astype(float), CAPTIONS.astype(float))
LOW, HIGH = np.array([0, 0, 0, 0.01, 0.01]), np.array([1, 9, 9, 6, 6])
NAMES = ("s_inf", "c_f", "c_c", "alpha", "beta")


def squares_at(score: np.ndarray, place: int, value: float, start: np.ndarray) -> float:
    """The least sum of squares with one of the five parameters held, by a search in the other four."""

    def off(free: np.ndarray) -> np.ndarray:
        s, f, c, a, b = np.insert(free, place, value)
        return s - f * FRAMES**-a - c * CAPTIONS**-b - score

    others = np.arange(5) != place
    inside = np.clip(start[others], LOW[others] + 1e-9, HIGH[others] - 1e-9)
    found = least_squares(off, inside, bounds=(LOW[others], HIGH[others]), xtol=1e-13, ftol=1e-13, gtol=1e-13)
    return 2 * float(found.cost)


@pytest.mark.parametrize("seed", [0, 1])
def test_an_end_lies_where_the_best_of_all_other_parameters_passes_the_line_of_the_f_test(seed: int) -> None:
    score = noisy(seed, sd=0.008)
    law = fit_law(FRAMES, CAPTIONS, score)
    start = np.array([law.s_inf, law.c_f, law.c_c, law.alpha, law.beta])
    line = np.sum(law.residuals**2) * (1 + f_distribution.ppf(0.95, 1, 25) / 25)
    found = profile_intervals(CELLS, score, level=0.95, exponents=EXPONENTS)
    for place, name in enumerate(NAMES):
        profile = found[name]
        assert profile.low < start[place] < profile.high
        assert not profile.low_open
        assert not profile.high_open
        for end in (profile.low, profile.high):
            assert squares_at(score, place, end, start) == pytest.approx(line, rel=2e-3)
    assert flags(law, found) == []


def test_an_exponent_of_a_term_that_is_gone_at_the_second_budget_is_open_to_the_edge_and_flagged_in_words() -> None:
    score = 0.5 - 0.2 * (FRAMES == 1) - 0.1 * CAPTIONS**-1.0 + np.random.default_rng(0).normal(0, 0.01, 30)
    found = profile_intervals(CELLS, score, level=0.95, exponents=EXPONENTS)
    assert found["alpha"].high_open
    assert found["alpha"].high == 6.0
    assert 1.0 < found["alpha"].low < 6.0
    said = [flag for flag in flags(fit_law(FRAMES, CAPTIONS, score), found) if flag.startswith("alpha is not pinned")]
    assert len(said) == 1
    assert f"from {found['alpha'].low:.3g} up to the edge of the box at 6" in said[0]


def test_scores_that_do_not_saturate_leave_the_limit_open_to_its_bound() -> None:
    score = 0.2 + 0.08 * np.log(FRAMES) + 0.05 * np.log(CAPTIONS) + np.random.default_rng(0).normal(0, 0.004, 30)
    law = fit_law(FRAMES, CAPTIONS, score)
    found = profile_intervals(CELLS, score, level=0.95, exponents=EXPONENTS)
    assert found["s_inf"].high_open
    assert found["s_inf"].high == 1.0
    assert any("s_inf" in flag for flag in flags(law, found))


def test_an_amplitude_of_zero_has_an_open_low_end_and_no_exponent() -> None:
    score = 0.3 + 0.2 / FRAMES - 0.1 / CAPTIONS
    found = profile_intervals(CELLS, score, level=0.95, exponents=EXPONENTS)
    assert "alpha" not in found
    assert found["c_f"].low == 0.0
    assert found["c_f"].low_open


def test_a_higher_level_is_wider_and_no_spare_point_gives_none() -> None:
    score = noisy(0)
    narrow, wide = (profile_intervals(CELLS, score, level=level, exponents=EXPONENTS) for level in (0.5, 0.99))
    for name in NAMES:
        assert wide[name].low < narrow[name].low < narrow[name].high < wide[name].high
    few = cells_of(np.array([1.0, 2, 4]), np.full(3, 2.0))
    assert profile_intervals(few, np.array([0.2, 0.3, 0.34]), level=0.95, exponents=EXPONENTS) == {}


def test_a_reduced_law_has_the_profiles_of_its_three_parameters() -> None:
    cells = cells_of(np.array([1.0, 2, 4, 8, 16, 32]), np.full(6, 2.0))
    score = 0.6 - 0.3 * cells.frames**-0.8 + np.array([1, -1, 1, -1, 1, -1]) * 1e-3
    found = profile_intervals(cells, score, level=0.95, exponents=EXPONENTS)
    assert list(found) == ["s_inf", "c_f", "alpha"]
    assert found["alpha"].low < 0.8 < found["alpha"].high
