"""Family ``videomaev2``: VideoMAE V2's published checkpoints, run by transformers' VideoMAE without remote code.

``checkpoint`` is a hub name or a folder with ``config.json`` (its ``model_config``) and weights, or an architecture of
``SHAPES`` with a file of ``weights``. Its names stand in ``models/modeling_finetune.py`` of OpenGVLab/VideoMAEv2, after
the prefixes of ``PREFIXES``; ``d`` is the width, ``i`` a block:

=============================  ==================================================================
published                      transformers' VideoMAEModel
=============================  ==================================================================
patch_embed.proj.*             embeddings.patch_embeddings.projection.* (weight [d, 3, 2, p, p])
blocks.i.norm1.*               encoder.layer.i.layernorm_before.*
blocks.i.attn.qkv.weight       encoder.layer.i.attention.attention.{query,key,value}.weight:
                               [3 d, d], a third each, in this order
blocks.i.attn.q_bias           encoder.layer.i.attention.attention.query.bias
blocks.i.attn.v_bias           encoder.layer.i.attention.attention.value.bias (the key has none)
blocks.i.attn.proj.*           encoder.layer.i.attention.output.dense.*
blocks.i.norm2.*               encoder.layer.i.layernorm_after.*
blocks.i.mlp.fc1.*             encoder.layer.i.intermediate.dense.*
blocks.i.mlp.fc2.*             encoder.layer.i.output.dense.*
fc_norm.*                      none: laid over the mean of the last block's patches, which is ``final``
norm.*                         layernorm.* (pre-training, in place of fc_norm; ``final`` is its mean)
head.*, decoder.* and others   not used (``UNUSED``)
=============================  ==================================================================

Positions are sines of the patch's number, which no file holds; norms add 1e-6; a video is cut in tubelets of 2 frames.
Giant has patches of 14 px and 16 heads of 88 dimensions.
"""

import json
import re
from typing import TYPE_CHECKING, Any

import torch

from platoscope.encoders import computing, hub, weights
from platoscope.encoders.frames_in import Preprocessing
from platoscope.encoders.towers import Tower, TowerClips
from platoscope.errors import InputError, WeightsError
from platoscope.params import VideoEncoderParams

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

