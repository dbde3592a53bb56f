"""The dataset stage on folders: videos and captions apart, in one order, and nothing of the machine."""

import csv
import hashlib
import json

import pytest

from platoscope.data import dataset
from platoscope.data.datasets.found import Found, Packed
from platoscope.data.rows import Absent, Row, ranked, read_lines
from platoscope.errors import DataError
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.scratch import digest_of

ROWS = [
    {
        "id": "b",
        "video": "clips/b.mp4",
        "captions": ["one", "two"],
        "source": "film",
        "split": "test",
        "labels": {"n": 1},
    },
    {"id": "a", "video": "clips/a.mp4", "captions": ["é \u2028"]},
]


def params(path, **dataset):
    return parse_params(
        {
            "dataset": {"source": "folder", "path": str(path), **dataset},
            "frames": {"size": 8},
            "budgets": {"frames": [1], "captions": [1]},
            "encoders": {
                "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
                "text": {"words": {"family": "hf_text"}},
            },
        }
    )


def put(folder, rows=ROWS):
    (folder / "clips").mkdir(parents=True, exist_ok=True)
    for row in rows:
        (folder / row["video"]).write_bytes(f"the bytes of {row['id']}".encode())
    (folder / "captions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "project")


def test_a_folder_becomes_videos_and_captions_in_the_order_of_its_rows(project, tmp_path):
    line = dataset.run(params(put(tmp_path / "mine")), project)
    assert line == "dataset: 2 clips of mine, 3 captions"
    digests = {row["id"]: hashlib.sha256(f"the bytes of {row['id']}".encode()).hexdigest() for row in ROWS}
    assert read_lines(project.dataset / "videos.jsonl") == [
        {
            "id": "b",
            "path": "clips/b.mp4",
            "made": False,
            "digest": digests["b"],
            "source": "film",
            "split": "test",
            "labels": {"n": 1},
        },
        {
            "id": "a",
            "path": "clips/a.mp4",
            "made": False,
            "digest": digests["a"],
            "source": None,
            "split": None,
            "labels": {},
        },
    ]
    assert read_lines(project.dataset / "captions.jsonl") == [
        {"id": "b", "captions": ["one", "two"]},
        {"id": "a", "captions": ["é \u2028"]},
    ]
    assert (project.dataset / "absent.csv").read_text() == "id,reason\n"


def test_an_edited_caption_leaves_the_list_of_videos_as_it_was_and_a_replaced_video_the_captions(project, tmp_path):
    folder = put(tmp_path / "mine")
    files = [project.dataset / "videos.jsonl", project.dataset / "captions.jsonl"]

    def written():
        dataset.run(params(folder), project)
        return [file.read_bytes() for file in files]

    videos, captions = written()
    put(folder, [{**ROWS[0], "captions": ["other", "two"]}, ROWS[1]])
    assert (written()[0], written()[1] == captions) == (videos, False)
    put(folder)
    (folder / "clips/a.mp4").write_bytes(b"another take")
    assert (written()[0] == videos, written()[1]) == (False, captions)


def test_moving_the_folder_changes_no_byte(project, tmp_path):
    digests = []
    for name in ("here", "there/and/deeper"):
        dataset.run(params(put(tmp_path / name)), project)
        digests.append(digest_of(project.dataset))
    assert digests[0] == digests[1]


def test_a_folder_may_lie_below_the_project(project):
    put(project.root / "my/clips")
    dataset.run(params("my/clips"), project)
    assert len(read_lines(project.dataset / "videos.jsonl")) == 2


def test_files_that_another_source_had_rendered_are_gone(project, tmp_path):
    (project.dataset / "videos").mkdir(parents=True)
    (project.dataset / "videos/old.mp4").touch()
    dataset.run(params(put(tmp_path / "mine")), project)
    assert list((project.dataset / "videos").iterdir()) == []


def test_a_bad_row_writes_nothing(project, tmp_path):
    folder = put(tmp_path / "mine")
    (folder / "clips/a.mp4").unlink()
    with pytest.raises(DataError, match=r"captions\.jsonl:2: video 'clips/a\.mp4' is missing"):
        dataset.run(params(folder), project)
    assert not project.dataset.exists()


VATEX = [{"videoID": f"film{i:07d}_00000{i}_00001{i}", "enCap": [f"clip {i}"], "chCap": []} for i in range(9)]


def put_vatex(folder, *, gone=()):
    (folder / "videos").mkdir(parents=True)
    for place, row in enumerate(VATEX):
        if place not in gone:
            (folder / f"videos/{row['videoID']}.mp4").write_bytes(str(place).encode())
    (folder / "vatex_validation_v1.0.json").write_text(json.dumps(VATEX))
    return folder


def test_what_is_listed_and_has_no_video_stands_in_a_table_and_in_the_summary(project, tmp_path):
    folder = put_vatex(tmp_path / "vatex", gone=(2, 5))
    line = dataset.run(params(folder, source="vatex", split="validation"), project)
    assert line == "dataset: 7 clips of vatex, 7 captions; of the 9 asked for 2 have no video"
    with (project.dataset / "absent.csv").open(newline="") as file:
        absent = list(csv.DictReader(file))
    assert absent == [
        {"id": VATEX[place]["videoID"], "reason": f"no video {VATEX[place]['videoID']}.* below videos"}
        for place in (2, 5)
    ]
    assert len(read_lines(project.dataset / "videos.jsonl")) == 7


@pytest.mark.parametrize("seed", [0, 1])
def test_n_are_drawn_by_seed_and_id_whatever_else_is_there(project, tmp_path, seed):
    def drawn_of(name, gone):
        folder = put_vatex(tmp_path / name, gone=gone)
        dataset.run(params(folder, source="vatex", n=4, seed=seed), project)
        return [row["id"] for row in read_lines(project.dataset / "videos.jsonl")]

    whole = drawn_of("whole", ())
    assert len(whole) == 4
    assert whole == sorted(whole)
    gone = next(place for place, row in enumerate(VATEX) if row["videoID"] == whole[1])
    less = drawn_of("less", (gone,))
    assert set(whole) - set(less) == {whole[1]}
    assert len(less) == 4
    assert (project.dataset / "absent.csv").read_text().splitlines()[1].startswith(f"{whole[1]},")


def test_of_the_absent_ones_those_are_told_that_were_asked_for_on_the_way(project, tmp_path):
    folder = put_vatex(tmp_path / "vatex", gone=(2, 5))
    ids = [row["videoID"] for row in VATEX]
    order = [ids[place] for place in ranked(ids, seed=0)]
    for n in range(2, 8):
        dataset.run(params(folder, source="vatex", n=n), project)
        there = [row["id"] for row in read_lines(project.dataset / "videos.jsonl")]
        with (project.dataset / "absent.csv").open(newline="") as file:
            absent = [row["id"] for row in csv.DictReader(file)]
        assert len(there) == n
        assert set(order[: n + len(absent)]) == {*there, *absent}


def test_more_than_there_are_is_an_error(project, tmp_path):
    folder = put_vatex(tmp_path / "vatex", gone=(2, 5))
    with pytest.raises(DataError, match=r"dataset\.n asks for 8 videos, of the 9 listed 7 are there"):
        dataset.run(params(folder, source="vatex", n=8), project)


@pytest.mark.parametrize("id_", ["a\rb", "a\nb", "a\u2028b", "\0"])
def test_an_id_that_would_break_the_lines_of_tables_is_refused(id_):
    for make in (lambda: Row(id_, "a.mp4", ("x",)), lambda: Absent(id_, "gone")):
        with pytest.raises(DataError, match="has a control character or an end of line"):
            make()


def test_those_that_are_asked_for_by_id_are_kept_and_what_of_them_is_gone_is_told(project, tmp_path):
    folder = put_vatex(tmp_path / "vatex", gone=(2, 5))
    ids = [VATEX[place]["videoID"] for place in (7, 2, 1)]
    line = dataset.run(params(folder, source="vatex", ids=ids), project)
    assert line == "dataset: 2 clips of vatex, 2 captions; of the 3 asked for 1 have no video"
    assert [row["id"] for row in read_lines(project.dataset / "videos.jsonl")] == [ids[2], ids[0]]
    assert (project.dataset / "absent.csv").read_text() == f"id,reason\n{ids[1]},no video {ids[1]}.* below videos\n"


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        (["film0000000_000000_000010", "other"], "names 1 that the source does not list, first 'other'"),
        (["film0000002_000002_000012"], "names 1, of which not one has a video: no video film0000002_000002_000012"),
    ],
)
def test_ids_that_cannot_be_had_are_refused(project, tmp_path, ids, says):
    folder = put_vatex(tmp_path / "vatex", gone=(2, 5))
    with pytest.raises(DataError, match=rf"dataset\.ids {says}"):
        dataset.run(params(folder, source="vatex", ids=ids), project)


