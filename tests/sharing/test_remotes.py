"""A remote that a team shares, here a folder: what a teammate gets, what kills and damage do, and that locks agree."""

import json
import re
import shutil
from pathlib import Path

import pytest
from team import clone_of, copy_of, set_k, shell

from conftest import ROOT, ProjectUnderTest, stages_that_ran
from platoscope.committed import file_md5

FEATURES = "data/features/video/lite0.zarr"
VIDEOS = ("data/frames.zarr", "data/dataset/videos")
AFTER_NEIGHBOURS = ["alignment", "scaling", "report"]


@pytest.fixture(scope="module")
def pushed(owner, tmp_path_factory) -> ProjectUnderTest:
    """The owner's project with all of it in a remote, ../remote."""
    project = copy_of(owner, tmp_path_factory.mktemp("pushed") / "project")
    project.dvc("remote", "add", "--default", "team", str(remote_of(project)))
    project.git("commit", "--quiet", "--message", "A remote", ".dvc/config")
    project.dvc("push")
    return project


@pytest.fixture
def team(pushed, tmp_path) -> ProjectUnderTest:
    """A teammate's clone, with a copy of the remote that may be broken."""
    clone = clone_of(pushed, tmp_path / "clone")
    shutil.copytree(remote_of(pushed), remote_of(clone))
    clone.dvc("remote", "modify", "--local", "team", "url", str(remote_of(clone)))
    return clone


def remote_of(project: ProjectUnderTest) -> Path:
    return project.root.parent / "remote"


def objects_of(folder: Path) -> set[str]:
    """Whole objects of a remote, by their names below it."""
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    return {name for name in names if re.fullmatch(r"files/md5/[0-9a-f]{2}/[0-9a-f]{30}(\.dir)?", name)}


def kill_dvc(words: str, call: int) -> dict[str, str]:
    """Environment in which a command of dvc is killed once it has copied so many files, one not yet in place."""
    plan = {"words": words, "module": "dvc_objects.fs.local", "name": "copyfile", "call": call, "when": "after"}
    return {"KILL_AT": json.dumps({**plan, "how": "stage"}), "PYTHONPATH": str(ROOT / "tests/killing")}


def object_of(project: ProjectUnderTest, file: str) -> str:
    """The name that a file of an out has in a remote."""
    md5 = file_md5(project.root / file)
    return f"files/md5/{md5[:2]}/{md5[2:]}"


def a_shard(project: ProjectUnderTest) -> str:
    """A file of the features with numbers in it."""
    shards = sorted(file for file in (project.root / FEATURES).glob("layer/*/c/**/*") if file.is_file())
    return shards[0].relative_to(project.root).as_posix()


def folder_object(project: ProjectUnderTest, path: str) -> str:
    text = (project.root / "dvc.lock").read_text()
    (md5,) = set(re.findall(rf"path: {re.escape(path)}\n\s+hash: md5\n\s+md5: (\w+)\.dir", text))
    return f"files/md5/{md5[:2]}/{md5[2:]}.dir"


def test_a_teammate_gets_everything_but_videos_and_runs_nothing(team, pushed):
    text = shell(team, "make pull").stdout
    assert stages_that_ran(text) == []
    assert not any((team.root / path).exists() for path in VIDEOS)
    assert all((pushed.root / path).exists() for path in VIDEOS)
    assert (team.root / "results/report.html").is_file()
    assert (team.root / FEATURES).is_dir()
    assert team.git("status", "--short") == ""


def test_alignment_and_what_follows_give_the_same_bytes_and_two_clones_end_with_the_same_lock(team, pushed, tmp_path):
    shell(team, "make pull ONLY=neighbours")
    assert not (team.root / "data/features").exists()
    again = team.dvc("repro", "--allow-missing", "--force", "--single-item", *AFTER_NEIGHBOURS)
    assert stages_that_ran(again) == AFTER_NEIGHBOURS
    assert team.git("status", "--short") == ""
    other = copy_of(pushed, tmp_path / "other")
    for project in (team, other):
        set_k(project, 7)
        words = ["--allow-missing"] if project is team else []
        assert stages_that_ran(project.dvc("repro", *words)) == AFTER_NEIGHBOURS
    assert (team.root / "dvc.lock").read_bytes() == (other.root / "dvc.lock").read_bytes()
    assert (team.root / "dvc.lock").read_bytes() != (pushed.root / "dvc.lock").read_bytes()
    assert (team.root / "results/report.html").read_bytes() == (other.root / "results/report.html").read_bytes()