USES = (
    "checkpoint",
    "weights",
    "revision",
    "pool",
    "random_init",
    "seed",
    "dtype",
    *computing.USES,
    "allow_pickle",
    "image_size",
    "crop_pct",
    "n_o",
)
TOWER = Tower(("encoder.layer",), any_length=True, when="outer")
EPS = 1e-6
SHAPES: dict[str, dict[str, Any]] = {
    "vit_tiny_patch16_224": {"patch_size": 16, "embed_dim": 192, "depth": 12, "num_heads": 3, "mlp_ratio": 4},
    "vit_small_patch16_224": {"patch_size": 16, "embed_dim": 384, "depth": 12, "num_heads": 6, "mlp_ratio": 4},
    "vit_base_patch16_224": {"patch_size": 16, "embed_dim": 768, "depth": 12, "num_heads": 12, "mlp_ratio": 4},
    "vit_large_patch16_224": {"patch_size": 16, "embed_dim": 1024, "depth": 24, "num_heads": 16, "mlp_ratio": 4},
    "vit_huge_patch16_224": {"patch_size": 16, "embed_dim": 1280, "depth": 32, "num_heads": 16, "mlp_ratio": 4},
    "vit_giant_patch14_224": {"patch_size": 14, "embed_dim": 1408, "depth": 40, "num_heads": 16, "mlp_ratio": 48 / 11},
}
# What a published configuration may say beside shapes, and what it has to say where this family cannot follow.
FIXED = {"cos_attn": False, "use_learnable_pos_emb": False, "qkv_bias": True, "qk_scale": None, "init_values": 0}
PREFIXES = ("module.", "_orig_mod.", "model.", "backbone.", "encoder.")
UNUSED = ("head.", "decoder.", "encoder_to_decoder.", "mask_token")
BLOCK = {
    "norm1": "layernorm_before",
    "attn.proj": "attention.output.dense",
    "norm2": "layernorm_after",
    "mlp.fc1": "intermediate.dense",
    "mlp.fc2": "output.dense",
}
ATTENTION = "attention.attention"
# The settings of dataset/datasets.py, in validation.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def load(entry: VideoEncoderParams, *, frame_size: int, device: str) -> TowerClips:
    """Load a published checkpoint, or its architecture untrained.

    Raises
    ------
    InputError
        If the entry lacks a checkpoint, or asks for a pool, size or number of frames that it does not have.
    WeightsError
        If configuration or weights cannot be had or do not fit.
    """
    computing.check(entry, device=device)
    named = entry.checkpoint in SHAPES
    checkpoint = None if named else hub.find(entry, wants="config.json and weights")
    shape = SHAPES[str(entry.checkpoint)] if checkpoint is None else _published_shape(checkpoint)
    config = _config(shape, entry)
    size = config.image_size
    resize = int(size / (entry.crop_pct or 1))
    preprocessing = Preprocessing(resize=resize, crop=size, interpolation="bilinear", mean=MEAN, std=STD)
    TOWER.check(config, entry, preprocessing=preprocessing, frame_size=frame_size)
    file = None if entry.random_init else _file(entry, checkpoint)
    model, norm = _untrained(config, entry) if file is None else _trained(config, file, entry)
    encoder = TowerClips(
        model, TOWER, entry, preprocessing=preprocessing, frame_size=frame_size, device=device, norm=norm
    )
    encoder.n_frames = config.num_frames
    encoder.count_steps(config)
    encoder.description["n_frames"] = config.num_frames
    if checkpoint is not None and checkpoint.place is None:
        encoder.description.update(checkpoint.described())
    if file is not None:
        encoder.description["weights"] = weights.digest_weights(file)
    return encoder


def renamed(given: "dict[str, Tensor]", *, name: str) -> "dict[str, Tensor]":
    """Tensors of a published file under transformers' names, by the table above; ``fc_norm.*`` keep theirs.

    Raises
    ------
    WeightsError
        If a tensor has no place in the table.
    """
    tensors: dict[str, Tensor] = {}
    for long, tensor in given.items():
        key = _without_prefixes(long)
        if not key.startswith(UNUSED):
            tensors |= _placed(key, tensor, name=name)
    return tensors


def _without_prefixes(key: str) -> str:
    found = next((prefix for prefix in PREFIXES if key.startswith(prefix)), None)
    return key if found is None else _without_prefixes(key.removeprefix(found))


def _placed(key: str, tensor: "Tensor", *, name: str) -> "dict[str, Tensor]":
    """One published tensor as those that it becomes."""
    outer = re.sub(
        r"^norm\.", "layernorm.", key.replace("patch_embed.proj.", "embeddings.patch_embeddings.projection.")
    )
    if outer != key or key.startswith("fc_norm."):
        return {outer: tensor}
    block = re.fullmatch(r"blocks\.(\d+)\.(.+)", key)
    if block is not None:
        at, inner = f"encoder.layer.{block[1]}", block[2]
        stem, _, kind = inner.rpartition(".")
        if inner == "attn.qkv.weight":
            thirds = zip(("query", "key", "value"), tensor.chunk(3), strict=True)
            return {f"{at}.{ATTENTION}.{part}.weight": third for part, third in thirds}
        if inner in ("attn.q_bias", "attn.v_bias"):
            return {f"{at}.{ATTENTION}.{'query' if inner == 'attn.q_bias' else 'value'}.bias": tensor}
        if stem in BLOCK:
            return {f"{at}.{BLOCK[stem]}.{kind}": tensor}
    raise WeightsError(f"{name}: tensor {key!r} has no place in the published layout of VideoMAE V2")


