"""The study of the level draws what it says it draws. Nothing of what it measures is tested here."""

from importlib import import_module

import numpy as np
import pytest

from conftest import ROOT


@pytest.fixture
def study(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    return import_module("benchmarks.time_study")


def test_signs_of_what_is_drawn_mean_nothing_and_layers_share_most(study):
    d = study.nothing(np.random.default_rng(0), layers=3, samples=4000)
    assert d.shape == (3, 4000, 24)
    lengths = np.linalg.norm(d, axis=2).mean(axis=1)
    assert (np.linalg.norm(d.mean(axis=1), axis=1) < 0.05 * lengths).all()
    unit = d / np.linalg.norm(d, axis=2, keepdims=True)
    assert np.mean(np.sum(unit[0] * unit[1], axis=1)) > 0.9


def test_all_lines_come_and_do_not_lean_on_threads(study, monkeypatch):
    monkeypatch.setattr(study, "FLIPS", 19)
    monkeypatch.setattr(study, "N", 40)
    draws = import_module("benchmarks.null_study").Draws
    one, two = ([*study._layers(draws(0.002, n)), *study._sources(draws(0.002, n))] for n in (1, 2))
    assert one == two
    lines = [*one, *study._others(draws(0.002, 2))]
    assert [line.goal for line in lines] == [
        *["3.5% to 6.5%"] * 3,
        "",
        *["3.5% to 6.5%"] * 2,
        "",
        *["3.5% to 6.5%"] * 5,
    ]
