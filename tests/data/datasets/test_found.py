"""Rows meet their videos by name, wherever below the folder they lie; what is gone is listed and never replaced."""

import pytest

from platoscope.data.datasets.found import listed_once, matched, of_split, stem_of
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError


def row(id_, video=None):
    return Row(id=id_, video=video or id_, captions=("x",))


def put(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_rows_keep_their_order_and_get_the_path_of_their_file(tmp_path):
    put(tmp_path, "videos/b.mp4", "videos/deep/down/a.WEBM", "videos/other.mp4", "videos/c.mp4.part", "d.mp4")
    found = matched([row("a"), row("two", "b"), row("c"), row("d")], tmp_path, below="videos")
    assert [(one.id, one.video) for one in found.rows] == [("a", "videos/deep/down/a.WEBM"), ("two", "videos/b.mp4")]
    assert found.absent == tuple(Absent(id_, f"no video {id_}.* below videos") for id_ in ("c", "d"))
    assert found.packed is None


def test_names_with_dots_and_odd_characters_are_matched_whole(tmp_path):
    put(tmp_path, "videos/a.b.mp4", "videos/-_x é.mkv")
    found = matched([row("a.b"), row("-_x é"), row("a")], tmp_path, below="videos")
    assert [one.video for one in found.rows] == ["videos/a.b.mp4", "videos/-_x é.mkv"]
    assert [one.id for one in found.absent] == ["a"]


@pytest.mark.parametrize(
    ("names", "ids", "says"),
    [
        (["videos/a.mp4", "videos/x/a.webm"], ["a"], r"'a' has 2 videos, videos/a\.mp4 and videos/x/a\.webm: keep one"),
        (["videos/a.mp4"], ["a", "a"], "id 'a' is listed twice"),
        (["videos/a.mp4"], ["b", "c"], "of the 2 samples listed not one has a video below videos"),
        (["videos/a.txt"], ["a"], "of the 1 samples listed not one has a video below videos"),
    ],
)
def test_what_is_not_clear_is_refused(tmp_path, names, ids, says):
    put(tmp_path, *names)
    with pytest.raises(DataError, match=says):
        matched([row(id_) for id_ in ids], tmp_path, below="videos")


def test_a_folder_without_videos_is_refused_by_the_name_of_what_lacks(tmp_path):
    with pytest.raises(InputError, match=r"dataset\.path: .* has no folder videos with the videos"):
        matched([row("a")], tmp_path, below="videos")


def test_one_of_several_files_has_to_be_there(tmp_path):
    put(tmp_path, "b.json")
    assert listed_once(tmp_path, ["a.json", "b.json"], what="captions") == tmp_path / "b.json"
    with pytest.raises(InputError, match=r"needs one file with captions \(a\.json\), it has none"):
        listed_once(tmp_path, ["a.json"], what="captions")
    put(tmp_path, "a.json")
    with pytest.raises(InputError, match=r"it has a\.json and b\.json"):
        listed_once(tmp_path, ["a.json", "b.json"], what="captions")


def test_a_split_is_one_of_the_files_and_none_named_stands_for_all(tmp_path):
    files = {"train": tmp_path / "a", "test": tmp_path / "b"}
    assert list(of_split(files, None, folder=tmp_path, wanted="*").items()) == list(files.items())
    assert of_split(files, "test", folder=tmp_path, wanted="*") == {"test": tmp_path / "b"}
    with pytest.raises(InputError, match="has annotations of train, test, not of 'val'"):
        of_split(files, "val", folder=tmp_path, wanted="*")
    with pytest.raises(InputError, match=r"dataset\.path: .* has no annotations x_\*\.json"):
        of_split({}, None, folder=tmp_path, wanted="x_*.json")


@pytest.mark.parametrize(
    ("name", "stem"),
    [("a.mp4", "a"), ("a.MOV", "a"), ("a.b.webm", "a.b"), ("a", "a"), ("a.b", "a.b"), ("1@N02_3.avi", "1@N02_3")],
)
def test_the_stem_of_a_name_has_no_suffix_of_a_video(name, stem):
    assert stem_of(name) == stem


def test_linked_folders_are_gone_through_once_and_hidden_names_never(tmp_path):
    elsewhere = put(tmp_path / "elsewhere", "part/a.mp4", "part/._b.mp4", ".trash/c.mp4")
    folder = put(tmp_path / "set", "videos/d.mp4")
    (folder / "videos/part1").symlink_to(elsewhere / "part")
    (folder / "videos/above").symlink_to(folder)
    (folder / "videos/e.mp4").symlink_to(elsewhere / "part/a.mp4")
    found = matched([row("a"), row("b"), row("c"), row("d"), row("e")], folder, below="videos")
    assert [one.video for one in found.rows] == ["videos/part1/a.mp4", "videos/d.mp4", "videos/e.mp4"]
