"""The stage of step features over encoders that can be foretold: rows, variants, resuming, refusals."""

import shutil

import numpy as np
import pytest
from watching import Eye, Watcher

from platoscope.data.rows import write_lines
from platoscope.errors import DataError, InputError
from platoscope.params import parse_params
from platoscope.project import Project
from platoscope.scratch import digest_of
from platoscope.store import ClipFrames, FramesStore, TemporalStore, write_frames
from platoscope.temporal.stages import features

SIZE, FRAMES, N = 16, 4, 21
TOLD = {"family": "hf_text", "checkpoint": "model"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of clips of six random frames each, whose stages up to ``samples`` have run."""
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    for name in ("PLATOSCOPE_WORK", "DVC_ROOT", "PLATOSCOPE_BATCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(features, "block_length", lambda *_: 8)
    project, rng = Project(tmp_path), np.random.default_rng(0)
    project.data.mkdir()
    choices = {"center/4": np.array([0, 2, 3, 5], np.int32), "center/6": np.arange(6, dtype=np.int32)}
    clips = [
        ClipFrames(
            frames=rng.integers(0, 256, (6, SIZE, SIZE, 3)).astype(np.uint8),
            frame_index=np.arange(6, dtype=np.int32),
            pts_seconds=np.arange(6) / 10,
            choice=choices,
            n_decoded=6,
            seconds=0.6,
            width=SIZE,
            height=SIZE,
            status="ok",
            note="",
        )
        for _ in range(N + 2)
    ]
    attributes = {"size": SIZE, "choices": list(choices)}
    write_frames(project.frames, iter(clips), counts=[6] * len(clips), attributes=attributes)
    write_lines(project.samples, ({"id": f"c{row}", "source": None, "row": row} for row in range(1, N + 1)))
    told = [{"id": f"c{row}", "captions": [f"{row} a", f"{row} b"], "captions_negative": [f"{row} c", f"{row} d"]}
            for row in range(N + 2)]  # fmt: skip
    write_lines(project.dataset / "captions.jsonl", told)
    return project


def params(**temporal):
    temporal = {"frames": FRAMES, "video": {"eye": {"family": "timm", "checkpoint": "model"}}, **temporal}
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "x"},
            "frames": {"size": SIZE},
            "budgets": {"frames": [4, 6], "captions": [1]},
            "encoders": {"video": {"one": {"family": "pixels", "kind": "mean_colour"}}, "text": {"two": TOLD}},
            "temporal": temporal,
        }
    )


def run(project, monkeypatch, encoder, **temporal):
    monkeypatch.setattr(features, "load_video_encoder", lambda *_, **__: encoder)
    features.run(params(**temporal), project, "video", "eye")
    return TemporalStore(project.temporal_features("video", "eye"))


def shown(project, sample, *, out_of=4):
    """The frames that a sample shows, uint8 [frame, height, width, 3]."""
    store = FramesStore(project.frames)
    rows = store.choice("center", out_of)[sample + 1]
    return store.read(rows)[(out_of - FRAMES) // 2 :][:FRAMES]


@pytest.mark.parametrize("out_of", [4, 6])
def test_a_frame_is_encoded_once_and_each_sample_has_its_own_in_its_row(project, monkeypatch, out_of):
    eye = Eye()
    store = run(project, monkeypatch, eye, out_of=out_of)
    assert store.layers == Eye.layers
    assert eye.seen <= 3 * (N * FRAMES + 3 * 32) + 2  # three passes; the last batch of a block is filled up
    for sample in (0, 7, 8, N - 1):
        frames = shown(project, sample, out_of=out_of)
        for change, turn in (("", frames), ("flip_", frames[:, ::-1]), ("mirror_", frames[:, :, ::-1])):
            direct = Eye().encode(turn)[0]
            assert np.array_equal(store.steps(0, f"{change}rev")[sample], direct[::-1])
            assert np.array_equal(store.steps(0, f"{change}swap")[sample], direct[[2, 3, 0, 1]])


def test_variants_of_clips_are_encoded_in_their_order_and_frames_alone_as_still_clips(project, monkeypatch):
    store = run(project, monkeypatch, Watcher(FRAMES))
    assert (store.n_steps, store.sees_frames) == (2, False)
    for sample in (0, 8, N - 1):
        pixels = shown(project, sample)[:, 0, 0, 0].astype(np.float32)
        below = shown(project, sample)[:, -1, 0, 0].astype(np.float32)
        assert store.steps(0, "fwd")[sample, :, 0].tolist() == [pixels[:2].mean(), pixels[2:].mean()]
        assert store.steps(0, "rev")[sample, :, 0].tolist() == [pixels[2:].mean(), pixels[:2].mean()]
        assert store.steps(0, "static")[sample].tolist() == [[pixels[2], 1.0], [pixels[2], 2.0]]
        assert store.steps(0, "flip")[sample, :, 0].tolist() == [below[:2].mean(), below[2:].mean()]
        assert store.alone(0)[sample].tolist() == [[value, 1.5] for value in pixels]
        assert store.alone(0, "flip")[sample, :, 0].tolist() == below.tolist()


def test_an_encoder_of_other_lengths_is_refused_and_told_what_would_do(project, monkeypatch):
    with pytest.raises(InputError, match=r"sees clips of 8 frames, temporal.frames is 4: they must be equal \(n_o"):
        run(project, monkeypatch, Watcher(8))


def test_after_a_kill_only_the_lost_block_is_encoded_and_the_bytes_are_the_same(project, monkeypatch):
    path = run(project, monkeypatch, Eye()).path
    before = digest_of(path)
    (work,) = (project.scratch / "temporal_features@eye").iterdir()
    lost = sorted((work / "blocks").iterdir())[1]
    lost.unlink()
    shutil.rmtree(work / "result")
    shutil.rmtree(path)
    eye = Eye()
    run(project, monkeypatch, eye)
    assert 0 < eye.seen <= 3 * 32 + 1
    assert digest_of(path) == before


def test_captions_and_antonyms_are_passes_of_texts_and_each_is_a_step(project, monkeypatch):
    class Reader:
        layers = ("hidden",)
        max_tokens = 9

        def __init__(self):
            self.description = {"parameters": 3}

        def lengths(self, texts):
            return np.array([len(text.split()) for text in texts], np.int64)

        def encode(self, texts):
            return [np.array([[int(text.split()[0]), ord(text[-1])] if " " in text else [0, 0] for text in texts],
                             np.float32)]  # fmt: skip

    monkeypatch.setattr(features, "load_text_encoder", lambda *_, **__: Reader())
    features.run(params(text={"reader": TOLD}), project, "text", "reader")
    store = TemporalStore(project.temporal_features("text", "reader"))
    assert store.variants == ("captions", "antonyms")
    assert store.steps(0, "captions")[4].tolist() == [[5.0, ord("a")], [5.0, ord("b")]]
    assert store.steps(0, "antonyms")[4].tolist() == [[5.0, ord("c")], [5.0, ord("d")]]


def test_a_sample_without_a_caption_is_named(project):
    lines = [{"id": f"c{row}", "captions": ["a"] if row != 3 else []} for row in range(N + 2)]
    write_lines(project.dataset / "captions.jsonl", lines)
    with pytest.raises(DataError, match="sample 'c3' has no caption"):
        features.run(params(text={"reader": TOLD}), project, "text", "reader")


def test_an_untrained_control_is_not_shown_the_mirror_which_is_a_control_itself(project, monkeypatch):
    entry = {"family": "timm", "checkpoint": "model"}
    store = run(project, monkeypatch, Eye(), video={"eye": entry, "other": entry}, untrained={"other": ["eye"]})
    assert store.passes == ("frames", "flip")
