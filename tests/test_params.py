"""Params files: those of the project are good, and whatever is wrong is named with its place and what is accepted."""

import copy

import pytest
import yaml

from conftest import ROOT
from platoscope.errors import InputError
from platoscope.params import parse_params, read_params

FILES = [ROOT / "params.yaml", *sorted((ROOT / "profiles").glob("*.yaml"))]

GOOD = {
    "dataset": {"source": "synthetic", "path": "somewhere"},
    "frames": {"size": 64},
    "budgets": {"frames": [1, 2], "captions": [1]},
    "encoders": {
        "video": {"one": {"family": "pixels", "kind": "mean_colour"}},
        "text": {"two": {"family": "hf_text", "checkpoint": "a/b"}},
    },
}


def changed(place, value):
    """GOOD with one place, dotted, set to a value."""
    params = copy.deepcopy(GOOD)
    *path, last = place.split(".")
    section = params
    for name in path:
        section = section.setdefault(name, {})
    section[last] = value
    return params


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_params_file_of_the_project_is_good(file):
    params = read_params(file)
    assert params.alignment.k <= params.neighbours.depth
    raw = yaml.safe_load(file.read_text())
    assert set(raw) == set(type(params).model_fields), "every section is spelt out"
    assert list(params.encoders.video) == list(raw["encoders"]["video"])


def test_what_is_left_out_has_its_default():
    params = parse_params(GOOD)
    assert (params.neighbours.depth, params.neighbours.quantile, params.alignment.k) == (100, 0.95, 10)
    assert params.budgets.frames == (1, 2)
    assert params.samples.n is None


def test_params_cannot_be_changed():
    params = parse_params(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        params.alignment.k = 3


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("budgets.frames", [2, 1], "growing order"),
        ("budgets.frames", [1, 1], "growing order, each once"),
        ("budgets.captions", [0, 1], "from 1"),
        ("budgets.captions", [], "at least 1 item"),
        ("budgets.frames", [1, 2.5], "valid integer"),
        ("budgets.frames", 4, "valid tuple"),
        ("frames.size", "64", "valid integer, got '64'"),
        ("frames.size", True, "valid integer, got True"),
        ("frames.size", 4, "greater than or equal to 8, got 4"),
        ("frames.fit", "stretch", "'crop' or 'pad', got 'stretch'"),
        ("frames.samplers", ["centre"], "'first', 'repeat' or 'span', got 'centre'"),
        ("dataset.source", "web", "one of 'synthetic', 'clocks', 'folder', 'vatex', "),
        ("dataset.seconds", float("inf"), "finite number, got inf"),
        ("dataset.seconds", float("nan"), "got nan"),
        ("dataset.coherence", 1.5, "less than or equal to 1, got 1.5"),
        ("samples.n", 1, "greater than or equal to 2, got 1"),
        ("samples.seed", -1, "greater than or equal to 0, got -1"),
        ("neighbours.quantile", 0, "greater than 0, got 0"),
        ("neighbours.clip", "all", "'none', 'per_layer', 'prh' or 'prh_exact', got 'all'"),
        ("neighbours.index", "flat", "'exact', 'ivf' or 'hnsw', got 'flat'"),
        ("neighbours.recall", 1.01, "less than or equal to 1, got 1.01"),
        ("encoders.video.one.family", "magic", "'pixels' or 'stored', got 'magic'"),
        ("encoders.video.one.pool", "max", "'mean', 'cls' or 'last', got 'max'"),
        ("encoders.text", {}, "at least 1 item"),
        ("similarity.metrics", ["cka", "pca"], "'svcca' or 'rsa', got 'pca'"),
        ("similarity.k", 1, "greater than or equal to 2, got 1"),
        ("similarity.bandwidth", 0, "greater than 0, got 0"),
        ("similarity.normalize", "yes", "valid boolean, got 'yes'"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_what_is_accepted(place, value, says):
    with pytest.raises(InputError) as caught:
        parse_params(changed(place, value), name="params.yaml")
    message = str(caught.value)
    assert message.startswith("params.yaml: ")
    assert place in message
    assert says in message


@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("seed", "dataset, frames, captions"),
        ("dataset.beets", "source, path, n, size, seconds, beats"),
        ("frames.sice", "size, fit, samplers, short, thumbnails"),
        ("encoders.audio", "video, text"),
        ("encoders.video.one.chekpoint", "family, checkpoint, weights"),
    ],
)
def test_an_unknown_parameter_is_refused_with_those_that_there_are(place, known):
    with pytest.raises(InputError) as caught:
        parse_params(changed(place, {}))
    assert f"{place}: no such parameter; there are " in str(caught.value)
    assert known in str(caught.value)


