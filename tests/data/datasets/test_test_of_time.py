"""Test of Time's clips of two events: a caption, its exchanged one, and labels that say who is whose sibling."""

import itertools

import pytest

from platoscope.data.datasets.test_of_time import read_test_of_time
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

COLOURS = ("red", "blue", "green", "yellow")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "splits").mkdir()
    (tmp_path / "videos").mkdir()
    return tmp_path


def put(folder, *rows, split="test_v2.0", columns="video_id,sentence,end_time"):
    lines = [columns, *rows]
    (folder / f"splits/{split}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def put_shapes(folder):
    """Every pair of colours in both orders and both words, a video of each."""
    rows = []
    for (one, other), relation in itertools.product(itertools.permutations(COLOURS, 2), ("before", "after")):
        rows.append(f"{one}_{relation}_{other},A {one} circle appears {relation} a {other} circle appears,2.0")
        (folder / f"videos/{one}_{relation}_{other}.mp4").touch()
    put(folder, *rows)


def test_a_clip_has_its_sentence_the_exchanged_one_and_the_events_in_the_order_of_time(folder):
    put(folder, "x_before_y,A red circle appears before a blue circle appears,2.0", "x_after_y.mp4,Y after X.,2")
    for name in ("x_before_y.mp4", "x_after_y.mp4"):
        (folder / "videos" / name).touch()
    assert list(read_test_of_time(folder, split=None).rows) == [
        Row(
            id="x_before_y",
            video="videos/x_before_y.mp4",
            captions=("a red circle appears before a blue circle appears",),
            source="a blue circle appears | a red circle appears",
            split="test_v2.0",
            labels={"relation": "before", "first": "a red circle appears", "second": "a blue circle appears"},
            negatives=("a blue circle appears before a red circle appears",),
        ),
        Row(
            id="x_after_y",
            video="videos/x_after_y.mp4",
            captions=("y after x",),
            source="x | y",
            split="test_v2.0",
            labels={"relation": "after", "first": "x", "second": "y"},
            negatives=("x after y",),
        ),
    ]


def test_the_four_clips_of_a_pair_of_events_are_one_source_in_which_each_has_one_sibling_of_its_order(folder):
    put_shapes(folder)
    rows = read_test_of_time(folder, split="test_v2.0").rows
    groups = {source: [row for row in rows if row.source == source] for source in {row.source for row in rows}}
    assert len(rows) == 4 * len(groups) == 4 * 6
    for group in groups.values():
        texts = {row.captions[0] for row in group}
        for row in group:
            others = [other for other in group if other is not row]
            same = [
                o
                for o in others
                if (o.labels["first"], o.labels["second"]) == (row.labels["first"], row.labels["second"])
            ]
            assert len(same) == 1
            assert same[0].labels["relation"] != row.labels["relation"]
            assert row.negatives[0] in texts - {row.captions[0], same[0].captions[0]}


def test_videos_that_are_missing_are_absent_with_their_reason(folder):
    put_shapes(folder)
    (folder / "videos/red_after_blue.mp4").unlink()
    found = read_test_of_time(folder, split=None)
    assert len(found.rows) == 23
    assert found.absent == (Absent("red_after_blue", "no video red_after_blue.* below videos"),)


def test_splits_are_the_files_and_an_unknown_one_is_refused_with_those(folder):
    for name in ("a", "b"):
        put(folder, f"{name},x before y,1", split=name)
        (folder / f"videos/{name}.mp4").touch()
    assert [(row.id, row.split) for row in read_test_of_time(folder, split=None).rows] == [("a", "a"), ("b", "b")]
    assert [row.id for row in read_test_of_time(folder, split="b").rows] == ["b"]
    with pytest.raises(InputError, match="has annotations of a, b, not of 'c'"):
        read_test_of_time(folder, split="c")


def test_a_folder_of_neither_layout_or_both_is_refused(folder):
    with pytest.raises(InputError, match=r"has neither of splits/\*\.csv and tempoTL\+didemo_\*\.json"):
        read_test_of_time(folder, split=None)
    put_shapes(folder)
    (folder / "tempoTL+didemo_val.json").write_text("[]")
    with pytest.raises(InputError, match=r"has both of .*; one is needed"):
        read_test_of_time(folder, split=None)
    with pytest.raises(InputError, match="absent is not a folder"):
        read_test_of_time(folder / "absent", split=None)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("b,a cat sits,1", "sentence must have one of the words before and after, once, got 'a cat sits'"),
        ("b,a before b after c,1", "one of the words before and after, once"),
        ("b,a before b before c,1", "one of the words before and after, once"),
        ("b,Before b,1", "must name two events, got 'before b'"),
        ("b,,1", "sentence must be a text that is not empty"),
        (",a before b,1", "video_id must be a text that is not empty"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_line(folder, row, says):
    put(folder, "a,x before y,1", row)
    with pytest.raises(DataError) as caught:
        read_test_of_time(folder, split=None)
    assert str(caught.value).startswith(f"{folder / 'splits/test_v2.0.csv'}:3: ")
    assert says in str(caught.value)


def test_a_table_without_its_columns_is_refused(folder):
    put(folder, "a,x before y", columns="video_id,caption")
    with pytest.raises(DataError, match=r"test_v2\.0\.csv:1: no column sentence"):
        read_test_of_time(folder, split=None)


def test_five_bad_rows_are_named_and_the_others_counted(folder):
    put(folder, *(f"{number},nothing,1" for number in range(8)))
    with pytest.raises(DataError, match=r"csv:6: .*; and 3 more$"):
        read_test_of_time(folder, split=None)


def test_an_id_that_stands_twice_is_refused(folder):
    put(folder, "a,x before y,1", "a.mp4,y after x,1")
    (folder / "videos/a.mp4").touch()
    with pytest.raises(DataError, match="id 'a' is listed twice"):
        read_test_of_time(folder, split=None)


def test_events_of_any_script_are_kept(folder):
    put(folder, "é,Ein Ei kocht before 猫が走る,1")
    (folder / "videos/é.mp4").touch()
    (row,) = read_test_of_time(folder, split=None).rows
    assert (row.id, row.captions, row.negatives) == (
        "é",
        ("ein ei kocht before 猫が走る",),
        ("猫が走る before ein ei kocht",),
    )
