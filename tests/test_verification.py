"""`platoscope verify`: what is whole, away, missing, other, damaged, or made from other samples than the rest."""

import json
import shutil

import numpy as np
import pytest
import yaml

from platoscope.committed import committed_outs, dvc_md5
from platoscope.data.rows import write_lines
from platoscope.errors import DataError, InputError
from platoscope.project import Project
from platoscope.store import FeaturesStore, digest_ids, write_features, write_neighbours, write_thumbnails
from platoscope.verification import verified

IDS = [f"s{row}" for row in range(6)]
WHOSE = {"samples": digest_ids(IDS), "ids": IDS, "layers": ["final"], "budgets": [1]}
PIPELINE = {
    "samples": {"cmd": "x", "outs": ["data/samples.jsonl"]},
    "frames": {"cmd": "x", "outs": [{"data/frames.zarr": {"push": False}}, "data/thumbnails.zarr"]},
    **{
        f"video_{kind}": {"foreach": "${encoders.video}", "do": {"outs": [f"data/{kind}/video/${{key}}.zarr"]}}
        for kind in ("features", "neighbours")
    },
    "alignment": {"cmd": "x", "outs": ["data/alignment"], "metrics": [{"results/alignment.json": {"cache": False}}]},
}


def write_feature_store(project, *, seed=0, ids=IDS):
    features = np.random.default_rng(seed).normal(size=(1, len(ids), 4)).astype(np.float32)
    path = project.features("video", "a")
    shutil.rmtree(path, ignore_errors=True)
    write_features(path, [("final", features)], attributes={**WHOSE, "samples": digest_ids(ids), "ids": list(ids)})


def write_neighbour_store(project):
    told = {**WHOSE, "features": FeaturesStore(project.features("video", "a")).attributes["digest"]}
    path = project.neighbours("video", "a")
    shutil.rmtree(path, ignore_errors=True)
    write_neighbours(path, np.zeros((1, 1, 6, 2), np.int32), np.zeros((1, 1, 2)), attributes=told)


def commit(project, *, also=()):
    """Write dvc.lock from what is on the disk, and from other outs (stage, path, md5)."""
    here = {
        "samples": ["data/samples.jsonl"],
        "frames": ["data/thumbnails.zarr"],
        "video_features@a": ["data/features/video/a.zarr"],
        "video_neighbours@a": ["data/neighbours/video/a.zarr"],
        "alignment": ["data/alignment"],
    }
    stages = {
        stage: {"cmd": "x", "outs": [{"path": path, "md5": dvc_md5(project.root / path)} for path in paths]}
        for stage, paths in here.items()
    }
    for stage, path, md5 in also:
        stages.setdefault(stage, {"cmd": "x", "outs": []})["outs"].append({"path": path, "md5": md5})
    (project.root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}, sort_keys=False))


@pytest.fixture
def project(tmp_path):
    """A project with a few stores that fit each other and dvc.lock."""
    project = Project(tmp_path)
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": PIPELINE}))
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"encoders": {"video": {"a": {}}}}))
    write_lines(project.samples, ({"id": id_, "source": None, "row": row} for row, id_ in enumerate(IDS)))
    write_lines(project.dataset / "videos.jsonl", ({"id": id_} for id_ in IDS))
    write_thumbnails(project.thumbnails, [], shape=(0, 4, 64, 64, 3), ids=IDS)
    write_feature_store(project)
    write_neighbour_store(project)
    project.alignment.mkdir()
    (project.alignment / "pairs.csv").write_text("score\n.5\n")
    commit(project, also=[("frames", "data/frames.zarr", "0" * 32 + ".dir")])
    return project


def states(text):
    """State by path, of the lines up to the counts."""
    lines = [line.split() for line in text.splitlines()]
    return {words[1]: words[0] for words in lines if len(words) > 1 and "/" in words[1] and words[0].isalpha()}


def line_of(text, path):
    return next(line for line in text.splitlines() if path in line.split()[:2])


def shard_of(path):
    return next(file for file in sorted((path / "layer/000").rglob("*")) if file.is_file() and file.name != "zarr.json")


def flip(file, at=-1):
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def test_what_dvc_lock_holds_is_whole_and_what_is_not_here_is_away(project):
    text, faults = verified(project)
    found = states(text)
    assert faults == []
    assert found.pop("data/frames.zarr") == "away"
    assert set(found.values()) == {"whole"}
    assert len(found) == 5
    assert text.endswith("5 whole, 1 away")


def test_what_is_named_has_to_be_here_unless_it_never_leaves_its_machine(project):
    assert verified(project, ["data"])[1] == []  # frames have push: false
    shutil.rmtree(project.neighbours("video", "a"))
    assert verified(project)[1] == []
    text, faults = verified(project, ["data/neighbours", "data/samples.jsonl"])
    assert faults == ["data/neighbours/video/a.zarr"]
    assert states(text) == {"data/neighbours/video/a.zarr": "missing", "data/samples.jsonl": "whole"}
    assert "dvc push" in text
    with pytest.raises(InputError, match=r"data/neighbour is no out of dvc\.lock and holds none"):
        verified(project, ["data/neighbour"])


