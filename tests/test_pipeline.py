"""The whole pipeline through dvc, in two clones: the same bytes after any kill, and no stage that need not run."""

import copy
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import ROOT, ProjectUnderTest
from platoscope.scratch import digest_of

STAGES = [
    "dataset", "frames", "captions", "samples", "video_features@untrained", "video_features@mean_colour",
    "text_features@minilm", "video_neighbours@untrained", "video_neighbours@mean_colour", "text_neighbours@minilm",
    "alignment", "scaling", "report",
]  # fmt: skip
AFTER_NEIGHBOURS = {"alignment", "scaling", "report"}
LIMIT_S = 300


@pytest.fixture(scope="module")
def whole(make_project, small) -> ProjectUnderTest:
    """A project whose pipeline ran without a disturbance."""
    project = make_project(small)
    assert sorted(project.repro()) == sorted(STAGES)
    return project


def tree(project: ProjectUnderTest) -> dict[str, str]:
    """Digests of every output of a pipeline."""
    outs = [*sorted((project.root / "data").rglob("*.zarr")), *sorted((project.root / "data").rglob("*.jsonl"))]
    outs += [project.root / "data/dataset/videos", project.root / "data/alignment", project.root / "results"]
    return {out.relative_to(project.root).as_posix(): digest_of(out) for out in outs}


def kill_at(stage: str, module: str, name: str, call: int, *, when: str = "before", how: str = "stage", **more: str):
    plan = {"stage": stage, "module": module, "name": name, "call": call, "when": when, "how": how, **more}
    return {"KILL_AT": json.dumps(plan), "PYTHONPATH": str(ROOT / "tests/killing")}


