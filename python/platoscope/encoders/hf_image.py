"""Family ``hf_image``: vision models of transformers that see single frames, encoded frame by frame.

Layers are the raw outputs of the blocks or stages and ``final``, the model's own output: its pooled output where that
is what it was trained to give (CLIP, SigLIP, DINOv3 ConvNeXt), else its last hidden state, pooled as every layer is.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from platoscope.encoders import computing, hub
from platoscope.encoders.processors import preprocessing_of
from platoscope.encoders.towers import Tower, TowerFrames, vision_config
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams

if TYPE_CHECKING:
    from torch import Tensor

USES = (
    "checkpoint",
    "revision",
    "pool",
    "random_init",
    "seed",
    "dtype",
    *computing.USES,
    "trust_remote_code",
    "image_size",
    "crop_pct",
)

CLIP = Tower(("encoder.layers",), cls=True, final="pooled", sizes="on_request")
SIGLIP = Tower(("encoder.layers",), final="pooled", sizes="on_request")
SIGLIP2 = Tower(("encoder.layers",), final="pooled", sizes="any")
DINO = Tower(("encoder.layer",), cls=True, sizes="any")
VIT = Tower(("layers",), cls=True, sizes="on_request")


# By ``model_type`` of a checkpoint's configuration. Web-SSL's checkpoints are ``dinov2``, SigLIP 2's of a fixed size
# ``siglip``, those of any size (NaFlex) ``siglip2``.
TOWERS = {
    "vit": VIT,
    "vit_msn": VIT,
    "ijepa": Tower(("layers",), sizes="on_request"),
    "dinov2": DINO,
    "dinov2_with_registers": DINO,
    "dinov3_vit": Tower(("model.layer",), cls=True, sizes="any"),
    "dinov3_convnext": Tower(("model.stages",), final="pooled", sizes="any"),
    "clip": replace(CLIP, part="vision_model"),
    "clip_vision_model": CLIP,
    "siglip": replace(SIGLIP, part="vision_model"),
    "siglip_vision_model": SIGLIP,
    "siglip2": replace(SIGLIP2, part="vision_model"),
    "siglip2_vision_model": SIGLIP2,
}


class Patches(TowerFrames):
    """A model that takes patches and their grid in place of pictures."""

    def _arguments(self, x: "Tensor") -> dict[str, Any]:
        return patches_of(x, self._model.config.patch_size)


def patches_of(x: "Tensor", patch: int) -> dict[str, "Tensor"]:
    """Pictures [batch, 3, side, side] as patches [batch, patch, patch * patch * 3], row by row, all of them real."""
    n, channels, side, _ = x.shape
    grid = side // patch
    cut = x.reshape(n, channels, grid, patch, grid, patch).permute(0, 2, 4, 3, 5, 1)
    flat = cut.reshape(n, grid * grid, -1)
    return {
        "pixel_values": flat,
        "pixel_attention_mask": flat.new_ones((n, grid * grid)).int(),
        "spatial_shapes": flat.new_full((n, 2), grid).long(),
    }


def load(entry: VideoEncoderParams, *, frame_size: int, device: str) -> TowerFrames:
    """Load the vision part of an entry's model: from a folder, ``package:NAME`` or the hub; or untrained.

    Raises
    ------
    InputError
        If the entry lacks a checkpoint, or its model is no known one or lacks its pool or size.
    WeightsError
        If configuration, settings for pixels or weights cannot be had.
    """
    computing.check(entry, device=device)
    checkpoint = hub.find(entry, wants="config, image processor and weights")
    with hub.explained(checkpoint):
        config = hub.config_of(checkpoint)
        tower = TOWERS.get(config.model_type)
        if tower is None:
            raise InputError(f"{checkpoint.name} is a {config.model_type}, not one of {', '.join(TOWERS)}")
        preprocessing = preprocessing_of(hub.processor_of(checkpoint, kind=tower.processor), entry)
        tower.check(vision_config(config), entry, preprocessing=preprocessing, frame_size=frame_size)
        model = hub.part_of(checkpoint, config, entry, part=tower.part, pooled=tower.final == "pooled")
    build = Patches if config.model_type.startswith("siglip2") else TowerFrames
    encoder = build(model, tower, entry, preprocessing=preprocessing, frame_size=frame_size, device=device)
    encoder.description.update(checkpoint.described())
    return encoder
