"""The rules that every store keeps: whole shards, equal bytes, a kind and a format, and samples that are the same."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.errors import StoreError
from platoscope.scratch import digest_of
from platoscope.store import arrays, digest_ids, read_neighbours, same_samples, write_neighbours
from platoscope.store.arrays import (
    Rows,
    _box,
    _cut,
    create,
    describe,
    digest_arrays,
    new_array,
    open_group,
    write_whole,
)

SHAPES = st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple)


@pytest.fixture
def small_shards(monkeypatch):
    """Shards and chunks so small that every array has several of both."""
    monkeypatch.setattr(arrays, "CHUNK_BYTES", 64)
    monkeypatch.setattr(arrays, "SHARD_BYTES", 256)


def values_of(shape, dtype=np.float32):
    return np.random.default_rng(0).integers(0, 200, shape).astype(dtype)


def described(ids):
    return {"samples": digest_ids(ids), "ids": list(ids)}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1,), (100,), (7, 13), (3, 11, 5), (2, 3, 5, 7), (0, 4), (4, 0)])
@pytest.mark.usefixtures("small_shards")
def test_what_is_written_is_read_back_from_several_shards(tmp_path, dtype, shape):
    values = values_of(shape, dtype)
    group = create(tmp_path / "x", "features")
    write_whole(group, "values", values)
    describe(group, "features", {})
    back = open_group(tmp_path / "x", "features", "pull")["values"][...]
    assert (back.dtype, back.shape) == (values.dtype, values.shape)
    assert np.array_equal(back, values)


def test_one_array_of_several_shards_is_several_files_and_one_small_array_is_one(tmp_path, monkeypatch):
    values = values_of((300,))
    write_whole(create(tmp_path / "one", "features"), "values", values)
    monkeypatch.setattr(arrays, "CHUNK_BYTES", 64)
    monkeypatch.setattr(arrays, "SHARD_BYTES", 256)
    write_whole(create(tmp_path / "many", "features"), "values", values)
    assert len(list((tmp_path / "one").rglob("c/*"))) == 1
    assert len(list((tmp_path / "many").rglob("c/*"))) == 5  # 1200 bytes in shards of 256


@settings(deadline=None)
@given(SHAPES, st.integers(1, 5000))
def test_a_box_is_whole_on_the_last_axes_and_as_long_as_fits_on_one_before(shape, most):
    box = _box(shape, most)
    assert np.prod(box) <= most
    cut = next((axis for axis in reversed(range(len(shape))) if box[axis] < shape[axis]), 0)
    assert box[cut + 1 :] == shape[cut + 1 :]
    assert box[:cut] == (1,) * cut
    if box[cut] < shape[cut]:
        assert np.prod(box) // box[cut] * (box[cut] + 1) > most


@settings(deadline=None)
@given(SHAPES, st.sampled_from([1, 2, 4, 8]))
def test_shards_are_whole_chunks_and_neither_is_larger_than_it_may_be(shape, itemsize):
    chunks, shards = _cut(shape, itemsize)
    assert all(shard % chunk == 0 for chunk, shard in zip(chunks, shards, strict=True))
    assert np.prod(chunks) * itemsize <= arrays.CHUNK_BYTES
    assert np.prod(shards) * itemsize <= arrays.SHARD_BYTES


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 9), max_size=12))
def test_rows_that_come_in_any_parts_are_the_same_bytes(tmp_path_factory, parts):
    values = values_of((sum(parts), 4), np.uint8)
    folder = tmp_path_factory.mktemp("rows")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "CHUNK_BYTES", 16)
        patch.setattr(arrays, "SHARD_BYTES", 32)
        write_whole(create(folder / "whole", "frames"), "frames", values)
        group = create(folder / "parts", "frames")
        writer = Rows(new_array(group, "frames", values.shape, np.uint8, fill=0))
        for part in np.split(values, np.cumsum(parts)[:-1]) if parts else ():
            writer.append(part)
        writer.close()
    assert np.array_equal(group["frames"][...], values)
    assert digest_of(folder / "parts") == digest_of(folder / "whole")


def test_rows_that_are_being_written_are_not_held_in_parts_too(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "CHUNK_BYTES", 16)
    monkeypatch.setattr(arrays, "SHARD_BYTES", 32)  # 8 rows
    held = []

    def write(writer, rows):
        held.append((len(rows), sum(map(len, writer._held))))

    monkeypatch.setattr(Rows, "_write", write)
    writer = Rows(new_array(create(tmp_path / "x", "frames"), "frames", (21, 4), np.uint8, fill=0))
    for part in np.split(values_of((21, 4), np.uint8), 7):
        writer.append(part)
    writer.close()
    assert held == [(8, 1), (8, 2), (5, 0)]


@pytest.mark.usefixtures("small_shards")
def test_equal_content_is_equal_bytes_whatever_the_order_of_attributes(tmp_path):
    for name, attributes in (("a", {"x": 1, "y": {"p": 1, "q": 2}}), ("b", {"y": {"q": 2, "p": 1}, "x": 1})):
        group = create(tmp_path / name, "features")
        write_whole(group, "values", values_of((50, 3)))
        describe(group, "features", attributes)
    assert digest_of(tmp_path / "a") == digest_of(tmp_path / "b")


def test_a_store_holds_no_path_of_its_own(tmp_path):
    group = create(tmp_path / "here", "features")
    write_whole(group, "values", values_of((5, 3)))
    describe(group, "features", {})
    assert not [file for file in (tmp_path / "here").rglob("*") if file.is_file() and b"here" in file.read_bytes()]


def test_a_zero_is_written_like_any_value(tmp_path):
    group = create(tmp_path / "x", "features")
    write_whole(group, "zeros", np.zeros(5, np.int32))
    assert len(list((tmp_path / "x").rglob("c/*"))) == 1


def test_a_missing_store_says_how_to_get_it(tmp_path):
    with pytest.raises(StoreError, match=r"absent is missing: make it with `dvc repro`, or get it with `dvc pull it`"):
        open_group(tmp_path / "absent", "features", "dvc pull it")


def test_a_store_that_was_never_finished_is_refused(tmp_path):
    write_whole(create(tmp_path / "x", "features"), "values", values_of((5,)))
    with pytest.raises(StoreError, match=r"x was never finished"):
        open_group(tmp_path / "x", "features", "pull")


def test_a_store_of_another_kind_or_format_is_refused_with_both(tmp_path):
    describe(create(tmp_path / "x", "features"), "features", {})
    with pytest.raises(StoreError, match=r"x is features format 1, this version reads neighbours format 1"):
        open_group(tmp_path / "x", "neighbours", "pull")
    file = tmp_path / "x" / "zarr.json"
    file.write_text(file.read_text().replace('"format": 1', '"format": 7'))
    with pytest.raises(StoreError, match=r"x is features format 7, this version reads features format 1"):
        open_group(tmp_path / "x", "features", "pull")


@pytest.mark.parametrize("content", [None, "{"])
def test_a_folder_that_is_no_store_is_refused(tmp_path, content):
    (tmp_path / "x").mkdir()
    if content is not None:
        (tmp_path / "x" / "zarr.json").write_text(content)
    with pytest.raises(StoreError, match=r"x is not a Zarr 3 group"):
        open_group(tmp_path / "x", "features", "pull")


def test_a_store_opened_for_reading_cannot_be_written(tmp_path):
    describe(create(tmp_path / "x", "features"), "features", {})
    with pytest.raises(ValueError, match="read-only"):
        write_whole(open_group(tmp_path / "x", "features", "pull"), "more", values_of((5,)))


def test_the_digest_of_ids_is_that_of_their_json_list_as_the_formats_say():
    ids = ["b", "a", "ü \u2028"]
    assert digest_ids(ids) == hashlib.sha256(json.dumps(ids).encode()).hexdigest()
    assert len({digest_ids(ids) for ids in (["a", "b"], ["b", "a"], ["ab"], ["a"], [], ['a", "b'])}) == 6


def test_the_digest_of_arrays_sees_dtype_shape_order_and_values():
    x = np.arange(6, dtype=np.int32)
    several = [[x], [x.astype(np.int64)], [x.view(np.float32)], [x.reshape(2, 3)], [x[::-1]], [x, x], [x[:0]], []]
    assert len({digest_arrays(one) for one in several}) == len(several)
    assert digest_arrays([np.ones((4, 6), np.int32)[::2, ::3]]) == digest_arrays([np.ones((2, 2), np.int32)])


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (["a", "b", "c"], ["a", "x", "c"], "first in row 1: 'b' and 'x'"),
        (["a", "b"], ["b", "a"], "first in row 0: 'a' and 'b'"),
        (["a", "b"], ["a", "b", "c"], "first in row 2: none and 'c'"),
        (["a", "b"], ["a"], "first in row 1: 'b' and none"),
    ],
)
def test_stores_of_different_samples_are_refused_with_the_first_id_that_differs(one, other, says):
    stores = (Path("data/one.zarr"), described(one)), (Path("data/other.zarr"), described(other))
    with pytest.raises(StoreError) as caught:
        same_samples(*stores)
    for part in ("data/one.zarr", "data/other.zarr", digest_ids(one)[:12], digest_ids(other)[:12], says):
        assert part in str(caught.value)


def test_stores_of_the_same_samples_go_together():
    ids = ["a", "b"]
    same_samples((Path("one"), described(ids)), (Path("other"), described(ids)))


def test_what_real_stores_hold_is_enough_to_tell_their_samples_apart(tmp_path):
    tables = np.zeros((1, 1, 2, 1), np.int32), np.zeros((1, 1, 1))
    for name, ids in (("one", ["a", "b"]), ("other", ["a", "c"])):
        attributes = {**described(ids), "layers": ["final"], "budgets": [1]}
        write_neighbours(tmp_path / f"{name}.zarr", *tables, attributes=attributes)
    one, other = (read_neighbours(tmp_path / f"{name}.zarr") for name in ("one", "other"))
    with pytest.raises(StoreError, match="first in row 1: 'b' and 'c'"):
        same_samples((one.path, one.attributes), (other.path, other.attributes))
    shutil.copytree(tmp_path / "one.zarr", tmp_path / "copy.zarr")
    copy = read_neighbours(tmp_path / "copy.zarr")
    same_samples((one.path, one.attributes), (copy.path, copy.attributes))
