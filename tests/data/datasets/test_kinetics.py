"""Kinetics in its published layouts: tables by split, clips named by YouTube id and times, labels as captions."""

import pytest

from platoscope.data.datasets.kinetics import read_kinetics
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

HEADER = "label,youtube_id,time_start,time_end,split,is_cc"
SKY, SEA = "Ab_c-dEfgh1_000417_000427", "-_-_-_-_-_-_000000_000010"


def put(folder, *videos, **tables):
    """Empty videos, and tables by their file's stem."""
    for name in videos:
        (folder / "videos" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "videos" / name).write_bytes(b"x")
    for stem, lines in tables.items():
        (folder / f"{stem}.csv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def refused(folder, error=DataError, split=None):
    with pytest.raises(error) as caught:
        read_kinetics(folder, split=split)
    return str(caught.value)


def test_labels_are_captions_and_times_name_the_clip(tmp_path):
    lines = [HEADER, "looking up é,Ab_c-dEfgh1,417,427,val,0", '"kissing, at sea",-_-_-_-_-_-,0,10,val,1']
    put(tmp_path, f"{SKY}.mp4", f"val/kissing at sea/{SEA}.mkv", val=lines)
    assert read_kinetics(tmp_path, split=None).rows == (
        Row(
            SKY,
            f"videos/{SKY}.mp4",
            ("looking up é",),
            source="Ab_c-dEfgh1",
            split="val",
            labels={"label": "looking up é"},
        ),
        Row(
            SEA,
            f"videos/val/kissing at sea/{SEA}.mkv",
            ("kissing, at sea",),
            source="-_-_-_-_-_-",
            split="val",
            labels={"label": "kissing, at sea"},
        ),
    )


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train.csv", "train"),
        ("val.csv", "val"),
        ("validate.csv", "validate"),
        ("test.csv", "test"),
        ("annotations/val.csv", "val"),
        ("kinetics-400_val.csv", "val"),
        ("annotations/kinetics_700_train.csv", "train"),
        ("kinetics700_2020_validate.csv", "validate"),
    ],
)
def test_splits_have_the_names_of_their_files(tmp_path, name, split):
    put(tmp_path, f"{SKY}.mp4", f"{SEA}.mp4")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("label,youtube_id,time_start,time_end\nlooking up,Ab_c-dEfgh1,417,427\n")
    (tmp_path / "classes.csv").write_text("name\nlooking up\n")
    (row,) = read_kinetics(tmp_path, split=split).rows
    assert (row.id, row.split) == (SKY, split)
    other = "train" if split != "train" else "val"
    message = refused(tmp_path, InputError, split=other)
    assert message == f"dataset.split: {tmp_path} has annotations of {split}, not of {other!r}"


def test_clips_of_one_video_share_their_source(tmp_path):
    ids = ["Ab_c-dEfgh1_000001_000011", "Ab_c-dEfgh1_002345_002355"]
    lines = [HEADER, "x,Ab_c-dEfgh1,1,11,val,0", "y,Ab_c-dEfgh1,2345,2355,val,0"]
    found = read_kinetics(put(tmp_path, *(f"{id_}.mp4" for id_ in ids), val=lines), split=None)
    assert [(row.id, row.source) for row in found.rows] == [(id_, "Ab_c-dEfgh1") for id_ in ids]


def test_a_whole_video_is_not_taken_for_the_clip(tmp_path):
    lines = [HEADER, "x,Ab_c-dEfgh1,417,427,val,0", "y,-_-_-_-_-_-,0,10,val,0"]
    put(tmp_path, "Ab_c-dEfgh1.mp4", "Ab_c-dEfgh1_000417_000428.mp4", f"{SEA}.mp4", val=lines)
    found = read_kinetics(tmp_path, split="val")
    assert [row.id for row in found.rows] == [SEA]
    assert found.absent == (Absent(SKY, f"no video {SKY}.* below videos"),)


def test_a_test_file_whose_labels_are_held_out_is_passed_over(tmp_path):
    put(tmp_path, f"{SKY}.mp4", val=[HEADER, "x,Ab_c-dEfgh1,417,427,val,0"])
    put(tmp_path, test=["youtube_id,time_start,time_end,split", "-_-_-_-_-_-,0,10,test"])
    assert [row.id for row in read_kinetics(tmp_path, split=None).rows] == [SKY]
    assert refused(tmp_path, InputError, split="test").endswith("has annotations of val, not of 'test'")


def test_a_folder_without_labels_or_with_two_files_of_a_split_is_refused(tmp_path):
    put(tmp_path, f"{SKY}.mp4")
    assert "has no annotations {train,val,validate,test}.csv with labels" in refused(tmp_path, InputError)
    lines = [HEADER, "x,Ab_c-dEfgh1,417,427,val,0"]
    put(tmp_path, **{"val": lines, "kinetics-600_val": lines})
    assert "are both of the split val: keep one" in refused(tmp_path, InputError)
    assert "is not a folder" in refused(tmp_path / "absent", InputError)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (",Ab_c-dEfgh1,417,427,val,0", "label must be a text that is not empty, got ''"),
        ("x,,417,427,val,0", "youtube_id must be a text that is not empty, got ''"),
        ("x,Ab_c-dEfgh1,41.7,427,val,0", "time_start must be whole seconds, got '41.7'"),
        ("x,Ab_c-dEfgh1,417,-1,val,0", "time_end must be whole seconds, got '-1'"),
        ("x,Ab_c-dEfgh1,1234567,2,val,0", "time_start must be whole seconds, got '1234567'"),
        ("x,Ab_c-dEfgh1,,427,val,0", "time_start must be whole seconds, got ''"),
        ("x,Ab_c-dEfgh1,\u0664,427,val,0", "time_start must be whole seconds"),
        ("x,Ab_c-dEfgh1,417", "more or fewer cells than the header"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_line(tmp_path, line, says):
    put(tmp_path, f"{SEA}.mp4", val=[HEADER, "y,-_-_-_-_-_-,0,10,val,0", line])
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / 'val.csv'}:3: ")
    assert says in message


def test_a_table_of_another_kind_is_refused_by_its_header(tmp_path):
    put(tmp_path, f"{SKY}.mp4", val=[f"/videos/{SKY}.mp4 325"])
    assert refused(tmp_path).startswith(f"{tmp_path / 'val.csv'}:1: no column label, time_end, time_start, youtube_id")


def test_a_clip_that_stands_twice_is_refused(tmp_path):
    line = "x,Ab_c-dEfgh1,417,427,val,0"
    put(tmp_path, f"{SKY}.mp4", train=[HEADER, line], val=[HEADER, line])
    assert refused(tmp_path) == f"{tmp_path}: id '{SKY}' is listed twice"
