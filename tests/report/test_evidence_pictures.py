"""Pictures of what to believe show the numbers they were given, and say in words what they show."""

import dataclasses
import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from report_project import CAPTIONS, ENCODERS, FRAMES, K, N, pair

from platoscope.errors import InputError
from platoscope.reference_data import vatex_points
from platoscope.report.evidence import Cell, Evidence, Point
from platoscope.report.evidence_pictures import (
    curved_pair,
    evidence_pictures,
    gallery_pictures,
    growth_pictures,
)
from platoscope.report.facts import Pair
from platoscope.report.forest import Line as Row
from platoscope.report.forest import plot_evidence
from platoscope.report.galleries import Line, plot_gallery
from platoscope.report.look import CONTROL, TRAINED
from platoscope.report.published import PAPER_CHANCE, growth, plot_growth

CELL = Cell(
    "net", "words", 8, 4, 0.5, ("a", "b"), 0.11, 0.13, 0.05, 0.05, 0.06, 0.44, 0.43, (0.45, 0.56), (0.4, 0.6),
    (0.39, 0.61), 0.47, 0.0,
)  # fmt: skip
BARE = dataclasses.replace(
    CELL, video="raw", score=0.2, queries=(0.18, 0.23), samples=None, jackknife=None, heldout=0.19, null95=0.14
)


def trained() -> list[Pair]:
    stores = [pair(name, 2, level=level, seed=1) for name, level in zip(ENCODERS, (0.9, 0.5, 0.3), strict=True)]
    kinds = (None, "untrained", "pixels")
    return [Pair(store=one, law=None, control=kind, layers="fixed") for one, kind in zip(stores, kinds, strict=True)]


def point(video: str, line: str, n: int, k: int, score: float) -> Point:
    return Point(video, "words", line, n, k, 5, score, score - 0.01, score + 0.02, k / n, k / n + 0.01)


def curves(*ks: int) -> Evidence:
    points = [
        point(video, f"k = {k}", n, k, 0.9 - 0.2 * place - 0.01 * k - 0.1 * (n == N))
        for place, video in enumerate(ENCODERS)
        for n in (20, N)
        for k in ks
    ]
    return Evidence(gallery=(*points, point("net", "k = N/100", 20, 1, 0.3), point("net", "k = N/100", N, 1, 0.31)))


def segments(figure: Figure) -> list[list[float]]:
    """Ends of every stroke of the first axes, x for level ones."""
    drawn = [segment for lines in figure.axes[0].collections for segment in lines.get_segments()]  # type: ignore[attr-defined]
    return [sorted({float(x) for x, _ in segment}) for segment in drawn]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_a_row_shows_score_intervals_held_out_score_and_null() -> None:
    rows = [Row(CELL, "net", control=False), Row(BARE, "raw", control=True)]
    figure = plot_evidence(rows, chance=0.1, title="score", top=0.6)
    axes = figure.axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [(line.get_xdata()[0], line.get_ydata()[0], line.get_color()) for line in dots] == [
        (0.5, 0, TRAINED[0]), (0.2, 1, CONTROL),
    ]  # fmt: skip
    assert segments(figure) == [[0.4, 0.6], [0.45, 0.56], [0.47], [0.18, 0.23], [0.19]]
    assert [patch.get_width() for patch in axes.patches] == [0.13, 0.14]  # type: ignore[attr-defined]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["net", "raw"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first row is the upper one
    assert texts(figure) == ["chance 0.100, 95 % of shuffles below 0.130"]
    with pytest.raises(InputError, match="no cell of the grid"):
        plot_evidence([], chance=0.1, title="score", top=0.6)


def test_both_ends_of_the_grid_are_drawn_on_one_scale_trained_pairs_first() -> None:
    pairs = trained()[::-1]
    cells = [
        dataclasses.replace(BARE, video=video, n_f=n_f, n_c=n_c, score=score)
        for n_f, n_c, score in ((8, 4, 0.5), (1, 1, 0.1))
        for video in ENCODERS
    ]
    largest, smallest = evidence_pictures(pairs, Evidence(settings={}, cells=tuple(cells)))
    assert largest is not None
    assert smallest is not None
    assert re.findall(r"(\w+) . words", largest.alt) == ["net", "thumbnail", "net_untrained"]
    assert "net \N{MULTIPLICATION SIGN} words 0.500, shuffles below 0.140, over queries 0.180 to 0.230" in largest.alt
    assert "words 0.100" in smallest.alt
    ticks = [re.findall(r">(0\.\d+)</text>", picture.svg) for picture in (largest, smallest)]
    assert ticks[0] == ticks[1]
    assert evidence_pictures(pairs, Evidence()) == [None, None]


