"""``platoscope table``: which rows are shown, in which order, and how a figure is written in each form."""

import csv
import json

import pytest

from platoscope.errors import InputError, StoreError, UnavailableError
from platoscope.project import Project
from platoscope.table import pairs_table

COLUMNS = [
    "video", "text", "n_f", "n_c", "score", "chance", "n", "k", "tie_share", "null95", "p", "p_floor", "q",
    "calibrated", "ci_low", "ci_high", "sampling_low", "sampling_high", "jackknife_low", "jackknife_high", "heldout",
]  # fmt: skip
SAID = {
    "null95": 0.081, "p_floor": 0.000999000999, "ci_low": 0.3, "ci_high": 0.5, "sampling_low": 0.28,
    "sampling_high": 0.52, "jackknife_low": 0.2, "jackknife_high": 0.6, "calibrated": 0.36, "heldout": 0.41,
}  # fmt: skip


def row(video, text, n_f, n_c, score, **said):
    values = dict.fromkeys(COLUMNS, "") | {"chance": 0.0098, "n": 1024, "k": 10, "tie_share": 0.0}
    return values | {"video": video, "text": text, "n_f": n_f, "n_c": n_c, "score": score} | said


ROWS = [
    row("lite0", "mini_lm", 1, 1, 0.11),
    row("lite0", "mini_lm", 16, 10, 0.4123456789, p=0.000999000999, **SAID),
    row("lite2", "mini_lm", 1, 1, 0.12),
    row("lite2", "mini_lm", 16, 10, 0.45, p=0.042, **SAID | {"heldout": 0.39}),
    row("colour", "mini_lm", 1, 1, 0.2, p=0.31, **SAID),
    row("colour", "mini_lm", 16, 10, 0.05),
]


@pytest.fixture
def project(tmp_path):
    put(tmp_path / "data/alignment", ROWS)
    (tmp_path / "data/alignment/statistics.json").write_text(json.dumps({"settings": {"level": 0.95}}))
    return Project(tmp_path)


