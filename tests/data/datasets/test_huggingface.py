"""Data sets that Hugging Face's library saved become rows with the bytes of their videos, none of them decoded."""

import importlib
import json
import socket
import struct
import sys
from pathlib import Path

import pytest

from platoscope.data.datasets import huggingface
from platoscope.data.datasets.huggingface import read_huggingface
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

VIDEOS = [{"bytes": b"video a", "path": "clips/a.MP4"}, None, {"bytes": b"video c", "path": None}]
COLUMNS = {"video": VIDEOS, "caption": ["one", "two", "é \u2028"], "film": ["f", None, "g"], "n": [7, 8, 9]}


@pytest.fixture(scope="module")
def library():
    found = pytest.importorskip("datasets", reason="needs the package datasets")
    found.disable_progress_bars()
    return found


@pytest.fixture
def save(library, tmp_path):
    """Save columns as one table, or splits of them; the video column as Video unless a feature is given."""

    def table(columns, feature):
        made = library.Dataset.from_dict({name: values for name, values in columns.items() if name != "video"})
        features = library.Features({"video": feature or library.Video()})
        videos = library.Dataset.from_dict({"video": columns["video"]}, features=features)
        return library.concatenate_datasets([made, videos], axis=1)

    def save(columns=COLUMNS, *, splits=None, feature=None, split=None):
        data = library.DatasetDict({name: table(each, feature) for name, each in (splits or {}).items()})
        if splits is None:
            data = table(columns, feature)
            data._split = library.NamedSplit(split) if split else None
        data.save_to_disk(str(tmp_path / "saved"))
        return tmp_path / "saved"

    return save


def read(folder, **fields):
    defaults = {
        "split": None,
        "caption_field": "caption",
        "source_field": None,
        "video_field": "video",
        "id_field": None,
    }
    return read_huggingface(folder, **{**defaults, **fields})


def refused(folder, error=DataError, **fields):
    with pytest.raises(error) as caught:
        read(folder, **fields)
    return str(caught.value)


def test_rows_of_one_table_have_their_number_as_id_and_those_without_a_video_are_absent(save):
    found = read(save())
    assert found.rows == (Row("0", "video.mp4", ("one",)), Row("2", "video", ("é \u2028",)))
    assert found.absent == (Absent("1", "no video in its row"),)
    assert [found.packed.read(row.id) for row in found.rows] == [b"video a", b"video c"]
    assert [found.packed.n_bytes(row.id) for row in found.rows] == [7, 7]


def test_ids_and_sources_are_columns_where_they_are_named(save):
    found = read(save(split="test"), id_field="n", source_field="film")
    assert [(row.id, row.source, row.split) for row in found.rows] == [("7", "f", "test"), ("9", "g", "test")]
    assert found.absent == (Absent("8", "no video in its row"),)
    assert found.packed.read("9") == b"video c"


def test_captions_may_be_lists_and_no_column_has_to_have_the_usual_name(save):
    folder = save({"video": VIDEOS, "texts": [["a", "b"], ["c"], ["a", "a"]], "key": ["x", "y", "é"]})
    rows = read(folder, caption_field="texts", id_field="key").rows
    assert [(row.id, row.captions) for row in rows] == [("x", ("a", "b")), ("é", ("a", "a"))]


def test_splits_are_read_in_their_order_or_the_one_that_is_asked_for(save):
    one = {"video": [VIDEOS[0]], "caption": ["one"]}
    folder = save(splits={"train": COLUMNS, "test": one})
    assert [(row.id, row.split) for row in read(folder).rows] == [
        ("train/0", "train"),
        ("train/2", "train"),
        ("test/0", "test"),
    ]
    found = read(folder, split="test")
    assert found.rows == (Row("test/0", "video.mp4", ("one",), split="test"),)
    assert found.packed.read("test/0") == b"video a"
    assert refused(folder, InputError, split="val") == (
        f"dataset.split: {folder} has no split 'val'; there is train, test"
    )


