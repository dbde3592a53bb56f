"""Entries that are written into params.yaml: nothing else of the file moves."""

import difflib

import pytest
import yaml
from commons_project import PARAMS, make_files

from platoscope.commons.entries import check_free, key_of, put, with_entry
from platoscope.errors import InputError
from platoscope.params import read_params

FIELDS = {"family": "stored", "weights": "data/commons/video/theirs.npz", "digest": "0" * 64}  # in YAML a number


@pytest.mark.parametrize("side", ["video", "text"])
@pytest.mark.parametrize("end", ["", "\n\n"])
def test_lines_are_added_and_no_other_is_touched(tmp_path, side, end):
    file = tmp_path / "params.yaml"
    file.write_text(PARAMS.rstrip("\n") + end)
    new = with_entry(file, side, "theirs", FIELDS, note="from elsewhere")
    changes = [line for line in difflib.ndiff(file.read_text().splitlines(), new.splitlines()) if line[0] in "+-"]
    lines = ["family: stored", "weights: 'data/commons/video/theirs.npz'", f"digest: '{FIELDS['digest']}'"]
    assert changes == ["+     theirs: # from elsewhere", *(f"+       {line}" for line in lines)]
    assert yaml.safe_load(new)["encoders"][side] == {
        **yaml.safe_load(PARAMS)["encoders"][side],
        "theirs": FIELDS,
    }


def test_the_last_section_of_a_file_that_ends_without_a_line_end_is_added_to(tmp_path):
    head, encoders = PARAMS.split("encoders:")
    body, tail = encoders.split("neighbours:")
    file = tmp_path / "params.yaml"
    file.write_text(f"{head}neighbours:{tail}encoders:{body}".rstrip("\n"))
    assert list(yaml.safe_load(with_entry(file, "text", "theirs", FIELDS, note="x"))["encoders"]["text"]) == [
        "words",
        "theirs",
    ]


def test_the_demo_and_every_profile_can_be_added_to(tmp_path):
    from conftest import ROOT

    for file in (ROOT / "params.yaml", *(ROOT / "profiles").glob("*.yaml")):
        for side in ("video", "text"):
            new = with_entry(file, side, "theirs", FIELDS, note="x")
            (tmp_path / "params.yaml").write_text(new)
            kept = iter(new.splitlines())
            assert all(line in kept for line in file.read_text().splitlines())
            assert read_params(tmp_path / "params.yaml").encoders.of(side)["theirs"].digest == FIELDS["digest"]


def test_a_side_in_one_line_is_left_to_people(tmp_path):
    file = tmp_path / "params.yaml"
    params = yaml.safe_load(PARAMS)
    file.write_text(yaml.safe_dump(params, default_flow_style=True))
    with pytest.raises(InputError, match=r"encoders\.video is not written with an entry a line; add the entry by hand"):
        with_entry(file, "video", "theirs", FIELDS, note="x")


def test_what_params_would_refuse_is_not_written(tmp_path):
    file = tmp_path / "params.yaml"
    file.write_text(PARAMS)
    with pytest.raises(InputError, match="sampler"):
        with_entry(file, "video", "theirs", {**FIELDS, "sampler": "first"}, note="x")


def test_a_key_that_is_taken_is_refused_with_what_gives_another(tmp_path):
    project = make_files(tmp_path)
    check_free(project, "text", "colour")
    with pytest.raises(InputError, match=r"encoders\.video has 'colour' already: .*--as KEY"):
        check_free(project, "video", "colour")
    put(project, project.params.read_text().replace("colour: #", "hue: #"))
    check_free(project, "video", "colour")


def test_keys_are_made_of_names():
    assert key_of("vit_base.patch16-224 (DINO)") == "vit_base_patch16_224__dino"
