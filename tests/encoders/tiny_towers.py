"""Tiny random checkpoints of every vision architecture, written by the library's own ``save_pretrained``."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
import transformers as tf

SIZE = 32  # pixels of the frames that all of them see
LENGTH = 4  # frames of a clip
LAYERS = 2
WIDTH = 24
TOKENS = {"num_hidden_layers": LAYERS, "num_attention_heads": 2, "hidden_size": WIDTH}
SMALL = {**TOKENS, "intermediate_size": 20}
VISION = {"image_size": SIZE, "patch_size": 16, **SMALL}
CLIP_TEXT = {**SMALL, "vocab_size": 9, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
PRISM = {
    "image_size": SIZE,
    "num_frames": LENGTH,
    "tubelet_size": [1, 16, 16],
    "num_spatial_layers": 2,
    "num_temporal_layers": 1,
    "num_auxiliary_layers": 1,
    "hidden_size": WIDTH,
    "num_attention_heads": 2,
    "intermediate_size": 20,
}
MIT = {"mit_hidden_size": WIDTH, "mit_intermediate_size": 20, "mit_num_attention_heads": 2, "mit_num_hidden_layers": 1}

IMAGES = {
    "vit": lambda: tf.ViTModel(tf.ViTConfig(**VISION)),
    "vit_msn": lambda: tf.ViTMSNModel(tf.ViTMSNConfig(**VISION)),
    "ijepa": lambda: tf.IJepaModel(tf.IJepaConfig(**VISION)),
    "dinov2": lambda: tf.Dinov2Model(tf.Dinov2Config(image_size=SIZE, patch_size=8, **TOKENS)),
    "dinov2_with_registers": lambda: tf.Dinov2WithRegistersModel(
        tf.Dinov2WithRegistersConfig(image_size=SIZE, patch_size=16, num_register_tokens=3, **TOKENS)
    ),
    "dinov3_vit": lambda: tf.DINOv3ViTModel(tf.DINOv3ViTConfig(num_register_tokens=2, **VISION)),
    "dinov3_convnext": lambda: tf.DINOv3ConvNextModel(
        tf.DINOv3ConvNextConfig(hidden_sizes=[8, 12, 16, WIDTH], depths=[1, 1, 2, 1])
    ),
    "clip": lambda: tf.CLIPModel(tf.CLIPConfig(vision_config=VISION, text_config=CLIP_TEXT)),
    "clip_vision_model": lambda: tf.CLIPVisionModel(tf.CLIPVisionConfig(**VISION)),
    "siglip": lambda: tf.SiglipModel(tf.SiglipConfig(vision_config=VISION, text_config=CLIP_TEXT)),
    "siglip_vision_model": lambda: tf.SiglipVisionModel(tf.SiglipVisionConfig(**VISION)),
    "siglip2": lambda: tf.Siglip2Model(
        tf.Siglip2Config(vision_config={"num_patches": 9, "patch_size": 8, **SMALL}, text_config=CLIP_TEXT)
    ),
    "siglip2_vision_model": lambda: tf.Siglip2VisionModel(tf.Siglip2VisionConfig(num_patches=9, patch_size=8, **SMALL)),
}
VIDEOS = {
    "videomae": lambda: tf.VideoMAEForPreTraining(
        tf.VideoMAEConfig(
            num_frames=LENGTH,
            use_mean_pooling=False,
            decoder_num_hidden_layers=1,
            decoder_hidden_size=12,
            decoder_intermediate_size=12,
            **VISION,
        )
    ),
    "videomae_tuned": lambda: tf.VideoMAEForVideoClassification(
        tf.VideoMAEConfig(num_frames=LENGTH, use_mean_pooling=True, **VISION)
    ),
    "vjepa2": lambda: tf.VJEPA2Model(
        tf.VJEPA2Config(
            crop_size=SIZE,
            frames_per_clip=LENGTH,
            pred_hidden_size=12,
            pred_num_attention_heads=2,
            pred_num_hidden_layers=1,
            **TOKENS,
        )
    ),
    "timesformer": lambda: tf.TimesformerModel(tf.TimesformerConfig(num_frames=LENGTH, **VISION)),
    "vivit": lambda: tf.VivitModel(
        tf.VivitConfig(image_size=SIZE, num_frames=LENGTH, tubelet_size=[2, 16, 16], **SMALL)
    ),
    "xclip": lambda: tf.XCLIPModel(
        tf.XCLIPConfig(vision_config={"num_frames": LENGTH, **MIT, **VISION}, text_config=CLIP_TEXT)
    ),
    "videoprism_vision_model": lambda: tf.VideoPrismVisionModel(tf.VideoPrismVisionConfig(**PRISM)),
    "videoprism": lambda: tf.VideoPrismClipModel(tf.VideoPrismConfig(vision_config=PRISM, text_config=CLIP_TEXT)),
}

IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
SQUARE = {"do_resize": True, "size": {"height": SIZE, "width": SIZE}, "resample": 2, "do_normalize": True, **IMAGENET}
NAFLEX = {"image_processor_type": "Siglip2ImageProcessor", "patch_size": 8, "max_num_patches": 16}
PROCESSORS = {
    "vit": "ViTImageProcessor",
    "vit_msn": "ViTImageProcessor",
    "ijepa": "ViTImageProcessor",
    "dinov2": "BitImageProcessor",
    "dinov2_with_registers": "BitImageProcessor",
    "dinov3_vit": "DINOv3ViTImageProcessor",
    "dinov3_convnext": "DINOv3ViTImageProcessor",
    "clip": "CLIPImageProcessor",
    "clip_vision_model": "CLIPImageProcessor",
    "siglip": "SiglipImageProcessor",
    "siglip_vision_model": "SiglipImageProcessor",
    "videomae": "VideoMAEImageProcessor",
    "videomae_tuned": "VideoMAEImageProcessor",
    "timesformer": "VideoMAEImageProcessor",
    "xclip": "VideoMAEImageProcessor",
    "vivit": "VivitImageProcessor",
}
VIDEO_PROCESSORS = {
    "vjepa2": "VJEPA2VideoProcessor",
    "videoprism": "LlavaOnevisionVideoProcessor",
    "videoprism_vision_model": "LlavaOnevisionVideoProcessor",
}


def settings(name):
    """File and content of an architecture's settings for pixels, as on the hub: a square of SIZE, no crop."""
    if name.startswith("siglip2"):
        return "preprocessor_config.json", NAFLEX
    if name in VIDEO_PROCESSORS:
        kind, file = {"video_processor_type": VIDEO_PROCESSORS[name]}, "video_preprocessor_config.json"
    else:
        kind, file = {"image_processor_type": PROCESSORS[name]}, "preprocessor_config.json"
    scale = {"rescale_factor": 1 / 127.5, "offset": True} if name == "vivit" else {}
    return file, {**kind, **SQUARE, "do_center_crop": False, **scale}


