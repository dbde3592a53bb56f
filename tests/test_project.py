"""Paths of a project, and where its scratch lies."""

from pathlib import Path

import pytest

from platoscope.project import Project

ROOT = Path("/somewhere/project")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    monkeypatch.delenv("PLATOSCOPE_WORK", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)


def test_every_artefact_lies_below_the_root_and_no_two_share_a_path():
    project = Project(ROOT)
    paths = [getattr(project, name) for name, value in vars(Project).items() if isinstance(value, property)]
    paths += [getattr(project, kind)(side, "x") for kind in ("features", "neighbours") for side in ("video", "text")]
    paths.append(project.similarity("x"))
    assert len(set(paths)) == len(paths)
    assert all(ROOT in path.parents for path in paths)


def test_videos_of_a_folder_are_the_users_and_rendered_ones_the_projects():
    project = Project(ROOT)
    assert project.video("a.mp4", made=False, source="/clips") == Path("/clips/a.mp4")
    assert project.video("a.mp4", made=False, source="clips") == ROOT / "clips/a.mp4"
    assert project.video("videos/a.mp4", made=True, source="python/generator") == ROOT / "data/dataset/videos/a.mp4"


def test_scratch_is_beside_the_project_in_dvcs_main_repository_or_where_it_is_named(monkeypatch):
    project = Project(ROOT)
    assert project.scratch == ROOT / ".work"
    monkeypatch.setenv("DVC_ROOT", "/main/repository")
    assert project.scratch == Path("/main/repository/.work")
    monkeypatch.setenv("PLATOSCOPE_WORK", "/big/disk")
    assert project.scratch == Path("/big/disk")


def test_outs_are_put_together_on_the_file_system_of_the_data_and_out_of_dvcs_sight():
    project = Project(ROOT)
    assert project.staging.parent == project.data
    assert project.staging.name.startswith(".")
