"""`platoscope plan`: its forwards are those of the engine, over encoders that count what they are shown."""

import numpy as np
import pytest

from platoscope import planning
from platoscope.data.sampling import budgets_of, choose
from platoscope.encoders.batches import Batches
from platoscope.encoders.sample_blocks import Shown, encode_video
from platoscope.encoders.texts import Texts
from platoscope.errors import WeightsError
from platoscope.params import parse_params
from platoscope.planning import forwards_of_clip, plan_table
from platoscope.project import Project

FRAMES, CAPTIONS = (1, 2, 3, 4, 8, 16, 32, 64), (1, 2, 5)
N = 3
LONG = 30_000  # frames of a clip


class Eye:
    """An image encoder that counts."""

    layers, description = ("final",), {}

    def __init__(self):
        self.count = 0

    def encode(self, frames):
        self.count += len(frames)
        return [frames.reshape(len(frames), -1)[:, :2].astype(np.float32)]


class Watcher(Eye):
    """A video encoder that counts its clips."""

    def __init__(self, n_frames):
        super().__init__()
        self.n_frames = n_frames


class Reader(Eye):
    """A text encoder that counts."""

    max_tokens = 100

    def lengths(self, texts):
        return np.array([len(text) for text in texts], np.int64)

    def encode(self, texts):
        self.count += len(texts)
        return [np.zeros((len(texts), 3), np.float32)]


def encoded(encoder, sampler, n_frames=LONG):
    """What an encoder is shown of clips of so many frames when the engine runs all budgets."""
    chosen = [choose(np.arange(n_frames), n_f, sampler=sampler) for n_f in budgets_of(sampler, FRAMES)]
    distinct = np.unique(np.concatenate(chosen))
    places = [np.searchsorted(distinct, frames) for frames in chosen]
    of_all = [np.stack([row + clip * len(distinct) for clip in range(N)]) for row in places]
    encode_video(encoder, Shown(np.zeros((N * len(distinct), 2, 2, 3), np.uint8), of_all), Batches(1))
    return encoder.count


def params():
    return parse_params(
        {
            "dataset": {"source": "synthetic", "path": "x", "n": N},
            "frames": {"size": 16, "samplers": ["center", "first"]},
            "budgets": {"frames": list(FRAMES), "captions": list(CAPTIONS)},
            "encoders": {
                "video": {"eye": {"family": "timm", "checkpoint": "model"}},
                "text": {"reader": {"family": "hf_text", "checkpoint": "model"}},
            },
            "samples": {"n": N},
            "neighbours": {"depth": 1},
            "alignment": {"k": 1},
        }
    )


def lines_of(monkeypatch, tmp_path, *, eye):
    """The lines of a plan by the words that they begin with."""
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    monkeypatch.setattr(planning, "load_video_encoder", lambda *_, **__: eye)
    monkeypatch.setattr(planning, "load_text_encoder", lambda *_, **__: Reader())
    lines = plan_table(params(), Project(tmp_path)).splitlines()
    return {" ".join(line.split()[:2]): line.split()[2:] for line in lines if line}


@pytest.mark.parametrize("sampler", ["center", "linspace", "first"])
@pytest.mark.parametrize("n_o", ["image", None, 1, 2, 3, 5, 16])
def test_the_forwards_of_a_long_clip_are_those_that_the_engine_runs(sampler, n_o):
    encoder = Eye() if n_o == "image" else Watcher(n_o)
    planned = forwards_of_clip(encoder, budgets_of(sampler, FRAMES), sampler=sampler)
    assert encoded(encoder, sampler) == N * planned


@pytest.mark.parametrize("n_frames", [1, 2, 7, 40])
@pytest.mark.parametrize("n_o", ["image", 2, 16])
def test_of_a_short_clip_the_engine_runs_no_more_than_is_planned(n_frames, n_o):
    encoder = Eye() if n_o == "image" else Watcher(n_o)
    assert encoded(encoder, "center", n_frames) <= N * forwards_of_clip(encoder, FRAMES, sampler="center")


def test_budgets_share_what_they_show():
    assert forwards_of_clip(Eye(), (1, 3, 9), sampler="center") == 9
    assert forwards_of_clip(Watcher(3), (1, 3, 9), sampler="center") == 5
    assert forwards_of_clip(Watcher(1), (1, 3, 9), sampler="center") == 9


@pytest.mark.parametrize("make", [Eye, lambda: Watcher(4)])
def test_the_table_has_the_forwards_of_all_samples(monkeypatch, tmp_path, make):
    assert lines_of(monkeypatch, tmp_path, eye=make())["video eye"][0] == str(encoded(make(), "center"))


def test_the_table_has_the_frames_that_all_samplers_show(monkeypatch, tmp_path):
    n_frames = encoded(Eye(), "center") + encoded(Eye(), "first")
    assert lines_of(monkeypatch, tmp_path, eye=Eye())["frames at"][:2] == ["most", f"{n_frames},"]


def test_the_texts_that_are_planned_are_those_that_are_encoded_where_captions_differ(monkeypatch, tmp_path):
    shown = [[[" ".join(f"{clip}{word}" for word in "abcde"[:n_c])] for clip in range(N)] for n_c in CAPTIONS]
    n_texts = len(Texts.sorted(shown, Reader()).texts)
    assert lines_of(monkeypatch, tmp_path, eye=Eye())["text reader"][0] == str(n_texts)


def test_an_encoder_that_cannot_be_loaded_says_why_in_its_line(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise WeightsError("no weights at all")

    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    monkeypatch.setattr(planning, "load_video_encoder", refuse)
    monkeypatch.setattr(planning, "load_text_encoder", lambda *_, **__: Reader())
    lines = plan_table(params(), Project(tmp_path)).splitlines()
    assert lines[-2] == f"{'video eye':24} no weights at all"
    assert lines[-1].startswith("text reader")
