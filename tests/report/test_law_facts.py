"""The page says of every law what the document of laws says: intervals, what is pinned, rivals and the other layers."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from report_project import ENCODERS, Page, build, html, report

from platoscope.errors import DataError, StoreError
from platoscope.project import Project
from platoscope.report.law_facts import PARAMETERS, read_law_facts
from platoscope.scaling import read_laws

FIVE = ("s_inf", "c_f", "alpha", "c_c", "beta")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its report, whose stores these tests leave as they are."""
    made = build(tmp_path_factory.mktemp("laws"))
    report(made)
    return made


def entries(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.laws.read_text())["laws"]
    return found


def changed(project: Project, tmp_path: Path, change: Any) -> str:
    """The page of a document of laws whose entry of the best pair is changed."""
    return changed_document(project, tmp_path, lambda document: change(document["laws"]["net:words"]))


def changed_document(project: Project, tmp_path: Path, change: Any) -> str:
    """The page of a document of laws that is changed."""
    document = json.loads(project.laws.read_text())
    change(document)
    path = tmp_path / "laws.json"
    path.write_text(json.dumps(document))
    out = tmp_path / "report.html"
    report(project, laws=path, out_html=out, plots_dir=tmp_path / "plots")
    return out.read_text()


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


def law_section(text: str) -> str:
    """The words of the section about laws."""
    return plain(text.partition('<section id="law"')[2].partition("</section>")[0])


def minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def test_every_parameter_has_its_interval_beside_it_and_the_other_layers_stand_below(made: Project) -> None:
    rows = Page(html(made)).tables["law"][0][1:]
    assert len(rows) == 2 * len(ENCODERS)
    for row, below, (name, entry) in zip(rows[::2], rows[1::2], entries(made).items(), strict=True):
        assert row[0].startswith(name.replace(":", " \N{MULTIPLICATION SIGN} "))
        for parameter, cell in zip(FIVE, row[1:6], strict=True):
            ends = entry["intervals"]["parameters"].get(parameter)
            assert (f"{ends[0]:.3f} to {ends[1]:.3f}" in cell) if ends else ("to" not in cell)
        assert below[0] == "layers chosen in every cell"
        other = {**entry["other_layers"], **entry["other_layers"]["parameters"]}
        shown = [
            f"{other[name]:.{4 if 'rmse' in name else 3}f}" if name in other else "\N{EN DASH}" for name in PARAMETERS
        ]
        assert below[1:] == shown


def test_rivals_stand_side_by_side_and_the_best_by_each_criterion_is_strong(made: Project) -> None:
    text = html(made)
    table = Page(text).tables["law"][1][1:]
    rivals = entries(made)["net:words"]["rivals"]
    assert len(table) == len(rivals["curves"]) == 5
    for row, (name, curve) in zip(table, rivals["curves"].items(), strict=True):
        assert row[2] == str(curve["n_parameters"])
        digits = (("r2", 3), ("rmse", 4), ("heldout_rmse", 4), ("aic", 1), ("bic", 1))
        assert row[3:] == [
            minus(f"{curve[key]:.{places}f}") if key in curve else "\N{EN DASH}" for key, places in digits
        ]
        for key, places in digits[2:]:
            strong = f"<strong>{minus(f'{curve[key]:.{places}f}')}</strong>" if key in curve else "-"
            assert (strong in text) >= (rivals["best"].get(key) == name)
    named = {"additive": "the law", "logarithmic": "no saturation", "interaction": "with interaction"}
    named |= {"frames": "frames only", "captions": "captions only"}
    assert (
        f"Best by held-out error: {named[rivals['best']['heldout_rmse']]}; by AIC: {named[rivals['best']['aic']]}"
        in text
    )
    held = Page(text).tables["law"][2]
    assert held[0] == ["held-out error", *(named[name] for name in rivals["curves"])]
    curves = entries(made)["net_untrained:words"]["rivals"]["curves"].values()
    row = next(row for row in held if row[0].startswith("net_untrained"))
    assert row[1:] == [f"{curve['heldout_rmse']:.4f}" for curve in curves]


