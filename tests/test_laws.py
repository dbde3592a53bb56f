"""``platoscope fit`` writes what ``platoscope predict`` reads, and both refuse in one line what they cannot do."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from platoscope import reference_data
from platoscope.cli import main
from platoscope.scaling import KnownLaw, fit_law, read_laws

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process: exit code, standard output and error."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["platoscope", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The published points, by panel, and a panel without a law."""
    path = tmp_path / "scores.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("panel", "n_f", "n_c", "score"))
        for panel in ("left", "right"):
            points = reference_data.vatex_points(panel)  # type: ignore[arg-type]
            for row in zip(points.n_f.tolist(), points.n_c.tolist(), points.score.tolist(), strict=True):
                writer.writerow((panel, *row))
        writer.writerow(("lonely", 1, 1, 0.2))
    return path


@pytest.fixture
def laws(table: Path, command: Command) -> Path:
    """The document of the published points."""
    path = table.with_name("laws.json")
    assert command("fit", table, "--group", "panel", "--json", path, "--draws", 100)[0] == 0
    return path


def test_fit_writes_document_and_picture_and_says_what_is_in_them(table: Path, command: Command) -> None:
    document, picture = table.with_name("laws.json"), table.with_name("laws.svg")
    words = ("--draws", 200, "--level", 0.9, "--seed", 3)
    code, out, err = command("fit", table, "--group", "panel", "--json", document, "--plot", picture, *words)
    assert (code, err) == (0, "")
    found = read_laws(document)
    assert list(found) == ["left", "right"]
    assert "\nlonely: there is no law to fit: neither n_f nor n_c varies in 1 points" in out
    points = reference_data.vatex_points("left")
    law = fit_law(points.n_f, points.n_c, points.score)
    assert found["left"]["parameters"] == {
        name: getattr(law, name) for name in ("s_inf", "c_f", "c_c", "alpha", "beta")
    }
    intervals = found["left"]["intervals"]
    assert (intervals["draws"], intervals["level"], intervals["seed"]) == (200, 0.9, 3)
    low, high = intervals["parameters"]["alpha"]
    assert "left: 32 points, R2 0.9789, rmse 0.0097, residuals up to 0.0296; 6 of 6 searches agree, gradient " in out
    assert f"  alpha  0.7461  {low:.4f} to {high:.4f}\n" in out
    assert "90 % intervals: bootstrap over residuals: 200 draws" in out
    assert "rivals: interaction predicts the largest budgets best (rmse 0.0042); AIC and BIC name it too" in out
    assert picture.read_text().startswith("<?xml")


def test_two_fits_write_equal_bytes(table: Path, command: Command) -> None:
    written = []
    for name in ("one", "two"):
        files = [table.with_name(f"{name}.{kind}") for kind in ("json", "svg")]
        command("fit", table, "--group", "panel", "--json", files[0], "--plot", files[1], "--draws", 100)
        written.append([file.read_bytes() for file in files])
    assert written[0] == written[1]


def test_without_a_group_the_table_is_one_law(table: Path, command: Command) -> None:
    path = table.with_name("laws.json")
    code, out, _ = command("fit", table, "--json", path, "--draws", 100)
    assert code == 0
    assert out.startswith("all: 83 points")
    assert list(read_laws(path)) == ["all"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n_f,n_c,score\n1,1,0.1\n1,0,0.2\n", "scores.csv:3: n_c = '0': a budget is a finite number from 1 up"),
        ("n_f,n_c,score\n1,1,nan\n", "scores.csv:2: score = 'nan': a finite number"),
        ("n_f,n_c,score\n1,1,0.1\n2,2,0.2\n", "all: there is no law to fit: 2 distinct cells"),
        ("n_f,score\n1,0.1\n", "scores.csv:1 lacks the columns n_c"),
    ],
)
def test_a_table_without_a_law_is_refused_in_one_line(
    tmp_path: Path, command: Command, text: str, message: str
) -> None:
    (tmp_path / "scores.csv").write_text(text)
    code, out, err = command("fit", tmp_path / "scores.csv", "--json", tmp_path / "laws.json")
    assert (code, out) == (2, "")
    assert err.startswith("platoscope: ")
    assert err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "laws.json").exists()


