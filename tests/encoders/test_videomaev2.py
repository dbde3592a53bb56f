"""VideoMAE V2's published layout against a direct forward written from the paper's description."""

import argparse
import json
import math

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tiny_towers import near
from torch.nn.functional import conv3d, gelu, layer_norm, linear

from platoscope.encoders.base import load_video_encoder
from platoscope.encoders.videomaev2 import SHAPES, renamed
from platoscope.encoders.weights import digest_weights
from platoscope.errors import InputError, WeightsError
from platoscope.params import VideoEncoderParams

LENGTH = 4
# Scaled down: as small and base, as large and huge (heads of another width), as giant (patches of 14 px, odd heads,
# the hidden width of 48 / 11).
SHAPE = {
    "base": {"img_size": 32, "patch_size": 16, "embed_dim": 24, "depth": 2, "num_heads": 2, "mlp_ratio": 4},
    "huge": {"img_size": 32, "patch_size": 16, "embed_dim": 32, "depth": 3, "num_heads": 2, "mlp_ratio": 4},
    "giant": {"img_size": 28, "patch_size": 14, "embed_dim": 44, "depth": 2, "num_heads": 11, "mlp_ratio": 48 / 11},
}
FIXED = {"qkv_bias": True, "num_frames": LENGTH, "tubelet_size": 2, "use_mean_pooling": True, "cos_attn": False}


def published(shape, *, norm="fc_norm", seed=0):
    """Random tensors under the published names."""
    d, patch = shape["embed_dim"], shape["patch_size"]
    hidden = round(d * shape["mlp_ratio"])
    wanted = {"patch_embed.proj.weight": (d, 3, 2, patch, patch), "patch_embed.proj.bias": (d,)}
    for i in range(shape["depth"]):
        at = f"blocks.{i}."
        wanted |= {at + "attn.qkv.weight": (3 * d, d), at + "attn.q_bias": (d,), at + "attn.v_bias": (d,)}
        wanted |= {at + f"norm{k}.{kind}": (d,) for k in (1, 2) for kind in ("weight", "bias")}
        wanted |= {at + "attn.proj.weight": (d, d), at + "attn.proj.bias": (d,)}
        wanted |= {at + "mlp.fc1.weight": (hidden, d), at + "mlp.fc1.bias": (hidden,)}
        wanted |= {at + "mlp.fc2.weight": (d, hidden), at + "mlp.fc2.bias": (d,)}
    wanted |= {f"{norm}.weight": (d,), f"{norm}.bias": (d,), "head.weight": (7, d), "head.bias": (7,)}
    draw = torch.Generator().manual_seed(seed)
    return {name: torch.randn(size, generator=draw) * 0.2 for name, size in wanted.items()}