def test_the_split_of_one_table_is_the_one_that_it_says(save):
    assert "has no split 'val'; there is test" in refused(save(split="test"), InputError, split="val")


def test_a_table_that_does_not_say_its_split_has_none(save):
    folder = save()
    assert {row.split for row in read(folder).rows} == {None}
    assert "has no split 'test'; there is one without a name" in refused(folder, InputError, split="test")


@pytest.mark.parametrize("kind", ["binary", "large_binary"])
def test_plain_bytes_are_videos_too(save, library, kind):
    folder = save({**COLUMNS, "video": [b"video a", None, b""]}, feature=library.Value(kind))
    found = read(folder)
    assert [(row.id, found.packed.read(row.id)) for row in found.rows] == [("0", b"video a"), ("2", b"")]
    assert [gone.id for gone in found.absent] == ["1"]


def test_paths_are_read_below_the_data_set_alone(save, library, tmp_path):
    (tmp_path / "outside.mp4").write_bytes(b"not ours")
    names = [
        "clips/é.webm",
        str(tmp_path / "outside.mp4"),
        "../outside.mp4",
        "none.mp4",
        "a\0b",
        "x" * 5000,
        "clips",
        None,
    ]
    names.append(str(tmp_path / "saved" / "clips" / "é.webm"))
    columns = {"video": names, "caption": ["x"] * len(names)}
    folder = save(columns, feature=library.Value("string"))
    (folder / "clips").mkdir()
    (folder / "clips" / "é.webm").write_bytes(b"video")
    found = read(folder)
    assert [(row.id, row.video, found.packed.read(row.id)) for row in found.rows] == [
        ("0", "video.webm", b"video"),
        ("8", "video.webm", b"video"),
    ]
    assert found.packed.n_bytes("0") == 5
    assert [gone.id for gone in found.absent] == ["1", "2", "3", "4", "5", "6", "7"]
    assert found.absent[2].reason == "no bytes, and no file 'none.mp4' below the data set"


def test_the_order_of_a_shuffled_table_is_its_own(library, tmp_path):
    columns = {"video": [{"bytes": b"%d" % n, "path": None} for n in range(40)], "caption": [str(n) for n in range(40)]}
    features = library.Features({"video": library.Video(), "caption": library.Value("string")})
    data = library.Dataset.from_dict(columns, features=features).shuffle(seed=1).with_format("numpy")
    data.save_to_disk(str(tmp_path / "saved"), num_shards=3)
    found = read(tmp_path / "saved")
    assert sorted(row.captions[0] for row in found.rows) == sorted(columns["caption"])
    assert [found.packed.read(row.id).decode() for row in found.rows] == [row.captions[0] for row in found.rows]
    assert [row.captions[0] for row in found.rows] != columns["caption"]


@pytest.mark.parametrize(
    ("columns", "fields", "says"),
    [
        ({"caption": ["a", "b", ""]}, {}, "row 2: caption must be a list of texts that are not empty, got ['']"),
        ({"caption": ["a", "b", None]}, {}, "row 2: caption must be a list of texts that are not empty, got None"),
        ({"caption": [["a"], ["b"], []]}, {}, "row 2: caption must be a list of texts that are not empty, got []"),
        ({"caption": [1, 2, 3]}, {}, "row 2: caption must be a list of texts that are not empty, got 3"),
        ({"n": [1, 2, 1]}, {"id_field": "n"}, "row 2: id '1' stands in row 0 already"),
        ({"n": ["x", "y", ""]}, {"id_field": "n"}, "row 2: n must be a text that is not empty, got ''"),
        ({"n": ["x", "y", None]}, {"id_field": "n"}, "row 2: n must be a text that is not empty, got None"),
        ({"n": [1.5, 2.5, 3.5]}, {"id_field": "n"}, "row 2: n must be a text that is not empty, got 3.5"),
        (
            {"film": [True, True, True]},
            {"source_field": "film"},
            "row 2: film must be a text that is not empty, got True",
        ),
    ],
    ids=lambda value: f"{value!s:.30}",
)
def test_a_bad_row_is_refused_with_its_number(save, columns, fields, says):
    folder = save({**COLUMNS, **columns})
    message = refused(folder, **fields)
    assert f"{folder}: {says}" in message


