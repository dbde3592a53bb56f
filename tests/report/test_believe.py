"""The page says beside every score what to believe of it, in words and numbers, as far as that is known."""

import re
from pathlib import Path

import pytest
from report_project import CAPTIONS, ENCODERS, FRAMES, SHALLOW, WARNING, K, N, Page, build, html, report

from platoscope import store
from platoscope.project import Project
from platoscope.report.evidence import read_evidence

LARGEST = ("net", "words", FRAMES[-1], CAPTIONS[-1])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its report, which tests only read."""
    made = build(tmp_path_factory.mktemp("made"))
    report(made)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without a report."""
    return build(tmp_path)


def words(project: Project, section: str | None = None) -> str:
    """The page's text, or that of a section, in one line without markup."""
    text = html(project)
    if section:
        text = text[text.index(f'<section id="{section}"') :]
        text = text[: text.index("</section>")]
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


def test_every_cell_stands_in_the_table_with_the_numbers_of_the_stage(made: Project) -> None:
    rows = Page(html(made)).tables["believe"][0]
    found = read_evidence(alignment=made.alignment, gallery=made.results / "plots/gallery.csv")
    groups = [place for place, row in enumerate(rows) if len(row) == 1]
    assert [rows[place] for place in groups] == [["with 8 frames, 4 captions"], ["with 1 frame, 1 caption"]]
    for at, (n_f, n_c) in zip(groups, [(8, 4), (1, 1)], strict=True):
        for row, video in zip(rows[at + 1 :], ENCODERS, strict=False):
            cell = found.cell(video, "words", n_f, n_c)
            assert cell is not None
            assert row[0].startswith(f"{video} \N{MULTIPLICATION SIGN} words")
            ends = [
                f"{known[0]:.3f}\N{EN DASH}{known[1]:.3f}" if known else "\N{EN DASH}"
                for known in (cell.samples, cell.jackknife, cell.queries)
            ]
            numbers = (cell.score, cell.null95, cell.calibrated, cell.calibrated95, cell.heldout)
            score, null95, calibrated, stricter, heldout = (f"{value:.3f}".replace("-", "−") for value in numbers)  # noqa: RUF001
            p, q = ("0.05*", "0.06") if n_f == 8 else ("0.1", "0.12")
            assert row[1:] == [
                score, null95, p, q, calibrated, stricter, *ends, heldout, "2.5 %",
            ]  # fmt: skip


def test_the_words_give_null_p_floor_and_intervals_with_the_numbers_of_the_best_pair(made: Project) -> None:
    text = words(made, "believe")
    assert "done 19 times, videos of one source moving together" in text
    assert "with 8 frames and 4 captions such shuffles score 0.140 in the mean, more than the 0.128 of chance" in text
    assert "95 % of them stay below 0.174" in text
    assert "Here p = 0.05, the least that 19 permutations can give: none of them reached the score" in text
    assert "for the 6 scores that were tested" in text
    assert "All are 90 % intervals" in text
    assert f"among these same {N} videos (2,000 draws)" in text
    assert "(10 splits, both ways)" in text
    assert "It falls most for" in text
    assert "Here there are none" not in text  # ties


def test_the_null_joins_chance_in_the_headline_and_in_the_key_numbers(made: Project) -> None:
    picture = (made.results / "plots/headline.svg").read_text()
    assert picture.count("chance 0.128, 95 % of shuffles below 0.174") == 2
    assert "95 % of shuffles stay below 0.174." in picture
    assert "95 % of shuffled captions stay below0.174" in words(made)


def test_hubs_of_the_best_pairs_layers_are_named_by_id(made: Project) -> None:
    (table,) = Page(html(made)).tables["layers"]
    found = read_evidence(alignment=made.alignment, gallery=made.results / "plots/gallery.csv")
    best = next(store.read_alignment(made.alignment))
    named = [("video", "net", best.video_layers[best.fixed[0]]), ("text", "words", best.text_layers[best.fixed[1]])]
    assert len(table) == 3
    for row, (side, encoder, layer) in zip(table[1:], named, strict=True):
        hubs = found.hubs_of(side, encoder, layer)
        assert hubs is not None
        listed = ", ".join(f"{name} ({times} time{'s' if times != 1 else ''})" for name, times in hubs.top)
        assert row == [f"{encoder}, {layer}", f"{hubs.skew:.2f}", f"{100 * hubs.orphans:.1f} %", listed]


def test_the_curves_come_with_the_sentence_that_they_are_about(made: Project) -> None:
    text = words(made, "among")
    assert "Scores among different numbers of videos must not be compared." in text
    assert f"at k = {K}, score 0.650 among 20 videos and 0.450 among {N}" in text


def test_each_note_is_said_once_with_the_pairs_that_it_is_of(made: Project) -> None:
    text = words(made, "made")
    assert text.count(SHALLOW) == 2
    assert f"curves: {SHALLOW} for N = 20 at k = 50 (all pairs)" in text
    assert f"8 frames, 4 captions: no jackknife: {SHALLOW} (thumbnail \N{MULTIPLICATION SIGN} words)" in text
    assert WARNING in words(made, "believe")


def test_without_statistics_the_page_keeps_its_rules_of_thumb_and_shows_nothing_of_them(project: Project) -> None:
    for path in ("statistics.json", "hubs.csv"):
        (project.alignment / path).unlink()
    (project.results / "plots/gallery.csv").unlink()
    report(project)
    text, page = words(project), Page(html(project))
    assert "believe" not in page.tables
    assert "layers" not in page.tables
    assert 'id="among"' not in html(project)
    assert "The best of many is flattered" in text
    assert "shuffle" not in text
    assert "shuffles" not in (project.results / "plots/headline.svg").read_text()


def test_a_table_of_pairs_without_statistics_is_enough_for_a_page(project: Project) -> None:
    rows = (project.alignment / "pairs.csv").read_text().splitlines()
    (project.alignment / "pairs.csv").write_text("".join(",".join(row.split(",")[:9]) + "\n" for row in rows))
    report(project)
    assert "believe" not in Page(html(project)).tables
    assert "among" in html(project)
