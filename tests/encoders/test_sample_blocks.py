"""Blocks of samples through encoders that count what they are shown, against loops."""

import numpy as np
import pytest
from counting import FRAMES, Eye, N, Watcher, frame_by_frame, write_project

from platoscope.encoders.batches import Batches
from platoscope.encoders.sample_blocks import encode_clips, encode_frames, encode_video, read_shown
from platoscope.encoders.subclips import subclip_places
from platoscope.errors import StoreError
from platoscope.store import FramesStore


def shown(store, choices):
    return read_shown(store, choices, on="cpu")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose stages up to ``samples`` have run."""
    return write_project(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize("batch", [1, 7, 32, 1000])
def test_encoding_frames_equals_a_loop_over_samples_budgets_and_frames(project, batch):
    store, rows = FramesStore(project.frames), [3, 50, 51, 4, 2 * N - 1]
    layers = encode_frames(Eye(), shown(store, [store.choice("center", n_f)[rows] for n_f in FRAMES]), Batches(batch))
    for sample, row in enumerate(rows):
        for budget, n_f in enumerate(FRAMES):
            for layer, direct in zip(layers, frame_by_frame(project, row, n_f), strict=True):
                np.testing.assert_allclose(layer[budget, sample], direct, rtol=1e-6)


def test_every_distinct_frame_is_encoded_once_and_every_batch_is_full(project):
    eye, store, rows = Eye(), FramesStore(project.frames), [3, 50, 51, 4, 2 * N - 1]
    choices = [store.choice("center", n_f)[rows] for n_f in FRAMES]
    encode_frames(eye, shown(store, choices), Batches(6))
    n_distinct = len({frame for choice in choices for frame in choice.ravel().tolist()})
    assert {len(batch) for batch in eye.batches} == {6}
    assert len(eye.batches) == -(-n_distinct // 6)
    given = np.concatenate(eye.batches)
    assert len({frame.tobytes() for frame in given}) == n_distinct
    assert (given[n_distinct:] == given[n_distinct - 1]).all()  # the last batch is filled up with its last frame


def test_a_sample_without_frames_is_refused_and_no_other_frame_is_shown(project):
    store = FramesStore(project.frames)
    choices = [store.choice("center", n_f)[:3].copy() for n_f in FRAMES]
    choices[1][2] = -1
    with pytest.raises(StoreError, match="no frames of a sample"):
        encode_frames(Eye(), shown(store, choices), Batches(4))


ROWS = [3, 50, 51, 4, 2 * N - 1]


def choices_of(store, rows=ROWS):
    return [store.choice("center", n_f)[rows] for n_f in FRAMES]


def clip_by_clip(store, row, n_f, n_o):
    """The mean over the sub-clips of one sample's budget, encoded alone."""
    chosen = store.choice("center", n_f)[row]
    cut = [chosen[places] for places in subclip_places(n_f, n_o or n_f)]
    alone = [Watcher(n_o).encode(np.stack([store.read(np.array([frame]))[0] for frame in clip])[None]) for clip in cut]
    return [np.mean([layers[i][0] for layers in alone], axis=0, dtype=np.float64) for i in range(2)]


@pytest.mark.parametrize("n_o", [1, 2, 3, 4, 16, None])
@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_encoding_clips_equals_a_loop_over_samples_budgets_and_sub_clips(project, n_o, batch):
    store = FramesStore(project.frames)
    layers = encode_clips(Watcher(n_o), shown(store, choices_of(store)), Batches(batch))
    assert [layer.shape for layer in layers] == [(len(FRAMES), len(ROWS), 1)] * 2
    for sample, row in enumerate(ROWS):
        for budget, n_f in enumerate(FRAMES):
            for layer, direct in zip(layers, clip_by_clip(store, row, n_f, n_o), strict=True):
                np.testing.assert_allclose(layer[budget, sample], direct, rtol=1e-6)


@pytest.mark.parametrize("n_o", [2, 3, 8])
def test_every_distinct_clip_is_encoded_once_and_every_batch_has_one_size(project, n_o):
    watcher, store = Watcher(n_o), FramesStore(project.frames)
    choices = choices_of(store)
    encode_clips(watcher, shown(store, choices), Batches(2 * n_o + 1))
    cut = {
        tuple(chosen[places].tolist())
        for table in choices
        for chosen in table
        for places in subclip_places(len(chosen), n_o)
    }
    assert {batch.shape[:2] for batch in watcher.batches} == {(2, n_o)}  # so many clips as have so many frames
    assert len(watcher.batches) == -(-len(cut) // 2)
    assert len({clip.tobytes() for batch in watcher.batches for clip in batch}) == len(cut)


def test_a_clip_with_one_frame_is_shown_it_n_o_times_and_the_budget_of_n_o_shows_the_clip_as_it_is(project):
    watcher, store = Watcher(4), FramesStore(project.frames)
    one, _, four = choices_of(store, [9])
    encode_clips(watcher, shown(store, [one]), Batches(4))
    encode_clips(watcher, shown(store, [four]), Batches(4))
    assert np.array_equal(watcher.batches[0][0], store.read(np.repeat(one[0], 4)))
    assert np.array_equal(watcher.batches[1][0], np.concatenate([store.read(four[0, i : i + 1]) for i in range(4)]))


def test_frames_are_read_once_for_all_budgets(project, monkeypatch):
    store, read = FramesStore(project.frames), []
    whole = FramesStore.read
    monkeypatch.setattr(FramesStore, "read", lambda self, rows: read.extend(rows.tolist()) or whole(self, rows))
    choices = choices_of(store)
    encode_clips(Watcher(2), shown(store, choices), Batches(4))
    assert sorted(read) == sorted({frame for table in choices for frame in table.ravel().tolist()})


def test_an_encoder_of_clips_and_one_of_frames_are_told_apart(project):
    store = FramesStore(project.frames)
    for encoder, by in ((Eye(), encode_frames), (Watcher(2), encode_clips), (Watcher(None), encode_clips)):
        ours = encode_video(encoder, shown(store, choices_of(store)), Batches(8))
        direct = by(encoder, shown(store, choices_of(store)), Batches(8))
        assert all(np.array_equal(a, b) for a, b in zip(ours, direct, strict=True))


def test_clips_of_a_sample_without_frames_are_refused(project):
    store = FramesStore(project.frames)
    choices = [table.copy() for table in choices_of(store)]
    choices[1][2] = -1
    with pytest.raises(StoreError, match="no frames of a sample"):
        encode_clips(Watcher(2), shown(store, choices), Batches(4))
