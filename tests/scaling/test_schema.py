"""What a document of laws lacks, or holds that no law has, is named by its place."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from law_grids import CAPTIONS, FRAMES, noisy

from platoscope.scaling import fit_points
from platoscope.scaling.document import entry
from platoscope.scaling.schema import fault_in

BUDGET = np.array([1.0, 2, 4, 8, 16])
WHOLE = entry(fit_points(FRAMES, CAPTIONS, noisy(0), draws=100), chance=0.1)
REDUCED = entry(fit_points(BUDGET, np.full(5, 3.0), 0.6 - 0.3 / BUDGET + 0.01 * np.cos(BUDGET), draws=100))
FLAT = entry(fit_points(FRAMES, CAPTIONS, np.full(30, 0.3), draws=100))
FEW = entry(fit_points([1, 2, 4], [1, 1, 1], [0.1, 0.3, 0.4]))


def document(law: Any) -> dict[str, Any]:
    return {"kind": "laws", "format": 1, "laws": {"a": law}, "without": {}}


@pytest.mark.parametrize("law", [WHOLE, REDUCED, FLAT, FEW])
def test_whatever_a_fit_writes_is_without_fault(law: dict[str, Any]) -> None:
    assert fault_in(document(law)) is None
    assert fault_in(document({**law, "more": [1]})) is None


OPTIONAL = {"held", "r2", "heldout_rmse", "chance", "draws"}


@pytest.mark.parametrize("key", sorted(set(WHOLE) - OPTIONAL))
def test_a_key_that_is_missing_is_named(key: str) -> None:
    fault = fault_in(document({name: value for name, value in WHOLE.items() if name != key}))
    assert fault == f"laws > a > {key}: Field required"


def changed(law: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> str:
    law = copy.deepcopy(law)
    change(law)
    return fault_in(document(law)) or ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda law: law["parameters"].pop("beta"), "laws > a: parameters lack 'beta'"),
        (lambda law: law["parameters"].update(c_f=0.0), "laws > a: parameters have 'alpha'"),
        (lambda law: law.update(held=3.0), "held = 3.0 of the form 'full'"),
        (lambda law: law.update(form="frames", held=None), "held = None of the form 'frames'"),
        (lambda law: law.update(rmse="0.1"), "laws > a > rmse: Input should be a valid number"),
        (lambda law: law.update(rmse=float("nan")), "laws > a > rmse: Input should be a finite number"),
        (lambda law: law["points"]["score"].pop(), "points: lists of equal lengths are needed, not {'n_f': 30"),
        (lambda law: law["points"]["n_f"].__setitem__(3, 0), "points > n_f > 3: Input should be greater than or equal"),
        (lambda law: law["intervals"].update(level=1.0), "intervals > level: Input should be less than 1"),
        (lambda law: law["intervals"]["parameters"]["alpha"].pop(), "intervals > parameters > alpha: List should"),
        (lambda law: law["draws"]["alpha"].pop(), "draws are there that intervals do not tell of, draws: 100"),
        (lambda law: law["intervals"].pop("bootstrap"), "draws are there that intervals do not tell of"),
        (lambda law: law["draws"].pop("rmse"), "draws lack 'rmse'"),
        (lambda law: law["draws"]["c_f"].__setitem__(0, None), "draws of c_f have a null"),
        (lambda law: law["rivals"]["best"].update(aic="best"), "rivals > best > aic: Input should be"),
        (lambda law: law["rivals"]["curves"].pop("additive"), "rivals: curves lacks 'additive'"),
        (lambda law: law["not_pinned"].append("gamma"), "not_pinned > 0: Input should be"),
    ],
)
def test_what_no_law_has_is_refused_by_its_place(change: Callable[[dict[str, Any]], Any], message: str) -> None:
    assert message in changed(WHOLE, change)


def test_an_exponent_of_a_draw_may_be_null() -> None:
    assert changed(WHOLE, lambda law: law["draws"]["alpha"].__setitem__(0, None)) == ""


def test_further_faults_are_counted() -> None:
    assert changed(WHOLE, lambda law: law.update(rmse=None, n_points=None)).endswith(" (and 1 more)")
