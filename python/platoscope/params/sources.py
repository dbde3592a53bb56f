"""``dataset``: where videos and captions come from; every kind of source has parameters of its own."""

from typing import Annotated, Literal

from pydantic import Field

from platoscope.params.sections import Section, Seed


class SourceParams(Section):
    """Videos and captions that are there: the folder that is read, of which ``n`` are drawn by ``seed`` (null: all).

    ``ids``: those that are asked for, out of which they are drawn; none named stands for all.
    """

    path: str
    n: int | None = Field(default=None, ge=2)
    seed: Seed = 0
    ids: tuple[str, ...] = ()


class FolderParams(SourceParams):
    """A folder of one's own clips."""

    source: Literal["folder"]


class SplitParams(SourceParams):
    """A published data set in its own layout; ``split`` as its files name it, null for all that are there."""

    source: Literal["vatex", "msrvtt", "msvd", "videocomp", "test_of_time", "ssv2", "kinetics"]
    split: str | None = None


class PvdParams(SourceParams):
    """The PE Video Dataset; ``captions``: which of its captions the n_c axis goes along."""

    source: Literal["pvd"]
    captions: Literal["rephrased", "human", "model"] = "rephrased"


class ShardsParams(SourceParams):
    """WebDataset shards; the fields are keys of a sample's JSON, ``caption_field`` may be the suffix of its text."""

    source: Literal["webdataset"]
    caption_field: str = "caption"
    source_field: str | None = None


class TableParams(SourceParams):
    """A Hugging Face data set on disk; the fields are its columns, without ``id_field`` a row's number is its id."""

    source: Literal["huggingface"]
    split: str | None = None
    caption_field: str = "caption"
    source_field: str | None = None
    video_field: str = "video"
    id_field: str | None = None


class SyntheticParams(Section):
    """Rendered stories: how many, how large and how long; ``path`` is their generator."""

    source: Literal["synthetic"]
    path: str
    n: int = Field(default=256, ge=2)
    size: int = Field(default=128, ge=16)
    seconds: float = Field(default=5.0, gt=0)
    beats: int = Field(default=4, ge=3)
    coherence: float = Field(default=0.93, ge=0, le=1)
    seed: Seed = 0


ListedParams = FolderParams | SplitParams | PvdParams | ShardsParams | TableParams
DatasetParams = Annotated[SyntheticParams | ListedParams, Field(discriminator="source")]
