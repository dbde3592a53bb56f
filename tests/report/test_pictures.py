"""Pictures show the numbers they were given, are the same in every run, and say in words what they show."""

import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from platoscope.errors import InputError
from platoscope.report.curves import Series, plot_budget, plot_headline
from platoscope.report.grids import plot_grid
from platoscope.report.layers import plot_layers
from platoscope.report.look import CONTROL, DARK, TRAINED, render_svg, spread, svg_file, svg_inline

FRAMES, CAPTIONS = (1, 2, 4, 8), (1, 3, 10)
LAW = np.linspace(1.0, 8.0, 9), np.linspace(0.2, 0.5, 9)
TRUE = Series(
    "lite0",
    FRAMES,
    np.array([0.21, 0.32, 0.43, 0.54]),
    held=10,
    half_width=np.full(4, 0.03),
    law=LAW,
    start=("1 frame, 1 caption", 0.11),
)
BARE = Series("mean_colour", FRAMES, np.array([0.05, 0.06, 0.07, 0.08]), held=10, control=True)
GRID = np.arange(12.0).reshape(4, 3) / 20


def budget_figure(*series: Series) -> Figure:
    return plot_budget(series, axis="frames", chance=0.04, title="score")


def layers_figure() -> Figure:
    return plot_layers(GRID, video_layers="abcd", text_layers=["t_0", "t_1", "t_2"], video="v", text="t", top=0.6)


def points(axes: Axes, marker: str) -> dict[str, list[float]]:
    """Scores drawn with a marker, by the colour they are drawn in."""
    lines = [line for line in axes.lines if line.get_marker() == marker and len(line.get_ydata()) > 1]
    return {line.get_color(): list(line.get_ydata()) for line in lines}


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=12), st.floats(0.001, 0.4))
def test_labels_are_moved_apart_as_isotonic_regression_would(values: list[float], gap: float) -> None:
    order = np.argsort(values, kind="stable")
    ladder = gap * np.arange(len(values))
    oracle = isotonic_regression(np.asarray(values)[order] - ladder).x + ladder
    np.testing.assert_allclose(np.asarray(spread(values, gap=gap))[order], oracle, atol=1e-9)


def test_labels_that_do_not_overlap_stay_where_they_are() -> None:
    assert spread([0.5, 0.1, 0.3], gap=0.19) == [0.5, 0.1, 0.3]


def test_a_picture_shows_the_points_the_law_and_the_intervals_it_was_given() -> None:
    axes = budget_figure(TRUE, BARE).axes[0]
    assert points(axes, "o") == {TRAINED[0]: [0.21, 0.32, 0.43, 0.54]}
    assert points(axes, "s") == {CONTROL: [0.05, 0.06, 0.07, 0.08]}
    laws = [line for line in axes.lines if len(line.get_xdata()) == 9]
    assert [list(law.get_ydata()) for law in laws] == [list(LAW[1])]
    ends = np.array([segment[:, 1] for segment in axes.collections[0].get_segments()])
    np.testing.assert_allclose(ends, TRUE.score[:, None] + [-0.03, 0.03])
    rings = [line for line in axes.lines if list(line.get_ydata()) == [0.11]]
    assert [line.get_markeredgecolor() for line in rings] == [TRAINED[0]]


def test_lines_are_named_at_their_ends_and_chance_beside_them() -> None:
    assert texts(budget_figure(TRUE, BARE)) == [
        "1 frame,\n1 caption",
        "chance 0.040",
        "lite0  0.540",
        "mean_colour  0.080",
    ]


def test_the_budgets_are_the_ticks_of_a_logarithmic_axis_and_scores_start_at_zero() -> None:
    axes = budget_figure(TRUE).axes[0]
    assert axes.get_xscale() == "log"
    assert list(axes.get_xticks()) == [1, 2, 4, 8]
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > 0.54


def test_both_halves_of_the_headline_stand_on_one_scale_and_end_alike() -> None:
    by_captions = Series("lite0", CAPTIONS, np.array([0.3, 0.45, 0.54]), held=8)
    left, right = plot_headline([TRUE], [by_captions], chance=0.04, title="score").axes
    assert left.get_ylim() == right.get_ylim()
    assert (left.get_xlabel(), right.get_xlabel()) == ("frames shown, with 10 captions", "captions told, with 8 frames")