@pytest.mark.parametrize("key", ["lite-0", "lite.0", "Lite", "", "a b"])
def test_a_key_that_dvc_could_not_name_a_stage_by_is_refused(key):
    entry = GOOD["encoders"]["video"]["one"]
    with pytest.raises(InputError, match=r"encoders\.video\..*\^\[a-z0-9_\]\+\$"):
        parse_params(changed("encoders.video", {key: entry}))


@pytest.mark.parametrize("section", ["dataset", "frames", "budgets", "encoders"])
def test_a_section_without_a_default_must_be_there(section):
    params = copy.deepcopy(GOOD)
    del params[section]
    with pytest.raises(InputError, match=rf"{section}: Field required"):
        parse_params(params)


def test_every_wrong_place_is_listed():
    params = changed("frames.size", 1)
    params["samples"] = {"n": 0}
    with pytest.raises(InputError) as caught:
        parse_params(params)
    assert "frames.size" in str(caught.value)
    assert "samples.n" in str(caught.value)


@pytest.mark.parametrize(
    ("places", "says"),
    [
        ({"alignment.k": 101}, "alignment.k is 101 but neighbours.depth only 100: k must be at most depth"),
        ({"samples.n": 50}, "neighbours.depth is 100, but samples.n only 50: depth must be at most 49"),
        ({"samples.n": 300}, "samples.n is 300 but dataset.n only 256: samples.n must be at most dataset.n"),
        (
            {"samples": {"ids": ["a", "b"], "n": 101}},
            "samples.n is 101 but samples.ids only 2: samples.n must be at",
        ),
        ({"samples.ids": ["a", "b", "a"]}, "samples.ids names 'a' twice: each must be named once"),
        ({"samples.damaged": False}, "samples.damaged is false but frames.whole too"),
        ({"similarity.metrics": ["cka", "cka"]}, "similarity.metrics is ['cka', 'cka']: each must be named once"),
        ({"frames.samplers": ["center", "center"]}, "frames.samplers is ['center', 'center']: each must be named once"),
        (
            {"encoders.video.one.sampler": "linspace"},
            "encoders.video.one.sampler is 'linspace', frames.samplers has ['center']: add it there",
        ),
    ],
)
def test_sections_that_contradict_each_other_are_refused(places, says):
    params = GOOD
    for place, value in places.items():
        params = changed(place, value)
    with pytest.raises(InputError) as caught:
        parse_params(params)
    assert says in str(caught.value)


def test_contradictions_end_exactly_where_the_values_fit():
    fitting = changed("samples.n", 101)
    fitting["alignment"] = {"k": 100}
    fitting["frames"]["samplers"] = ["center", "linspace"]
    fitting["encoders"]["video"]["one"]["sampler"] = "linspace"
    assert parse_params(fitting).samples.n == 101
    fitting["dataset"] = {"source": "folder", "path": "somewhere"}
    fitting["samples"]["damaged"], fitting["frames"]["whole"] = False, True
    assert not parse_params(fitting).samples.damaged
    fitting["samples"]["n"] = 300  # how many clips a folder has is not known here
    assert parse_params(fitting).samples.n == 300
    fitting["dataset"]["n"] = 300
    fitting["samples"]["ids"] = [f"clip {i}" for i in range(300)]
    assert parse_params(fitting).samples.n == 300


@pytest.mark.parametrize(
    ("dataset", "says"),
    [
        ({"source": "vatex", "path": "d", "beats": 4}, "dataset.beats: no such parameter; there are path, n, seed, "),
        (
            {"source": "pvd", "path": "d", "captions": "long"},
            "dataset.captions: Input should be 'rephrased', 'human' or",
        ),
        ({"source": "folder"}, "dataset.path: Field required"),
        ({"path": "d"}, "dataset.source: Field required"),
    ],
)
def test_a_source_has_parameters_of_its_own(dataset, says):
    with pytest.raises(InputError) as caught:
        parse_params(changed("dataset", dataset))
    assert says in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"- 1\n", b"text\n"])
def test_a_file_that_holds_no_sections_is_refused(tmp_path, content):
    (tmp_path / "params.yaml").write_bytes(content)
    with pytest.raises(InputError, match=r"params\.yaml: .*valid dictionary"):
        read_params(tmp_path / "params.yaml")


@pytest.mark.parametrize("content", [b"a: [1\n", b"a: b: c\n", b"caf\xe9: 1\n"])
def test_a_file_that_is_not_yaml_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "params.yaml").write_bytes(content)
    with pytest.raises(InputError, match=r"params\.yaml is not YAML: ") as caught:
        read_params(tmp_path / "params.yaml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_where_to_be(tmp_path):
    with pytest.raises(InputError, match=r"params\.yaml is missing: run inside a project"):
        read_params(tmp_path / "params.yaml")
