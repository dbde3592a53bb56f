"""``encoders``: an entry for each encoder of the video and the text side, by key."""

from typing import Annotated, Literal

from pydantic import Field

from platoscope.params.sections import Key, Sampler, Section, Seed


class EncoderParams(Section):
    """One encoder: which family runs it, from which weights, seen how."""

    family: str
    checkpoint: str | None = None
    weights: str | None = None
    revision: str = "main"
    pool: Literal["mean", "cls", "last"] = "mean"
    random_init: bool = False
    seed: Seed = 0
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    allow_pickle: bool = False
    trust_remote_code: bool = False


class VideoEncoderParams(EncoderParams):
    """An encoder of the video side; ``n_o``: how many frames a native video encoder takes (null: as published)."""

    family: Literal["timm", "hf_image", "hf_video", "videomaev2", "pixels"]
    kind: Literal["thumbnail", "mean_colour", "difference", "motion"] | None = None
    n_o: int | None = Field(default=None, ge=1)
    image_size: int | None = Field(default=None, ge=8)
    crop_pct: float | None = Field(default=None, gt=0, le=1)
    sampler: Sampler = "center"


class TextEncoderParams(EncoderParams):
    """An encoder of the text side."""

    family: Literal["hf_text"]
    special_tokens: bool = True
    truncate: bool = False


class EncodersParams(Section):
    """The encoders of both sides, by key."""

    video: Annotated[dict[Key, VideoEncoderParams], Field(min_length=1)]
    text: Annotated[dict[Key, TextEncoderParams], Field(min_length=1)]
