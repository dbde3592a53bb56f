"""Layers that are pooled as they are made equal those that libraries hold until the end."""

import numpy as np
import pytest
import torch
from tiny_texts import FAMILIES, write_checkpoint

from platoscope.encoders import taps
from platoscope.encoders.base import load_text_encoder, load_video_encoder
from platoscope.encoders.skeleton import LiveBytes
from platoscope.params import TextEncoderParams, VideoEncoderParams

FRAMES = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3)).astype(np.uint8)


@pytest.mark.parametrize("pool", ["mean", "last"])
@pytest.mark.parametrize("name", FAMILIES)
def test_every_kind_of_text_model_is_listened_to(tmp_path, name, pool):
    folder = write_checkpoint(tmp_path / name, name, seed=1)
    entry = TextEncoderParams(family="hf_text", checkpoint=str(folder), pool=pool)
    encoder = load_text_encoder(entry, device="cpu")
    assert encoder._blocks is not None
    batch, mask = encoder._tokens(["a dog", "the cat sleeps while a dog runs"])
    assert taps.agree(encoder._one_by_one(encoder._blocks, batch, mask), encoder._all_at_once(batch, mask))


@pytest.mark.parametrize(
    ("checkpoint", "pool"),
    [
        ("test_vit", "mean"),
        ("test_vit", "cls"),
        ("vit_small_patch14_reg4_dinov2", "mean"),
        ("vit_small_patch14_reg4_dinov2", "cls"),
        ("test_convnext", "mean"),
        ("tf_efficientnet_lite0", "mean"),
    ],
)
def test_models_of_timm_are_listened_to(checkpoint, pool):
    size = 56 if "14" in checkpoint else 64
    entry = VideoEncoderParams(
        family="timm", checkpoint=checkpoint, random_init=True, pool=pool, image_size=size, crop_pct=1.0
    )
    encoder = load_video_encoder(entry, frame_size=64, device="cpu")
    assert encoder._listens
    x = encoder.preprocess(FRAMES)
    assert taps.agree(encoder._one_by_one(x), encoder._all_at_once(x))


def test_a_model_that_gives_other_values_on_its_way_is_not_listened_to(monkeypatch):
    entry = VideoEncoderParams(family="timm", checkpoint="test_vit", random_init=True, image_size=64, crop_pct=1.0)
    plain = load_video_encoder(entry, frame_size=64, device="cpu").encode(FRAMES)
    monkeypatch.setattr(taps, "agree", lambda *_: False)
    encoder = load_video_encoder(entry, frame_size=64, device="cpu")
    assert not encoder._listens
    assert all(np.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(encoder.encode(FRAMES), plain, strict=True))


def test_no_more_than_a_few_layers_are_held_at_once():
    model = torch.nn.ModuleList([torch.nn.Linear(64, 64) for _ in range(24)])
    pooled = []

    def run(x):
        for block in model:
            x = block(x)
        return x

    with torch.inference_mode(), LiveBytes() as live:
        x = torch.ones(32, 64, 64)
        with taps.listening(list(model), lambda state: pooled.append(state.mean(1)), from_input=False):
            run(x)
    assert len(pooled) == 24
    assert live.most < 6 * x.nbytes
