"""The law is recovered, agrees with slower fits of it, and is refused where the budgets cannot tell it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import least_squares, lsq_linear

from platoscope.errors import DataError, InputError, StoreError
from platoscope.params import ScalingParams
from platoscope.project import Project
from platoscope.scaling import Law, NoLawError, fit_law, heldout_rmse, law_curve, scale, search, stage
from platoscope.scaling.projection import project

REFERENCE = Path(__file__).parents[1] / "../shared/reference/vatex_scaling_videomaev2_huge.csv"
FRAMES, CAPTIONS = (grid.ravel() for grid in np.meshgrid([1, 2, 4, 8, 16], [1, 2, 3, 5, 7, 10], indexing="ij"))
EXPONENT = st.floats(0.1, 4.0)
AMPLITUDE = st.floats(0.02, 0.4)
COLUMNS = (
    *("video", "text", "n_f", "n_c", "score", "chance", "n", "k"),
    *("video_layer", "text_layer", "video_layer_name", "text_layer_name"),
    *("fixed_score", "fixed_video_layer", "fixed_text_layer", "tie_share"),
)


def noisy(seed: int, *, s_inf: float = 0.6, sd: float = 0.01) -> NDArray[np.float64]:
    truth = {"s_inf": s_inf, "c_f": 0.2, "c_c": 0.15, "alpha": 0.8, "beta": 1.2}
    noise = np.random.default_rng(seed).normal(0.0, sd, len(FRAMES))
    return law_curve(truth, FRAMES, CAPTIONS) + noise


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
    if not REFERENCE.is_file():
        pytest.skip(f"{REFERENCE.name} is not here")
    with REFERENCE.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["panel"] == panel]
    law = fit_law(*([float(row[name]) for row in rows] for name in ("n_f", "n_c", "score")))
    expected = {
        "left": {"s_inf": 0.4103, "c_f": 0.1448, "c_c": 0.1330, "alpha": 0.7461, "beta": 1.3470, "r2": 0.9789},
        "right": {"s_inf": 0.4108, "c_f": 0.1576, "c_c": 0.1243, "alpha": 0.7729, "beta": 1.3530, "r2": 0.9835},
    }[panel]
    assert {name: law.to_dict()[name] for name in expected} == pytest.approx(expected, abs=5.1e-5)
    assert law.n_points == {"left": 32, "right": 50}[panel]
    assert law.agreeing == law.starts


@pytest.mark.parametrize("seed", range(6))
def test_no_search_in_all_five_parameters_finds_a_better_law(seed: int) -> None:
    score = noisy(seed, s_inf=(0.6, 0.9, 0.99)[seed % 3], sd=(0.005, 0.03)[seed % 2])
    score = np.clip(score, 0.0, 1.0)
    law = fit_law(FRAMES, CAPTIONS, score)
    assert law.converged
    assert np.sum(law.residuals**2) <= squares_of_five_parameter_fit(score, starts=8) * (1 + 1e-7)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), EXPONENT, EXPONENT, st.sampled_from([-0.5, 0.1, 0.4, 0.9, 1.4]))
def test_the_constants_are_those_of_bounded_least_squares(seed: int, alpha: float, beta: float, middle: float) -> None:
    y = np.random.default_rng(seed).normal(middle, 0.3, len(FRAMES))
    u, v = FRAMES**-alpha, CAPTIONS**-beta
    oracle = lsq_linear(
        np.stack([np.ones_like(u), -u, -v], axis=1), y, ([0, 0, 0], [1, np.inf, np.inf]), tol=1e-13, method="bvls"
    )
    ours = project(u[None], v[None], y)
    assert [ours.s_inf.item(), ours.c_f.item(), ours.c_c.item()] == pytest.approx(oracle.x, abs=1e-8)
    assert ours.error.item() == pytest.approx(2 * oracle.cost, rel=1e-9)


@pytest.mark.parametrize("s_inf", [0.6, 1.05])
@pytest.mark.parametrize("theta", [(-1.0, 0.3), (0.5, -2.0), (1.5, 1.5)])
def test_the_slope_of_the_objective_is_that_of_small_differences(s_inf: float, theta: tuple[float, float]) -> None:
    cells = search.Cells(FRAMES.astype(float), CAPTIONS.astype(float), noisy(0, s_inf=s_inf), "full")
    at, step = np.array(theta), 1e-5
    objective = [
        [np.sum(search._residual(cells, at + sign * step * np.eye(2)[axis]) ** 2) / 2 for sign in (-1, 1)]
        for axis in (0, 1)
    ]
    slope = search._slope(cells, at).T @ search._residual(cells, at)
    assert slope == pytest.approx(np.diff(objective)[:, 0] / (2 * step), rel=1e-5, abs=1e-9)


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


def test_the_heldout_error_is_that_of_a_law_which_never_saw_the_largest_budgets() -> None:
    score = noisy(2)
    held = (FRAMES == 16) | (CAPTIONS == 10)
    blind = fit_law(FRAMES[~held], CAPTIONS[~held], score[~held])
    error = score[held] - blind.predict(FRAMES[held], CAPTIONS[held])
    assert heldout_rmse(FRAMES, CAPTIONS, score) == pytest.approx(np.sqrt(np.mean(error**2)))


def test_a_grid_too_small_to_hold_any_of_it_out_has_no_heldout_error() -> None:
    n_f, n_c = [1, 2, 4, 1, 2, 4], [1, 1, 1, 2, 2, 2]
    assert heldout_rmse(n_f, n_c, [0.1, 0.2, 0.25, 0.2, 0.3, 0.35]) is None


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


def pairs_table(folder: Path, scores: dict[tuple[str, str], NDArray[np.float64]], *, n_cells: int = 30) -> Path:
    """Write a pairs.csv over the grid whose `fixed_score` is given and whose `score` lies .02 above it."""
    path = folder / "pairs.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for pair, fixed in scores.items():
            for n_f, n_c, score in list(zip(FRAMES, CAPTIONS, fixed.tolist(), strict=True))[:n_cells]:
                layers = (5, 4, "final", "layer 4")
                writer.writerow((*pair, n_f, n_c, score + 0.02, 10 / 255, 256, 10, *layers, score, 5, 4, 0.0))
    return path


def run(folder: Path, table: Path, *, layers: str = "fixed") -> tuple[str, dict[str, object], list[dict[str, str]]]:
    out_json, out_csv = folder / "results/scaling.json", folder / "results/plots/scaling.csv"
    line = scale(pairs_csv=table, out_json=out_json, out_csv=out_csv, layers=layers)  # type: ignore[arg-type]
    with out_csv.open(newline="") as file:
        return line, json.loads(out_json.read_text())["pairs"], list(csv.DictReader(file))


def test_the_step_writes_the_law_of_every_pair_and_its_curve(tmp_path: Path) -> None:
    scores = {("lite0", "minilm"): noisy(0), ("thumbnail", "minilm"): noisy(1, s_inf=0.4)}
    line, pairs, rows = run(tmp_path, pairs_table(tmp_path, scores))
    for (video, text), score in scores.items():
        law = fit_law(FRAMES, CAPTIONS, score)
        expected = law.to_dict() | {"heldout_rmse": heldout_rmse(FRAMES, CAPTIONS, score)}
        assert pairs[video][text] == expected  # type: ignore[index]
        ours = [row for row in rows if (row["video"], row["text"]) == (video, text)]
        assert [float(row["law"]) for row in ours] == [float(x) for x in law.predict(FRAMES, CAPTIONS)]
        assert [float(row["fixed_score"]) for row in ours] == list(score)
        assert [(int(row["n_f"]), int(row["n_c"])) for row in ours] == list(zip(FRAMES, CAPTIONS, strict=True))
    assert list(rows[0]) == ["video", "text", "n_f", "n_c", "score", "fixed_score", "law", "chance"]
    assert line.startswith("2 laws fitted, rmse at most 0.0")
    assert "\n" not in line


def test_the_best_of_every_cell_is_fitted_on_request(tmp_path: Path) -> None:
    table = pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)})
    fixed, per_cell = run(tmp_path, table)[1], run(tmp_path, table, layers="per_cell")[1]
    gain = per_cell["lite0"]["minilm"]["s_inf"] - fixed["lite0"]["minilm"]["s_inf"]  # type: ignore[index]
    assert gain == pytest.approx(0.02)
    with pytest.raises(InputError, match="layers = 'best'"):
        run(tmp_path, table, layers="best")


def test_two_runs_of_the_step_write_equal_bytes_and_leave_nothing_else(tmp_path: Path) -> None:
    table = pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)})
    first = run(tmp_path, table), [path.read_bytes() for path in sorted(tmp_path.rglob("scaling.*"))]
    again = run(tmp_path, table), [path.read_bytes() for path in sorted(tmp_path.rglob("scaling.*"))]
    assert first == again
    assert (tmp_path / "results/scaling.json").read_text().endswith("}\n")
    files = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["pairs.csv", "scaling.csv", "scaling.json"]


def test_a_pair_whose_budgets_determine_no_law_is_named_and_the_step_goes_on(tmp_path: Path) -> None:
    line, pairs, rows = run(tmp_path, pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)}, n_cells=1))
    assert pairs == {}
    assert [row["law"] for row in rows] == [""]
    assert line == "0 laws fitted; lite0:minilm: there is no law to fit: neither n_f nor n_c varies in 1 points"


def test_a_law_that_spends_every_cell_on_its_parameters_is_doubted_in_the_line(tmp_path: Path) -> None:
    line, _, _ = run(tmp_path, pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)}, n_cells=3))
    assert "lite0:minilm: as many cells as parameters" in line


@pytest.mark.parametrize(
    ("form", "held", "words"),
    [("frames", CAPTIONS == 1, "frames alone (n_c = 1)"), ("captions", FRAMES == 16, "captions alone (n_f = 16)")],
)
def test_a_budget_that_does_not_vary_is_named_in_the_line_with_the_pairs_whose_law_is_reduced(
    tmp_path: Path, form: str, held: NDArray[np.bool_], words: str
) -> None:
    table = pairs_table(tmp_path, {("lite0", "minilm"): noisy(0), ("one", "minilm"): noisy(1), ("two", "m"): noisy(2)})
    header, *rows = table.read_text().splitlines(keepends=True)
    kept = [row for row, here in zip(rows, [*np.full(30, True), *held, *held], strict=True) if here]
    table.write_text("".join([header, *kept]))
    line, pairs, _ = run(tmp_path, table)
    assert f"; law of {words}: one:minilm, two:m" in line
    assert line.count(" alone (") == 1
    absent = {"frames": {"c_c", "beta"}, "captions": {"c_f", "alpha"}}[form]
    assert not absent & set(pairs["one"]["minilm"])  # type: ignore[index]
    assert absent <= set(pairs["lite0"]["minilm"])  # type: ignore[index]


def test_the_line_says_nothing_of_reduced_laws_where_both_budgets_vary(tmp_path: Path) -> None:
    assert "alone" not in run(tmp_path, pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)}))[0]


def test_the_stage_reads_and_writes_where_the_project_keeps_things(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.alignment.mkdir(parents=True)
    pairs_table(project.alignment, {("lite0", "minilm"): noisy(0)})
    layers = SimpleNamespace(scaling=ScalingParams(layers="per_cell"))
    line = stage.run(layers, project)  # type: ignore[arg-type]
    assert line.startswith("scaling: 1 law fitted")
    law = json.loads((project.results / "scaling.json").read_text())["pairs"]["lite0"]["minilm"]
    assert law["s_inf"] == pytest.approx(fit_law(FRAMES, CAPTIONS, noisy(0) + 0.02).s_inf)
    assert (project.results / "plots/scaling.csv").is_file()


def test_a_missing_table_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"pairs\.csv is missing: make it with `dvc repro`"):
        run(tmp_path, tmp_path / "pairs.csv")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fixed_score", "other", "lacks the columns fixed_score"),
        ("lite0,minilm,1,1,", "lite0,minilm,1,1.5,", r"pairs.csv:2: n_c = '1.5': a whole number"),
        ("lite0,minilm,1,2,", "lite0,minilm,1,2,nan", r"pairs.csv:3: score = 'nan0.\d+': a finite number"),
        ("lite0,minilm,1,3,", "lite0,minilm,1,2,", r"pairs.csv:4: lite0:minilm@1,2 stands there twice"),
        ("lite0,minilm,1,5,", ",minilm,1,5,", r"pairs.csv:5: video is empty"),
    ],
)
def test_a_wrong_table_is_refused_by_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    table = pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)})
    table.write_text(table.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        run(tmp_path, table)


def test_a_law_is_a_value() -> None:
    law = fit_law(FRAMES, CAPTIONS, noisy(0))
    assert isinstance(law, Law)
    with pytest.raises(AttributeError):
        law.s_inf = 0.0  # type: ignore[misc]
