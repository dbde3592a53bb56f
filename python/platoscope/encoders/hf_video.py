"""Family ``hf_video``: native video models of transformers, which see clips of n_o frames at once.

Layers are the raw outputs of the blocks, averaged over all patches of a clip, and ``final``, the model's own output:
its pooled output where that is what it was trained to give, else its last hidden state, pooled as every layer is.
X-CLIP and VideoPrism look at frames (and VideoPrism then at places) apart; averages are over all of those.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from platoscope.encoders import computing, hub
from platoscope.encoders.processors import preprocessing_of
from platoscope.encoders.towers import Tower, TowerClips, first_of, vision_config
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams

if TYPE_CHECKING:
    from torch import nn

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
    "n_o",
)

VIDEOMAE = Tower(("encoder.layer",), any_length=True, when="outer", processor="video")
PRISM = Tower(("spatial_layers", "temporal_layers"), frames="pixel_values_videos", processor="video")
# By ``model_type`` of a checkpoint's configuration. Positions of VideoMAE are sines, those of V-JEPA 2 turn with time
# and place: these take other numbers of frames. The others learned theirs.
TOWERS = {
    "videomae": VIDEOMAE,
    "vjepa2": Tower(
        ("layer",),
        part="encoder",
        frames="pixel_values_videos",
        sizes="any",
        side="crop_size",
        n_o="frames_per_clip",
        any_length=True,
        when="outer",
        processor="video",
    ),
    "timesformer": Tower(("encoder.layer",), cls=True, when="inner", processor="video"),
    "vivit": Tower(("layers",), cls=True, when="outer", processor="video"),
    "xclip": Tower(
        ("encoder.layers",),
        part="vision_model",
        apart=True,
        cls=True,
        final="pooled",
        sizes="on_request",
        when="parts",
    ),
    "videoprism_vision_model": PRISM,
    "videoprism": replace(
        PRISM,
        blocks=("vision_model.spatial_layers", "vision_model.temporal_layers", "auxiliary_layers"),
        part="video_model",
        final="pooled",
    ),
}


def load(entry: VideoEncoderParams, *, frame_size: int, device: str) -> TowerClips:
    """Load the vision part of an entry's model: from a folder, ``package:NAME`` or the hub; or untrained.

    Raises
    ------
    InputError
        If the entry lacks a checkpoint, or its model is no known one or lacks its pool, size or number of frames.
    WeightsError
        If configuration, settings for pixels or weights cannot be had.
    """
    computing.check(entry, device=device)
    checkpoint = hub.find(entry, wants="config, video or image processor and weights")
    with hub.explained(checkpoint):
        config = hub.config_of(checkpoint)
        tower = TOWERS.get(config.model_type)
        if tower is None:
            raise InputError(f"{checkpoint.name} is a {config.model_type}, not one of {', '.join(TOWERS)}")
        preprocessing = preprocessing_of(hub.processor_of(checkpoint, kind=tower.processor), entry)
        tower.check(vision_config(config), entry, preprocessing=preprocessing, frame_size=frame_size)
        n_frames = _length(vision_config(config), tower, entry)
        if tower.sizes == "any":
            setattr(config, tower.side, preprocessing.crop)  # its positions are counted on the configuration's grid
        model, norm = _model(checkpoint, config, tower, entry)
    encoder = TowerClips(
        model, tower, entry, preprocessing=preprocessing, frame_size=frame_size, device=device, norm=norm
    )
    encoder.n_frames = n_frames
    encoder.count_steps(vision_config(config))
    encoder.description.update(checkpoint.described(), n_frames=n_frames)
    return encoder


def _length(config: Any, tower: Tower, entry: VideoEncoderParams) -> int:
    """Frames of a clip; another number than the configuration's is written into it where positions allow."""
    own = int(getattr(config, tower.n_o))
    tubelet = first_of(getattr(config, "tubelet_size", 1))
    wanted = entry.n_o or own
    if wanted != own and not tower.any_length:
        raise InputError(f"{entry.checkpoint} learned positions for {own} frames alone, got n_o {wanted}")
    if wanted % tubelet:
        raise InputError(f"{entry.checkpoint} sees {tubelet} frames at once: n_o {wanted} is no multiple")
    setattr(config, tower.n_o, wanted)
    return wanted


def _model(
    checkpoint: hub.Checkpoint, config: Any, tower: Tower, entry: VideoEncoderParams
) -> "tuple[Any, nn.Module | None]":
    """The part of the model that sees, and the norm that a fine-tuned VideoMAE lays over the mean of its patches."""
    tuned = "VideoMAEForVideoClassification" in (config.architectures or ()) and config.use_mean_pooling
    if not tuned:
        return hub.part_of(checkpoint, config, entry, part=tower.part, pooled=tower.final == "pooled"), None
    whole, missing = hub.model_of(checkpoint, config, entry, auto="AutoModelForVideoClassification")
    hub.check_complete(whole, whole, missing, name=checkpoint.name)
    return whole.videomae, whole.fc_norm