@cache
def root():
    """A folder that goes when the tests end."""
    transformers_is_quiet()
    return TemporaryDirectory()


@cache
def checkpoint(name):
    """The folder of an architecture's checkpoint, written once; its weights are far from those of an initialisation."""
    folder = Path(root().name) / name
    torch.manual_seed(sum(map(ord, name)))
    model = {**IMAGES, **VIDEOS}[name]()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.15)
    model.save_pretrained(folder)
    file, content = settings(name)
    (folder / file).write_text(json.dumps(content))
    return folder


def transformers_is_quiet():
    """No bars and no advice."""
    tf.utils.logging.disable_progress_bar()
    tf.utils.logging.set_verbosity_error()


# How many tokens stand before those of patches, and which give a pooled output that they were trained for.
N_PREFIX = {"vit": 1, "vit_msn": 1, "dinov2": 1, "dinov2_with_registers": 4, "dinov3_vit": 3, "clip": 1}
N_PREFIX |= {"clip_vision_model": 1, "timesformer": 1, "vivit": 1, "xclip": 1}
POOLED = ("clip", "siglip", "dinov3_convnext", "xclip", "videoprism")
APART = ("xclip",)


def pixels(name, frames):
    """Frames or clips as an architecture takes them, normalised by hand."""
    x = torch.from_numpy(frames).double().movedim(-1, -3)  # [..., channel, height, width]
    scaled = x / 127.5 - 1 if name == "vivit" else x / 255
    mean, std = (torch.tensor(IMAGENET[key]).double().reshape(3, 1, 1) for key in ("image_mean", "image_std"))
    normal = ((scaled - mean) / std).float()
    return normal.flatten(0, 1) if name in APART else normal


def library(name, folder):
    """The part of the library's own model that sees."""
    if name == "videomae_tuned":
        return tf.VideoMAEForVideoClassification.from_pretrained(folder).eval()
    whole = tf.AutoModel.from_pretrained(folder).eval()
    part = {"videoprism": "video_model", "clip": "vision_model", "siglip": "vision_model", "siglip2": "vision_model"}
    return whole.get_submodule({**part, "xclip": "vision_model"}.get(name, ""))


@torch.inference_mode()
def by_hand(name, folder, frames, *, pool="mean", **more):
    """Every block's output and the model's own, float32 [batch, dim] each, by the library's hidden states."""
    model, n = library(name, folder), len(frames)
    model.config.tie_last_hidden_states = False
    if name.startswith("siglip2"):
        inputs = tf.Siglip2ImageProcessor(**NAFLEX)(images=list(frames), return_tensors="pt")
    else:
        is_named_so = name.startswith(("vjepa2", "videoprism"))
        inputs = {"pixel_values_videos" if is_named_so else "pixel_values": pixels(name, frames)}
    output = model(**inputs, output_hidden_states=True, **more)
    states = list(output.hidden_states[1:])
    if name == "videoprism":
        states.append(output.last_hidden_state)
    first = N_PREFIX.get(name, 0)

    def pooled(state):
        if state.ndim == 4:
            return state.mean((2, 3))
        kept = state[:, :1] if pool == "cls" else state[:, first:]
        return kept.reshape(n, -1, state.shape[-1]).mean(1)

    if name == "videomae_tuned":
        final = model.fc_norm(states[-1].mean(1))
    elif name.startswith(POOLED) and name != "videoprism_vision_model":
        final = output.pooler_output.reshape(n, -1, states[-1].shape[1 if states[-1].ndim == 4 else -1]).mean(1)
    else:
        final = pooled(output.last_hidden_state)
    return [*map(pooled, states), final]


def near(layers, direct, *, scale=1e-5):
    """Whether all layers equal others to a share of their largest value."""
    assert len(layers) == len(direct)
    return all(
        layer.shape == tuple(other.shape) and abs(layer - other).max() <= scale * abs(other).max() and layer.std() > 0
        for layer, other in ((layer, np.asarray(other)) for layer, other in zip(layers, direct, strict=True))
    )
