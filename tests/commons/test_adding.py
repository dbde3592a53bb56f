"""Features that are taken from another project's folder: what agrees is put beside ours, what does not is named."""

import shutil

import numpy as np
import pytest
from commons_project import IDS, PARAMS, entry_of, layers_of, make_files, put_features

from platoscope.commons.adding import add_features
from platoscope.encoders.base import open_stored
from platoscope.errors import InputError, StoreError
from platoscope.scratch import digest_of
from platoscope.store import FeaturesStore


@pytest.fixture
def mine(tmp_path):
    return make_files(tmp_path / "mine")


@pytest.fixture
def theirs(tmp_path):
    return make_files(tmp_path / "theirs", video="their_eye", text="their_words", seed=5)


def add(mine, theirs, key="their_eye", **options):
    return add_features(mine, str(theirs.root), key, **options)


def untouched(mine):
    """Whether nothing was left behind."""
    return mine.params.read_text() == PARAMS and not list((mine.data / "commons").glob("**/*.zarr"))


def change(project, old, new):
    project.params.write_text(project.params.read_text().replace(old, new))


@pytest.mark.parametrize(("side", "key"), [("video", "their_eye"), ("text", "their_words")])
def test_a_store_is_put_beside_ours_as_it_is(mine, theirs, side, key):
    said = add(mine, theirs, key)
    store = mine.commons(side, f"{key}.zarr")
    assert digest_of(store) == digest_of(theirs.features(side, key))
    entry = entry_of(mine, side, key)
    assert (entry.family, entry.weights) == ("stored", f"data/commons/{side}/{key}.zarr")
    assert f"{key}: # added: {key} of {theirs.root}\n" in mine.params.read_text()
    assert said.startswith(
        f"{key}: 3 layers x {2 if side == 'video' else 4} budgets x 6 samples, {key} of {theirs.root}"
    )
    assert not list(mine.staging.glob("*"))
    entry = entry.model_copy(update={"weights": str(mine.root / entry.weights)})
    found = open_stored(entry, ids=IDS, budgets=(1, 4) if side == "video" else (1, 2))
    original = FeaturesStore(theirs.features(side, key))
    for at, layer in enumerate(found.rows(range(6))):
        assert np.array_equal(layer, original.values(at)[:2].astype("f4"))


def test_another_key_can_be_given_and_has_to_be_where_ours_is_taken(mine, tmp_path):
    theirs = make_files(tmp_path / "theirs", seed=5)
    with pytest.raises(InputError, match=r"encoders\.video has 'colour' already: .*--as KEY"):
        add(mine, theirs, "colour")
    add(mine, theirs, "colour", name="their_colour")
    assert list(mine.commons("video", "").parent.glob("*/*")) == [mine.commons("video", "their_colour.zarr")]
    put_features(theirs, "text", "colour")
    with pytest.raises(InputError, match="'colour' on both sides: say --side"):
        add(mine, theirs, "colour", name="more")


def test_what_is_not_there_is_named_with_what_is(mine, theirs, tmp_path):
    with pytest.raises(InputError, match=r"no features of 'gone'; its params name video/colour, text/words"):
        add(mine, theirs, "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty cannot be opened as a repository with DVC .* params\.yaml"):
        add_features(mine, str(tmp_path / "empty"), "x")
    with pytest.raises(InputError, match=r"nowhere cannot be opened as a repository with DVC"):
        add_features(mine, str(tmp_path / "nowhere"), "x")
    assert untouched(mine)


def of_another_format(theirs):
    told = theirs.features("video", "their_eye") / "zarr.json"
    told.write_text(told.read_text().replace('"format": 1', '"format": 9'))


def of_other_samples(theirs):
    shutil.rmtree(theirs.features("video", "their_eye"))
    put_features(theirs, "video", "their_eye", ids=[*IDS[:3], "somebody", *IDS[4:]])


def of_other_order(theirs):
    shutil.rmtree(theirs.features("video", "their_eye"))
    put_features(theirs, "video", "their_eye", ids=IDS[::-1])


def of_fewer_budgets(theirs):
    shutil.rmtree(theirs.features("video", "their_eye"))
    put_features(theirs, "video", "their_eye", budgets=[1], layers=layers_of(6, 1))


