"""``encoders``: an entry for each encoder of the video and the text side, by key."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from platoscope.params.sections import Key, Sampler, Section, Seed

Kind = Literal["thumbnail", "mean_colour", "grey16", "artefact", "difference", "motion", "flow"]


class EncoderParams(Section):
    """One encoder: which family runs it, from which weights, seen how.

    ``autocast``: precision of products beside weights of float32; ``attention``: how it is computed, null as the
    library would; ``compile``: whether blocks are compiled. Results move by rounding alone (docs/encoders.md).
    ``digest``: of what ``weights`` names, for the family ``stored``.
    """

    family: str
    checkpoint: str | None = None
    weights: str | None = None
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    revision: str = "main"
    pool: Literal["mean", "cls", "last"] = "mean"
    random_init: bool = False
    seed: Seed = 0
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    autocast: Literal["bfloat16", "float16"] | None = None
    attention: Literal["eager", "sdpa", "flash_attention_2"] | None = None
    compile: bool = False
    allow_pickle: bool = False
    trust_remote_code: bool = False

    @model_serializer(mode="wrap")
    def _without_absent_digest(self, usual: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a digest that is not there, so that stores which have none keep their bytes."""
        content: dict[str, Any] = usual(self)
        return {name: value for name, value in content.items() if name != "digest" or value is not None}


class VideoEncoderParams(EncoderParams):
    """An encoder of the video side; ``n_o``: how many frames a native video encoder takes (null: as published)."""

    family: Literal["timm", "hf_image", "hf_video", "videomaev2", "pixels", "stored"]
    kind: Kind | None = None
    n_o: int | None = Field(default=None, ge=1)
    image_size: int | None = Field(default=None, ge=8)
    crop_pct: float | None = Field(default=None, gt=0, le=1)
    sampler: Sampler = "center"


class TextEncoderParams(EncoderParams):
    """An encoder of the text side; ``quantize``: weights are rounded to so many bits when they are loaded."""

    family: Literal["hf_text", "stored"]
    quantize: Literal["8bit", "4bit"] | None = None
    special_tokens: bool = True
    truncate: bool = False


class EncodersParams(Section):
    """The encoders of both sides, by key."""

    video: Annotated[dict[Key, VideoEncoderParams], Field(min_length=1)]
    text: Annotated[dict[Key, TextEncoderParams], Field(min_length=1)]

    def of(self, side: Literal["video", "text"]) -> Mapping[str, EncoderParams]:
        """The entries of a side."""
        return self.video if side == "video" else self.text
