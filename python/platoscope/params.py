"""params.yaml, read once and checked: one frozen section a stage, plus ``encoders`` and ``budgets``.

Only steps read these objects; library functions take keywords. An unknown key, a wrong type or two sections that
contradict each other are refused with the place, the value and what would be accepted.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from platoscope.errors import InputError


def _growing(budgets: tuple[int, ...]) -> tuple[int, ...]:
    if list(budgets) != sorted(set(budgets)) or (budgets and budgets[0] < 1):
        raise ValueError("budgets must be whole numbers from 1 in growing order, each once")
    return budgets


Budgets = Annotated[tuple[int, ...], Field(min_length=1), AfterValidator(_growing)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Sampler = Literal["center", "linspace", "first"]
Seed = Annotated[int, Field(ge=0)]
TRACKED = 20  # pairs of encoders whose numbers all become metrics of DVC


class Section(BaseModel):
    """A part of params.yaml: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class DatasetParams(Section):
    """Where videos and captions come from. ``n`` to ``seed`` are of the synthetic source."""

    source: Literal["folder", "synthetic"]
    path: str
    n: int = Field(default=256, ge=2)
    size: int = Field(default=128, ge=16)
    seconds: float = Field(default=5.0, gt=0)
    beats: int = Field(default=4, ge=3)
    coherence: float = Field(default=0.93, ge=0, le=1)
    seed: Seed = 0


class FramesParams(Section):
    """Which frames are chosen, and the squares they are stored as."""

    size: int = Field(ge=8)
    fit: Literal["crop", "pad"] = "crop"
    samplers: Annotated[tuple[Sampler, ...], Field(min_length=1)] = ("center",)
    short: Literal["repeat", "exclude"] = "repeat"
    thumbnails: bool = True


class CaptionsParams(Section):
    """Where captions come from, and the seed of their order."""

    source: Literal["dataset"] = "dataset"
    seed: Seed = 0


class SamplesParams(Section):
    """How many samples take part (null: all that can), drawn by seed; ``damaged``: files that lost frames count too."""

    n: int | None = Field(default=None, ge=2)
    seed: Seed = 0
    damaged: bool = True


class BudgetsParams(Section):
    """The grid: numbers of frames and of captions."""

    frames: Budgets
    captions: Budgets


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
    """An encoder of the video side."""

    family: Literal["timm", "pixels"]
    kind: Literal["thumbnail", "mean_colour"] | None = None
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


class NeighboursParams(Section):
    """How deep the neighbour tables go, what is done about outlying values first, and how neighbours are found.

    ``recall``: what an approximate index (``ivf``, ``hnsw``) has to reach.
    """

    depth: int = Field(default=100, ge=1)
    clip: Literal["none", "per_layer", "prh", "prh_exact"] = "per_layer"
    quantile: float = Field(default=0.95, gt=0, le=1)
    index: Literal["exact", "ivf", "hnsw"] = "exact"
    recall: float = Field(default=0.99, gt=0, le=1)


class AlignmentParams(Section):
    """Which metric over neighbours is computed, and the size of the neighbourhoods that are compared."""

    metric: Literal["mutual_knn", "jaccard_knn", "cycle_knn", "lcs_knn", "edit_distance_knn"] = "mutual_knn"
    k: int = Field(default=10, ge=1)


class StatisticsParams(Section):
    """What is said about a score beyond its value, and for which cells of the grid of budgets.

    ``cells``: "smallest" and "largest" budgets of each pair of encoders, or cells by name, [n_f, n_c].
    ``permutations`` of the null (K); ``draws`` of the bootstrap over queries; ``blocks`` of the jackknife; ``splits``
    of the held-out score; ``level`` of all intervals. ``by_source``: samples of one source stay together in all of it,
    where the dataset says which do. ``gallery_draws`` of every smaller gallery of the curves, 0 for no curves, with a
    null of ``gallery_permutations`` each.
    """

    cells: Annotated[
        tuple[Literal["smallest", "largest"] | tuple[int, int], ...], Field(min_length=1)
    ] = ("smallest", "largest")  # fmt: skip
    permutations: int = Field(default=1000, ge=19)
    draws: int = Field(default=2000, ge=100)
    blocks: int = Field(default=32, ge=2)
    splits: int = Field(default=10, ge=1)
    level: float = Field(default=0.95, gt=0, lt=1)
    by_source: bool = True
    gallery_draws: int = Field(default=5, ge=0)
    gallery_permutations: int = Field(default=100, ge=19)
    seed: Seed = 0


class SimilarityParams(Section):
    """Which metrics over features are computed (none: no such stage), and what those take that take something.

    ``normalize`` brings rows to length 1 first; ``bandwidth`` is of ``cka_rbf``, in median distances, ``k`` of
    ``cknna``, ``components`` of ``svcca`` and ``distance`` of ``rsa``.
    """

    metrics: tuple[Literal["cka", "cka_rbf", "unbiased_cka", "cknna", "svcca", "rsa"], ...] = ()
    normalize: bool = True
    bandwidth: float = Field(default=1.0, gt=0)
    k: int = Field(default=10, ge=2)
    components: int = Field(default=10, ge=1)
    distance: Literal["correlation", "cosine", "euclidean"] = "cosine"


