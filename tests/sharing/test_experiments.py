"""docs/experiments.md as its reader runs it, and what queued experiments share, refuse and keep."""

import csv
import io
import json
import re
import time
from pathlib import Path

import pytest
import yaml
from team import blocks_of, copy_of, shell, wait_for_queue

from conftest import ROOT

LITE0 = "video_features --encoder lite0"


def counting(file) -> dict[str, str]:
    """Environment in which every batch of frames or clips that an encoder of videos is shown leaves a line."""
    plan = {"module": "platoscope.encoders.features", "name": "encode_video", "file": str(file)}
    return {"COUNT_AT": json.dumps(plan), "PYTHONPATH": str(ROOT / "tests/killing")}


def forwards(file) -> int:
    """How often lite0 was called."""
    return file.read_text().count(LITE0) if file.exists() else 0


def clips_profile(project) -> None:
    """A profile for a folder of as few clips as there are here."""
    params = yaml.safe_load((project.root / "params.yaml").read_text())
    params["dataset"] = {"source": "folder", "path": "DATA"}
    del params["encoders"]["video"]["lite0"]
    (project.root / "profiles/clips.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    project.git("commit", "--quiet", "--message", "A profile for few clips", "profiles/clips.yaml")


def folder_of_clips(project, folder):
    rows = [json.loads(line) for line in (project.root / "data/dataset/captions.jsonl").read_text().splitlines()]
    folder.mkdir()
    for row in rows:
        row["video"] = f"{row['id']}.mp4"
        (folder / row["video"]).write_bytes((project.root / f"data/dataset/videos/{row['id']}.mp4").read_bytes())
    (folder / "captions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


class Reader:
    """Who follows the page from top to bottom; what each block printed, and forwards until then, by its first line."""

    def __init__(self, project, clips, count) -> None:
        self.project, self.printed, self.forwards = project, {}, {}
        for block in blocks_of("experiments.md"):
            commands = re.sub(r"\bDIR\b", str(clips), block)
            first = block.splitlines()[0]
            self.printed[first] = shell(project, commands, **counting(count)).stdout
            if "dvc queue start" in block:
                self.printed[first] += wait_for_queue(project, **counting(count))
            self.forwards[first] = forwards(count)
            if "dvc exp show" in block and "dataset" not in block:
                self.experiments = table_of(project)

    def of(self, start: str):
        """What a block that begins so printed, and the forwards that had been made when it ended."""
        (first,) = [line for line in self.printed if line.startswith(start)]
        return self.printed[first], self.forwards[first]


def table_of(project) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(project.dvc("exp", "show", "--csv", "--hide-workspace")))
    return {row["Experiment"] or row["rev"]: row for row in rows}


@pytest.fixture(scope="module")
def reader(owner, tmp_path_factory):
    folder = tmp_path_factory.mktemp("experiments")
    project = copy_of(owner, folder / "project")
    clips_profile(project)
    return Reader(project, folder_of_clips(project, folder / "clips"), folder / "forwards")


def test_every_experiment_of_the_page_succeeds(reader):
    status, _ = reader.of("dvc exp run --queue")
    assert "Failed" not in status
    assert status.count("Success") == 5
    assert {"k3", "without_colour", "cls", "few_frames"} <= reader.experiments.keys()


def test_a_sweep_over_k_computes_no_feature_and_one_over_frames_those_of_its_own_once(reader, owner):
    assert reader.of("dvc exp run --name k3")[1] == 0
    # Five experiments queued, of which few_frames alone shows lite0 other frames, which it did block by block.
    new = features_blocks(reader.project) - features_blocks(owner)
    assert reader.of("dvc exp run --queue")[1] == len(new) > 0


def features_blocks(project) -> set[str]:
    found = (project.root / ".work/video_features@lite0").glob("*/blocks/*.npz")
    return {f"{block.parent.parent.name}/{block.name}" for block in found}


def test_sweeps_change_what_they_name(reader):
    found = reader.experiments
    assert sorted({row["alignment.k"] for row in found.values()}, key=int) == ["3", "5", "10"]
    assert found["without_colour"]["pairs.mean_colour.minilm.score"] == ""
    assert found["cls"]["encoders.text.minilm.pool"] == "cls"
    assert found["cls"]["pairs.lite0.minilm.score"] != found["master"]["pairs.lite0.minilm.score"]
    assert json.loads(found["few_frames"]["budgets.frames"]) == [1, 2]


# Of the table of sweeps what is given, and the values of its first parameter, each an experiment of its own.
SWEEPS = {
    "alignment.k=5,10,20": 3,
    "~encoders.video.mean_colour": 1,
    "+encoders.video.grey16={family: pixels, kind: grey16}": 1,
    "+encoders.text.minilm.pool=cls,last": 2,
    "budgets.frames=[1,4,16],[1,2,4,8,16]": 2,
}


def test_every_sweep_of_the_table_is_as_many_experiments_as_it_says_and_another_encoder_has_scores(owner, tmp_path):
    page = (ROOT / "docs/experiments.md").read_text(encoding="utf-8")
    rows = [given.strip("'") for row in re.findall(r"^\| [a-z].*\| `'?[~+a-z].*$", page, re.M)
            for given in re.findall(r"`([^`]*\..*?)`", row)]  # fmt: skip
    named = [given.replace("lite2", "mean_colour") for given in rows if not given.startswith("params.yaml")]
    assert named == list(SWEEPS)
    project = copy_of(owner, tmp_path / "project")
    for given in SWEEPS:
        project.dvc("exp", "run", "--queue", "--set-param", given)
    both = ["--set-param", "alignment.k=3,4", "--set-param", "statistics.draws=100,300"]
    project.dvc("exp", "run", "--queue", *both)
    assert project.dvc("queue", "status").count("Queued") == sum(SWEEPS.values()) + 4
    project.dvc("queue", "remove", "--queued")
    project.dvc("exp", "run", "--name", "more", "--set-param", list(SWEEPS)[2])
    assert float(table_of(project)["more"]["pairs.grey16.minilm.score"]) > 0


def test_the_table_of_what_changed_is_narrow(reader):
    text, _ = reader.of("dvc exp show")
    head = next(line for line in text.splitlines() if line.startswith("| Experiment"))
    columns = [cell.strip() for cell in head.strip("| ").split("|")]
    assert columns[1:3] == ["pairs.lite0.minilm.score", "pairs.mean_colour.minilm.score"]
    assert "alignment.k" in columns
    assert not [column for column in columns if "python/" in column or "data/" in column]


def test_what_differs_is_shown_and_going_back_leaves_nothing(reader):
    text, _ = reader.of("dvc params diff")
    assert re.search(r"alignment\.k\s+5\s+3", text)
    assert "pairs.lite0.minilm.score" in text
    assert (reader.project.root / "dvc_plots/index.html").is_file()
    assert reader.project.git("status", "--short") == ""


def test_a_profile_stands_beside_the_others(reader):
    text, _ = reader.of("make profile")
    assert "| clips" in text.replace("[clips]", "| clips")
    assert "folder" in text


def test_a_copy_whose_code_is_not_what_is_installed_is_refused_with_what_to_do(owner, tmp_path):
    project = copy_of(owner, tmp_path / "project")
    with (project.root / "python/platoscope/alignment/scores.py").open("a") as file:
        file.write("# edited\n")
    text = project.dvc("exp", "run", "--temp", "--set-param", "alignment.k=9", check=False)
    assert "scores.py is not the installed" in text
    assert "queue the experiment again" in text
    assert "Ran experiment" not in text


def test_a_queued_experiment_that_is_killed_with_its_worker_keeps_its_work(owner, tmp_path):
    project, count = copy_of(owner, tmp_path / "project"), tmp_path / "forwards"
    before = blocks(project)
    queue = ["exp", "run", "--queue", "--name", "half", "--set-param", "encoders.video.lite0.image_size=48"]
    project.dvc(*queue)
    plan = {
        "stage": "run video_neighbours --encoder lite0",
        "module": "platoscope.alignment.stages.tables",
        "name": "table_of",
        "call": 4,
        "when": "before",
        "how": "all",
    }
    shell(project, "dvc queue start", KILL_AT=json.dumps(plan), **counting(count))
    wait_for_worker_to_die(project)
    made, seen = blocks(project), forwards(count)
    assert len(made) > len(before)
    assert seen > 0
    shell(project, "dvc queue kill half; dvc queue remove half")
    assert project.git("status", "--short") == ""  # the workspace was not touched
    project.dvc(*queue)
    shell(project, "dvc queue start", **counting(count))
    assert "Success" in wait_for_queue(project, **counting(count))
    assert forwards(count) == seen
    assert blocks(project).items() >= made.items()
    assert table_of(project)["half"]["encoders.video.lite0.image_size"] == "48"


def blocks(project) -> dict[str, int]:
    found = (project.root / ".work/video_neighbours@lite0").glob("*/blocks/*.npz")
    return {f"{block.parent.parent.name}/{block.name}": block.stat().st_ino for block in found}


def wait_for_worker_to_die(project) -> None:
    """Wait until the processes of the queue are gone, as `dvc` in this project's own folder knows them."""
    files = [*(project.root / ".dvc/tmp/exps/celery").glob("*.pid")]
    deadline = time.monotonic() + 300
    while not files or any(Path(f"/proc/{file.read_text().strip() or 0}").exists() for file in files):
        assert time.monotonic() < deadline, "waited 300 s for the kill"
        time.sleep(0.5)
        files = [*(project.root / ".dvc/tmp/exps/celery").glob("*.pid")]