def test_what_the_grid_pins_is_named_and_what_it_leaves_open_is_said_in_words(made: Project, tmp_path: Path) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["profiles"] = {name: {"low": 0.1, "high": 0.2, "open": []} for name in FIVE}
        entry["not_pinned"] = ["s_inf", "alpha"]
        entry["flags"] = [
            "s_inf is not pinned by this grid: from 0.5 up to its bound at 1 the scores are fitted about as well",
            "alpha rests on two budgets: its term is above the rmse at fewer than three",
            "starts disagree: 1 of 6 ended in this curve",
        ]

    text = plain(changed(made, tmp_path, change))
    assert "the grid pins Cf, Cc and β. What it leaves open:" in text
    assert "S∞ is not pinned by this grid: from 0.5 up to its bound at 1 the scores are fitted about as well" in text
    assert "α rests on two budgets" in text  # noqa: RUF001
    assert "starts disagree: 1 of 6 ended in this curve" in text


def test_a_law_that_nothing_is_to_be_said_against_says_so(made: Project, tmp_path: Path) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["profiles"] = {"s_inf": {"low": 0.1, "high": 0.2, "open": []}}
        entry["flags"], entry["not_pinned"] = [], []

    text = plain(changed(made, tmp_path, change))
    assert "the grid pins S∞. These ranges" in text


def test_what_a_small_grid_does_not_have_is_a_dash(made: Project, tmp_path: Path) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["rivals"]["best"] = {}
        for curve in entry["rivals"]["curves"].values():
            for name in ("heldout_rmse", "aic", "bic", "r2"):
                curve.pop(name, None)
        del entry["other_layers"]
        entry["profiles"] = {}

    text = changed(made, tmp_path, change)
    assert "This grid is too small to hold its largest budgets out." in plain(text)
    assert "this grid is too small to have one" in plain(text)
    assert [row[3] for row in Page(text).tables["law"][1][1:]] == ["\N{EN DASH}"] * 5
    assert "the grid pins none of them." in plain(text)


def test_where_the_intervals_come_from_is_said_once(made: Project) -> None:
    sources = {entry["intervals"]["from"] for entry in entries(made).values()}
    assert len(sources) == 1
    assert plain(html(made)).count(sources.pop()) == 1


@pytest.mark.parametrize("kind", ["residuals", None])
def test_only_intervals_over_videos_are_said_to_be_what_other_videos_would_change(
    made: Project, tmp_path: Path, kind: str | None
) -> None:
    def change(document: dict[str, Any]) -> None:
        for entry in document["laws"].values():
            entry["intervals"]["from"] = "something else"
            entry["intervals"]["bootstrap"] = kind
            if kind is None:
                del entry["draws"], entry["intervals"]["bootstrap"]

    assert "(bootstrap over videos" in law_section(html(made))
    said = ("what other videos of the same kind would change", "asks what other videos would change")
    assert all(words in law_section(html(made)) for words in said)
    text = law_section(changed_document(made, tmp_path, change))
    assert "(something else)." in text
    assert not [words for words in said if words in text]


def test_without_a_law_nothing_is_said_of_what_grids_pin(made: Project, tmp_path: Path) -> None:
    text = changed_document(made, tmp_path, lambda document: document.update(laws={}))
    page = Page(text)
    assert len(page.tables["law"]) == 1
    assert len(page.tables["law"][0]) == 1 + len(ENCODERS)
    assert "pins" not in plain(text)


def test_a_document_without_a_law_is_none_and_one_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "laws.json"
    path.write_text(json.dumps({"kind": "laws", "format": 1, "laws": {}, "without": {"net:words": "no budget varies"}}))
    assert read_law_facts(path) == {}
    path.write_text(json.dumps({"kind": "laws", "format": 99, "laws": {"net:words": {}}}))
    with pytest.raises(DataError, match=r"laws\.json is no document of kind 'laws'"):
        read_law_facts(path)


@pytest.mark.parametrize("text", [b"[1]", b"[]", b'{"kind": "laws", "format"', b'"\xff"', b'{"a": {}}'])
def test_a_broken_document_is_refused_by_its_name_as_predict_refuses_it(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "laws.json"
    path.write_bytes(text)
    with pytest.raises(DataError) as ours:
        read_law_facts(path)
    with pytest.raises(DataError) as theirs:
        read_laws(path)
    assert str(ours.value) == str(theirs.value)
    assert str(ours.value).startswith(f"{path} is no ")


def test_a_document_that_is_missing_is_asked_for_by_the_stage_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"laws\.json is missing: make it with `dvc repro scaling`"):
        read_law_facts(tmp_path / "laws.json")


def test_the_papers_law_is_printed_beside_the_growth_as_the_paper_prints_it(made: Project) -> None:
    text = plain(html(made))
    assert "S∞ 0.41, Cf 0.15, α 0.75, Cc 0.13, β 1.3; R² 0.9791" in text  # noqa: RUF001
    assert "the share of what the same encoders give with 8 frames, 4 captions, chance taken away" in text
