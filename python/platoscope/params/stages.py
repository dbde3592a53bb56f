"""One section a stage, ``dataset`` and ``encoders`` apart, and the grid of budgets."""

from typing import Annotated, Literal

from pydantic import Field

from platoscope.params.sections import Budgets, Sampler, Section, Seed


class FramesParams(Section):
    """Which frames are chosen, and the squares they are stored as.

    A video with more than ``max_pixels`` in a frame, as stored or as displayed, or longer than ``max_seconds`` is
    refused.
    ``whole``: decode it to its end where few frames are shown, too, so that damage to the others does not go unnoticed.
    """

    size: int = Field(ge=8)
    fit: Literal["crop", "pad"] = "crop"
    samplers: Annotated[tuple[Sampler, ...], Field(min_length=1)] = ("center",)
    short: Literal["repeat", "exclude"] = "repeat"
    thumbnails: bool = True
    max_pixels: int = Field(default=8192 * 8192, ge=1, lt=2**31)
    max_seconds: float = Field(default=4 * 3600.0, gt=0)
    whole: bool = False


class SamplesParams(Section):
    """How many samples take part (null: all that can), drawn by seed; ``damaged``: files that lost frames count too.

    To leave those out takes ``frames.whole``, without which damage to frames that are not shown goes unnoticed.
    ``ids``: those that are asked for, out of which they are drawn; none named stands for all.
    """

    n: int | None = Field(default=None, ge=2)
    ids: tuple[str, ...] = ()
    seed: Seed = 0
    damaged: bool = True


class BudgetsParams(Section):
    """The grid: numbers of frames and of captions."""

    frames: Budgets
    captions: Budgets


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

    Pairs that DVC does not track have at most 100 draws.

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
