"""Features that are written for others: every bit and every name comes back, in each form."""

import json

import numpy as np
import pytest
import yaml
from commons_project import IDS, entry_of, make_files, put_features
from safetensors.numpy import load_file

from platoscope.commons.export import export
from platoscope.commons.importing import import_features
from platoscope.encoders.base import open_stored
from platoscope.errors import InputError, StoreError
from platoscope.store import FeaturesStore

FORMS = ("out.npz", "out.safetensors", "folder")


@pytest.fixture
def project(tmp_path):
    return make_files(tmp_path / "mine")


@pytest.mark.parametrize("side", ["video", "text"])
@pytest.mark.parametrize("form", FORMS)
def test_what_is_exported_and_imported_has_the_same_bits_names_and_ids(project, tmp_path, side, form):
    key = {"video": "colour", "text": "words"}[side]
    store = FeaturesStore(project.features(side, key))
    assert [store.dtype(index).str for index in range(3)] == ["<f2", "<f2", "<f4"]
    export(project, key, tmp_path / form)
    other = make_files(tmp_path / "other", ids=IDS[::-1])
    import_features(other, [tmp_path / form], side=side, key="theirs")
    with np.load(other.commons(side, "theirs.npz")) as content:
        assert content["ids"].tolist() == IDS
        assert tuple(content["budgets"].tolist()) == store.budgets
        assert json.loads(str(content["about"]))["digest"] == store.attributes["digest"]
        assert [name for name in content.files if name not in ("ids", "budgets", "about")] == list(store.layers)
        for index, name in enumerate(store.layers):
            assert content[name].dtype == store.dtype(index)
            assert content[name].tobytes() == store.values(index).tobytes()


@pytest.mark.parametrize("form", FORMS)
def test_the_stage_of_another_project_reads_the_same_values_in_its_own_order(project, tmp_path, form):
    export(project, "words", tmp_path / form)
    other = make_files(tmp_path / "other", ids=IDS[::-1])
    import_features(other, [tmp_path / form], side="text", key="theirs")
    entry = entry_of(other, "text", "theirs")
    entry = entry.model_copy(update={"weights": str(other.root / entry.weights)})
    stored = open_stored(entry, ids=IDS[::-1], budgets=(1, 2), variants=[("distinct", "join"), ("distinct", "mean")])
    store = FeaturesStore(project.features("text", "words"))
    for index, layer in enumerate(stored.rows(range(len(IDS)))):
        assert np.array_equal(layer, store.values(index)[:, ::-1].astype(np.float32))
    assert stored.description["parameters"] == 7


def test_equal_features_are_equal_bytes(project, tmp_path):
    for form in FORMS[:2]:
        for name in ("a", "b"):
            export(project, "colour", tmp_path / name / form)
        assert (tmp_path / "a" / form).read_bytes() == (tmp_path / "b" / form).read_bytes()


def test_the_librarys_own_reader_takes_the_safetensors(project, tmp_path):
    export(project, "colour", tmp_path / "out.safetensors")
    store, found = FeaturesStore(project.features("video", "colour")), load_file(tmp_path / "out.safetensors")
    assert set(found) == set(store.layers)
    assert all(np.array_equal(found[name], store.values(at)) for at, name in enumerate(store.layers))


def test_a_folder_is_a_data_set_of_the_hub_with_a_subset_a_budget(project, tmp_path):
    import datasets

    export(project, "words", tmp_path / "folder")
    subsets = ["captions_1", "captions_2", "captions_1_mean", "captions_2_mean"]
    assert datasets.get_dataset_config_names(str(tmp_path / "folder")) == subsets
    store = FeaturesStore(project.features("text", "words"))
    for at, name in enumerate(subsets):
        found = datasets.load_dataset(
            str(tmp_path / "folder"), name, split="train", cache_dir=str(tmp_path / "cache")
        ).with_format("numpy")
        assert found["id"][:].tolist() == IDS
        assert np.array_equal(np.asarray(found["final"][:]), store.values(2)[at])


def test_the_card_says_what_the_features_are_and_nothing_of_this_machine(project, tmp_path):
    export(project, "colour", tmp_path / "folder")
    _, head, card = (tmp_path / "folder/README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(head)["configs"] == [
        {"config_name": "frames_1", "data_files": "data/frames_1.parquet", "default": True},
        {"config_name": "frames_4", "data_files": "data/frames_4.parquet"},
    ]
    digest = FeaturesStore(project.features("video", "colour")).attributes["digest"]
    for part in ("mean_colour", "`blocks.1` (5)", digest, "| samples | 6;", "frames chosen by `center`", '"size": 32'):
        assert part in card
    assert str(tmp_path) not in "".join(f.read_text() for f in (tmp_path / "folder").glob("*.*"))


def test_what_cannot_be_exported_is_named(project, tmp_path):
    with pytest.raises(InputError, match=r"no features of 'gone' here; there are text/words, video/colour"):
        export(project, "gone", tmp_path / "a.npz")
    with pytest.raises(InputError, match=r"a\.mat: features are written as \.npz, \.safetensors, or a folder"):
        export(project, "colour", tmp_path / "a.mat")
    export(project, "colour", tmp_path / "a.npz")
    with pytest.raises(InputError, match=r"a\.npz is there already"):
        export(project, "colour", tmp_path / "a.npz")
    put_features(project, "text", "colour")
    with pytest.raises(InputError, match=r"'colour' on both sides: say --side"):
        export(project, "colour", tmp_path / "b.npz")
    export(project, "colour", tmp_path / "b.npz", side="text")


def test_a_store_that_was_changed_is_not_passed_on(project, tmp_path):
    told = project.features("video", "colour") / "zarr.json"
    told.write_text(told.read_text().replace('"digest": "', '"digest": "0'))
    with pytest.raises(StoreError, match="its digest differs"):
        export(project, "colour", tmp_path / "a.npz")
    assert not list(tmp_path.glob("*a.npz*"))