def put(folder, rows):
    folder.mkdir(parents=True)
    with (folder / "pairs.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def shown(project, **options):
    """Cells of the rows, by column."""
    lines = [line for line in pairs_table(project, form="markdown", **options).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def names(project, **options):
    return [(r["video"], r["n_f"], r["n_c"]) for r in shown(project, **options)]


def test_a_row_a_pair_at_the_largest_budgets_the_best_first_as_the_field_writes_figures(project):
    rows = shown(project)
    assert [r["video"] for r in rows] == ["lite2", "lite0", "colour"]
    assert rows[1] == {
        "video": "lite0", "text": "mini_lm", "n_f": "16", "n_c": "10", "score": "0.412", "null95": "0.081",
        "p": "≤0.001", "cal.": "0.360", "95 %": "[0.280, 0.520]", "held-out": "0.410",
    }  # fmt: skip
    assert rows[0]["p"] == "0.042"
    assert rows[2] | {"video": "", "text": ""} == {
        "video": "", "text": "", "n_f": "16", "n_c": "10", "score": "0.050", "null95": "-", "p": "-", "cal.": "-",
        "95 %": "-", "held-out": "-",
    }  # fmt: skip


def test_what_no_column_says_stands_below(project):
    assert pairs_table(project).splitlines()[-1].strip() == (
        "N = 1024, k = 10, chance = 0.0098, 95 % interval over samples"
    )


def test_conditions_hold_together_and_one_on_a_budget_looks_at_every_cell(project):
    assert len(names(project, every=True)) == 6
    assert names(project, where=["n_f=1"]) == [("colour", "1", "1"), ("lite2", "1", "1"), ("lite0", "1", "1")]
    assert names(project, where=["video=lite*", "score>0.42"]) == [("lite2", "16", "10")]
    assert names(project, where=["video != lite*"]) == [("colour", "16", "10")]
    assert names(project, where=["score<=0.4123456789"]) == [("lite0", "16", "10"), ("colour", "16", "10")]
    assert names(project, where=["p<1"], every=True) == [
        ("lite2", "16", "10"),
        ("lite0", "16", "10"),
        ("colour", "1", "1"),
    ]


def test_rows_are_sorted_the_best_first_and_those_without_a_figure_last(project):
    assert [r["video"] for r in shown(project, sort="heldout")] == ["lite0", "lite2", "colour"]
    assert [r["video"] for r in shown(project, sort="heldout", reverse=True)] == ["lite2", "lite0", "colour"]
    assert [r["video"] for r in shown(project, sort="p")] == ["lite0", "lite2", "colour"]
    assert [r["video"] for r in shown(project, sort="video")] == ["colour", "lite0", "lite2"]
    assert [r["video"] for r in shown(project, sort="score", reverse=True)] == ["colour", "lite0", "lite2"]


def test_csv_has_every_column_as_it_stands_in_the_file(project):
    text = pairs_table(project, form="csv", every=True, sort="video", reverse=True)
    rows = list(csv.DictReader(text.splitlines()))
    assert list(rows[0]) == COLUMNS
    assert {tuple(r.values()) for r in rows} == {tuple(map(str, r.values())) for r in ROWS}
    assert pairs_table(project, form="csv", columns=["video", "score"]).splitlines()[:2] == [
        "video,score",
        "lite2,0.45",
    ]


def test_latex_is_a_tabular_whose_names_are_escaped(project):
    lines = pairs_table(project, form="latex", where=["video=lite0"]).splitlines()
    assert lines == [
        r"\begin{tabular}{llrrrrrrrr}",
        r"\toprule",
        r"video & text & n\_f & n\_c & score & null95 & p & cal. & 95 \% & held-out \\",
        r"\midrule",
        r"lite0 & mini\_lm & 16 & 10 & 0.412 & 0.081 & $\le$0.001 & 0.360 & [0.280, 0.520] & 0.410 \\",
        r"\bottomrule",
        r"\end{tabular}",
        "% N = 1024, k = 10, chance = 0.0098, 95 % interval over samples",
    ]


def test_no_figure_is_cut_however_narrow_the_terminal(project, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    assert "[0.280, 0.520]" in pairs_table(project)
    assert "…" not in pairs_table(project)


def test_where_samples_have_no_interval_the_next_best_is_shown_and_named(project):
    folder = project.alignment
    (folder / "pairs.csv").unlink()
    put(folder.with_name("other"), [r | {"sampling_low": "", "sampling_high": ""} for r in ROWS])
    (folder.with_name("other") / "pairs.csv").rename(folder / "pairs.csv")
    assert shown(project)[0]["95 %"] == "[0.200, 0.600]"
    assert "95 % interval over samples, by jackknife (wider than need be)" in pairs_table(project)


def test_metrics_over_features_have_tables_of_their_own(project):
    put(project.similarity("cka"), [row("lite0", "mini_lm", 16, 10, 0.7, k="", chance="")])
    assert shown(project, metric="cka")[0]["score"] == "0.700"
    assert pairs_table(project, metric="cka").splitlines()[-1].strip() == "cka, N = 1024"
    with pytest.raises(StoreError, match=r"data/similarity/rsa/pairs\.csv is missing: make it with `dvc repro similar"):
        pairs_table(project, metric="rsa")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sort": "speed"}, "no column 'speed'; it has video, text, n_f"),
        ({"columns": ["video", "speed"]}, "no column 'speed'"),
        ({"columns": ["interval"], "form": "csv"}, "no column 'interval'"),
        ({"where": ["speed=1"]}, "no column 'speed'"),
        ({"where": ["lite0"]}, "'lite0' is no condition: column, one of != <= >= = < >, value"),
        ({"where": ["score>high"]}, "score is a number, 'high' is none"),
        ({"where": ["video>lite"]}, r"video is a name, which is = or != a pattern such as lite\*"),
    ],
)
def test_what_is_asked_wrongly_says_what_would_be_right(project, options, said):
    with pytest.raises(InputError, match=said):
        pairs_table(project, **options)


def test_nothing_to_show_is_an_error_that_says_what_there_is(project, tmp_path):
    with pytest.raises(UnavailableError, match=r"none of 3 rows fits score>0\.9; score is 0\.05 to 0\.45"):
        pairs_table(project, where=["score>0.9"])
    with pytest.raises(UnavailableError, match=r"none of 3 rows fits video=x; video is lite0, lite2, colour"):
        pairs_table(project, where=["video=x"])
    with pytest.raises(UnavailableError, match="none of these rows has an interval"):
        pairs_table(project, where=["video=colour"], columns=["interval"])
    with pytest.raises(StoreError, match=r"pairs\.csv is missing: make it with `dvc repro alignment`"):
        pairs_table(Project(tmp_path / "empty"))
