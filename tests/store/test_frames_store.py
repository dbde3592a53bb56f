"""Frames stores: clips end to end, the tables of choices that point into them, and small pictures."""

import numpy as np
import pytest

from platoscope.errors import StoreError
from platoscope.scratch import digest_of
from platoscope.store import (
    STATUS,
    ClipFrames,
    FramesStore,
    arrays,
    read_thumbnails,
    write_frames,
    write_thumbnails,
)

SIZE = 4
CHOICES = ["center/1", "center/3", "first/1"]


def clip(n_frames, *, seed=0, status="ok", note=""):
    rng = np.random.default_rng(seed)
    choice = {name: rng.integers(0, n_frames, int(name[-1])).astype(np.int32) for name in CHOICES} if n_frames else {}
    return ClipFrames(
        frames=rng.integers(0, 256, (n_frames, SIZE, SIZE, 3)).astype(np.uint8),
        frame_index=np.arange(n_frames, dtype=np.int32) * 2,
        pts_seconds=np.arange(n_frames) / 12.5,
        choice=choice,
        n_decoded=2 * n_frames,
        seconds=2 * n_frames / 25,
        width=16 * n_frames,
        height=9 * n_frames,
        status=status,
        note=note,
    )


CLIPS = [
    clip(3, seed=1),
    clip(0, status="failed", note="not a video"),
    clip(5, seed=2, status="truncated", note="the end is missing"),
    clip(1, seed=3, status="damaged", note="a gap"),
]


def write(path, clips=CLIPS):
    attributes = {"videos": "digest", "size": SIZE, "fit": "crop", "choices": CHOICES}
    write_frames(path, iter(clips), counts=[len(clip.frames) for clip in clips], attributes=attributes)
    return FramesStore(path)


@pytest.fixture(params=[False, True], ids=["one shard", "several shards"])
def store(request, tmp_path, monkeypatch):
    if request.param:
        monkeypatch.setattr(arrays, "CHUNK_BYTES", SIZE * SIZE * 3)
        monkeypatch.setattr(arrays, "SHARD_BYTES", 2 * SIZE * SIZE * 3)
    return write(tmp_path / "frames.zarr")


def test_the_chosen_frames_of_every_clip_are_read_back(store):
    for sample, one in enumerate(CLIPS):
        for name in one.choice:
            sampler, n_f = name.split("/")
            rows = store.choice(sampler, int(n_f))[sample]
            read = [store.read(np.array([row]))[0] for row in rows]
            assert np.array_equal(read, one.frames[one.choice[name]])


def test_rows_with_gaps_are_read_in_one_go(store):
    everything = np.concatenate([one.frames for one in CLIPS])
    rows = np.array([0, 2, 3, 8])
    assert np.array_equal(store.read(rows), everything[rows])


def test_what_is_told_of_every_clip_is_read_back(store):
    assert store.status == ["ok", "failed", "truncated", "damaged"]
    assert store.notes == {1: "not a video", 2: "the end is missing", 3: "a gap"}
    assert store.offset.tolist() == [0, 3, 3, 8, 9]
    assert store.n_decoded.tolist() == [one.n_decoded for one in CLIPS]
    assert store.seconds.tolist() == [one.seconds for one in CLIPS]
    assert store.width.tolist() == [48, 0, 80, 16]
    assert store.height.tolist() == [27, 0, 45, 9]
    assert store.shape == (SIZE, SIZE, 3)


def test_every_status_that_decoding_gives_can_be_stored(tmp_path):
    clips = [clip(2, status=status) for status in STATUS]
    assert write(tmp_path / "x", clips).status == list(STATUS)


def test_a_clip_without_frames_has_no_choice_and_cannot_be_read(store):
    rows = store.choice("center", 3)[1]
    assert rows.tolist() == [-1, -1, -1]
    with pytest.raises(StoreError, match="row -1 stands for a video that gave no frames"):
        store.read(np.unique(store.choice("center", 3)))


def test_a_choice_that_was_not_made_is_refused_with_those_that_were(store):
    with pytest.raises(StoreError, match=r"has no choice linspace/3, only center/1, center/3, first/1"):
        store.choice("linspace", 3)
    with pytest.raises(StoreError, match="has no choice center/2"):
        store.choice("center", 2)


def test_equal_clips_are_equal_bytes_and_the_digest_sees_frames_and_choices(tmp_path):
    one, same = write(tmp_path / "one"), write(tmp_path / "same")
    assert digest_of(one.path) == digest_of(same.path)
    frames = [CLIPS[0], *CLIPS[1:3], clip(1, seed=9, status="damaged", note="a gap")]
    choice = [*CLIPS[:2], clip(5, seed=2, status="truncated"), CLIPS[3]]
    choice[2].choice["center/1"][0] = (choice[2].choice["center/1"][0] + 1) % 5
    digests = {write(tmp_path / f"{i}", clips).attributes["digest"] for i, clips in enumerate([CLIPS, frames, choice])}
    assert len(digests) == 3


def test_a_data_set_of_which_nothing_decodes_is_a_store_too(tmp_path):
    store = write(tmp_path / "x", [clip(0, status="failed", note="no")] * 2)
    assert store.status == ["failed"] * 2
    assert (store.choice("center", 1) == -1).all()


def test_thumbnails_are_read_back_or_are_none(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (3, 4, 8, 8, 3)).astype(np.uint8)
    write_thumbnails(tmp_path / "some", iter(pictures), shape=pictures.shape, ids=["a", "b", "c"])
    write_thumbnails(tmp_path / "none", iter(()), shape=(0, 4, 8, 8, 3), ids=["a", "b", "c"])
    assert np.array_equal(read_thumbnails(tmp_path / "some"), pictures)
    assert read_thumbnails(tmp_path / "none") is None


def test_missing_stores_say_which_pull_gets_them(tmp_path):
    with pytest.raises(StoreError, match=r"`dvc pull data/thumbnails\.zarr`"):
        read_thumbnails(tmp_path / "thumbnails.zarr")
    with pytest.raises(StoreError, match=r"`dvc pull data/frames\.zarr`"):
        FramesStore(tmp_path / "frames.zarr")