class ScalingParams(Section):
    """Which scores the law is fitted to, and its intervals: ``draws`` of the bootstrap, their ``level``.

    ``layers``: "fixed", the pair of layers that is best at the largest cell, or "per_cell", the best of each cell.
    """

    layers: Literal["fixed", "per_cell"] = "fixed"
    draws: int = Field(default=1000, ge=100)
    level: float = Field(default=0.95, gt=0, lt=1)
    seed: Seed = 0


class ReportParams(Section):
    """What the report shows; ``pairs``, as VIDEO:TEXT, are those that DVC tracks where there are more than 20."""

    samples: int = Field(default=6, ge=0)
    pairs: tuple[str, ...] = ()


class Params(Section):
    """The whole of params.yaml."""

    dataset: DatasetParams
    frames: FramesParams
    captions: CaptionsParams = CaptionsParams()
    samples: SamplesParams = SamplesParams()
    budgets: BudgetsParams
    encoders: EncodersParams
    neighbours: NeighboursParams = NeighboursParams()
    alignment: AlignmentParams = AlignmentParams()
    statistics: StatisticsParams = StatisticsParams()
    similarity: SimilarityParams = SimilarityParams()
    scaling: ScalingParams = ScalingParams()
    report: ReportParams = ReportParams()

    def tracked(self, video: str, text: str) -> bool:
        """Whether DVC tracks numbers of this pair: of up to ``TRACKED`` pairs all, else those that are named."""
        few = len(self.encoders.video) * len(self.encoders.text) <= TRACKED
        return few or f"{video}:{text}" in self.report.pairs

    @model_validator(mode="after")
    def _agree(self) -> "Params":
        if self.alignment.k > self.neighbours.depth:
            raise ValueError(
                f"alignment.k is {self.alignment.k} but neighbours.depth only {self.neighbours.depth}: "
                "k must be at most depth"
            )
        n = self.samples.n
        if n is not None and self.dataset.source == "synthetic" and n > self.dataset.n:
            raise ValueError(
                f"samples.n is {n} but dataset.n only {self.dataset.n}: samples.n must be at most dataset.n"
            )
        if n is not None and self.neighbours.depth > n - 1:
            raise ValueError(
                f"neighbours.depth is {self.neighbours.depth}, but samples.n only {n}: "
                f"depth must be at most {n - 1}, the neighbours of each"
            )
        if len(set(self.frames.samplers)) < len(self.frames.samplers):
            raise ValueError(f"frames.samplers is {list(self.frames.samplers)}: each must be named once")
        if len(set(self.similarity.metrics)) < len(self.similarity.metrics):
            raise ValueError(f"similarity.metrics is {list(self.similarity.metrics)}: each must be named once")
        known = [f"{video}:{text}" for video in self.encoders.video for text in self.encoders.text]
        for pair in self.report.pairs:
            if pair not in known:
                raise ValueError(
                    f"report.pairs names {pair!r}, but the pairs of encoders are {', '.join(known[:TRACKED])}"
                )
        for key, entry in self.encoders.video.items():
            if entry.sampler not in self.frames.samplers:
                raise ValueError(
                    f"encoders.video.{key}.sampler is {entry.sampler!r}, frames.samplers has "
                    f"{list(self.frames.samplers)}: add it there"
                )
        return self


def read_params(path: Path) -> Params:
    """Read and check a params file.

    Raises
    ------
    InputError
        If the file is missing, is not YAML or does not fit; the message lists every place that is wrong.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing: run inside a project, a folder with params.yaml") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    return parse_params(raw, name=path.name)


def parse_params(raw: Any, *, name: str = "params") -> Params:
    """Check params that are already parsed from YAML.

    Raises
    ------
    InputError
        If a place is wrong.
    """
    try:
        return Params.model_validate(_tuples(raw))
    except ValidationError as error:
        places = (f"{'.'.join(map(str, e['loc'])) or name}: {_say(e)}" for e in error.errors())
        raise InputError(f"{name}: {'; '.join(places)}") from error


def _say(error: Any) -> str:
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        known = _known(error["loc"][:-1])
        return f"no such parameter; there are {', '.join(known)}"
    return message if error["type"] in ("missing", "value_error") else f"{message}, got {error['input']!r}"


def _known(place: tuple[int | str, ...]) -> list[str]:
    """Names of the parameters of a section."""
    kind: Any = Params
    for name in place:
        kind = kind.model_fields[name].annotation if hasattr(kind, "model_fields") else get_args(kind)[1]  # of a dict
    return list(kind.model_fields)


def _tuples(raw: Any) -> Any:
    """Lists of YAML as tuples, since a frozen section holds nothing that can be changed."""
    if isinstance(raw, dict):
        return {key: _tuples(value) for key, value in raw.items()}
    return tuple(_tuples(value) for value in raw) if isinstance(raw, list) else raw