def test_other_seeds_draw_others():
    ids = [f"s{i}" for i in range(100)]
    orders = [ranked(ids, seed=seed) for seed in range(3)]
    assert all(sorted(order) == list(range(100)) for order in orders)
    assert len({tuple(order[:20]) for order in orders}) == 3


def test_captions_that_do_not_fit_are_kept_beside_those_that_do(project, tmp_path):
    rows = [{**ROWS[0], "captions_negative": ["two then one"]}, ROWS[1]]
    dataset.run(params(put(tmp_path / "mine", rows)), project)
    assert read_lines(project.dataset / "captions.jsonl") == [
        {"id": "b", "captions": ["one", "two"], "captions_negative": ["two then one"]},
        {"id": "a", "captions": ["é \u2028"]},
    ]


def test_videos_that_are_packed_are_copied_out_under_names_of_their_own(project, tmp_path, monkeypatch):
    contents = {"a/b": b"one", "../c": b"three"}
    rows = tuple(Row(id=id_, video=f"{id_}.MP4", captions=("x",)) for id_ in contents)
    packed = Packed(read=contents.__getitem__, n_bytes=lambda id_: len(contents[id_]))
    absent = (Absent("d", "its shard is not there"),)
    monkeypatch.setattr(dataset, "READERS", {"folder": lambda _: Found(rows, absent, packed)})
    wanted = params(tmp_path / "mine")
    assert dataset.run(wanted, project).endswith("2 clips of mine, 2 captions; of the 3 asked for 1 have no video")
    videos = read_lines(project.dataset / "videos.jsonl")
    assert [(row["path"], row["made"]) for row in videos] == [
        ("videos/0000000.mp4", True),
        ("videos/0000001.mp4", True),
    ]
    for row in videos:
        content = (project.dataset / row["path"]).read_bytes()
        assert content == contents[row["id"]]
        assert row["digest"] == hashlib.sha256(content).hexdigest()
    assert (project.dataset / "absent.csv").read_text() == "id,reason\nd,its shard is not there\n"
