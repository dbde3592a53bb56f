"""JSON lines come back as they were written, whatever characters they hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.data.rows import read_lines, write_lines
from platoscope.errors import DataError, StoreError

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)


@settings(deadline=None)
@given(
    st.lists(
        st.dictionaries(TEXT, TEXT | st.integers() | st.none() | st.lists(TEXT, max_size=2), max_size=3), max_size=4
    )
)
def test_rows_come_back_as_they_were_written(tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("rows") / "x.jsonl"
    write_lines(file, rows)
    assert read_lines(file) == rows


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r", "\n", "\r\n"])
def test_characters_that_some_take_for_line_ends_stay_inside_their_row(tmp_path, odd):
    rows = [{"id": f"a{odd}b"}, {"id": "c"}]
    write_lines(tmp_path / "x.jsonl", rows)
    assert read_lines(tmp_path / "x.jsonl") == rows


def test_the_order_of_keys_does_not_change_the_bytes(tmp_path):
    write_lines(tmp_path / "a", [{"x": 1, "y": 2}])
    write_lines(tmp_path / "b", [{"y": 2, "x": 1}])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b'{"x": 1, "y": 2}\n'


def test_a_line_that_is_not_json_is_refused_with_file_and_line(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"a": 1}\n{"a": \n{"a": 2}\n')
    with pytest.raises(DataError, match=r"x\.jsonl:2: not JSON: "):
        read_lines(tmp_path / "x.jsonl")


def test_a_missing_file_says_how_to_get_it(tmp_path):
    with pytest.raises(StoreError, match=r"x\.jsonl is missing: make it with `dvc repro`, or get it with `dvc pull`"):
        read_lines(tmp_path / "x.jsonl")
