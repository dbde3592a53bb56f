"""The dataset stage on folders: videos and captions apart, in one order, and nothing of the machine."""

import hashlib
import json

import pytest

from platoscope.data import dataset
from platoscope.data.rows import read_lines
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


def params(path):
    return parse_params(
        {
            "dataset": {"source": "folder", "path": str(path)},
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
            "digest": digests["b"],
            "source": "film",
            "split": "test",
            "labels": {"n": 1},
        },
        {"id": "a", "path": "clips/a.mp4", "digest": digests["a"], "source": None, "split": None, "labels": {}},
    ]
    assert read_lines(project.dataset / "captions.jsonl") == [
        {"id": "b", "captions": ["one", "two"]},
        {"id": "a", "captions": ["é \u2028"]},
    ]


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