def test_predict_answers_all_that_is_asked(laws: Path, command: Command) -> None:
    words = ("--at", "16,10", "--at", "500,2", "--target", 0.35, "--total", 100, "--caption-cost", 2)
    code, out, err = command("predict", laws, "--group", "left", *words)
    assert (code, err) == (0, "")
    known = KnownLaw.of(read_laws(laws)["left"])
    first, far, cheapest, best = out.splitlines()
    here = known.at(16, 10)
    assert here.interval is not None
    assert first == f"n_f 16, n_c 10: {here.score:.4f} (95 %: {here.interval[0]:.4f} to {here.interval[1]:.4f})"
    assert far.endswith("; extrapolation: n_f = 500 is 10.4 times the largest that was fitted, 48")
    answer = known.cheapest(0.35, caption_cost=2)
    assert cheapest.startswith(f"cheapest for 0.35: n_f {answer.n_f:g}, n_c {answer.n_c:g}: {answer.score:.4f} (")
    assert f"cost {answer.cost:g}" in cheapest
    answer = known.split(100, caption_cost=2)
    assert best.startswith(f"best for 100: n_f {answer.n_f:g}, n_c {answer.n_c:g}: {answer.score:.4f} (")


def test_of_several_targets_and_totals_each_is_answered(laws: Path, command: Command) -> None:
    words = ("--target", 0.3, "--target", 0.9, "--target", 0.35, "--total", 10, "--total", 20)
    code, out, _ = command("predict", laws, "--group", "left", *words)
    assert code == 0
    starts = [
        "cheapest for 0.3: ",
        "a score of 0.9 is out of reach",
        "cheapest for 0.35: ",
        "best for 10: ",
        "best for ",
    ]
    assert [line.startswith(start) for line, start in zip(out.splitlines(), starts, strict=True)] == [True] * 5


def test_a_law_whose_draws_were_not_kept_says_that_it_has_no_intervals(laws: Path, command: Command) -> None:
    document = json.loads(laws.read_text())
    del document["laws"]["left"]["draws"]
    laws.write_text(json.dumps(document))
    first, why = command("predict", laws, "--group", "left", "--at", "16,10")[1].splitlines()
    assert "%" not in first
    assert why.startswith("no intervals: the document keeps no draws of this pair")


def test_a_target_that_is_out_of_reach_is_an_answer(laws: Path, command: Command) -> None:
    code, out, _ = command("predict", laws, "--group", "left", "--target", 0.5)
    assert code == 0
    assert out.startswith("a score of 0.5 is out of reach: the law's limit is 0.4103 (95 %: ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "has several laws; --group takes one of left, right"),
        (("--group", "middle", "--at", "1,1"), "has no law 'middle'; --group takes one of left, right"),
        (("--group", "left"), "nothing is asked: --at 16,10, --target 0.35 or --total 100"),
        (("--group", "left", "--at", "16"), "--at '16': two numbers n_f,n_c are needed"),
        (("--group", "left", "--at", "0,1"), "n_f holds 0"),
        (("--group", "left", "--total", "0.5"), "total = 0.5"),
        (("--group", "left", "--total", "9", "--frame-cost", "0"), "frame_cost = 0.0"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(
    laws: Path, command: Command, words: tuple[str, ...], message: str
) -> None:
    code, out, err = command("predict", laws, *words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_file_that_is_no_document_of_laws_is_refused(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "laws.json"
    path.write_text(json.dumps({"pairs": {}}))
    code, _, err = command("predict", path, "--at", "1,1")
    assert code == 2
    assert "no document of kind 'laws', format 1" in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"kind": "laws", "format": 1}', "laws.json: laws: Field required (and 1 more)"),
        (b'{"kind": "laws", "format": 1, "laws": {"a": {}}, "without": {}}', "laws.json: laws > a > form: Field"),
        (b"[1]", "laws.json is no document of kind 'laws', format 1"),
        (b"[]", "laws.json is no document of kind 'laws', format 1"),
        (b'{"kind": "laws", "form', "laws.json is no JSON: "),
        (b'{"kind": "\xff"}', "laws.json is no JSON: 'utf-8' codec can't decode"),
    ],
)
def test_a_broken_document_is_refused_in_one_line_that_says_where(
    tmp_path: Path, command: Command, text: bytes, message: str
) -> None:
    path = tmp_path / "laws.json"
    path.write_bytes(text)
    code, out, err = command("predict", path, "--at", "1,1")
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
