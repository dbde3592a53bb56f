"""The document holds all of a fit, in numbers that other programs read, and is refused where it is something else."""

import json
from pathlib import Path

import numpy as np
import pytest
from law_grids import CAPTIONS, FRAMES, noisy

from platoscope.errors import DataError, InputError
from platoscope.scaling import fit_law, fit_points, read_laws, write_laws
from platoscope.scaling.document import choose_law, entry, read_document

FIT = fit_points(FRAMES, CAPTIONS, noisy(0), draws=100)


def write(folder: Path, **laws: object) -> Path:
    path = folder / "laws.json"
    write_laws(path, laws, without={"flat": "there is no law to fit"})  # type: ignore[arg-type]
    return path


def test_every_number_of_a_fit_comes_back_in_full_precision_and_draws_to_seven_digits(tmp_path: Path) -> None:
    found = read_laws(write(tmp_path, one=entry(FIT, chance=0.04)))["one"]
    law, boot = FIT.law, FIT.bootstrap
    assert boot is not None
    assert found["parameters"] == {name: getattr(law, name) for name in ("s_inf", "c_f", "c_c", "alpha", "beta")}
    assert [found[name] for name in ("r2", "rmse", "max_residual", "heldout_rmse", "chance", "n_points", "form")] == [
        law.r2, law.rmse, law.max_residual, FIT.heldout_rmse, 0.04, 30, "full",
    ]  # fmt: skip
    assert found["convergence"] == {
        "converged": True, "starts": 6, "agreeing": 6, "gradient": law.gradient, "exponents": [0.01, 6.0],
        "at_bound": [],
    }  # fmt: skip
    assert found["intervals"]["parameters"] == {name: list(ends) for name, ends in FIT.intervals.items()}
    assert {name: found["intervals"][name] for name in ("level", "from", "bootstrap", "draws", "seed")} == {
        "level": 0.95, "from": FIT.intervals_from, "bootstrap": "residuals", "draws": 100, "seed": 0,
    }  # fmt: skip
    assert found["points"]["residual"] == law.residuals.tolist()
    assert found["points"]["score"] == noisy(0).tolist()
    assert list(zip(found["points"]["n_f"], found["points"]["n_c"], strict=True)) == list(
        zip(FRAMES, CAPTIONS, strict=True)
    )
    for name, values in {**boot.parameters, "rmse": boot.rmse}.items():
        np.testing.assert_allclose(found["draws"][name], values, rtol=5e-7)
        assert all(len(repr(x).replace(".", "").split("e")[0].lstrip("0")) <= 7 for x in found["draws"][name])


def test_profiles_flags_and_rivals_stand_in_it(tmp_path: Path) -> None:
    steep = 0.5 - 0.2 * (FRAMES == 1) - 0.1 * CAPTIONS**-1.0 + np.random.default_rng(0).normal(0, 0.01, 30)
    fit = fit_points(FRAMES, CAPTIONS, steep, draws=100)
    found = read_laws(write(tmp_path, one=entry(fit)))["one"]
    profile = fit.profiles["alpha"]
    assert found["profiles"]["alpha"] == {"low": profile.low, "high": 6.0, "open": ["high"]}
    assert found["profiles"]["beta"]["open"] == []
    assert found["flags"] == fit.flags
    curves = found["rivals"]["curves"]
    assert list(curves) == ["additive", "interaction", "frames", "captions", "logarithmic"]
    assert curves["additive"]["parameters"] == found["parameters"]
    for rival in fit.rivals:
        named = {"n_parameters", "rmse", "r2", "aic", "bic", "heldout_rmse"}
        assert {name: curves[rival.name][name] for name in named} == {name: getattr(rival, name) for name in named}
    assert found["rivals"]["best"]["heldout_rmse"] == min(fit.rivals, key=lambda rival: rival.heldout_rmse or 9).name


def test_a_reduced_law_has_the_formula_of_its_budget_and_nothing_of_the_other(tmp_path: Path) -> None:
    budget = np.array([1.0, 2, 4, 8, 16, 32])
    fit = fit_points(np.full(6, 4.0), budget, 0.6 - 0.3 * budget**-0.8 + 1e-3 * np.cos(budget), draws=100)
    found = read_laws(write(tmp_path, one=entry(fit)))["one"]
    assert (found["form"], found["held"]) == ("captions", 4.0)
    assert list(found["parameters"]) == ["s_inf", "c_c", "beta"]
    assert set(found["draws"]) == {"s_inf", "c_c", "beta", "rmse"}
    formulas = {name: curve["formula"] for name, curve in found["rivals"]["curves"].items()}
    assert formulas == {"additive": "S - C_c n_c^-beta", "logarithmic": "S + C_c ln n_c"}