def start(project: ProjectUnderTest, *targets: str, **environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        ["dvc", "repro", *targets],
        cwd=project.root,
        env=project.environment(**environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def killed(project: ProjectUnderTest, plan: dict[str, str]) -> None:
    """Run dvc until the plan strikes."""
    assert start(project, **plan).wait(timeout=LIMIT_S) != 0


def blocks(project: ProjectUnderTest, stage: str) -> dict[str, int]:
    """Finished blocks of a stage's scratch, by the inode that a block made again would not keep."""
    found = (project.root / ".work" / stage).glob("*/blocks/*")
    return {block.name: block.stat().st_ino for block in found if block.suffix != ".part"}


def wait_for(condition, what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {LIMIT_S} s for {what}"
        time.sleep(0.05)


def test_a_run_that_is_killed_everywhere_ends_with_the_same_bytes(whole, make_project, small):
    project = make_project(small)

    # In the middle of decoding: the second block is done, the third is not.
    killed(project, kill_at("run frames", "platoscope.data.frames", "_save", 3))
    decoded = blocks(project, "frames")
    assert len(decoded) == 2

    # In the middle of extraction, by which time the decoded blocks were used as they were.
    encode = "run video_features --encoder untrained"
    killed(project, kill_at(encode, "platoscope.encoders.features", "encode_video", 3))
    assert blocks(project, "frames").items() >= decoded.items()
    extracted = blocks(project, "video_features@untrained")
    assert len(extracted) in {1, 2}  # the second may still have been on its way to the disk

    # Between two layers of the publish: nothing half-written is where DVC or a reader would find it.
    killed(project, kill_at(encode, "platoscope.store.features", "write_parts", 3))
    features = project.root / "data/features/video/untrained.zarr"
    assert not features.exists()
    assert blocks(project, "video_features@untrained").items() >= extracted.items()

    # Between publish and commit, dvc with it: the store is there, dvc.lock does not know it and deletes it again.
    killed(project, kill_at(encode, "platoscope.scratch", "Work.publish", 1, when="after", how="all"))
    assert features.exists()
    assert "video_features@untrained" not in (project.root / "dvc.lock").read_text()
    published = blocks(project, "video_features@untrained")

    project.repro()
    assert blocks(project, "video_features@untrained") == published
    assert tree(project) == tree(whole)
    assert (project.root / "dvc.lock").read_bytes() == (whole.root / "dvc.lock").read_bytes()


def test_dvc_killed_alone_leaves_a_stage_with_which_the_next_run_shares_the_work(whole, make_project, small, tmp_path):
    """As far as the stage that is shared: what follows from equal frames is shown above."""
    project = make_project(small)
    flag, release = tmp_path / "flag", tmp_path / "release"
    plan = kill_at(
        "run frames", "platoscope.data.frames", "_save", 1, how="pause", flag=str(flag), release=str(release)
    )
    dvc = start(project, "frames", **plan)
    wait_for(flag.exists, "the stage to stand still in its first block")
    os.kill(dvc.pid, signal.SIGKILL)
    dvc.wait()
    again = start(project, "frames")
    # The stage that was left behind holds one block; the new one makes the others and waits for it.
    wait_for(lambda: len(blocks(project, "frames")) == 2, "the second run to make the other blocks")
    release.touch()
    assert again.wait(timeout=LIMIT_S) == 0
    assert len(blocks(project, "frames")) == 3
    for out in ("dataset", "frames.zarr", "thumbnails.zarr"):
        assert digest_of(project.root / "data" / out) == digest_of(whole.root / "data" / out)


def test_a_second_run_does_nothing(whole):
    assert whole.repro() == []


def test_another_k_reruns_alignment_and_what_follows_and_reverting_runs_nothing(whole, small):
    before = tree(whole)
    changed = copy.deepcopy(small)
    changed["alignment"]["k"] = 7
    whole.write_params(changed)
    assert set(whole.repro()) == AFTER_NEIGHBOURS
    assert tree(whole) != before
    whole.write_params(small)
    assert whole.repro() == []
    assert tree(whole) == before


def test_an_edited_encoder_reruns_its_own_chain(whole, small):
    before = tree(whole)
    changed = copy.deepcopy(small)
    changed["encoders"]["video"]["mean_colour"]["kind"] = "thumbnail"
    whole.write_params(changed)
    chain = {"video_features@mean_colour", "video_neighbours@mean_colour"}
    assert set(whole.repro()) == chain | AFTER_NEIGHBOURS
    whole.write_params(small)
    assert whole.repro() == []
    assert tree(whole) == before


def test_an_edited_caption_reruns_what_leans_on_it(whole, make_project, small, tmp_path):
    folder = copied_dataset(whole, tmp_path / "clips")
    params = copy.deepcopy(small)
    params["dataset"] = {"source": "folder", "path": str(folder)}
    del params["encoders"]["video"]["untrained"]
    project = make_project(params)
    project.repro()
    captions = folder / "captions.jsonl"
    original = captions.read_text()
    rows = [json.loads(line) for line in original.splitlines()]
    taking_part = json.loads((project.root / "data/samples.jsonl").read_text().splitlines()[0])["id"]
    row = next(row for row in rows if row["id"] == taking_part)
    row["captions"] = [f"It rains. {caption}" for caption in row["captions"]]
    captions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    text_chain = {"captions", "samples", "text_features@minilm", "text_neighbours@minilm"}
    assert set(project.repro()) == {"dataset"} | text_chain | AFTER_NEIGHBOURS
    captions.write_text(original)
    assert project.repro() == []


def copied_dataset(project: ProjectUnderTest, folder: Path) -> Path:
    """The rendered clips of a project as a folder data set."""
    (folder / "videos").mkdir(parents=True)
    dataset = project.root / "data/dataset"
    captions = [json.loads(line) for line in (dataset / "captions.jsonl").read_text().splitlines()]
    for row in captions:
        row["video"] = f"videos/{row['id']}.mp4"
        (folder / row["video"]).write_bytes((dataset / row["video"]).read_bytes())
    (folder / "captions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in captions))
    return folder


def test_finished_work_is_freed_once_dvc_holds_it(whole):
    environment = whole.environment()
    listed = subprocess.run(
        ["platoscope", "work", "list"], cwd=whole.root, env=environment, check=True, capture_output=True, text=True
    ).stdout
    assert "committed" in listed
    subprocess.run(["platoscope", "work", "clean"], cwd=whole.root, env=environment, check=True, capture_output=True)
    assert not list((whole.root / ".work").glob("frames/*"))
    assert whole.repro() == []