def test_an_encoder_that_params_no_longer_name_is_not_missing(project):
    commit(project, also=[("video_features@gone", "data/features/video/gone.zarr", "0" * 32 + ".dir")])
    text, faults = verified(project, ["data"])
    assert faults == []
    assert "gone" not in text


@pytest.mark.parametrize("at", [-1, 10])
def test_a_flipped_bit_of_a_shard_is_damage_and_the_line_says_how_to_get_it_again(project, at):
    flip(shard_of(project.features("video", "a")), at)
    text, faults = verified(project)
    assert faults == ["data/features/video/a.zarr"]
    assert states(text)["data/features/video/a.zarr"] == "damaged"
    assert "rm -rf data/features/video/a.zarr && dvc pull --allow-missing" in text


def test_a_lost_shard_is_damage(project):
    shard_of(project.features("video", "a")).unlink()
    text, faults = verified(project)
    assert states(text)["data/features/video/a.zarr"] == "damaged"
    assert "has 0 of its 1 files" in line_of(text, "data/features/video/a.zarr")
    assert len(faults) == 1


def test_half_a_description_of_an_array_is_damage(project):
    file = project.neighbours("video", "a") / "ids/zarr.json"
    file.write_bytes(file.read_bytes()[:50])
    text, _ = verified(project)
    assert states(text)["data/neighbours/video/a.zarr"] == "damaged"
    assert "ids/zarr.json cannot be read" in text


def test_content_of_another_digest_is_damage_even_if_every_checksum_fits(project):
    other = project.root / "other.zarr"
    write_features(other, [("final", np.ones((1, 6, 4), np.float32))], attributes=WHOSE)
    shutil.copy(shard_of(other), shard_of(project.features("video", "a")))
    text, _ = verified(project)
    assert states(text)["data/features/video/a.zarr"] == "damaged"


def test_what_was_made_since_is_other_and_so_is_an_edited_table(project):
    write_feature_store(project, seed=1)
    (project.alignment / "pairs.csv").write_text("score\n.9\n")
    text, faults = verified(project)
    assert faults == ["data/features/video/a.zarr", "data/alignment"]
    assert {states(text)[path] for path in faults} == {"other"}
    assert "is not what dvc.lock holds" in line_of(text, "data/alignment")
    assert "dvc repro" in text.splitlines()[-1]


def test_stores_of_other_samples_are_told_with_the_first_id_that_differs(project):
    write_feature_store(project, ids=[*IDS[:3], "x", *IDS[4:]])
    commit(project)
    text, faults = verified(project)
    assert "data/features/video/a.zarr" in faults
    assert states(text)["data/features/video/a.zarr"] == "apart"
    assert "first in row 3: 's3' and 'x'" in text


def test_neighbours_of_other_features_are_told(project):
    write_feature_store(project, seed=1)
    commit(project)
    text, faults = verified(project)
    assert faults == ["data/neighbours/video/a.zarr"]
    assert states(text)["data/neighbours/video/a.zarr"] == "apart"
    assert "other features than data/features/video/a.zarr" in text


def test_pictures_of_another_data_set_are_told(project):
    write_lines(project.dataset / "videos.jsonl", ({"id": id_} for id_ in [*IDS, "more"]))
    text, faults = verified(project)
    assert faults == ["data/thumbnails.zarr"]
    assert states(text)["data/thumbnails.zarr"] == "apart"


def test_a_store_that_dvc_lock_does_not_know_stands_by_its_own_digest(project):
    shutil.copytree(project.features("video", "a"), project.features("video", "b"))
    text, faults = verified(project)
    assert faults == []
    assert "not in dvc.lock" in line_of(text, "data/features/video/b.zarr")
    flip(shard_of(project.features("video", "b")))
    text, faults = verified(project)
    assert faults == ["data/features/video/b.zarr"]
    assert states(text)["data/features/video/b.zarr"] == "damaged"


def test_without_anything_there_is_nothing_to_verify(tmp_path):
    assert verified(Project(tmp_path)) == ("nothing to verify: run `dvc repro` first", [])
    (tmp_path / "dvc.lock").write_text("- no lock")
    with pytest.raises(DataError, match=r"not a lock file of DVC"):
        verified(Project(tmp_path))


def test_outs_of_a_lock_are_those_with_a_hash(project):
    lock = project.root / "dvc.lock"
    told = yaml.safe_load(lock.read_text())
    told["stages"]["alignment"]["outs"].append({"path": "plain"})
    lock.write_text(json.dumps(told))
    assert {out.path for out in committed_outs(lock)} == {
        "data/samples.jsonl", "data/thumbnails.zarr", "data/frames.zarr", "data/features/video/a.zarr",
        "data/neighbours/video/a.zarr", "data/alignment",
    }  # fmt: skip
