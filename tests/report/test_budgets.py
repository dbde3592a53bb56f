"""Encoders with budgets of their own stand in one report: no picture and no word takes those of the first for all."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from platoscope.report.added import Added
from platoscope.report.curves import Array, Series, plot_budget, plot_headline
from platoscope.report.evidence import Evidence
from platoscope.report.facts import Pair, shared_cell
from platoscope.report.page import Source, render_page
from platoscope.report.pictures import Pictures, draw_all
from platoscope.store import PairLayers

N, K = 20, 5
FRAMES, CAPTIONS = (1, 2, 4), (1, 3, 10)
FULL = {"s_inf": 0.6, "c_f": 0.1, "alpha": 1.0, "c_c": 0.2, "beta": 1.0, "r2": 1.0, "rmse": 0.0}
OF_CAPTIONS = {"s_inf": 0.5, "c_c": 0.2, "beta": 1.0, "r2": 1.0, "rmse": 0.0}
OF_FRAMES = {"s_inf": 0.5, "c_f": 0.2, "alpha": 1.0, "r2": 1.0, "rmse": 0.0}
FORMULA = re.compile(r'<p class="formula">(.*?)</p>')


def pair(
    video: str,
    law: dict[str, float],
    *,
    frames: tuple[int, ...] = FRAMES,
    captions: tuple[int, ...] = CAPTIONS,
    control: str | None = None,
) -> Pair:
    """A pair of one layer a side whose scores rise with both budgets."""
    f, c = np.array(frames)[:, None], np.array(captions)[None, :]
    score = (0.6 if control is None else 0.3) - 0.1 / f - 0.1 / c
    overlap = np.tile(np.arange(N) % 3, (len(frames), len(captions), 1)).astype(np.uint16)
    store = PairLayers(
        video,
        "words",
        frames,
        captions,
        ("b_0",),
        ("h_0",),
        (0, 0),
        score[:, :, None, None],
        overlap,
        np.zeros((2, N, K), np.int32),
        N,
        "mutual_knn",
        K,
        K / (N - 1),
        "digest",
    )
    return Pair(store=store, law=law, control=control, layers="fixed")


def mixed() -> list[Pair]:
    """An encoder that is shown the first frame alone sorts before the others."""
    return [pair("a_first", OF_CAPTIONS, frames=(1,)), pair("net", FULL), pair("raw", FULL, control="pixels")]


def lines(figure: Figure, place: int = 0) -> list[tuple[list[float], list[float]]]:
    """Budgets and scores of the points of every line, trained encoders after controls."""
    drawn = [line for line in figure.axes[place].lines if line.get_marker() in ("o", "s")]
    drawn = [line for line in drawn if line.get_markeredgewidth() != 1.0]  # rings
    return [(np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist()) for line in drawn]


def by(axis: str, pairs: list[Pair]) -> Figure:
    return plot_budget([pair.series(axis) for pair in pairs], axis=axis, chance=0.2, title="score")


def drawn(pairs: list[Pair]) -> Pictures:
    return draw_all(pairs, evidence=Evidence())


def page(pairs: list[Pair]) -> str:
    text = render_page(
        pairs,
        evidence=Evidence(),
        laws={},
        pictures=drawn(pairs),
        more=Added((), None, {}),
        most=[],
        least=[],
        source=Source(None, "0", {}),
        params_text="report: {}",
    )
    return " ".join(text.split())


@pytest.mark.parametrize("turned", [False, True])
def test_the_axis_has_the_budgets_of_all_lines_whichever_stands_first(turned: bool) -> None:
    pairs = mixed()[::-1] if turned else mixed()
    axes = by("frames", pairs).axes[0]
    assert list(axes.get_xticks()) == [1, 2, 4]
    assert axes.get_xlim()[0] < 1
    assert 4 < axes.get_xlim()[1] < 5


def test_a_frame_budget_that_does_not_vary_is_one_point_against_frames_and_a_curve_against_captions() -> None:
    first, net, raw = mixed()
    assert first.series("frames").law is None
    budgets, law = first.series("captions").law  # type: ignore[misc]
    np.testing.assert_allclose(law, 0.5 - 0.2 / budgets)
    of_frames, of_captions = by("frames", mixed()), by("captions", mixed())
    expected = [
        (list(FRAMES), list(raw.grid[:, -1])),
        ([1.0], [first.grid[0, -1]]),
        (list(FRAMES), list(net.grid[:, -1])),
    ]
    assert lines(of_frames) == expected
    assert lines(of_captions)[1] == (list(CAPTIONS), list(first.grid[0]))
    headline = plot_headline(
        [pair.series("frames") for pair in mixed()],
        [pair.series("captions") for pair in mixed()],
        chance=0.2,
        title="score",
    )
    assert (lines(headline, 0), lines(headline, 1)) == (expected, lines(of_captions))


def test_the_axis_names_every_held_budget_and_a_line_its_own_where_it_is_not_the_largest() -> None:
    of_frames, of_captions = by("frames", mixed()).axes[0], by("captions", mixed()).axes[0]
    assert of_frames.get_xlabel() == "frames shown, with 10 captions"
    assert of_captions.get_xlabel() == "captions told, with 1 or 4 frames"
    names = [text.get_text() for text in of_captions.texts]
    assert "a_first, 1 frame  0.490" in names
    assert "net  0.565" in names
    assert "a_first  0.490" in [text.get_text() for text in of_frames.texts]


def test_a_line_that_ends_early_is_joined_to_its_name_by_a_thread_at_its_last_score() -> None:
    axes = by("frames", mixed()).axes[0]
    threads = [line for line in axes.lines if line.get_linewidth() == 0.5]
    assert [np.asarray(line.get_ydata()).tolist() for line in threads] == [[0.49, 0.49]]
    assert np.asarray(threads[0].get_xdata()).tolist() == [1, axes.get_xlim()[1]]
    whole = by("captions", mixed()).axes[0]
    assert not [line for line in whole.lines if line.get_linewidth() == 0.5]


def test_rings_are_named_where_their_own_line_begins() -> None:
    def series(label: str, budgets: tuple[int, ...], name: str) -> Series:
        scores: Array = np.linspace(0.3, 0.4, len(budgets))
        return Series(label, budgets, scores, held=10, start=(name, 0.1))

    lines = [series("a", (1,), "1 frame, 1 caption"), series("b", (2, 4), "2 frames, 1 caption")]
    axes = plot_budget(lines, axis="frames", chance=0.05, title="score").axes[0]
    named = {text.get_text(): text.xy for text in axes.texts if "caption" in text.get_text()}  # type: ignore[attr-defined]
    assert named == {"1 frame,\n1 caption": (1, 0.1), "2 frames,\n1 caption": (2, 0.1)}


def test_every_pair_has_a_grid_against_the_budgets_that_vary_in_it() -> None:
    pictures = drawn(mixed())
    first, net, raw = (pair.name for pair in mixed())
    assert {axis: list(grids) for axis, grids in pictures.grids.items()} == {
        "frames": [net, raw],
        "captions": [first, net, raw],
    }
    text = page(mixed())
    for axis, grids in pictures.grids.items():
        for name, picture in grids.items():
            caption = text.index(f"<figcaption>{name}", text.index("Against " + axis))
            assert text.index(" ".join(picture.inline().split())[:200], caption) > caption


def test_words_for_who_cannot_see_name_the_budgets_of_a_line_that_has_its_own() -> None:
    pictures = drawn(mixed())
    assert pictures.halves[0].alt.startswith(
        "Score against frames shown, from 1 to 4: "
        "a_first 0.490 (at 1 frame alone); net 0.490 to 0.565 (at 1 to 4 frames)"
    )
    assert "a_first 0.400 to 0.490 (with 1 frame); net 0.475 to 0.565 (with 4 frames)" in pictures.halves[1].alt
    assert "words 0.400 to 0.490 (1 frame, 1 caption to 1 frame, 10 captions)" in pictures.headline.alt
    alike = drawn(mixed()[1:])
    assert alike.headline.alt.startswith("Scores from 1 frame, 1 caption to 4 frames, 10 captions: net")
    assert "(" not in alike.headline.alt + alike.halves[0].alt


def test_a_cell_that_is_not_the_same_for_all_pairs_has_no_name_in_common() -> None:
    assert shared_cell(mixed(), 0) == "1 frame, 1 caption"
    assert shared_cell(mixed(), -1) is None
    assert shared_cell(mixed()[1:], -1) == "4 frames, 10 captions"


def test_the_page_names_the_budgets_of_each_pair_that_has_its_own() -> None:
    text = page(mixed())
    assert "ring: 1 frame, 1 caption; dot: the largest budgets; dotted: chance" in text
    tag = '<span class="tag">frames: 1</span>'
    assert f"a_first \N{MULTIPLICATION SIGN} words{tag}" in text
    assert f"net \N{MULTIPLICATION SIGN} words{tag}" not in text
    assert "<dt>frames</dt><dd>1, 2, 4</dd>" in text
    assert "<dd>a_first \N{MULTIPLICATION SIGN} words: frames: 1</dd>" in text
    assert "but for" not in page(mixed()[1:])


def test_a_reduced_law_is_announced_beside_the_full_one_with_its_own_formula() -> None:
    text = page(mixed())
    assert "a_first \N{MULTIPLICATION SIGN} words was scored with 1 frame only" in text
    assert "the law of captions alone (<i>n</i><sub>f</sub> = 1)" in text
    full, reduced = FORMULA.findall(text)
    assert "α" in full  # noqa: RUF001
    assert "β" in full
    assert "β" in reduced
    assert "α" not in reduced  # noqa: RUF001


def test_the_full_formula_is_not_shown_where_no_pair_has_two_budgets_that_vary() -> None:
    text = page([pair("net", OF_FRAMES, captions=(1,)), pair("raw", OF_FRAMES, captions=(1,), control="pixels")])
    assert "All pairs were scored with 1 caption only" in text
    assert "the law of frames alone (<i>n</i><sub>c</sub> = 1)" in text
    (only,) = FORMULA.findall(text)
    assert "α" in only  # noqa: RUF001
    assert "β" not in only
    assert "taken to add up" not in text


def test_the_law_of_pairs_whose_budgets_both_vary_is_the_full_one_alone() -> None:
    text = page(mixed()[1:])
    assert len(FORMULA.findall(text)) == 1
    assert "taken to add up" in text
    assert " alone (<i>" not in text
