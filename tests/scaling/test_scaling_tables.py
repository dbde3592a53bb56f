"""Rows of a table are given with their places, and refused by file and line where they are not what they have to be."""

from pathlib import Path

import pytest
from law_grids import noisy, pairs_table

from platoscope.errors import DataError, StoreError
from platoscope.scaling.tables import count, number, read_pairs, read_rows

HEADER = "video,text,n_f,n_c,score,fixed_score,chance,n,k\n"


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "pairs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rows_come_by_column_with_their_lines(tmp_path: Path) -> None:
    path = table(tmp_path, '\ufeffa,b\r\n1,"x\ny"\r\n\r\n2,\r\n')
    assert list(read_rows(path, columns=["b"])) == [
        ({"a": "1", "b": "x\ny"}, f"{path}:3"),
        ({"a": "2", "b": ""}, f"{path}:5"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,c\n1,2\n", r"pairs\.csv:1 lacks the columns b; it has a, c"),
        ("", r"pairs\.csv:1 lacks the columns a, b; it has none"),
        ("a,b,b\n1,2,3\n", r"pairs\.csv:1 has the column b twice"),
        ("a,b\n1,2\n3\n", r"pairs\.csv:3: 1 fields, the header has 2"),
        ("a,b\n1,2,3\n", r"pairs\.csv:2: 3 fields, the header has 2"),
        (b"a,b\n1,\xff\n", r"pairs\.csv is no CSV table in UTF-8: 'utf-8' codec"),
        ('a,b\n1,"2\n', r"pairs\.csv is no CSV table in UTF-8: unexpected end"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(read_rows(table(tmp_path, text), columns=["a", "b"]))


def test_a_table_of_pairs_that_is_not_in_utf8_or_lacks_a_column_is_refused(tmp_path: Path) -> None:
    row = "lite0,minilm,1,1,.5,.5,.1,9,2\n"
    assert len(read_pairs(table(tmp_path, HEADER + row))) == 1
    with pytest.raises(DataError, match=r"pairs\.csv is no CSV table in UTF-8"):
        read_pairs(table(tmp_path, (HEADER + row.replace("minilm", "Kätzchen")).encode("latin-1")))
    with pytest.raises(DataError, match=r"pairs\.csv:1 lacks the columns chance; it has video, text"):
        read_pairs(table(tmp_path, HEADER.replace("chance", "luck") + row))


@pytest.mark.parametrize("value", ["", "one", "nan", "inf"])
def test_a_number_is_finite(value: str) -> None:
    with pytest.raises(DataError, match=f"here:3: x = '{value}': a finite number is needed"):
        number({"x": value}, "x", "here:3")
    assert number({"x": "-1.5e3"}, "x", "here:3") == -1500.0


@pytest.mark.parametrize("value", ["0", "1.5", "-2"])
def test_a_count_is_a_whole_number_from_1_up(value: str) -> None:
    with pytest.raises(DataError, match=f"here:3: x = '{value}': a whole number from 1 up is needed"):
        count({"x": value}, "x", "here:3")
    assert count({"x": "16"}, "x", "here:3") == 16


def test_a_missing_table_of_pairs_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"pairs\.csv is missing: make it with `dvc repro`"):
        read_pairs(tmp_path / "pairs.csv")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fixed_score", "other", "lacks the columns fixed_score"),
        ("lite0,minilm,1,1,", "lite0,minilm,1,1.5,", r"pairs.csv:2: n_c = '1.5': a whole number"),
        ("lite0,minilm,1,2,", "lite0,minilm,1,2,nan", r"pairs.csv:3: score = 'nan0.\d+': a finite number"),
        ("lite0,minilm,1,3,", "lite0,minilm,1,2,", r"pairs.csv:4: lite0:minilm@1,2 stands there twice"),
        ("lite0,minilm,1,5,", ",minilm,1,5,", r"pairs.csv:5: video is empty"),
    ],
)
def test_a_wrong_table_of_pairs_is_refused_by_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = pairs_table(tmp_path, {("lite0", "minilm"): noisy(0)})
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        read_pairs(path)
