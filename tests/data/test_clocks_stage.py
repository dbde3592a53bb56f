"""Clocks through the stages dataset and frames: arrays, bit by bit in the store, with labels and antonyms."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from platoscope.data import dataset, frames
from platoscope.data.datasets.clocks import make_clip
from platoscope.data.rendering import Rendering
from platoscope.data.rows import read_lines
from platoscope.errors import InputError
from platoscope.params import parse_params
from platoscope.planning import _counts
from platoscope.project import Project
from platoscope.store import FramesStore

SIZE = 24


def params(*, samples=None, **changes):
    return parse_params(
        {
            "dataset": {
                "source": "clocks",
                "path": "python/platoscope/data/datasets/clocks",
                "families": ["C", "O", "X"],
                "n": 4,
                "numbers": {"O": 8},
                "frames": 8,
                "size": SIZE,
                "templates": 2,
                **changes,
            },
            "frames": {"size": SIZE},
            "samples": {"n": samples},
            "budgets": {"frames": [1, 2, 8], "captions": [1, 3]},
            "encoders": {
                "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
                "text": {"words": {"family": "hf_text"}},
            },
        }
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project in which both stages ran."""
    project = Project(tmp_path_factory.mktemp("project"))
    lines = [dataset.run(params(), project), frames.run(params(), project)]
    assert lines == [
        f"dataset: 28 rendered clips of 8 frames, {SIZE} px",
        "frames: 224 frames of 28 videos (28 ok)",
    ]
    return project


def test_clips_are_uint8_arrays_with_labels_and_digests(project):
    videos = read_lines(project.dataset / "videos.jsonl")
    assert [video["id"] for video in videos][:5] == ["C_00000", "C_00001", "C_00002", "C_00003", "C_twin_00000"]
    assert len({video["source"] for video in videos}) == 28
    for video in videos:
        content = (project.dataset / video["path"]).read_bytes()
        assert video["made"]
        assert hashlib.sha256(content).hexdigest() == video["digest"]
        labels = video["labels"]
        array = np.load(project.dataset / video["path"])
        again = make_clip(
            labels["family"], int(video["id"][-5:]), twin=labels["twin"], frames=8, size=SIZE, templates=2
        )
        assert np.array_equal(array, again.frames)
        assert {"family", "twin", "template", "seed", "rung", "sign", "variant", "relation"} <= set(labels)


def test_captions_come_with_their_antonyms(project):
    for row in read_lines(project.dataset / "captions.jsonl"):
        assert len(row["captions"]) == len(row["captions_negative"]) == 3


def test_the_store_of_frames_has_the_arrays_bit_by_bit(project):
    store = FramesStore(project.frames)
    offset = np.asarray(store.offset[:])
    assert np.diff(offset).tolist() == [8] * 28
    videos = read_lines(project.dataset / "videos.jsonl")
    for row, video in enumerate(videos):
        assert np.array_equal(
            store.read(np.arange(offset[row], offset[row + 1])), np.load(project.dataset / video["path"])
        )


def test_the_plan_counts_families_and_twins(project):
    assert _counts(params(), project) == (28, 28)
    assert params(twins=0).dataset.total == 12
    assert params(families=["C", "X"], numbers={}, twins=8).dataset.total == 4 + 8 + 8


def test_stills_are_part_of_what_a_rendering_is(tmp_path):
    stills = tmp_path / "stills"
    stills.mkdir()
    paths = set()
    for colour in ((200, 0, 0), (0, 200, 0)):
        Image.new("RGB", (8, 8), colour).save(stills / "a.png")
        rendering = Rendering(params(rungs=[4], stills="stills").dataset, scratch=tmp_path / "work", root=tmp_path)
        paths.add(rendering.work.path)
    assert len(paths) == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"size": 32}, f"dataset.size is 32 but frames.size {SIZE}: clips of clocks are copied"),
        ({"samples": 29}, "samples.n is 29 but what dataset renders only 28"),
        ({"n": 6}, "multiple of 4"),
        ({"frames": 9}, "multiple of 2"),
        ({"families": ["C", "C"], "numbers": {}}, "each must be named once"),
        ({"families": ["C"]}, "numbers has 'O', families are ['C']: name it there"),
        ({"families": ["H"], "numbers": {}}, "'G', 'G1', 'G2', 'E'"),
        ({"rungs": [4]}, "rung 4 needs a folder of pictures"),
        ({"stills": "DIR"}, "rung 4 needs a folder of pictures"),
        ({"rungs": [5]}, "less than or equal to 4"),
    ],
)
def test_params_that_do_not_go_together_are_refused(changes, says):
    with pytest.raises(InputError) as caught:
        params(**changes)
    assert says in str(caught.value)