def _trained(config: Any, file: "Path", entry: VideoEncoderParams) -> tuple[Any, "torch.nn.LayerNorm | None"]:
    """The model with the weights of a file, and its ``fc_norm`` if the file has that."""
    tensors = renamed(weights.read_weights(file, allow_pickle=entry.allow_pickle), name=file.name)
    config.use_mean_pooling = "layernorm.weight" not in tensors
    model, norm = _untrained(config, entry)
    whole = {
        **model.state_dict(),
        **({} if norm is None else {f"fc_norm.{k}": v for k, v in norm.state_dict().items()}),
    }
    lacking = next((name for name in whole if name not in tensors), None)
    other = next((name for name in tensors if name not in whole), None)
    if lacking is not None or other is not None:
        fault = f"lacks {lacking!r}" if lacking is not None else f"has {other!r}, which the architecture has not"
        raise WeightsError(f"{file}, by transformers' names, {fault}: is {entry.checkpoint} its architecture?")
    fitted = weights.fit_weights(tensors, whole, file=file)
    model.load_state_dict({name: fitted[name] for name in model.state_dict()})
    if norm is not None:
        norm.load_state_dict({name: fitted[f"fc_norm.{name}"] for name in norm.state_dict()})
    return model, norm


def _untrained(config: Any, entry: VideoEncoderParams) -> tuple[Any, "torch.nn.LayerNorm | None"]:
    import transformers

    build = transformers.AutoModel.from_config
    told = hub.attention_of(build, config, entry)
    with hub.untrained(entry.seed):
        model = build(config, **told)
    return model, torch.nn.LayerNorm(config.hidden_size, eps=EPS) if config.use_mean_pooling else None


def _config(shape: dict[str, Any], entry: VideoEncoderParams) -> Any:
    """Configuration of a published shape as transformers has it."""
    import transformers

    tubelet = shape.get("tubelet_size", 2)
    n_frames = entry.n_o or shape.get("num_frames", shape.get("all_frames", 16))
    if n_frames % tubelet:
        raise InputError(f"{entry.checkpoint} sees {tubelet} frames at once: n_o {n_frames} is no multiple")
    size = shape.get("img_size", 224)
    if entry.image_size not in (None, size) and not entry.random_init:
        raise InputError(
            f"{entry.checkpoint} was trained on frames of {size} px: image_size {entry.image_size} takes random_init"
        )
    return transformers.VideoMAEConfig(
        image_size=entry.image_size or size,
        patch_size=shape["patch_size"],
        num_channels=3,
        num_frames=n_frames,
        tubelet_size=tubelet,
        hidden_size=shape["embed_dim"],
        num_hidden_layers=shape["depth"],
        num_attention_heads=shape["num_heads"],
        intermediate_size=round(shape["embed_dim"] * shape["mlp_ratio"]),
        layer_norm_eps=EPS,
        use_mean_pooling=shape.get("use_mean_pooling", True),
    )


def _published_shape(checkpoint: hub.Checkpoint) -> dict[str, Any]:
    """The ``model_config`` of a published configuration."""
    with hub.explained(checkpoint):
        content = json.loads(checkpoint.file("config.json").read_text(encoding="utf-8"))
    shape: dict[str, Any] | None = content.get("model_config")
    if shape is None:
        raise InputError(
            f"{checkpoint.name} is no checkpoint of VideoMAE V2: its config.json has no model_config; "
            f"architectures are {', '.join(SHAPES)}"
        )
    for name, value in FIXED.items():
        if shape.get(name, value) != value:
            raise InputError(f"{checkpoint.name} has {name} {shape[name]!r}, of which only {value!r} is known here")
    return shape


def _file(entry: VideoEncoderParams, checkpoint: hub.Checkpoint | None) -> "Path":
    """The file of weights of an entry."""
    if entry.weights is not None:
        return weights.weights_file(entry.weights)
    if checkpoint is None:
        raise WeightsError(f"{entry.checkpoint}: name a file in weights, or say random_init: true")
    if checkpoint.place is not None:
        return weights.weights_file(str(checkpoint.place))
    with hub.explained(checkpoint):
        return checkpoint.file("model.safetensors")
