"""Features that were computed elsewhere: files of every kind, matched by id, and what is refused."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from platoscope.encoders.base import load_video_encoder, open_stored
from platoscope.encoders.weights import digest_weights
from platoscope.errors import InputError, WeightsError
from platoscope.params.encoders import TextEncoderParams, VideoEncoderParams
from platoscope.params.variants import Variant
from platoscope.store import write_features

IDS, BUDGETS = ("c", "a", "d", "b"), (1, 4)
RNG = np.random.default_rng(0)
LAYERS = {
    "first": RNG.standard_normal((2, 4, 3)).astype(np.float16),
    "second": RNG.random((2, 4, 5)).astype(np.float16),
}


def entry(place):
    return VideoEncoderParams(family="stored", weights=str(place))


def as_store(folder, layers=LAYERS, ids=IDS):
    attributes = {"samples": "digest", "ids": list(ids), "budgets": list(BUDGETS)}
    named = [(name, values.astype(np.float32)) for name, values in layers.items()]
    write_features(folder / "eye.zarr", named, attributes=attributes)
    return folder / "eye.zarr"


def as_npz(folder, layers=LAYERS, ids=IDS, budgets=BUDGETS):
    more = {} if budgets is None else {"budgets": np.array(budgets)}
    np.savez(folder / "eye.npz", ids=np.array(ids), **more, **layers)
    return folder / "eye.npz"


def as_safetensors(folder, layers=LAYERS, ids=IDS):
    save_file(layers, folder / "eye.safetensors")
    told = {"ids": list(ids), "layers": list(layers), "budgets": list(BUDGETS)}
    (folder / "eye.json").write_text(json.dumps(told))
    return folder / "eye.safetensors"


KINDS = pytest.mark.parametrize("write", [as_store, as_npz, as_safetensors])


@KINDS
@pytest.mark.parametrize("ids", [("a", "b"), ("b", "c", "a"), ("d",), IDS])
def test_samples_are_found_by_their_ids_whatever_their_order_and_others_left_out(tmp_path, write, ids):
    stored = open_stored(entry(write(tmp_path)), ids=ids, budgets=(4,))
    assert stored.layers == ("first", "second")
    assert stored.dims == (3, 5)
    for start in range(len(ids)):
        layers = stored.rows(range(start, len(ids)))
        for given, values in zip(layers, LAYERS.values(), strict=True):
            assert given.dtype == np.float32
            assert np.array_equal(given, values[1:, [IDS.index(id_) for id_ in ids[start:]]].astype(np.float32))


def test_arrays_without_a_budget_axis_are_those_of_the_one_budget_that_is_asked_for(tmp_path):
    file = as_npz(tmp_path, {"only": LAYERS["first"][0]}, budgets=None)
    (layer,) = open_stored(entry(file), ids=("a", "c"), budgets=(8,)).rows(range(2))
    assert np.array_equal(layer[0], LAYERS["first"][0, [1, 0]].astype(np.float32))
    with pytest.raises(InputError, match=r"holds one budget that it does not name, 2 are asked for"):
        open_stored(entry(file), ids=("a",), budgets=(1, 8))


@KINDS
def test_a_sample_or_a_budget_that_is_not_there_is_named(tmp_path, write):
    place = write(tmp_path)
    with pytest.raises(InputError, match=r"lacks 2 of 3 samples, the first 'x'"):
        open_stored(entry(place), ids=("a", "x", "y"), budgets=(1,))
    with pytest.raises(InputError, match=r"has no budget 2, only 1, 4"):
        open_stored(entry(place), ids=("a",), budgets=(1, 2))


def test_a_store_that_was_changed_is_refused(tmp_path):
    place = as_store(tmp_path)
    told = json.loads((place / "zarr.json").read_text())
    told["attributes"]["digest"] = "0" * 64
    (place / "zarr.json").write_text(json.dumps(told))
    with pytest.raises(WeightsError, match="its digest differs"):
        open_stored(entry(place), ids=("a",), budgets=(1,))


@pytest.mark.parametrize(
    ("layers", "ids", "message"),
    [
        (
            {"first": LAYERS["first"][:, :3]},
            IDS,
            r"layer 'first' is float16 \(2, 3, 3\), wanted floating \(2, 4, dim\)",
        ),
        ({"first": np.ones((2, 4, 3), int)}, IDS, r"layer 'first' is int64"),
        (LAYERS, ("a", "a", "b", "c"), "names a sample twice"),
        ({}, IDS, "has no layers"),
    ],
)
def test_arrays_that_do_not_agree_are_refused(tmp_path, layers, ids, message):
    with pytest.raises(WeightsError, match=message):
        open_stored(entry(as_npz(tmp_path, layers, ids)), ids=("a",), budgets=(1,))


def test_files_that_cannot_be_read_say_so(tmp_path):
    for name, content in (("a.npz", b"no zip"), ("b.safetensors", b"x"), ("c.txt", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WeightsError, match=name.partition(".")[0]):
            open_stored(entry(tmp_path / name), ids=("a",), budgets=(1,))
    np.savez(tmp_path / "d.npz", first=LAYERS["first"])
    with pytest.raises(WeightsError, match="has no array ids"):
        open_stored(entry(tmp_path / "d.npz"), ids=("a",), budgets=(1,))
    as_safetensors(tmp_path)
    (tmp_path / "eye.json").write_text(json.dumps({"ids": list(IDS), "layers": ["third"]}))
    with pytest.raises(WeightsError, match="lack 'third'"):
        open_stored(entry(tmp_path / "eye.safetensors"), ids=("a",), budgets=(1,))
    with pytest.raises(WeightsError, match="does not exist"):
        open_stored(entry(tmp_path / "gone.npz"), ids=("a",), budgets=(1,))


@KINDS
def test_features_that_are_not_of_the_entrys_digest_are_refused_with_both(tmp_path, write):
    place = write(tmp_path)
    known = entry(place).model_copy(update={"digest": digest_weights(place)})
    assert open_stored(known, ids=("a",), budgets=(1,)).description["weights"] == known.digest
    other = known.model_copy(update={"digest": "0" * 64})
    with pytest.raises(WeightsError, match=rf"has the digest {known.digest[:12]}, its entry says 000000000000: get it"):
        open_stored(other, ids=("a",), budgets=(1,))


def test_variants_of_captions_are_those_that_are_there_and_the_first_has_to_be(tmp_path):
    about = {"variants": [["distinct", "join"], ["distinct", "mean"]], "encoder": {"parameters": 3}}
    np.savez(tmp_path / "eye.npz", ids=np.array(IDS), budgets=[1, 1], about=json.dumps(about), first=LAYERS["first"])
    text = TextEncoderParams(family="stored", weights=str(tmp_path / "eye.npz"))
    joined, averaged, repeated = Variant(), Variant(combine="mean"), Variant(mode="repeat")
    stored = open_stored(text, ids=("a",), budgets=(1,), variants=(averaged, repeated, joined))
    assert stored.variants == (averaged, joined)
    assert np.array_equal(stored.rows(range(1))[0], LAYERS["first"][::-1, 1:2].astype("f4"))
    assert stored.description["parameters"] == 3
    with pytest.raises(InputError, match=r"has no repeat captions by join, only distinct captions by join, distinct"):
        open_stored(text, ids=("a",), budgets=(1,), variants=(repeated, joined))


def test_an_entry_without_a_digest_is_written_as_it_was_before_there_were_any():
    assert "digest" not in VideoEncoderParams(family="stored").model_dump(mode="json")
    assert VideoEncoderParams(family="stored", digest="0" * 64).model_dump(mode="json")["digest"] == "0" * 64


def test_there_is_no_encoder_to_be_had(tmp_path):
    with pytest.raises(InputError, match="family stored has no encoder"):
        load_video_encoder(entry(tmp_path), frame_size=16, device="cpu")
    with pytest.raises(InputError, match="needs weights"):
        open_stored(VideoEncoderParams(family="stored"), ids=("a",), budgets=(1,))
    with pytest.raises(InputError, match="makes no use of pool"):
        open_stored(VideoEncoderParams(family="stored", weights="x", pool="cls"), ids=("a",), budgets=(1,))
