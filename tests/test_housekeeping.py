"""What `platoscope work` says of scratch, beside a real DVC repository whose stage publishes from it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from platoscope.committed import dvc_md5
from platoscope.errors import DataError
from platoscope.housekeeping import clean_work, scratches, work_table
from platoscope.project import Project
from platoscope.scratch import Work

# The stage of the repository: a file, a folder whose order of names is delicate, and an empty folder.
STAGE = """
import sys
from pathlib import Path
from platoscope.project import Project
from platoscope.scratch import Work

FILES = ("a.b/x", "a/x", "a-b", "a/\u00fc \u2028.bin", "B", "_", "aa")

def run(root):
    project = Project(root)
    work = Work(project.scratch, stage="make@one", spec={"seed": 1})
    list(work.compute(["0", "1"], lambda name, part: part.write_text(name)))
    outs = {name: project.data / name for name in ("file.txt", "folder", "empty")}
    work.publish(outs, build, staging=project.staging)

def build(result):
    (result / "file.txt").write_bytes(bytes(range(256)) * 9)
    (result / "empty").mkdir()
    for name in FILES:
        (result / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (result / "folder" / name).write_text(name)

if __name__ == "__main__":
    run(Path.cwd())
"""
OUTS = ("data/file.txt", "data/folder", "data/empty")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    monkeypatch.delenv("PLATOSCOPE_WORK", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A project whose stage ran under dvc, so that dvc.lock holds what the scratch published."""
    root = tmp_path_factory.mktemp("project")
    (root / "stage.py").write_text(STAGE, encoding="utf-8")
    stages = {"make": {"foreach": ["one"], "do": {"cmd": "python stage.py", "outs": list(OUTS)}}}
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("DVC", "PLATOSCOPE"))}
    bin_ = Path(sys.executable).parent
    clean |= {"PATH": f"{bin_}{os.pathsep}{clean['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    (root / ".dvc").mkdir()
    (root / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n    check_update = false\n")
    done = subprocess.run(["dvc", "repro", "--quiet"], cwd=root, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Project(root)


def work_of(project, *, stage="other", seed=1):
    return Work(project.scratch, stage=stage, spec={"seed": seed})


def states(project):
    return {one.stage: one.state for one in scratches(project)}


def test_the_hashes_are_those_that_dvc_records(published):
    lock = yaml.safe_load((published.root / "dvc.lock").read_text())
    recorded = {out["path"]: out["md5"] for out in lock["stages"]["make@one"]["outs"]}
    assert recorded == {out: dvc_md5(published.root / out) for out in OUTS}


def test_work_that_dvc_lock_holds_is_committed_and_other_work_is_not(published):
    (one,) = scratches(published)
    assert (one.stage, one.state, one.n_blocks) == ("make@one", "committed", 2)
    lock = published.root / "dvc.lock"
    text = lock.read_text()
    try:
        lock.write_text(text.replace(dvc_md5(published.root / "data/folder"), "0" * 32 + ".dir"))
        assert states(published) == {"make@one": "finished"}
        lock.write_text(text.replace("make@one:", "make@two:"))
        assert states(published) == {"make@one": "finished"}
    finally:
        lock.write_text(text)


def test_work_is_unfinished_until_its_result_is_whole(tmp_path):
    project = Project(tmp_path)
    work = work_of(project)
    assert states(project) == {"other": "unfinished"}
    list(work.compute(["0"], lambda _, part: part.write_text("12345")))
    (work.path / "blocks" / "1.part").write_text("half")
    (work.path / "result.part").mkdir()
    (one,) = scratches(project)
    assert (one.state, one.n_blocks) == ("unfinished", 1)
    work.publish({"out": tmp_path / "out"}, lambda folder: (folder / "out").write_text("1"), staging=tmp_path / "s")
    assert states(project) == {"other": "finished"}


def test_a_file_that_is_linked_twice_counts_once(tmp_path):
    project = Project(tmp_path)
    work = work_of(project)
    (before,) = scratches(project)
    (work.path / "blocks" / "0").write_bytes(bytes(1000))
    (work.path / "result").mkdir()
    (work.path / "result" / "out").hardlink_to(work.path / "blocks" / "0")
    (after,) = scratches(project)
    assert after.n_bytes - before.n_bytes == 1000


def test_a_listing_bears_files_that_a_running_stage_renames(tmp_path, monkeypatch):
    project = Project(tmp_path)
    part = work_of(project).path / "blocks" / "0.part"
    part.write_text("half")
    stat = type(part).stat

    def vanishing(self, **options):
        if self == part:
            self.unlink()
        return stat(self, **options)

    monkeypatch.setattr(type(part), "stat", vanishing)
    assert states(project) == {"other": "unfinished"}


def test_cleaning_frees_what_is_committed_and_leaves_the_rest(published):
    other = work_of(published).path  # the object itself would be in use
    assert "freed 0.0 MB of 1 stages" in clean_work(published, everything=False)
    assert states(published) == {"other": "unfinished"}
    assert not (published.scratch / "make@one").exists()
    assert [(published.root / out).exists() for out in OUTS] == [True] * 3
    assert "of 1 stages" in clean_work(published, everything=True)
    assert not other.exists()
    assert work_table(published) == f"no work in {published.scratch}"


def test_work_that_a_process_is_at_is_not_cleaned(tmp_path):
    project = Project(tmp_path)
    busy, idle = work_of(project), work_of(project, stage="idle").path
    path = busy.path
    assert clean_work(project, everything=True).endswith("of 1 stages, left 1 in use")
    assert path.exists()
    assert not idle.exists()
    del busy
    clean_work(project, everything=True)
    assert not path.exists()


def test_a_cleaning_that_was_killed_is_finished_by_the_next_and_its_rest_is_never_work(tmp_path):
    project = Project(tmp_path)
    path = work_of(project).path
    path.rename(path.with_name(f".gone-{path.name}"))
    assert scratches(project) == []
    clean_work(project, everything=False)
    assert not path.parent.exists()


def test_the_table_has_one_line_a_scratch(tmp_path):
    project = Project(tmp_path)
    works = [work_of(project, stage="b"), work_of(project, stage="a"), work_of(project, stage="a", seed=2)]
    lines = work_table(project).splitlines()
    assert [line.split()[:2] for line in lines] == [["a", "unfinished"], ["a", "unfinished"], ["b", "unfinished"]]
    assert {line.split()[-1] for line in lines} == {work.path.name[:12] for work in works}


@pytest.mark.parametrize("content", ["[1, 2]\n", "a: [\n"])
def test_a_lock_file_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "dvc.lock").write_text(content)
    with pytest.raises(DataError, match=r"dvc\.lock is not a lock file of DVC"):
        scratches(Project(tmp_path))
