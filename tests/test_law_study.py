"""The study of the law's intervals draws what it says it draws. Nothing of what it measures is tested here."""

from importlib import import_module
from types import ModuleType

import numpy as np
import pytest

from conftest import ROOT


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT)
    return import_module("benchmarks.law_study")


def test_samples_score_as_the_law_in_the_mean_and_cells_err_together(study: ModuleType) -> None:
    truth, rng = study.LAWS[0], np.random.default_rng(0)
    means = np.array([study.samples(truth, rng).mean(axis=0) / 10 for _ in range(30)])
    error = means.std(axis=0, ddof=1) / np.sqrt(30)
    assert np.all(np.abs(means.mean(axis=0) - truth.curve) < 4.5 * error)
    cells = np.corrcoef(means.T)
    assert np.mean(cells[np.triu_indices(len(cells), 1)]) > 0.5


def test_every_parameter_has_a_line_and_no_line_leans_on_threads(study: ModuleType) -> None:
    draws = import_module("benchmarks.null_study").Draws
    one, two = (study.by_residuals(draws(0.01, threads), study.LAWS[1]) for threads in (1, 2))
    assert one == two
    names = [line.what.removeprefix("coverage of ").partition(",")[0] for line in one]
    assert names == ["s_inf", "c_f", "c_c", "alpha", "beta", "the score at (160", "profiles"]
    assert all(line.goal == "90% to 98%" for line in one)


def test_a_line_counts_the_intervals_that_hold_the_truth_and_says_the_bias(study: ModuleType) -> None:
    truth = study.LAWS[0]
    values = np.array([*truth.parameters.values(), truth.beyond])
    found = np.stack([values + 0.01, values - 0.02, values + 0.03], axis=1)[None].repeat(4, axis=0)
    found[:1, :, 1:] = 7.0, 8.0
    for line in study._lines("made up", truth, found):
        assert line.ours.startswith("75.0%")
        assert line.peer.startswith("bias +0.0100")
        assert line.reached is False
