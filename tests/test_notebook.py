"""What docs/encoders.md shows of a notebook runs as it stands there, on a small project with a model of its own."""

import re

import numpy as np
import timm
import torch

from conftest import ROOT
from platoscope.data.rows import write_lines
from platoscope.data.samples import read_samples
from platoscope.project import Project
from platoscope.store import ClipFrames, write_features, write_frames

N, SIZE, N_F, K = 16, 32, 4, 10


def clip(rng):
    return ClipFrames(
        frames=rng.integers(0, 256, (N_F, SIZE, SIZE, 3)).astype(np.uint8),
        frame_index=np.arange(N_F, dtype=np.int32),
        pts_seconds=np.arange(N_F) / 10,
        choice={f"center/{N_F}": np.arange(N_F, dtype=np.int32)},
        n_decoded=N_F,
        seconds=0.4,
        width=SIZE,
        height=SIZE,
        status="ok",
        note="",
    )


def write_project(root):
    """N samples, with the features of a text encoder that has one layer."""
    project, rng = Project(root), np.random.default_rng(0)
    project.data.mkdir()
    attributes = {"size": SIZE, "choices": [f"center/{N_F}"]}
    write_frames(project.frames, (clip(rng) for _ in range(N)), counts=[N_F] * N, attributes=attributes)
    write_lines(project.samples, ({"id": str(row), "source": None, "row": row} for row in range(N)))
    samples = read_samples(project.samples)
    words = rng.standard_normal((1, N, 8)).astype(np.float32)
    described = {"samples": samples.digest, "ids": list(samples.ids), "budgets": [1]}
    write_features(project.features("text", "minilm"), [("hidden_0", words)], attributes=described)


def test_a_model_of_ones_own_is_scored_as_the_docs_show(tmp_path, monkeypatch):
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs/encoders.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    model = timm.create_model("test_vit", img_size=SIZE).eval()
    names = {"model": model}
    exec(code.replace("data/neighbours", "data/features"), names)  # which the project has without a search
    scores, features = names["scores"], names["features"]
    assert [tuple(layer.shape) for layer in features] == [(N, 64)] * len(model.blocks)
    assert scores.matrix.shape == (len(model.blocks), 1)
    assert scores.score == scores.matrix.max()
    assert scores.chance == K / (N - 1)
