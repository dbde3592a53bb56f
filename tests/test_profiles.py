"""Profiles become params.yaml, their data folder absolute; what does not fit leaves params.yaml as it was."""

import shutil
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from platoscope.errors import InputError
from platoscope.params import read_params
from platoscope.profiles import use_profile
from platoscope.project import Project


@pytest.fixture
def project(tmp_path):
    """A project with the profiles of this one, and one without data."""
    shutil.copytree(ROOT / "profiles", tmp_path / "project/profiles")
    shutil.copy(ROOT / "params.yaml", tmp_path / "project/profiles/demo.yaml")
    (tmp_path / "project/params.yaml").write_text("before\n")
    return Project(tmp_path / "project")


def test_a_profile_is_put_in_place_with_its_comments_and_its_folder_made_absolute(project, tmp_path, monkeypatch):
    (tmp_path / "clips").mkdir()
    monkeypatch.chdir(tmp_path)
    line = use_profile(project, "clips", data=Path("clips"))
    text = project.params.read_text()
    original = (project.root / "profiles/clips.yaml").read_text()
    assert read_params(project.params).dataset.path == str(tmp_path / "clips")
    assert [a for a, b in zip(text.splitlines(), original.splitlines(), strict=True) if a != b] == [
        f"  path: '{tmp_path / 'clips'}'"
    ]
    assert "make repro" in line


@pytest.mark.parametrize("name", ["it's here", "a: b #c", "'quoted'", '"x" {y}', "ümläut", " blank "])
def test_a_folder_of_any_name_is_read_back_as_it_is(project, tmp_path, name):
    (tmp_path / name).mkdir()
    use_profile(project, "clips", data=tmp_path / name)
    assert read_params(project.params).dataset.path == str(tmp_path / name)


def test_a_folder_that_yaml_would_change_is_refused(project, tmp_path):
    (tmp_path / "two\nlines").mkdir()
    with pytest.raises(InputError, match=r"dataset\.path became"):
        use_profile(project, "clips", data=tmp_path / "two\nlines")
    assert project.params.read_text() == "before\n"


def test_a_profile_without_data_is_copied_byte_by_byte(project):
    use_profile(project, "demo", data=None)
    assert project.params.read_bytes() == (ROOT / "params.yaml").read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("clip", None, "no profile 'clip'; profiles/ has: clips, demo"),
        ("clips", None, "profile clips needs the folder of its data: --data DIR"),
        ("clips", "absent", "absent is not a folder"),
        ("clips", "file", "file is not a folder"),
        ("demo", ".", "profile demo takes no data, got "),
        ("quoted", ".", "quoted.yaml: dataset.path became 'DATA', not "),
        ("short", None, "short.yaml: frames: Field required"),
        ("broken", None, "broken.yaml is not YAML"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(project, tmp_path, name, data, says):
    profiles = project.root / "profiles"
    (tmp_path / "file").touch()
    (profiles / "quoted.yaml").write_text((profiles / "clips.yaml").read_text().replace("path: DATA", 'path: "DATA"'))
    (profiles / "short.yaml").write_text("dataset: {source: folder, path: DATA}\n")
    (profiles / "broken.yaml").write_text("a: [\n")
    if name == "clip":
        for extra in ("quoted", "short", "broken"):
            (profiles / f"{extra}.yaml").unlink()
    with pytest.raises(InputError) as caught:
        use_profile(project, name, data=None if data is None else tmp_path / data)
    assert says in str(caught.value)
    assert project.params.read_text() == "before\n"


def test_a_project_without_profiles_says_so(tmp_path):
    with pytest.raises(InputError, match="profiles/ has: none"):
        use_profile(Project(tmp_path), "clips", data=None)


def test_the_profiles_of_the_project_say_where_their_data_goes():
    for file in (ROOT / "profiles").glob("*.yaml"):
        dataset = yaml.safe_load(file.read_text())["dataset"]
        assert dataset["source"] != "folder" or dataset["path"] == "DATA"