def sines(n, d):
    """Position p, dimension i: sine (even i) or cosine (odd i) of p / 10000^(2 floor(i / 2) / d)."""
    table = np.empty((n, d))
    for p, i in np.ndindex(n, d):
        table[p, i] = (math.cos if i % 2 else math.sin)(p / 10000 ** (2 * (i // 2) / d))
    return torch.tensor(table)


def forward(t, shape, clips):
    """A joint space-time transformer over tubelets of 2 x p x p px: mean over patches of every block, and the end."""
    t = {name: tensor.double() for name, tensor in t.items()}
    d, heads = shape["embed_dim"], shape["num_heads"]

    def norm(x, name):
        return layer_norm(x, (d,), t[f"{name}.weight"], t[f"{name}.bias"], eps=1e-6)

    pixels = torch.from_numpy(clips).double() / 255
    pixels = (pixels - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
    p = shape["patch_size"]
    x = conv3d(pixels.permute(0, 4, 1, 2, 3), t["patch_embed.proj.weight"], t["patch_embed.proj.bias"], (2, p, p))
    x = x.flatten(2).transpose(1, 2)  # tubelets by time, row and column
    x = x + sines(x.shape[1], d)
    means = []
    for i in range(shape["depth"]):
        at = f"blocks.{i}."
        zero = torch.zeros(d).double()  # keys have no bias
        bias = torch.cat([t[at + "attn.q_bias"], zero, t[at + "attn.v_bias"]])
        qkv = linear(norm(x, at + "norm1"), t[at + "attn.qkv.weight"], bias)
        q, k, v = (part.unflatten(2, (heads, -1)).transpose(1, 2) for part in qkv.split(d, dim=2))
        weight = (q @ k.transpose(2, 3) / (d // heads) ** 0.5).softmax(3)
        seen = (weight @ v).transpose(1, 2).flatten(2)
        x = x + linear(seen, t[at + "attn.proj.weight"], t[at + "attn.proj.bias"])
        inner = gelu(linear(norm(x, at + "norm2"), t[at + "mlp.fc1.weight"], t[at + "mlp.fc1.bias"]))
        x = x + linear(inner, t[at + "mlp.fc2.weight"], t[at + "mlp.fc2.bias"])
        means.append(x.mean(1))
    return [*means, norm(x.mean(1), "fc_norm") if "fc_norm.weight" in t else norm(x, "norm").mean(1)]


def write(folder, shape, tensors=None, **more):
    """A folder as on the hub."""
    folder.mkdir(exist_ok=True)
    config = {"model_type": "VideoMAEv2_Base", "model_config": {**FIXED, **shape, **more}}
    (folder / "config.json").write_text(json.dumps(config))
    if tensors is not None:
        save_file({f"model.{name}": tensor for name, tensor in tensors.items()}, folder / "model.safetensors")
    return folder


def load(checkpoint, *, frame_size=32, **more):
    entry = VideoEncoderParams(family="videomaev2", checkpoint=str(checkpoint), **more)
    return load_video_encoder(entry, frame_size=frame_size, device="cpu")


def clips(shape, *, length=LENGTH, n=2):
    side = shape["img_size"]
    return np.random.default_rng(0).integers(0, 256, (n, length, side, side, 3)).astype(np.uint8)


@pytest.fixture(params=SHAPE)
def shape(request):
    return SHAPE[request.param]


def test_the_loaded_model_is_the_published_one(shape, tmp_path):
    tensors, seen = published(shape), clips(shape)
    encoder = load(write(tmp_path / "hub", shape, tensors), frame_size=shape["img_size"])
    layers, direct = encoder.encode(seen), forward(tensors, shape, seen)
    assert encoder.layers == (*(f"encoder.layer.{i}" for i in range(shape["depth"])), "final")
    assert near(layers, direct)
    np.testing.assert_allclose(layers[-1], direct[-1], rtol=0, atol=1e-5)
    used = {name: t for name, t in tensors.items() if not name.startswith("head")}
    assert encoder.description["parameters"] == sum(t.numel() for t in used.values())


@pytest.mark.parametrize("norm", ["fc_norm", "norm"])
def test_norms_add_a_millionth_which_shows_where_patches_hardly_differ(tmp_path, norm):
    shape = SHAPE["base"]
    seen = clips(shape)
    tensors = published(shape, norm=norm)
    for name in tensors:
        if not name.startswith(("blocks.0.norm", norm)):
            tensors[name] = tensors[name] * (1e-3 if name.startswith("patch") else 1e-2)
    encoder = load(write(tmp_path / "hub", shape, tensors))
    assert near(encoder.encode(seen), forward(tensors, shape, seen))
    assert {m.eps for m in encoder._model.modules() if isinstance(m, torch.nn.LayerNorm)} == {1e-6}
    assert encoder._norm is None or encoder._norm.eps == 1e-6


@pytest.mark.parametrize("prefix", ["", "module.", "backbone.", "_orig_mod.", "module.encoder."])
@pytest.mark.parametrize("key", [None, "model", "module"])
def test_the_prefixes_and_keys_of_published_files_are_known(tmp_path, prefix, key):
    shape = SHAPE["giant"]
    tensors, seen = published(shape), clips(shape)
    content = {prefix + name: tensor for name, tensor in tensors.items()}
    torch.save(content if key is None else {key: content}, tmp_path / "vit.pth")
    encoder = load(write(tmp_path / "hub", shape), weights=str(tmp_path / "vit.pth"), frame_size=28)
    assert near(encoder.encode(seen), forward(tensors, shape, seen))
    assert encoder.description["weights"] == digest_weights(tmp_path / "vit.pth")


def test_a_pretrained_file_norms_patches_before_their_mean_and_its_decoder_is_left(tmp_path):
    shape = SHAPE["base"]
    tensors, seen = published(shape, norm="norm"), clips(shape)
    whole = {f"encoder.{name}": tensor for name, tensor in tensors.items() if not name.startswith("head")}
    whole |= {"decoder.blocks.0.norm1.weight": torch.ones(3), "mask_token": torch.ones(1, 1, 3)}
    whole |= {"encoder_to_decoder.weight": torch.ones(3, 3), "decoder.head.bias": torch.ones(3)}
    torch.save({"model": whole}, tmp_path / "vit.pth")
    encoder = load(write(tmp_path / "hub", shape), weights=str(tmp_path / "vit.pth"))
    assert near(encoder.encode(seen), forward(tensors, shape, seen))


def test_every_published_tensor_goes_to_one_place_and_qkv_to_three():
    tensors = published(SHAPE["base"])
    placed = renamed(tensors, name="file")
    assert len(placed) == len(tensors) - 2 + 2 * SHAPE["base"]["depth"]  # no head; a qkv more by two in each block
    assert sum(t.numel() for t in placed.values()) == sum(t.numel() for n, t in tensors.items() if "head" not in n)


@pytest.mark.parametrize("n_o", [2, 8])
def test_positions_are_those_of_as_many_tubelets_as_are_shown(tmp_path, n_o):
    shape = SHAPE["base"]
    tensors, seen = published(shape), clips(shape, length=n_o)
    encoder = load(write(tmp_path / "hub", shape, tensors), n_o=n_o)
    assert encoder.n_frames == n_o
    assert near(encoder.encode(seen), forward(tensors, shape, seen))


def test_an_odd_n_o_is_refused(tmp_path):
    with pytest.raises(InputError, match="sees 2 frames at once: n_o 5 is no multiple"):
        load(write(tmp_path / "hub", SHAPE["base"]), n_o=5)


@pytest.mark.parametrize(
    ("name", "width", "blocks", "heads", "hidden", "patch"),
    [
        ("vit_small_patch16_224", 384, 12, 6, 1536, 16),
        ("vit_base_patch16_224", 768, 12, 12, 3072, 16),
        ("vit_large_patch16_224", 1024, 24, 16, 4096, 16),
        ("vit_huge_patch16_224", 1280, 32, 16, 5120, 16),
        ("vit_giant_patch14_224", 1408, 40, 16, 6144, 14),
    ],
)
def test_the_architectures_are_those_of_the_papers_table(name, width, blocks, heads, hidden, patch):
    shape = SHAPES[name]
    assert (shape["embed_dim"], shape["depth"], shape["num_heads"]) == (width, blocks, heads)
    assert (round(width * shape["mlp_ratio"]), shape["patch_size"]) == (hidden, patch)


def test_an_architecture_by_name_has_16_frames_of_224_px_and_wants_weights_or_none():
    with pytest.raises(WeightsError, match=r"name a file in weights, or say random_init: true"):
        load("vit_small_patch16_224", frame_size=224)
    encoder = load("vit_small_patch16_224", frame_size=224, random_init=True)
    assert encoder.n_frames == 16
    assert encoder.description["preprocessing"]["crop"] == 224
    in_block = 4 * 384**2 + 2 * 4 * 384**2 + (2 * 2 + 2 + 1 + 4 + 1) * 384
    assert encoder.description["parameters"] == 12 * in_block + (2 * 3 * 16**2 + 1) * 384 + 2 * 384


def test_untrained_weights_depend_on_the_seed_alone(tmp_path):
    folder, seen = write(tmp_path / "hub", SHAPE["base"], published(SHAPE["base"])), clips(SHAPE["base"])
    first, again, other = (load(folder, random_init=True, seed=seed).encode(seen) for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not near(other, first)
    assert not near(load(folder).encode(seen), first)


def test_class_tokens_do_not_exist(tmp_path):
    with pytest.raises(InputError, match="has no pool 'cls', only mean"):
        load(write(tmp_path / "hub", SHAPE["base"]), pool="cls", random_init=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("blocks.1.attn.q_bias"), r"lacks 'encoder.layer.1.attention.attention.query.bias'"),
        (lambda t: t.pop("fc_norm.bias"), r"lacks 'fc_norm.bias'.* is .* its architecture"),
        (lambda t: t.update({"blocks.2.attn.q_bias": torch.ones(24)}), "has 'encoder.layer.2.* has not"),
        (lambda t: t.update({"blocks.0.gamma_1": torch.ones(24)}), "'blocks.0.gamma_1' has no place"),
        (lambda t: t.update({"pos_embed": torch.ones(1, 8, 24)}), "'pos_embed' has no place"),
        (lambda t: t.update({"blocks.0.mlp.fc1.bias": torch.ones(95)}), r"has shape \(95,\), .* has \(96,\)"),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_the_first_tensor(tmp_path, change, message):
    tensors = published(SHAPE["base"])
    change(tensors)
    with pytest.raises(WeightsError, match=message):
        load(write(tmp_path / "hub", SHAPE["base"], tensors))


def test_a_full_pickle_is_read_only_where_it_is_allowed(tmp_path):
    shape = SHAPE["base"]
    tensors = published(shape)
    torch.save({"module": tensors, "args": argparse.Namespace(lr=1.0)}, tmp_path / "vit.pth")
    hub = write(tmp_path / "hub", shape)
    with pytest.raises(WeightsError, match="allow_pickle: true"):
        load(hub, weights=str(tmp_path / "vit.pth"))
    encoder = load(hub, weights=str(tmp_path / "vit.pth"), allow_pickle=True)
    assert near(encoder.encode(clips(shape)), forward(tensors, shape, clips(shape)))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"cos_attn": True}, "has cos_attn True, of which only False is known"),
        ({"use_learnable_pos_emb": True}, "has use_learnable_pos_emb True"),
        ({"init_values": 0.1}, "has init_values 0.1"),
        ({"qkv_bias": False}, "has qkv_bias False"),
    ],
)
def test_what_the_mapping_cannot_follow_is_refused(tmp_path, more, message):
    with pytest.raises(InputError, match=message):
        load(write(tmp_path / "hub", SHAPE["base"], **more), random_init=True)


def test_another_configuration_is_refused_and_the_architectures_are_named(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "videomae"}))
    with pytest.raises(InputError, match=r"no checkpoint of VideoMAE V2: .* vit_giant_patch14_224"):
        load(tmp_path)


def test_another_size_of_frames_is_for_what_was_never_trained():
    entry = {"family": "videomaev2", "checkpoint": "vit_tiny_patch16_224", "image_size": 32, "n_o": 4}
    encoder = load_video_encoder(VideoEncoderParams(**entry, random_init=True), frame_size=32, device="cpu")
    seen = np.zeros((2, 4, 32, 32, 3), np.uint8)
    assert encoder.encode(seen)[0].shape == (2, 192)
    assert (encoder.n_frames, encoder.n_steps) == (4, 2)
    with pytest.raises(InputError, match="was trained on frames of 224 px: image_size 32 takes random_init"):
        load_video_encoder(VideoEncoderParams(**entry), frame_size=32, device="cpu")