def test_curves_show_their_points_over_the_null_of_the_first_line() -> None:
    lines = [
        Line((point("net", "k = 5", 20, 5, 0.8), point("net", "k = 5", N, 5, 0.6)), "net, k = 5", TRAINED[0]),
        Line((point("raw", "k = 5", 20, 5, 0.3), point("raw", "k = 5", N, 5, 0.2)), "raw, k = 5", CONTROL, 1),
    ]
    figure = plot_gallery(lines, against="n", top=0.8, title="score", letters=12)
    axes = figure.axes[0]
    drawn = {line.get_color(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines}
    assert drawn == {TRAINED[0]: ([20, N], [0.8, 0.6]), CONTROL: ([20, N], [0.3, 0.2])}
    shade = axes.collections[0].get_paths()[0].vertices
    assert {(20.0, 5 / 20 + 0.01), (float(N), 5 / N + 0.01)} <= {(float(x), float(y)) for x, y in shade}
    assert list(axes.get_xticks()) == [20, N]
    assert texts(figure) == ["net, k = 5", "raw, k = 5"]
    with pytest.raises(InputError, match="2 lines against 'q'"):
        plot_gallery(lines, against="q", top=0.8, title="score", letters=12)
    with pytest.raises(InputError, match="0 lines against 'n'"):
        plot_gallery([], against="n", top=0.8, title="score", letters=12)


def test_the_best_pair_and_controls_stand_against_n_at_the_k_of_the_scores_and_against_k_at_the_largest_n() -> None:
    by_n, by_k = gallery_pictures(trained(), curves(2, K))
    assert "net, k = 5  0.750: 20 videos 0.850, 40 videos 0.750" in by_n.alt
    assert "net, k = N/100  0.310: 20 videos 0.300, 40 videos 0.310" in by_n.alt
    assert "net_untrained, k = 5  0.550" in by_n.alt
    assert "k = 2" not in by_n.alt
    assert "thumbnail  0.350: k = 2 0.380, k = 5 0.350" in by_k.alt
    assert "N/100" not in by_k.alt


def test_a_line_at_another_k_than_that_of_the_scores_says_which() -> None:
    by_n, _ = gallery_pictures(trained(), curves(2, 20))
    assert "net, k = 2  0.780: 20 videos" in by_n.alt
    assert "k = 5" not in by_n.alt


def test_pairs_without_curves_leave_the_picture_to_the_best_that_has_some() -> None:
    pairs = trained()
    evidence = curves(2, K)
    fewer = dataclasses.replace(evidence, gallery=tuple(p for p in evidence.gallery if p.video != "net"))
    assert curved_pair(pairs, evidence) is pairs[0]
    assert curved_pair(pairs, fewer) is pairs[1]
    assert gallery_pictures(pairs, fewer)[0].alt.startswith("Scores against n. net_untrained, k = 5  0.550")
    assert curved_pair(pairs, Evidence()) is None
    assert gallery_pictures(pairs, Evidence()) == []


def test_growth_beside_the_papers_is_a_share_of_what_the_largest_shared_budgets_give_above_chance() -> None:
    best = trained()[0]
    found = growth(best, vatex_points())
    assert found is not None
    assert (found.at, found.axes()) == ((8, 4), ["frames", "captions"])
    top = best.grid[-1, -1]
    for f, n_f in enumerate(FRAMES):
        for c, n_c in enumerate(CAPTIONS):
            expected = (best.grid[f, c] - best.chance) / (top - best.chance)
            assert found.own[n_f, n_c] == pytest.approx(expected)
    points = vatex_points()
    cells = zip(points.n_f.tolist(), points.n_c.tolist(), strict=True)
    scores = dict(zip(cells, points.score.tolist(), strict=True))
    assert pytest.approx(10 / 1023) == PAPER_CHANCE
    assert found.paper[1, 1] == pytest.approx((scores[1, 1] - 10 / 1023) / (scores[8, 4] - 10 / 1023))
    assert set(found.paper) == set(scores)
    axes = plot_growth(found, axis="frames", label="net").axes[0]
    own = next(line for line in axes.lines if line.get_color() == TRAINED[0])
    np.testing.assert_allclose(np.asarray(own.get_ydata()), [found.own[n_f, 4] for n_f in FRAMES])
    assert axes.get_xlabel() == "frames shown, with 4 captions"
    assert growth_pictures(trained())[1][0].alt.startswith(
        "Growth against frames above chance, as a share of that with 8 frames, 4 captions: net"
    )


def test_without_budgets_in_common_nothing_is_laid_beside_the_paper() -> None:
    whole = trained()[0]
    odd = dataclasses.replace(whole, store=dataclasses.replace(whole.store, frames=(3, 5, 7, 9)))
    assert growth_pictures([odd]) == (None, [])
    nothing = dataclasses.replace(whole, store=dataclasses.replace(whole.store, score=0 * whole.store.score))
    assert growth_pictures([nothing]) == (None, [])
    one = dataclasses.replace(whole.store, captions=(1,), score=whole.store.score[:, :1])
    found, pictures = growth_pictures([dataclasses.replace(whole, store=one)])
    assert found is not None
    assert found.axes() == ["frames"]
    assert len(pictures) == 1
