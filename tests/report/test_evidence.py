"""What the alignment stage says beyond scores is read as far as it is there, and a number that is none is refused."""

import csv
import dataclasses
from pathlib import Path

import pytest
from report_project import NOTES, SETTINGS, K, N, build

from platoscope.errors import DataError
from platoscope.project import Project
from platoscope.report.evidence import Evidence, read_evidence


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose files these tests leave as they are."""
    return build(tmp_path_factory.mktemp("evidence"))


def read(project: Project, **changes: Path) -> Evidence:
    paths = {"alignment": project.alignment, "gallery": project.results / "plots/gallery.csv"}
    return read_evidence(**(paths | changes))


def test_every_cell_about_which_something_is_said_has_the_numbers_of_its_row(project: Project) -> None:
    found = read(project)
    with (project.alignment / "pairs.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["p"]]
    assert len(rows) == len(found.cells) == 6
    for row, cell in zip(rows, found.cells, strict=True):
        assert found.cell(row["video"], row["text"], int(row["n_f"]), int(row["n_c"])) is cell
        names = ("score", "null_mean", "null95", "p", "q", "calibrated", "calibrated95", "heldout")
        assert [getattr(cell, name) for name in names] == [float(row[name]) for name in names]
        assert cell.queries == (float(row["ci_low"]), float(row["ci_high"]))
        assert (cell.samples is None) == (row["video"] == "thumbnail")
        assert cell.layers == (row["video_layer_name"], row["text_layer_name"])
        assert cell.at_floor == (float(row["p"]) == 0.05)
    assert found.cell("net", "words", 2, 2) is None
    assert found.budgets() == [(8, 4), (1, 1)]
    assert (found.settings, list(found.notes)) == (SETTINGS, NOTES)
    assert {point.n for point in found.gallery} == {20, N}
    assert {point.k for point in found.gallery} == {1, 2, K}


def test_hubs_are_named_by_ids_that_may_hold_spaces_and_colons(project: Project, tmp_path: Path) -> None:
    head = "side,encoder,layer_name,skew,orphans,hubs\n"
    row = 'video,net,block_0,1.5,0.25,"[[""clip:1 b"",12],[""00:01:30"",9],[""c"",7]]"\n'
    (tmp_path / "hubs.csv").write_text(head + row)
    hubs = read(project, alignment=tmp_path).hubs_of("video", "net", "block_0")
    assert hubs is not None
    assert hubs.top == (("clip:1 b", 12), ("00:01:30", 9), ("c", 7))
    assert (hubs.skew, hubs.orphans) == (1.5, 0.25)
    assert read(project).hubs_of("text", "net", "block_0") is None


def test_what_is_not_there_is_empty(project: Project, tmp_path: Path) -> None:
    assert read(project, alignment=tmp_path, gallery=tmp_path / "gallery.csv") == Evidence()
    (tmp_path / "pairs.csv").write_text((project.alignment / "pairs.csv").read_text())
    unsaid = read(project, alignment=tmp_path)
    assert (unsaid.cells, unsaid.settings) == ((), None)
    assert unsaid.gallery == read(project).gallery
    (tmp_path / "statistics.json").write_text((project.alignment / "statistics.json").read_text())
    (tmp_path / "pairs.csv").write_text("video,text,n_f,n_c,score\nnet,words,1,1,0.5\n")
    assert read(project, alignment=tmp_path).cells == ()


@pytest.mark.parametrize("value", ["much", "nan", "-inf"])
def test_a_value_that_is_no_number_is_refused_by_file_line_and_column(
    project: Project, tmp_path: Path, value: str
) -> None:
    first = read(project).cells[0]
    wrong = (project.alignment / "pairs.csv").read_text().replace(f",{first.heldout}\n", f",{value}\n", 1)
    (tmp_path / "pairs.csv").write_text(wrong)
    (tmp_path / "statistics.json").write_text((project.alignment / "statistics.json").read_text())
    with pytest.raises(DataError, match=rf"pairs\.csv:2: heldout = '{value}': a finite number is needed"):
        read(project, alignment=tmp_path)


def test_p_is_at_its_floor_where_no_permutation_reached_the_score(project: Project) -> None:
    cell = read(project).cells[0]
    assert dataclasses.replace(cell, p=0.05, floor=0.05).at_floor
    assert not dataclasses.replace(cell, p=0.1, floor=0.05).at_floor


def test_a_table_that_lacks_a_column_is_refused_by_its_name(project: Project, tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("video,text,n_f,n_c,null95\nnet,words,1,1,0.5\n")
    (tmp_path / "statistics.json").write_text((project.alignment / "statistics.json").read_text())
    with pytest.raises(DataError, match=r"pairs\.csv:2: the columns score, video_layer_name, .* are missing"):
        read(project, alignment=tmp_path)
