"""The picture of a law shows its points, curves and interval, and says in words what it shows."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platoscope.report.law_pictures import draw_laws, draw_row, formula
from platoscope.scaling import fit_points, law_curve
from platoscope.scaling.document import entry
from platoscope.scaling.intervals import curve_intervals

FRAMES, CAPTIONS = (grid.ravel() for grid in np.meshgrid([1, 2, 4, 8, 16], [1, 3, 10], indexing="ij"))
SCORE = 0.6 - 0.2 * FRAMES**-0.8 - 0.15 * CAPTIONS**-1.2 + 0.01 * np.cos(np.arange(15))
FIT = fit_points(FRAMES, CAPTIONS, SCORE, draws=100)
ENTRY = entry(FIT, chance=0.04)


def panels(law: dict[str, object]) -> list[Axes]:
    figure = Figure(figsize=(8, 3))
    draw_row(figure, 0, 1, name="lite0", law=law)
    return list(figure.axes)


def test_every_score_is_a_point_in_either_panel_and_every_other_budget_has_its_curve() -> None:
    left, right = panels(ENTRY)
    for axes, mine, other in ((left, FRAMES, CAPTIONS), (right, CAPTIONS, FRAMES)):
        points = [line for line in axes.lines if line.get_marker() == "o"]
        assert len(points) == len(set(other.tolist()))
        drawn = sorted((x, y) for line in points for x, y in zip(*line.get_data(), strict=True))
        assert drawn == sorted(zip(mine.tolist(), SCORE.tolist(), strict=True))
        curves = [line for line in axes.lines if len(line.get_xdata()) == 65]
        for curve, held in zip(curves, sorted(set(other.tolist())), strict=True):
            x = np.asarray(curve.get_xdata())
            budgets = (x, held) if axes is left else (held, x)
            np.testing.assert_allclose(curve.get_ydata(), law_curve(ENTRY["parameters"], *budgets))
        assert axes.get_ylim()[0] == 0.0


def test_the_band_is_the_interval_of_the_expected_score_at_the_largest_of_the_other_budget() -> None:
    assert FIT.bootstrap is not None
    band = panels(ENTRY)[0].collections[0].get_paths()[0].vertices
    at_end = sorted(y for x, y in np.asarray(band).tolist() if x == pytest.approx(16))
    ends = curve_intervals(FIT.bootstrap, FIT.law.to_dict(), [16], [10], rmse=FIT.law.rmse, level=0.95)[0]
    assert (at_end[0], at_end[-1]) == pytest.approx(ends, abs=1e-6)


def test_a_reduced_law_has_one_panel_and_a_law_without_draws_no_band() -> None:
    fit = fit_points([1, 2, 4], [5, 5, 5], [0.2, 0.3, 0.34])
    (axes,) = panels(entry(fit))
    assert not axes.collections
    assert axes.get_xlabel() == "frames shown"
    assert "1 caption" not in [text.get_text() for text in axes.texts]


def test_the_file_is_well_formed_says_what_it_shows_and_is_the_same_in_every_run() -> None:
    laws = {"lite0 <a>": ENTRY, "thumbnail": ENTRY}
    text = draw_laws(laws)
    assert text == draw_laws(laws)
    title = ET.fromstring(text).find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text is not None
    assert f"lite0 <a>: 15 scores from {SCORE.min():.3f} to {SCORE.max():.3f}, law {formula(ENTRY)}." in title.text
    assert "prefers-color-scheme: dark" in text


def test_the_formula_has_the_terms_that_exist() -> None:
    law = {"parameters": {"s_inf": 0.41, "c_f": 0.145, "alpha": 0.746, "c_c": 0.0}, "r2": 0.979}
    assert formula(law) == "0.410 \N{MINUS SIGN} 0.145 frames^\N{MINUS SIGN}0.75; R² 0.979"
    assert formula({"parameters": {"s_inf": 0.3}}) == "0.300"
