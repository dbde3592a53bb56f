"""Annotation files and the values in them: read strictly, and what is wrong told by file, line and value."""

import csv

import pytest

from platoscope.data.datasets.annotations import (
    Faults,
    captions_of,
    csv_records,
    decoded,
    lines_of,
    list_of,
    name_of,
    object_of,
    read_json,
    require_folder,
    text_of,
    texts_of,
)
from platoscope.errors import DataError, InputError


def test_the_first_five_faults_are_told_together_and_the_others_counted():
    faults = Faults()
    faults.check()
    for number in range(7):
        with faults.at(f"file:{number}"):
            raise DataError("is wrong")
    with pytest.raises(DataError) as caught:
        faults.check()
    assert str(caught.value) == "; ".join(f"file:{number}: is wrong" for number in range(5)) + "; and 2 more"


def test_only_faults_of_the_data_are_collected():
    with pytest.raises(KeyError), Faults().at("file:1"):
        raise KeyError


def test_a_folder_that_is_none_is_named(tmp_path):
    require_folder(tmp_path)
    with pytest.raises(InputError, match=r"dataset\.path: .*nowhere is not a folder"):
        require_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", r"a\.json: it is not JSON: "),
        (b'{"a": NaN}', r"a\.json: it is not JSON: NaN is no JSON number"),
        (b'{"a": -1e999}', r"a\.json: it is not JSON: -1e999 is more than a number of 64 bits can be"),
        (b'\n{"a": "\xff"}', r"a\.json:2: not UTF-8: byte 0xff"),
        (b"[" * 100_000, r"a\.json: it is not JSON: "),
    ],
)
def test_a_file_that_is_not_json_is_named_once(tmp_path, content, says):
    file = tmp_path / "a.json"
    file.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        read_json(file)
    assert str(caught.value).count("a.json") == 1


def test_json_may_start_with_a_byte_order_mark(tmp_path):
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf["\xc3\xa9"]')
    assert read_json(tmp_path / "a.json") == ["é"]


def test_lines_end_at_line_feeds_alone_and_blank_ones_are_passed_over(tmp_path):
    (tmp_path / "a.txt").write_bytes("one \u2028 two\r\n\n \nthree".encode())
    assert list(lines_of(tmp_path / "a.txt")) == [(1, "one \u2028 two"), (4, "three")]


def test_rows_of_a_table_come_with_their_lines(tmp_path):
    (tmp_path / "a.csv").write_text('id,text\n1,"two\nlines"\n2,x\n')
    assert list(csv_records(tmp_path / "a.csv", "id")) == [
        (3, {"id": "1", "text": "two\nlines"}),
        (4, {"id": "2", "text": "x"}),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", r"a\.csv:1: no column id; found \[\]"),
        ("id,id\n", r"a\.csv:1: a column stands twice"),
        ("text\n", r"a\.csv:1: no column id; found \['text'\]"),
        ("id,text\n1\n", r"a\.csv:2: the row has more or fewer cells than the header"),
        ("id,text\n1,2,3\n", r"a\.csv:2: the row has more or fewer cells than the header"),
        ('id,text\n1,"open\n', r"a\.csv:2: not CSV: "),
    ],
)
def test_a_table_that_is_none_is_named_by_its_line(tmp_path, content, says):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(DataError, match=says):
        list(csv_records(tmp_path / "a.csv", "id"))


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (lambda: object_of([1], "the clip"), r"the clip must be an object, got \[1\]"),
        (lambda: list_of({}, "videos"), r"videos must be a list, got \{\}"),
        (lambda: text_of({"id": 3}, "id"), "id must be a text that is not empty, got 3"),
        (lambda: text_of({"id": " "}, "id"), "id must be a text that is not empty, got ' '"),
        (lambda: text_of({}, "id"), "id must be a text that is not empty, got None"),
        (lambda: text_of({"id": "a\ud800"}, "id"), r"id has half a character \('\\ud800'\) at place 1"),
        (lambda: texts_of([], "captions"), r"captions must be a list of texts that are not empty, got \[\]"),
        (lambda: texts_of(["a", ""], "captions"), "captions must be a list of texts that are not empty"),
        (lambda: texts_of("a", "captions"), "captions must be a list of texts that are not empty, got 'a'"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_wanted(check, says):
    with pytest.raises(DataError, match=says):
        check()


@pytest.mark.parametrize(("value", "name"), [("a", "a"), (7, "7"), (-1, "-1"), ("é 7", "é 7")])
def test_a_name_is_a_text_or_a_whole_number(value, name):
    assert name_of({"id": value}, "id") == name


@pytest.mark.parametrize("value", [True, 1.5, None, "", [1]])
def test_what_is_no_name_is_refused(value):
    with pytest.raises(DataError, match="id must be a text that is not empty, got"):
        name_of({"id": value}, "id")


def test_a_single_caption_is_a_list_of_one():
    assert captions_of("a", "x") == captions_of(["a"], "x") == ("a",)
    for bad in ("", [], None, 3, ["a", ""]):
        with pytest.raises(DataError, match="x must be a list of texts that are not empty"):
            captions_of(bad, "x")


def test_bytes_are_decoded_by_the_name_of_what_has_them():
    assert decoded(b"\xef\xbb\xbf\xc3\xa9", "a.txt") == "é"
    with pytest.raises(DataError, match=r"^a\.txt:2: not UTF-8: byte 0xff$"):
        decoded(b"\n\xff", "a.txt")


def test_a_cell_may_be_as_long_as_its_file_and_the_limit_of_others_stays(tmp_path):
    before = csv.field_size_limit()
    (tmp_path / "a.csv").write_text(f"id,text\n1,{'x' * 200_000}\n")
    assert [len(record["text"]) for _, record in csv_records(tmp_path / "a.csv")] == [200_000]
    assert csv.field_size_limit() == before
