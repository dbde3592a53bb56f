"""Profiles become params.yaml, their data folder absolute; what does not fit leaves params.yaml as it was."""

import shutil
from pathlib import Path
from typing import get_args

import pytest
import yaml

from conftest import ROOT
from platoscope.errors import InputError
from platoscope.params import DatasetParams, read_params
from platoscope.profiles import use_profile
from platoscope.project import Project
from platoscope.reference_data import vatex_points


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
        ("clip", None, "no profile 'clip'; profiles/ has: clips, clocks, demo"),
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


PROFILES = sorted((ROOT / "profiles").glob("*.yaml"))
RENDERED = ("clocks",)


@pytest.mark.parametrize("name", RENDERED)
def test_a_profile_of_what_is_rendered_takes_no_data_and_becomes_params(name, project, tmp_path):
    with pytest.raises(InputError, match="takes no data"):
        use_profile(project, name, data=tmp_path)
    use_profile(project, name, data=None)
    assert read_params(project.params).dataset.source == name
    assert f"P={name}`" in project.params.read_text()


@pytest.mark.parametrize("file", [file for file in PROFILES if file.stem not in RENDERED], ids=lambda file: file.stem)
def test_a_profile_of_the_project_takes_its_data_and_becomes_params(file, project, tmp_path):
    (tmp_path / "data").mkdir()
    use_profile(project, file.stem, data=tmp_path / "data")
    written = read_params(project.params)
    assert written.dataset.path == str(tmp_path / "data")
    assert written.model_dump(exclude={"dataset": {"path"}}) == read_params(file).model_dump(
        exclude={"dataset": {"path"}}
    )
    assert file.stem in ("clips", written.dataset.source)
    assert f"P={file.stem} DATA=DIR" in file.read_text()


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: file.stem)
def test_a_profile_has_all_that_the_demos_params_have(file):
    """So that whoever edits it sees all that can be turned."""
    demo, profile = (yaml.safe_load(path.read_text()) for path in (ROOT / "params.yaml", file))
    assert list(profile) == list(demo)
    for name in set(demo) - {"dataset", "encoders"}:
        assert set(demo[name]) <= set(profile[name])


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: file.stem)
def test_encoders_of_a_profile_exist_fit_its_frames_and_have_controls(file):
    import timm

    params = read_params(file)
    videos = params.encoders.video.values()
    known = {*timm.list_models(), *timm.list_pretrained()}
    for entry in videos:
        if entry.family == "timm":
            assert entry.checkpoint in known
            assert entry.random_init or timm.is_model_pretrained(entry.checkpoint)
            crop = entry.crop_pct or timm.get_pretrained_cfg(entry.checkpoint).crop_pct
            assert entry.image_size / crop <= params.frames.size
    assert any(entry.random_init for entry in videos)
    assert any(entry.family == "pixels" for entry in videos)


@pytest.mark.parametrize("name", ["vatex", "pvd", "msrvtt", "videocomp"])
def test_profiles_of_published_sets_have_the_papers_k_and_draw_some_clips_more_than_take_part(name):
    params = read_params(ROOT / f"profiles/{name}.yaml")
    assert params.alignment.k == 10
    assert params.samples.n == (256 if name == "videocomp" else 1024)
    assert params.samples.n < params.dataset.n < 1.2 * params.samples.n
    assert {1, 2, 4, 8, 16, 32, 64, 80} <= {*params.budgets.frames}
    assert params.budgets.captions == ((1,) if name == "videocomp" else tuple(range(1, 11)))
    assert not params.frames.thumbnails


def test_every_source_and_every_profile_is_described_in_the_page_of_data_sets():
    page = (ROOT / "docs/datasets.md").read_text()
    sections = page.split("\n## ")[1:]
    described = {section.split("\n", 1)[0]: section for section in sections}
    for section in get_args(get_args(DatasetParams)[0]):
        for source in get_args(section.model_fields["source"].annotation):
            assert source in described
            row = next(line for line in page.splitlines() if line.startswith(f"| [`{source}`]"))
            own = set(section.model_fields) - {"source", "path", "n", "seed", "ids"}
            assert all(f"`{name}`" in row or f"`{name}`" in described[source] for name in own)
    assert all(f"`{file.stem}`" in page for file in PROFILES)


def test_the_vatex_profile_has_the_budgets_of_the_published_points():
    params = read_params(ROOT / "profiles/vatex.yaml")
    points = vatex_points()
    assert {int(n_f) for n_f in points.n_f} <= {*params.budgets.frames}
    assert {int(n_c) for n_c in points.n_c} <= {*params.budgets.captions}
