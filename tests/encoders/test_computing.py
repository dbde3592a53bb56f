"""Options of how models compute: features move by rounding alone, and what cannot be had is refused by name."""

import functools
import shutil

import numpy as np
import pytest
import torch
import transformers
from tiny_texts import write_checkpoint

from platoscope.encoders import hub
from platoscope.encoders.base import load_text_encoder, load_video_encoder
from platoscope.errors import InputError
from platoscope.params import TextEncoderParams, VideoEncoderParams

FRAMES = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
TEXTS = ["a dog runs", "a", "the dog sleeps and the cat runs over the wet grass"]
needs_compiler = pytest.mark.skipif(not shutil.which("g++") and not shutil.which("clang++"), reason="no C++ compiler")


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("bert"), "bert", seed=0)


def seen(**more):
    entry = VideoEncoderParams(
        family="timm", checkpoint="test_vit", random_init=True, image_size=32, crop_pct=1, **more
    )
    return load_video_encoder(entry, frame_size=32, device="cpu")


def read(bert, **more):
    return load_text_encoder(TextEncoderParams(family="hf_text", checkpoint=str(bert), **more), device="cpu")


def apart(a, b):
    """The largest distance of vectors over their length, of all layers."""
    return max(
        float((np.linalg.norm(x - y, axis=1) / np.linalg.norm(y, axis=1)).max()) for x, y in zip(a, b, strict=True)
    )


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_attention_moves_features_by_rounding_and_is_told(bert, attention):
    for load, items in ((seen, FRAMES), (lambda **more: read(bert, **more), TEXTS)):
        chosen = load(attention=attention)
        assert chosen.description["attention"] == attention
        assert apart(chosen.encode(items), load().encode(items)) < 1e-5


def test_autocast_moves_features_by_the_rounding_of_half_precision(bert):
    for load, items in ((seen, FRAMES), (lambda **more: read(bert, **more), TEXTS)):
        layers, exact = load(autocast="bfloat16").encode(items), load().encode(items)
        assert all(layer.dtype == np.float32 for layer in layers)
        assert 1e-5 < apart(layers, exact) < 0.05


@needs_compiler
def test_compiled_blocks_move_features_by_rounding(bert):
    for load, items in ((seen, FRAMES), (lambda **more: read(bert, **more), TEXTS)):
        compiled, plain = load(compile=True), load()
        for some in (items, items[1:]):
            assert apart(compiled.encode(some), plain.encode(some)) < 1e-4


@needs_compiler
def test_compiled_blocks_take_batches_of_any_size_and_one_thing_too(bert, monkeypatch):
    """Traced and run as they are traced: compiling for one thing alone would show no more."""
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="aot_eager"))
    for load, items in ((seen, FRAMES), (lambda **more: read(bert, **more), TEXTS)):
        compiled, plain = load(compile=True), load()
        for some in (items, items[:1], items[1:]):
            assert apart(compiled.encode(some), plain.encode(some)) < 1e-4


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"attention": "flash_attention_2"}, "takes half precision alone"),
        ({"attention": "flash_attention_2", "dtype": "bfloat16"}, "runs on NVIDIA GPUs, the device is cpu"),
        ({"autocast": "bfloat16", "dtype": "float16"}, "autocast bfloat16 is for weights of float32"),
    ],
)
def test_what_a_device_cannot_do_is_refused_by_name(bert, more, message):
    for load in (seen, lambda **more: read(bert, **more)):
        with pytest.raises(InputError, match=message):
            load(**more)


def test_attention_for_a_model_without_any_is_refused():
    entry = {"family": "timm", "checkpoint": "test_efficientnet", "random_init": True, "crop_pct": 1, "image_size": 32}
    with pytest.raises(InputError, match="test_efficientnet has no attention to choose for"):
        load_video_encoder(VideoEncoderParams(**entry, attention="eager"), frame_size=32, device="cpu")


def test_quantised_loading_without_its_packages_names_them(bert, monkeypatch):
    monkeypatch.setattr(transformers.utils, "is_bitsandbytes_available", lambda: False)
    monkeypatch.setattr(transformers.utils, "is_accelerate_available", lambda: False)
    with pytest.raises(InputError, match="quantize 8bit needs bitsandbytes and accelerate: pip install bitsandbytes"):
        read(bert, quantize="8bit")


@pytest.mark.parametrize(("quantize", "flag"), [("8bit", "load_in_8bit"), ("4bit", "load_in_4bit")])
def test_quantised_loading_is_told_to_the_library_as_it_wants_it(monkeypatch, quantize, flag):
    monkeypatch.setattr(transformers.utils, "is_bitsandbytes_available", lambda: True)
    monkeypatch.setattr(transformers.utils, "is_accelerate_available", lambda: True)
    entry = TextEncoderParams(family="hf_text", checkpoint="x", quantize=quantize, dtype="bfloat16")
    told = hub.quantiser_of(entry, device="cuda:0")
    assert getattr(told["quantization_config"], flag)
    assert told["dtype"] == torch.bfloat16
    assert told["device_map"] == {"": "cuda:0"}
    with pytest.raises(InputError, match="rounds weights as they are read, random_init reads none"):
        hub.quantiser_of(entry.model_copy(update={"random_init": True}), device="cuda:0")