@pytest.mark.parametrize(("axis", "lines", "last"), [("frames", GRID.T, "10 captions"), ("captions", GRID, "8 frames")])
def test_a_grid_is_a_line_for_every_value_of_the_other_budget(axis: str, lines: np.ndarray, last: str) -> None:
    figure = plot_grid(GRID, frames=FRAMES, captions=CAPTIONS, axis=axis, chance=0.04, title="score", top=0.6)
    drawn = [list(line.get_ydata()) for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert drawn == lines.tolist()
    assert last in texts(figure)


def test_lines_of_a_grid_that_end_together_are_named_at_both_extremes_only() -> None:
    flat = np.full((4, 3), 0.05) + 0.001 * np.arange(3)
    figure = plot_grid(flat, frames=FRAMES, captions=CAPTIONS, axis="frames", chance=0.04, title="score", top=0.6)
    assert texts(figure) == ["1", "10 captions", "chance 0.040"]


def test_a_map_of_layers_shows_every_score_and_rings_the_best() -> None:
    axes = layers_figure().axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), GRID)
    assert axes.images[0].get_clim() == (0.0, 0.6)
    assert {(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines} == {(2, 3)}
    assert axes.get_title(loc="left") == "best 0.550: d, t_2"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2", "1", "0"]
    assert axes.get_xlabel() == "t, t_…"


def test_a_map_of_many_layers_names_the_deepest_and_only_some_others() -> None:
    names = [f"block {place}x" for place in range(60)]
    figure = plot_layers(np.zeros((60, 60)), video_layers=names, text_layers=names, video="v", text="t", top=1.0)
    for labels in (figure.axes[0].get_xticklabels(), figure.axes[0].get_yticklabels()):
        assert labels[0].get_text() == "block 59x"
        assert 5 < len(labels) <= 15


@pytest.mark.parametrize("draw", [lambda: budget_figure(TRUE, BARE), layers_figure])
def test_a_picture_is_the_same_in_every_run_whatever_the_readers_own_settings(draw: object) -> None:
    first = svg_file(render_svg(draw()), alt="words")  # type: ignore[operator]
    with mpl.rc_context({"svg.hashsalt": "other", "svg.fonttype": "path", "font.size": 30, "axes.grid": True}):
        second = svg_file(render_svg(draw()), alt="words")  # type: ignore[operator]
    assert first == second
    assert "date" not in first.lower()
    assert "matplotlib.org" not in first


def test_a_file_is_xml_whose_words_and_labels_are_text() -> None:
    hostile = Series('<b>&"x', FRAMES, TRUE.score, held=10)
    text = svg_file(render_svg(budget_figure(hostile)), alt='5 < 6 & "so on"')
    root = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text == '5 < 6 & "so on"'  # type: ignore[union-attr]
    assert '<b>&"x  0.540' in ["".join(element.itertext()) for element in root.iter(f"{space}text")]


def test_a_file_turns_every_colour_it_uses_for_dark_paper_but_those_that_suit_both() -> None:
    text = svg_file(render_svg(budget_figure(TRUE, BARE)), alt="words")
    used = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", text[text.index("</style>") :]))
    assert used <= set(DARK)
    for colour in used:
        assert f'[style*="fill: {colour}"]{{fill:{DARK[colour]}!important}}' in text


def test_an_element_for_a_page_keeps_its_ids_apart_and_refers_to_its_own() -> None:
    text = svg_inline(render_svg(layers_figure()), name="a", alt='"quoted"')
    root = ET.fromstring(text.replace("xlink:", ""))
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    references = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    assert references
    assert references <= ids
    assert all(name.startswith("a-") for name in ids)
    assert root.get("aria-label") == '"quoted"'
    assert "http" not in text
    assert "<style" not in text


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Series("lite0", (1, 2), np.zeros(3), held=1), r"lite0: score \(3,\), 2 budgets"),
        (lambda: Series("lite0", (1, 2), np.zeros(2), held=1, half_width=np.zeros(1)), "one score a budget"),
        (lambda: plot_budget([TRUE], axis="time", chance=0.1, title="score"), "axis = 'time': 'frames' or 'captions'"),
        (
            lambda: plot_grid(
                GRID.T, frames=FRAMES, captions=CAPTIONS, axis="frames", chance=0.1, title="score", top=1.0
            ),
            r"score \(3, 4\): \[4, 3\] by the budgets",
        ),
        (
            lambda: plot_layers(GRID, video_layers="ab", text_layers="xyz", video="v", text="t", top=1.0),
            r"score \(4, 3\): \[2, 3\] by the names",
        ),
    ],
)
def test_arrays_that_do_not_fit_their_names_are_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]
