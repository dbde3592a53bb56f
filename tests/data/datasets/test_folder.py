"""A folder of clips is read into rows; whatever is wrong is refused with its file and its line."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.data.datasets.folder import read_folder
from platoscope.data.rows import Row
from platoscope.errors import DataError, InputError

GOOD = {"id": "a", "video": "a.mp4", "captions": ["one", "two"]}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("a.mp4", "b.mp4", "c.mp4", "sub/d.mp4", "ü.mp4"):
        (tmp_path / name).touch()
    return tmp_path


def put_json(folder, *rows):
    """Rows as JSON lines; a text or bytes stand as they are."""
    lines = [
        row if isinstance(row, bytes) else (row if isinstance(row, str) else json.dumps(row)).encode() for row in rows
    ]
    (folder / "captions.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def put_csv(folder, text):
    (folder / "captions.csv").write_bytes(text if isinstance(text, bytes) else text.encode())


def refused(folder):
    with pytest.raises(DataError) as caught:
        read_folder(folder)
    return str(caught.value)


def test_rows_are_read_in_the_order_of_the_file_with_what_is_optional(folder):
    full = {"id": "d", "video": "sub/d.mp4", "captions": ["x"], "source": "film", "split": "test", "labels": {"n": 1}}
    put_json(folder, {**GOOD, "other": 3}, "", full, {"id": "b", "video": "./b.mp4", "captions": ["y"], "source": None})
    assert list(read_folder(folder).rows) == [
        Row("a", "a.mp4", ("one", "two")),
        Row("d", "sub/d.mp4", ("x",), source="film", split="test", labels={"n": 1}),
        Row("b", "b.mp4", ("y",)),
    ]


def test_csv_takes_one_caption_or_a_json_list_and_labels_as_json(folder):
    put_csv(
        folder,
        "video,id,captions,labels,source,split,other\n"
        'a.mp4,a,"one, with a comma",,,,\n'
        'b.mp4,b,"[""one"", ""two""]","{""n"": 1}",film,test,x\n'
        'c.mp4,c,"two\nlines",,,,\n',
    )
    assert list(read_folder(folder).rows) == [
        Row("a", "a.mp4", ("one, with a comma",)),
        Row("b", "b.mp4", ("one", "two"), source="film", split="test", labels={"n": 1}),
        Row("c", "c.mp4", ("two\nlines",)),
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "open"])
def test_line_ends_and_a_byte_order_mark_change_nothing(folder, end, bom, last):
    rows = [GOOD, {"id": "ü", "video": "ü.mp4", "captions": ["é"]}]
    lines = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    wanted = [Row("a", "a.mp4", ("one", "two")), Row("ü", "ü.mp4", ("é",))]
    (folder / "captions.jsonl").write_bytes(bom + end.join(lines) + (end if last else b""))
    assert list(read_folder(folder).rows) == wanted
    (folder / "captions.jsonl").unlink()
    lines = [b"id,video,captions", b'a,a.mp4,"[""one"", ""two""]"', "ü,ü.mp4,é".encode()]
    put_csv(folder, bom + end.join(lines) + (end if last else b""))
    assert list(read_folder(folder).rows) == wanted


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\x0b", "\x1c", "\u2029"])
def test_only_line_ends_end_lines(folder, odd):
    put_json(
        folder, json.dumps({**GOOD, "captions": [f"one{odd}more"]}, ensure_ascii=ord(odd) < 32), {**GOOD, "id": "b"}
    )
    assert [row.captions for row in read_folder(folder).rows] == [(f"one{odd}more",), ("one", "two")]
    (folder / "captions.jsonl").unlink()
    put_csv(folder, f"id,video,captions\na,a.mp4,one{odd}more\n")
    assert read_folder(folder).rows[0].captions == (f"one{odd}more",)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({**GOOD, "video": "none.mp4"}, "video 'none.mp4' is missing below"),
        ({**GOOD, "video": "sub"}, "video 'sub' is missing below"),
        ({**GOOD, "video": "/a.mp4"}, "must be a path below"),
        ({**GOOD, "video": "../a.mp4"}, "must be a path below"),
        ({**GOOD, "video": "sub/../../a.mp4"}, "must be a path below"),
        ({**GOOD, "video": "a\0.mp4"}, "must be a path below"),
        ({**GOOD, "video": "x" * 5000}, "cannot be looked up"),
        ({**GOOD, "video": 3}, "video must be a text that is not empty, got 3"),
        ({**GOOD, "captions": []}, "captions must be a list of texts that are not empty, got []"),
        ({**GOOD, "captions": ["one", " "]}, "captions must be a list of texts that are not empty"),
        ({**GOOD, "captions": "one"}, "captions must be a list of texts that are not empty, got 'one'"),
        ({**GOOD, "captions": ["one", 2]}, "captions must be a list of texts"),
        ({**GOOD, "captions": None}, "captions must be a list of texts that are not empty, got None"),
        ({**GOOD, "captions": ["\ud800"]}, r"a caption has half a character ('\ud800') at place 0"),
        ({**GOOD, "id": ""}, "id must be a text that is not empty, got ''"),
        ({**GOOD, "id": 7}, "id must be a text that is not empty, got 7"),
        ({**GOOD, "id": "a\udc00"}, "id has half a character"),
        ({"video": "a.mp4", "captions": ["one"]}, "id must be a text that is not empty, got None"),
        ({**GOOD, "source": 3}, "source must be a text"),
        ({**GOOD, "split": ""}, "split must be a text"),
        ({**GOOD, "labels": [1]}, "labels must be an object, got [1]"),
        ({**GOOD, "labels": {"x": "\ud800"}}, "labels has half a character"),
        ('{"id": "a", "video": "a.mp4", "captions": ["x"], "labels": {"x": NaN}}', "NaN is no JSON number"),
        ("[1, 2]", "must be an object, got [1, 2]"),
        ('"a"', "must be an object, got 'a'"),
        ("{", "the line is not JSON: "),
        ("not JSON", "the line is not JSON: "),
        ("[" * 100_000, "the line is not JSON: "),
        ("1" * 5000, "the line is not JSON: "),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_a_bad_row_is_refused_with_file_and_line(folder, row, says):
    put_json(folder, {"id": "good", "video": "a.mp4", "captions": ["x"]}, "", row)
    message = refused(folder)
    assert message.startswith(f"{folder / 'captions.jsonl'}:3: ")
    assert says in message
    assert "\n" not in message


def test_an_id_that_stands_twice_is_refused_with_both_lines(folder):
    put_json(folder, GOOD, {**GOOD, "id": "b"}, GOOD)
    assert refused(folder) == f"{folder / 'captions.jsonl'}:3: id 'a' stands on line 1 already"


def test_five_bad_rows_are_named_and_the_others_counted(folder):
    put_json(folder, *(["{"] * 7), GOOD)
    message = refused(folder)
    assert [f"captions.jsonl:{line}: " in message for line in range(1, 8)] == [True] * 5 + [False] * 2
    assert message.endswith("; and 2 more")
    put_json(folder, *(["{"] * 5))
    assert "more" not in refused(folder)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("id,video\na,a.mp4\n", 1, "no column captions; found ['id', 'video']"),
        ("", 1, "no column captions, id, video; found []"),
        ("id,video,captions,captions\na,a.mp4,x,y\n", 1, "a column stands twice"),
        ("id,video,captions\na,a.mp4\n", 2, "more or fewer cells than the header"),
        ("id,video,captions\na,a.mp4,x,y\n", 2, "more or fewer cells than the header"),
        ("id,video,captions\na,a.mp4,x\nb,b.mp4,\n", 3, "captions must be a list of texts that are not empty"),
        ("id,video,captions\na,a.mp4,[not JSON\n", 2, "captions is not JSON"),
        ("id,video,captions\na,a.mp4,[]\n", 2, "captions must be a list of texts that are not empty, got []"),
        ('id,video,captions,labels\na,a.mp4,x,"[1]"\n', 2, "labels must be an object, got [1]"),
        ("id,video,captions,labels\na,a.mp4,x,{\n", 2, "labels is not JSON"),
        ('id,video,captions\na,a.mp4,"x"y\n', 2, "not CSV"),
        ('id,video,captions\na,a.mp4,"x\n', 2, "not CSV"),
        ("id,video,captions\na,/etc/passwd,x\n", 2, "must be a path below"),
        ("id,video,captions\na,a.mp4,x\na,b.mp4,y\n", 3, "id 'a' stands on line 2 already"),
    ],
)
def test_bad_csv_is_refused_with_file_and_line(folder, text, line, says):
    put_csv(folder, text)
    message = refused(folder)
    assert message.startswith(f"{folder / 'captions.csv'}:{line}: ")
    assert says in message


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("lines", [0, 1, 2])
def test_what_is_not_utf_8_is_refused_with_its_line(folder, bom, lines):
    good = json.dumps(GOOD).encode()
    (folder / "captions.jsonl").write_bytes(bom + (good + b"\n") * lines + b"\xe9t\xe9\n" + good)
    assert refused(folder) == f"{folder / 'captions.jsonl'}:{lines + 1}: not UTF-8: byte 0xe9"


def test_a_table_without_rows_is_refused(folder):
    put_json(folder, "", " ")
    assert refused(folder) == f"{folder / 'captions.jsonl'} has no rows"
    (folder / "captions.jsonl").unlink()
    put_csv(folder, "id,video,captions\n")
    assert refused(folder) == f"{folder / 'captions.csv'} has no rows"


def test_a_folder_without_a_table_or_with_two_is_refused(folder):
    with pytest.raises(InputError, match=r"has neither captions\.jsonl nor captions\.csv"):
        read_folder(folder)
    put_json(folder, GOOD)
    put_csv(folder, "id,video,captions\n")
    with pytest.raises(InputError, match=r"has both captions\.jsonl and captions\.csv; one of them is needed"):
        read_folder(folder)
    with pytest.raises(InputError, match=r"dataset\.path: .*absent is not a folder"):
        read_folder(folder / "absent")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8).filter(str.strip)


ID = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), min_size=1).filter(str.strip)


@settings(deadline=None)
@given(
    st.lists(st.tuples(ID, st.lists(TEXT, min_size=1, max_size=3)), min_size=1, max_size=4, unique_by=lambda r: r[0])
)
def test_json_and_csv_of_the_same_rows_are_read_alike(tmp_path_factory, rows):
    folders = [tmp_path_factory.mktemp(name) for name in ("json", "csv")]
    for folder in folders:
        (folder / "a.mp4").touch()
    put_json(folders[0], *({"id": id_, "video": "a.mp4", "captions": captions} for id_, captions in rows))
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("id", "video", "captions"))
    writer.writerows((id_, "a.mp4", json.dumps(captions)) for id_, captions in rows)
    put_csv(folders[1], table.getvalue())
    read = [[(row.id, list(row.captions)) for row in read_folder(folder).rows] for folder in folders]
    assert read[0] == read[1] == rows


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@settings(deadline=None)
@given(st.one_of(JSON, st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "video", "captions", "labels"), JSON))))
def test_any_json_at_all_is_a_row_or_an_error_of_the_data(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("any")
    put_json(folder, value)
    assert "captions.jsonl" in refused(folder)  # no video is there
