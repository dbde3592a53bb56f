"""``dataset``: where videos and captions come from; every kind of source has parameters of its own."""

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

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


Family = Literal["G", "G1", "G2", "E", "E2", "E3", "C", "C2", "F", "D", "O", "N", "X"]
Groups = Annotated[int, Field(ge=4, multiple_of=4)]


class ClocksParams(Section):
    """One-way physics and its time-symmetric twins; ``path`` is their generator.

    ``n`` clips of each of ``families``, but for those of which ``numbers`` says how many, and ``twins`` of each twin
    (null: as many as of the family): by fours, so that labels balance in every template. ``rungs`` of the ladder of
    nuisance are had by templates in turn; the last one takes ``stills``, a folder of pictures.
    """

    source: Literal["clocks"]
    path: str
    n: Groups = 300
    families: tuple[Family, ...] = Field(default=get_args(Family), min_length=1)
    numbers: dict[Family, Groups] = Field(default_factory=dict)
    twins: int | None = Field(default=None, ge=0, multiple_of=4)
    frames: int = Field(default=16, ge=4, multiple_of=2)
    size: int = Field(default=96, ge=16)
    templates: int = Field(default=30, ge=1)
    rungs: tuple[Annotated[int, Field(ge=0, le=4)], ...] = Field(default=(0,), min_length=1)
    stills: str | None = None
    seed: Seed = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many clips there are of each family."""
        return {family: self.numbers.get(family, self.n) for family in self.families}

    @property
    def total(self) -> int:
        """How many clips there are in all, with twins; ``X`` has nothing but twins."""
        twins = [n if self.twins is None else self.twins for n in self.counts.values()]
        return sum(n for family, n in self.counts.items() if family != "X") + sum(twins)

    @model_validator(mode="after")
    def _agree(self) -> "ClocksParams":
        if len(set(self.families)) < len(self.families):
            raise ValueError(f"families are {list(self.families)}: each must be named once")
        strange = sorted(set(self.numbers) - set(self.families))
        if strange:
            raise ValueError(f"numbers has {strange[0]!r}, families are {list(self.families)}: name it there")
        if (4 in self.rungs) != (self.stills is not None):
            raise ValueError(
                f"rungs are {list(self.rungs)} and stills {self.stills!r}: rung 4 needs a folder of pictures, and no "
                "other does"
            )
        return self


ListedParams = FolderParams | SplitParams | PvdParams | ShardsParams | TableParams
DatasetParams = Annotated[SyntheticParams | ClocksParams | ListedParams, Field(discriminator="source")]
