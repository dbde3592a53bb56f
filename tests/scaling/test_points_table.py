"""A table of one's own is read by group, and refused by file and line where it is wrong."""

from pathlib import Path

import pytest

from platoscope.errors import DataError, InputError
from platoscope.scaling.points_table import read_points

TABLE = "model,n_f,n_c,score,note\na,1,1,0.1,x\nb,1,2,0.2,\na,2.5,1,-0.3,y\n"


def table(folder: Path, text: str) -> Path:
    path = folder / "scores.csv"
    path.write_bytes(text.encode())
    return path


def test_points_are_read_by_group_in_order_of_appearance(tmp_path: Path) -> None:
    found = read_points(table(tmp_path, TABLE), group="model")
    assert list(found) == ["a", "b"]
    assert [found["a"].n_f.tolist(), found["a"].n_c.tolist(), found["a"].score.tolist()] == [
        [1, 2.5],
        [1, 1],
        [0.1, -0.3],
    ]
    assert [len(points.score) for points in read_points(table(tmp_path, TABLE)).values()] == [3]
    assert list(read_points(table(tmp_path, TABLE))) == ["all"]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_files_of_spreadsheets_are_read_too(tmp_path: Path, end: str) -> None:
    text = "\ufeff" + end.join(["n_c,score,n_f", "2,0.5,4", "3,0.25,8"]) + end
    found = read_points(table(tmp_path, text))["all"]
    assert [found.n_f.tolist(), found.n_c.tolist(), found.score.tolist()] == [[4, 8], [2, 3], [0.5, 0.25]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("n_c", "captions", r"scores\.csv:1 lacks the columns n_c; it has model, n_f, captions, score, note"),
        ("model", "encoder", r"scores\.csv:1 lacks the columns model"),
        ("a,1,1,0.1", "a,1,1,", r"scores\.csv:2: score = '': a finite number is needed"),
        ("a,1,1,0.1", "a,1,1,nan", r"scores\.csv:2: score = 'nan': a finite number"),
        ("0.2", "41.2", r"scores\.csv:3: score = '41\.2': a finite share"),
        ("0.2", "inf", r"scores\.csv:3: score = 'inf': a finite number"),
        ("a,2.5", "a,0.5", r"scores\.csv:4: n_f = '0\.5': a budget is a finite number from 1 up"),
        ("b,1,2", "b,1,inf", r"scores\.csv:3: n_c = 'inf': a finite number"),
        ("b,1,2", "b,one,2", r"scores\.csv:3: n_f = 'one': a finite number is needed"),
        ("b,1,2", ",1,2", r"scores\.csv:3: model is empty"),
        ("b,1,2,0.2,", "b,1", r"scores\.csv:3: 2 fields, the header has 5"),
        (TABLE.partition("\n")[2], "", r"scores\.csv has no row below its header"),
        (TABLE, "", r"scores\.csv:1 lacks the columns .*; it has none"),
    ],
)
def test_a_wrong_table_is_refused_by_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TABLE
    with pytest.raises(DataError, match=message):
        read_points(table(tmp_path, TABLE.replace(old, new, 1)), group="model")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_bytes(b"n_f,n_c,score\n\xff\xfe,1,1\n")
    with pytest.raises(DataError, match=r"scores\.csv is no CSV table in UTF-8"):
        read_points(tmp_path / "scores.csv")
    with pytest.raises(InputError, match=r"other\.csv is no file: a CSV table with the columns n_f, n_c and score"):
        read_points(tmp_path / "other.csv")
