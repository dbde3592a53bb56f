"""The whole of params.yaml: its sections, and what they must agree on."""

from pydantic import model_validator

from platoscope.params.captions import CaptionsParams
from platoscope.params.encoders import EncodersParams
from platoscope.params.sections import Section
from platoscope.params.sources import ClocksParams, DatasetParams
from platoscope.params.stages import (
    AlignmentParams,
    BudgetsParams,
    FramesParams,
    NeighboursParams,
    ReportParams,
    SamplesParams,
    ScalingParams,
    SimilarityParams,
    StatisticsParams,
)
from platoscope.params.temporal import TemporalParams
from platoscope.params.variants import encoder_of

TRACKED = 20  # pairs of encoders whose numbers all become metrics of DVC


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
    temporal: TemporalParams = TemporalParams()
    report: ReportParams = ReportParams()

    def tracked(self, video: str, text: str) -> bool:
        """Whether DVC tracks numbers of this pair: of up to ``TRACKED`` pairs all, else those that are named.

        Texts of other variants of captions than the first are tracked where they are named.
        """
        few = len(self.encoders.video) * len(self.encoders.text) <= TRACKED
        return (few and self.leads(text)) or f"{video}:{text}" in self.report.pairs

    def leads(self, text: str) -> bool:
        """Whether texts of this name are of the first variant of captions, which the page is about."""
        return text == self.captions.variants[0].of(encoder_of(text))

    @model_validator(mode="after")
    def _samples_agree(self) -> "Params":
        n, ids = self.samples.n, self.samples.ids
        clips: tuple[str, int | None] = ("dataset.n", self.dataset.n)
        if isinstance(self.dataset, ClocksParams):
            clips = ("what dataset renders", self.dataset.total)
        for name, there in (clips, ("samples.ids", len(ids) or None)):
            if n is not None and there is not None and n > there:
                raise ValueError(f"samples.n is {n} but {name} only {there}: samples.n must be at most {name}")
        if len(set(ids)) < len(ids):
            twice = next(id_ for place, id_ in enumerate(ids) if id_ in ids[:place])
            raise ValueError(f"samples.ids names {twice!r} twice: each must be named once")
        if not self.samples.damaged and not self.frames.whole:
            raise ValueError(
                "samples.damaged is false but frames.whole too, so that damage to frames that are not shown goes "
                "unnoticed: set frames.whole to true"
            )
        return self

    @model_validator(mode="after")
    def _arrays_agree(self) -> "Params":
        if isinstance(self.dataset, ClocksParams) and self.dataset.size != self.frames.size:
            raise ValueError(
                f"dataset.size is {self.dataset.size} but frames.size {self.frames.size}: clips of clocks are copied "
                "and never resized, the two must be equal"
            )
        return self

    @model_validator(mode="after")
    def _each_once(self) -> "Params":
        lists = {
            "frames.samplers": self.frames.samplers,
            "captions.modes": self.captions.modes,
            "captions.combine": self.captions.combine,
            "similarity.metrics": self.similarity.metrics,
            "temporal.probes": self.temporal.probes,
            "temporal.changes": self.temporal.changes,
        }
        for name, named in lists.items():
            if len(set(named)) < len(named):
                raise ValueError(f"{name} is {list(named)}: each must be named once")
        return self

    @model_validator(mode="after")
    def _captions_agree(self) -> "Params":
        p, most = self.captions, max(self.budgets.captions)
        if p.source != "dataset" and p.n < most:
            raise ValueError(f"captions.n is {p.n} but the largest of budgets.captions {most}: n must be at least that")
        if p.source == "vlm" and p.frames not in self.budgets.frames:
            raise ValueError(
                f"captions.frames is {p.frames}, but frames are stored for budgets.frames {list(self.budgets.frames)}: "
                "it must be one of them"
            )
        if p.source == "vlm" and p.sampler not in self.frames.samplers:
            raise ValueError(
                f"captions.sampler is {p.sampler!r}, frames.samplers has {list(self.frames.samplers)}: add it there"
            )
        return self

    @model_validator(mode="after")
    def _shown_in_time(self) -> "Params":
        p = self.temporal
        if not p.video:
            return self
        if p.chosen not in self.budgets.frames or p.sampler not in self.frames.samplers:
            raise ValueError(
                f"temporal shows {p.frames} of {p.chosen} frames by {p.sampler}, which are not stored: budgets.frames "
                f"has {list(self.budgets.frames)}, frames.samplers {list(self.frames.samplers)}"
            )
        if p.chosen < p.frames or p.sampler in ("first", "repeat"):
            raise ValueError(
                f"temporal.frames is {p.frames}, of {p.chosen} by {p.sampler}: wanted at most out_of, by a "
                "sampler that goes along a clip (center, linspace, span)"
            )
        return self

    @model_validator(mode="after")
    def _agree(self) -> "Params":
        if self.alignment.k > self.neighbours.depth:
            raise ValueError(
                f"alignment.k is {self.alignment.k} but neighbours.depth only {self.neighbours.depth}: "
                "k must be at most depth"
            )
        n = self.samples.n
        if n is not None and self.neighbours.depth > n - 1:
            raise ValueError(
                f"neighbours.depth is {self.neighbours.depth}, but samples.n only {n}: "
                f"depth must be at most {n - 1}, the neighbours of each"
            )
        texts = [variant.of(text) for variant in self.captions.variants for text in self.encoders.text]
        known = [f"{video}:{text}" for text in texts for video in self.encoders.video]
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