@pytest.mark.parametrize("role", ["video_field", "caption_field", "source_field", "id_field"])
def test_a_column_that_does_not_exist_is_refused_with_those_that_do(save, role):
    folder = save()
    message = refused(folder, InputError, **{role: "nothing"})
    assert message == f"dataset.{role}: {folder} has no column 'nothing', only ['caption', 'film', 'n', 'video']"


def test_a_column_of_videos_has_to_be_one(save):
    message = refused(save(), InputError, video_field="n")
    assert message == "dataset.video_field: a column of videos, bytes or paths is needed, got int64"


def test_a_table_without_a_single_video_is_refused(save):
    folder = save({"video": [None], "caption": ["x"]})
    assert refused(folder) == f"{folder}: of its 1 rows not one has a video"


@pytest.mark.usefixtures("library")
def test_a_folder_without_a_data_set_is_refused(tmp_path):
    message = refused(tmp_path, InputError)
    assert message == (
        f"dataset.path: {tmp_path} has neither dataset_dict.json nor dataset_info.json: no data set was saved there"
    )
    assert "is not a folder" in refused(tmp_path / "none", InputError)


@pytest.mark.parametrize("name", ["state.json", "dataset_info.json", "data-00000-of-00001.arrow"])
@pytest.mark.parametrize("bent", [b"", b"{", b"[]", b"\xff" * 100, None], ids=str)
def test_damaged_files_are_refused(save, name, bent):
    folder = save()
    if bent is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(bent)
    message = refused(folder, (DataError, InputError))
    assert str(folder) in message
    assert "\n" not in message


def test_wherever_an_arrow_file_is_cut_it_is_refused(save):
    folder = save()
    file = folder / "data-00000-of-00001.arrow"
    whole = file.read_bytes()
    for cut in [*range(0, len(whole), 40), len(whole) - 8, len(whole) - 1]:
        file.write_bytes(whole[:cut])
        assert refused(folder).startswith(f"{folder} is damaged: "), cut


def test_an_arrow_file_whose_offsets_lead_out_of_it_is_refused(save):
    folder = save()
    file = folder / "data-00000-of-00001.arrow"
    whole = file.read_bytes()
    offsets = struct.pack("<4i", 0, 7, 7, 14)
    assert whole.count(offsets) == 1
    file.write_bytes(whole.replace(offsets, struct.pack("<4i", 0, 7, 7, 2**30)))
    assert refused(folder).startswith(f"{folder} is damaged: ")


def test_a_split_that_is_gone_from_its_folder_is_refused(save):
    folder = save(splits={"train": COLUMNS})
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": ["train", "test"]}))
    assert refused(folder).startswith(f"{folder} is damaged: ")


def test_without_the_package_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    message = refused(tmp_path, InputError)
    assert message == "dataset.source huggingface needs a package more: pip install platoscope[hf]"


def test_the_package_is_loaded_by_no_import_of_ours(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    importlib.reload(huggingface)


def test_no_network_is_touched_and_nothing_is_written(save, monkeypatch):
    folder = save()

    def refuse(*words, **more):
        raise AssertionError(f"the network was asked: {words} {more}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    places = [folder, Path(importlib.import_module("datasets").config.HF_DATASETS_CACHE)]
    before = [sorted(place.rglob("*")) for place in places]
    found = read(folder)
    assert found.packed.read("0") == b"video a"
    assert [sorted(place.rglob("*")) for place in places] == before
