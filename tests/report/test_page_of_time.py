"""The page of time needs nothing but itself, shows what the tables say, and leaves out what was not asked."""

import json
import re
from pathlib import Path

import pytest
import yaml
from report_project import Page
from time_project import HOSTILE, build

from conftest import ROOT
from platoscope.errors import StoreError
from platoscope.params import read_params
from platoscope.project import Project
from platoscope.report.temporal.stage import run
from platoscope.temporal.stages.report import read_tables


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its page, which tests only read; one question has twins that are told apart."""
    return build(tmp_path_factory.mktemp("time") / "made", {("net", "motion"): {"twin_p": 0.001, "twin": 0.63}})


def html(project: Project) -> str:
    return (project.results / "temporal.html").read_text()


def test_the_page_loads_nothing_and_runs_nothing(made: Project) -> None:
    text = html(made)
    page = Page(text)
    assert "http://" not in text
    assert "https://" not in text
    assert not {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "embed", "base", "form"}
    assert any("default-src 'none'" in str(meta.get("content")) for meta in page.all("meta"))
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:image/", "#")), value


def test_names_of_layers_are_escaped(made: Project) -> None:
    assert HOSTILE not in html(made)
    assert "<b>" not in html(made)
    assert "&lt;b&gt;conv&lt;/b&gt; &amp; &#34;0&#34;" in html(made)


def test_ids_are_unique_links_lead_somewhere_and_every_picture_has_words(made: Project) -> None:
    page = Page(html(made))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {f"#{name}" for name in ids} >= {link["href"] for link in page.all("a")}
    pictures = list(page.all("svg"))
    assert len(pictures) > 30
    assert all(picture.get("aria-label") for picture in pictures)


def test_every_row_of_the_probes_of_pairs_stands_in_a_table_with_its_numbers(made: Project) -> None:
    page = Page(html(made))
    first, every, copies = page.tables["rows"]
    cause = read_tables(made.temporal_probe("cause"))["table"]
    row = next(row for row in cause if (row["encoder"], row["readout"]) == ("net", "moment"))
    place = next(place for place, cells in enumerate(first) if cells == ["cause"])
    assert first[place + 1][0] == "net"
    assert first[place + 1][5].startswith(f"{float(row['acc']):.3f}")
    probes = ("arrow", "order", "cause", "irreversible", "gravity")
    tables = [read_tables(made.temporal_probe(probe))["table"] for probe in probes]
    rows = [cells for cells in [*every, *copies] if len(cells) == 19]
    assert len(rows) - 2 == sum(map(len, tables))  # but for two heads


def test_a_flagged_row_is_grey_says_why_and_is_hollow_in_no_sentence(made: Project) -> None:
    text = html(made)
    assert 'class="control flagged"' in text
    assert "flagged, counts nowhere: its twins, which run the same both ways, are told apart" in text
    assert "motion: net 0.320 (flagged), clip_net 0.400," in text
    assert "Told by 1 of 1 trained encoder (1 flagged row left out), best by clip_net" in text


def test_what_was_not_asked_has_no_section_and_its_table_for_dvc_is_empty(tmp_path: Path) -> None:
    project = build(tmp_path / "few", probes=["arrow"])
    ids = {attributes.get("id") for attributes in Page(html(project)).all("section")}
    assert ids == {"gap", "sure", "rows", "depth", "made"}
    plots = {path.name: path.read_text().count("\n") for path in (project.results / "plots").iterdir()}
    assert plots["temporal_spacing.csv"] == plots["temporal_odd.csv"] == 1
    assert plots["temporal_gaps.csv"] == 1 + 6


def test_equal_tables_give_equal_bytes(made: Project, tmp_path: Path) -> None:
    again = build(tmp_path / "again", {("net", "motion"): {"twin_p": 0.001, "twin": 0.63}})
    assert html(again) == html(made)


def test_an_encoder_has_at_most_eight_numbers_and_none_of_a_flagged_row(made: Project) -> None:
    document = json.loads((made.results / "temporal.json").read_text())
    assert max(map(len, document["encoders"].values())) <= 8
    assert document["encoders"]["clip_net"]["cause"] == pytest.approx(0.9)


def test_a_probe_without_tables_is_refused_by_name(tmp_path: Path) -> None:
    project = build(tmp_path / "made", probes=["arrow"])
    for file in project.temporal_probe("arrow").iterdir():
        file.unlink()
    project.temporal_probe("arrow").rmdir()
    with pytest.raises(StoreError, match="arrow is missing"):
        run(read_params(project.params), project)


def test_every_table_for_dvc_has_the_columns_that_its_template_names(made: Project) -> None:
    stage = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["temporal_report"]["do"]
    assert stage["outs"] == ["results/${item}.html"]
    for plot in stage["plots"]:
        ((path, told),) = plot.items()
        header = (made.root / path.replace("${item}", "temporal")).read_text().split("\n")[0].split(",")
        template = (ROOT / ".dvc/plots" / f"{told['template']}.json").read_text()
        fields = set(re.findall(r'"field": "(\w+)"', template)) | set(re.findall(r"datum\.(\w+)", template))
        assert {told["x"], told["y"]} <= set(header)
        own = set(re.findall(r'"as": "(\w+)"', template))
        assert fields - own - {"rev"} <= set(header)