def of_another_sampler(theirs):
    shutil.rmtree(theirs.features("video", "their_eye"))
    put_features(theirs, "video", "their_eye", sampler="linspace")


def of_other_pixels(theirs):
    change(theirs, "{size: 32", "{size: 64, fit: pad")


def of_other_videos(theirs):
    file = theirs.dataset / "videos.jsonl"
    file.write_text(file.read_text().replace(f"{2:064x}", "f" * 64))


@pytest.mark.parametrize(
    ("spoil", "kind", "said"),
    [
        (of_another_format, StoreError, r"their_eye of .* is features format 9, this version reads features format 1"),
        (
            of_other_samples,
            StoreError,
            r"is of other samples \(6, \w{12}\) than .* first in row 3: 'somebody' there and 'clip_3' here",
        ),
        (of_other_order, StoreError, r"first in row 0: 'clip_5' there and 'clip_0' here"),
        (
            of_other_videos,
            InputError,
            r"saw other files of 1 of 6 samples, first of 'clip_2': f{12} there and 0{12} here",
        ),
        (of_other_pixels, InputError, r"was not shown what your encoders are: frames\.size is 64 there and 32 here"),
        (of_another_sampler, InputError, r"its sampler is 'linspace', frames\.samplers has center, span"),
        (of_fewer_budgets, InputError, r"it has no budget of 4 frames, only of 1"),
    ],
)
def test_the_first_difference_is_named_and_nothing_is_added(mine, theirs, spoil, kind, said):
    spoil(theirs)
    with pytest.raises(kind, match=said):
        add(mine, theirs)
    assert untouched(mine)


def test_videos_in_another_encoding_are_taken_where_one_says_that_they_show_the_same(mine, theirs):
    of_other_videos(theirs)
    add(mine, theirs, other_files=True)
    assert entry_of(mine, "video", "their_eye").digest


def test_texts_have_to_read_the_same(mine, theirs):
    captions = theirs.captions.read_text()
    theirs.captions.write_text(captions.replace("clip_3 1", "something else"))
    with pytest.raises(
        InputError,
        match=r"sample 'clip_3' at 2 distinct captions reads 'clip_3 0 something else' there and 'clip_3 0 clip_3 1' ",
    ):
        add(mine, theirs, "their_words")
    theirs.captions.write_text(captions.replace("clip_3 2", "beyond every budget"))
    add(mine, theirs, "their_words")


def test_captions_in_ways_that_they_do_not_have_are_said_to_be_missing(mine, theirs):
    shutil.rmtree(theirs.features("text", "their_words"))
    put_features(
        theirs, "text", "their_words", variants=[["distinct", "join"]] * 2, budgets=[1, 2], layers=layers_of(6, 2)
    )
    said = add(mine, theirs, "their_words")
    assert said.splitlines()[1] == "it has no distinct captions by mean: pairs with it have none either"


def test_params_of_another_version_are_told_from_ours(mine, theirs):
    change(theirs, "alignment:", "alignment:\n  later: 1")
    with pytest.raises(
        InputError, match=r"theirs is of another version: params\.yaml: alignment\.later: no such parameter"
    ):
        add(mine, theirs)


def test_a_damaged_store_is_not_added(mine, theirs):
    told = theirs.features("video", "their_eye") / "zarr.json"
    told.write_text(told.read_text().replace('"digest": "', '"digest": "0'))
    with pytest.raises(StoreError, match="does not hold what it was written with"):
        add(mine, theirs)
    assert untouched(mine)


def test_a_store_that_changes_after_it_was_added_is_not_read(mine, theirs):
    from platoscope.errors import WeightsError

    add(mine, theirs)
    entry = entry_of(mine, "video", "their_eye")
    entry = entry.model_copy(update={"weights": str(mine.root / entry.weights)})
    told = mine.commons("video", "their_eye.zarr") / "zarr.json"
    told.write_text(told.read_text().replace('"parameters": 7', '"parameters": 8'))
    with pytest.raises(WeightsError, match=r"has the digest .*, its entry says .*: get it again"):
        open_stored(entry, ids=IDS, budgets=(1, 4))