def test_an_experiment_of_a_teammate_needs_no_video(team):
    shell(team, "make pull ONLY=neighbours")
    text = team.dvc("exp", "run", "--allow-missing", "--name", "k4", "--set-param", "alignment.k=4")
    assert stages_that_ran(text) == AFTER_NEIGHBOURS


def test_a_push_that_is_killed_leaves_whole_objects_and_the_next_ends_it(pushed, tmp_path):
    project = copy_of(pushed, tmp_path / "project")
    shutil.rmtree(remote_of(project), ignore_errors=True)
    project.dvc("remote", "modify", "--local", "team", "url", str(remote_of(project)))
    project.dvc("push", check=False, **kill_dvc("push", 12))
    left = objects_of(remote_of(project))
    whole = objects_of(remote_of(pushed))
    assert 0 < len(left) < len(whole)
    assert left < whole
    for name in left:
        assert file_md5(remote_of(project) / name) == name.removeprefix("files/md5/").replace("/", "").removesuffix(
            ".dir"
        )
    clone = clone_of(project, tmp_path / "clone")
    clone.dvc("remote", "modify", "--local", "team", "url", str(remote_of(project)))
    done = shell(clone, "make pull", check=False)
    assert done.returncode != 0
    assert "missing" in done.stdout
    assert "`dvc push` where it was made" in done.stdout
    assert stages_that_ran(done.stdout) == []
    project.dvc("push")
    assert objects_of(remote_of(project)) == whole
    assert stages_that_ran(shell(clone, "make pull").stdout) == []


def test_a_pull_that_is_killed_goes_on_where_it_was(team, pushed):
    team.dvc("pull", "--allow-missing", check=False, **kill_dvc("pull --allow-missing", 12))
    assert 0 < len(objects_of(team.root / ".dvc/cache")) < len(objects_of(remote_of(pushed)))
    assert stages_that_ran(shell(team, "make pull").stdout) == []
    assert "damaged" not in shell(team, "platoscope verify").stdout


@pytest.mark.parametrize("verifying", [False, True])
def test_an_object_that_was_damaged_is_found_before_it_reaches_a_score_and_got_again(team, pushed, verifying):
    shard = a_shard(pushed)
    name = object_of(pushed, shard)
    damage(remote_of(team) / name)
    team.dvc("remote", "modify", "--local", "team", "verify", str(verifying).lower())
    done = shell(team, "make pull", check=False)
    assert done.returncode != 0
    assert stages_that_ran(done.stdout) == []
    assert FEATURES in done.stdout
    if verifying:  # DVC itself does not let it in
        assert re.search(rf"(missing|damaged) +{FEATURES}", done.stdout)
    else:
        assert re.search(rf"damaged +{FEATURES}", done.stdout)
        assert name in done.stdout
    # What the last lines say, here and in the remote.
    for gone in (name, folder_object(pushed, FEATURES)):
        (remote_of(team) / gone).unlink()
    mend = re.search(r"rm -rf .*", done.stdout)
    elsewhere = copy_of(pushed, team.root.parent / "elsewhere")
    elsewhere.dvc("remote", "modify", "--local", "team", "url", str(remote_of(team)))
    elsewhere.dvc("push")
    shell(team, mend.group() if mend else "dvc pull --allow-missing")
    assert "damaged" not in shell(team, "make pull").stdout


def damage(file: Path) -> None:
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_a_remote_that_is_gone_is_said_before_anything_runs(team):
    shutil.rmtree(remote_of(team))
    done = shell(team, "make pull", check=False)
    assert done.returncode != 0
    assert stages_that_ran(done.stdout) == []
    assert re.search(r"missing +data/neighbours/video/lite0\.zarr +not here: no remote gave it", done.stdout)