def test_an_exponent_that_a_draw_does_not_have_is_null(tmp_path: Path) -> None:
    score = 0.4 - 0.002 / FRAMES - 0.1 / CAPTIONS + np.random.default_rng(0).normal(0, 0.01, 30)
    fit = fit_points(FRAMES, CAPTIONS, score, draws=200)
    draws = read_laws(write(tmp_path, one=entry(fit)))["one"]["draws"]
    absent = [alpha is None for alpha in draws["alpha"]]
    assert any(absent)
    assert absent == [c_f == 0.0 for c_f in draws["c_f"]]


def test_the_fit_to_the_other_choice_of_layers_stands_beside_it(tmp_path: Path) -> None:
    other = fit_law(FRAMES, CAPTIONS, noisy(0) + 0.02)
    found = read_laws(write(tmp_path, one=entry(FIT, layers={"layers": "fixed", "other": other})))["one"]
    assert found["layers"] == "fixed"
    assert found["other_layers"]["parameters"]["s_inf"] == other.s_inf
    assert (found["other_layers"]["r2"], found["other_layers"]["rmse"]) == (other.r2, other.rmse)


def test_equal_fits_are_equal_bytes_and_a_law_is_a_few_lines_with_one_of_draws_a_parameter(tmp_path: Path) -> None:
    one = entry(FIT)
    first = write(tmp_path, one=one).read_bytes()
    assert write(tmp_path, one=entry(fit_points(FRAMES, CAPTIONS, noisy(0), draws=100))).read_bytes() == first
    text = first.decode()
    lines = text.splitlines()
    assert len(lines) == 5 + len(one) + len(one["draws"]) + 1 + 6  # what stands around the law, and an end of draws
    assert lines[5] == '   "form": "full",'
    for name, values in one["draws"].items():
        assert [json.dumps(name) + ": " + json.dumps(values) in line for line in lines].count(True) == 1
    assert json.loads(text) == {
        "kind": "laws",
        "format": 1,
        "laws": {"one": one},
        "without": {"flat": "there is no law to fit"},
    }
    assert text.endswith("}\n")


@pytest.mark.parametrize("name", ["a [ b ]", "a [b]", "[ 1,  2 ]", 'a "b\\', "{ }", "x\ny"])
def test_names_of_groups_come_back_as_they_are(tmp_path: Path, name: str) -> None:
    path = tmp_path / "laws.json"
    write_laws(path, {name: entry(FIT)}, without={f"{name}[ ]": f"[ {name} ]"})
    assert list(read_laws(path)) == [name]
    assert read_document(path)["without"] == {f"{name}[ ]": f"[ {name} ]"}


def test_two_names_that_differ_in_blanks_alone_are_two_laws(tmp_path: Path) -> None:
    path = tmp_path / "laws.json"
    write_laws(path, {"a [ b ]": entry(FIT), "a [b]": entry(FIT)}, without={})
    assert list(read_laws(path)) == ["a [ b ]", "a [b]"]


def test_draws_are_kept_or_dropped_and_all_else_stays(tmp_path: Path) -> None:
    whole, less = entry(FIT), entry(FIT, draws="dropped")
    assert less == {name: value for name, value in whole.items() if name != "draws"}
    assert read_laws(write(tmp_path, one=less))["one"] == less


def test_what_the_flags_doubt_is_named_besides(tmp_path: Path) -> None:
    steep = 0.5 - 0.2 * (FRAMES == 1) + np.random.default_rng(0).normal(0, 0.01, 30)
    fit = fit_points(FRAMES, CAPTIONS, steep, draws=100)
    found = read_laws(write(tmp_path, one=entry(fit)))["one"]
    doubted = {flag.split(" ")[0] for flag in fit.flags}
    assert "alpha" in found["not_pinned"]
    assert set(found["not_pinned"]) == doubted & set(found["parameters"])
    assert entry(FIT)["not_pinned"] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON"),
        ("[]", "no document of kind 'laws', format 1"),
        ('{"kind": "laws", "format": 2, "laws": {}}', "no document of kind 'laws', format 1"),
        ('{"kind": "laws", "format": 1, "laws": {}, "without": {"a": "flat"}}', "has no law: a: flat"),
        ('{"kind": "laws", "format": 1, "laws": [], "without": {}}', r"laws\.json: laws: Input should be"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "laws.json"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_laws(path)


def test_a_missing_file_says_what_writes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"laws\.json is no file: write it with `platoscope fit TABLE\.csv --json"):
        read_laws(tmp_path / "laws.json")


def test_of_several_laws_one_has_to_be_named(tmp_path: Path) -> None:
    laws = {"a": {"form": "full"}, "b": {"form": "frames"}}
    assert choose_law(laws, "b", path=tmp_path) == laws["b"]
    assert choose_law({"a": laws["a"]}, None, path=tmp_path) == laws["a"]
    with pytest.raises(InputError, match="has several laws; --group takes one of a, b"):
        choose_law(laws, None, path=tmp_path)
    with pytest.raises(InputError, match="has no law 'c'; --group takes one of a, b"):
        choose_law(laws, "c", path=tmp_path)
