"""A law's answers are those of trying every budget."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_grids import CAPTIONS, FRAMES, noisy

from platoscope.errors import InputError
from platoscope.scaling import KnownLaw, OutOfReachError, fit_points, law_curve
from platoscope.scaling.document import entry
from platoscope.scaling.intervals import curve_intervals

FIT = fit_points(FRAMES, CAPTIONS, noisy(0), draws=200)
LAW = KnownLaw.of(entry(FIT))
COST = st.sampled_from([0.5, 0.7, 1.0, 2.0, 4.0])
MANY = np.arange(1.0, 301.0)


def law(**parameters: float) -> KnownLaw:
    return KnownLaw(parameters, "full", None, 0.01, 0.95, (1, 16), (1, 10), None)


def cheapest_of_all(known: KnownLaw, target: float, frame_cost: float, caption_cost: float) -> tuple[float, float]:
    """The least cost of any of 300 x 300 budgets that reach the target, and the best score at that cost."""
    frames, captions = np.meshgrid(MANY, MANY, indexing="ij")
    score = law_curve(known.parameters, frames, captions)
    cost = np.where(score >= target, frame_cost * frames + caption_cost * captions, np.inf)
    least = float(cost.min())
    return least, float(score[np.abs(cost - least) <= 1e-9].max()) if np.isfinite(least) else 0.0


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.05, 0.4), st.floats(0.05, 0.4), st.floats(0.4, 3.0), st.floats(0.4, 3.0), st.floats(0.1, 0.97),
    COST, COST,
)  # fmt: skip
def test_the_cheapest_budget_of_a_target_is_that_of_trying_all(
    c_f: float, c_c: float, alpha: float, beta: float, share: float, frame_cost: float, caption_cost: float
) -> None:
    known = law(s_inf=0.8, c_f=c_f, c_c=c_c, alpha=alpha, beta=beta)
    target = 0.8 - (1 - share) * (c_f + c_c)
    least, score = cheapest_of_all(known, target, frame_cost, caption_cost)
    found = known.cheapest(target, frame_cost=frame_cost, caption_cost=caption_cost)
    assert found.score >= target
    assert found.n_f == round(found.n_f)
    if max(found.n_f, found.n_c) <= 300:
        assert found.cost == pytest.approx(least)
        assert found.score == pytest.approx(score)
    else:
        assert found.cost is not None
        assert found.cost < least + 1e-9


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.0, 0.4), st.floats(0.0, 0.4), st.floats(0.1, 3.0), st.floats(0.1, 3.0), st.floats(8.0, 120.0),
    COST, COST,
)  # fmt: skip
def test_the_best_split_of_a_total_is_that_of_trying_all(
    c_f: float, c_c: float, alpha: float, beta: float, total: float, frame_cost: float, caption_cost: float
) -> None:
    known = law(s_inf=0.8, c_f=c_f, c_c=c_c, alpha=alpha, beta=beta)
    frames, captions = np.meshgrid(np.arange(1.0, 241), np.arange(1.0, 241), indexing="ij")
    paid = frame_cost * frames + caption_cost * captions <= total * (1 + 1e-12)
    score = np.where(paid, law_curve(known.parameters, frames, captions), -1.0)
    found = known.split(total, frame_cost=frame_cost, caption_cost=caption_cost)
    assert found.cost is not None
    assert found.cost <= total * (1 + 1e-9)
    assert found.score == pytest.approx(float(score.max()), abs=1e-12)


def test_a_whole_root_is_not_passed_by_rounding() -> None:
    known = law(s_inf=0.75, c_f=0.5, c_c=0.0, alpha=1.0)
    for n_f in (1, 2, 4, 5, 8, 10, 100, 125, 1000):
        assert known.cheapest(float(law_curve(known.parameters, n_f, 1))).n_f == n_f


def test_of_budgets_that_cost_the_same_the_higher_score_is_chosen() -> None:
    known = law(s_inf=0.8, c_f=0.3, c_c=0.1, alpha=1.0, beta=1.0)
    found = known.cheapest(0.8 - 0.3 / 3 - 0.1 / 2)
    same = [(f, c) for f in range(1, 9) for c in range(1, 9) if f + c == found.cost]
    best = max(same, key=lambda cell: float(law_curve(known.parameters, *cell)))
    assert (found.n_f, found.n_c) == best


def test_a_budget_that_brings_nothing_is_not_paid_for() -> None:
    assert law(s_inf=0.8, c_f=0.0, c_c=0.2, beta=1.0).split(100).n_f == 1
    assert law(s_inf=0.8, c_f=0.2, c_c=0.0, alpha=1.0).split(100).n_c == 1
    assert law(s_inf=0.8, c_f=0.2, c_c=0.0, alpha=1.0).cheapest(0.75).n_c == 1
    assert law(s_inf=0.8, c_f=0.0, c_c=0.0).cheapest(0.8).cost == 2.0


def test_a_target_at_or_above_the_limit_is_out_of_reach_and_the_limit_is_named_with_its_interval() -> None:
    limit = FIT.law.s_inf
    for target in (limit, limit + 0.1):
        with pytest.raises(OutOfReachError, match=rf"the law's limit is {limit:.4f} \(95 %: .*\), however large"):
            LAW.cheapest(target)
    with pytest.raises(OutOfReachError, match="only with more than 1,000,000 frames or captions"):
        LAW.cheapest(limit - 1e-7)
    with pytest.raises(InputError, match="target = nan"):
        LAW.cheapest(float("nan"))


def test_a_score_and_its_interval_are_those_of_law_and_draws() -> None:
    found = LAW.at(5, 4)
    assert FIT.bootstrap is not None
    ends = curve_intervals(FIT.bootstrap, FIT.law.to_dict(), [5], [4], rmse=FIT.law.rmse, level=0.95)[0]
    assert found.score == float(FIT.law.predict(5, 4))
    assert found.interval == pytest.approx(ends, abs=1e-6)
    assert found.outside == ""


def test_budgets_outside_the_grid_are_marked_as_such() -> None:
    assert LAW.at(64, 4).outside == "n_f = 64 is 4 times the largest that was fitted, 16"
    assert LAW.at(16, 25).outside == "n_c = 25 is 2.5 times the largest that was fitted, 10"
    late = KnownLaw(LAW.parameters, "full", None, 0.01, 0.95, (4, 16), (1, 10), None)
    assert late.at(2, 11).outside == (
        "n_f = 2 is below the smallest that was fitted, 4; n_c = 11 is 1.1 times the largest that was fitted, 10"
    )
    assert late.at(4, 10).interval is None


@pytest.mark.parametrize("form", ["frames", "captions"])
def test_a_reduced_law_answers_at_the_budget_that_it_was_fitted_at(form: str) -> None:
    budget, held = np.array([1.0, 2, 4, 8, 16, 32]), np.full(6, 5.0)
    score = 0.7 - 0.3 * budget**-0.9 + 1e-3 * np.cos(budget)
    both = (budget, held) if form == "frames" else (held, budget)
    known = KnownLaw.of(entry(fit_points(*both, score, draws=100)))
    curve = known.parameters["s_inf"] - next(known.parameters[c] for c in ("c_f", "c_c") if c in known.parameters) * (
        np.arange(1.0, 4000) ** -next(known.parameters[e] for e in ("alpha", "beta") if e in known.parameters)
    )
    needed = int(np.argmax(curve >= 0.65)) + 1
    mine, other = ("n_f", "n_c") if form == "frames" else ("n_c", "n_f")
    found = known.cheapest(0.65, frame_cost=2.0)
    assert (getattr(found, mine), getattr(found, other)) == (needed, 5)
    assert found.cost == (2 * found.n_f + found.n_c)
    best = known.split(25.0)
    assert (getattr(best, mine), getattr(best, other)) == (20, 5)
    with pytest.raises(InputError, match=f"{other} = 4: this law was fitted at {other} = 5 alone"):
        known.at(*((8, 4) if form == "frames" else (4, 8)))
    with pytest.raises(OutOfReachError, match="however large"):
        known.cheapest(0.9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LAW.at(0.5, 1), "n_f holds 0.5: a budget"),
        (lambda: LAW.split(1.5), "total = 1.5: a finite number from 2,"),
        (lambda: LAW.split(float("inf")), "total = inf"),
        (lambda: LAW.split(10, frame_cost=0.0), "frame_cost = 0.0: a finite number above 0"),
        (lambda: LAW.cheapest(0.3, caption_cost=-1.0), "caption_cost = -1.0"),
    ],
)
def test_questions_that_make_no_sense_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
