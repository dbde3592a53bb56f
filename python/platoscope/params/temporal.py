"""``temporal``: what is asked of encoders about time, by which probes, beside which controls; nothing in the demo."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from platoscope.params.encoders import TextEncoderParams, VideoEncoderParams
from platoscope.params.sections import Key, Sampler, Section, Seed

Probe = Literal[
    "arrow", "order", "ordering", "cause", "irreversible", "gravity", "vectors", "odd", "test_of_time"
]  # fmt: skip
Change = Literal["flip", "mirror"]
BASELINES = {"pixels": "grey16", "flow": "flow", "artefact": "artefact"}  # of what kind each is


def _even(frames: int) -> int:
    if frames % 2:
        raise ValueError(f"frames is {frames}: halves are exchanged, which takes an even number")
    return frames


class BaselineParams(Section):
    """Keys of the baselines that stand beside every row: kinds ``grey16``, ``flow`` and ``artefact`` of ``pixels``."""

    pixels: Key | None = None
    flow: Key | None = None
    artefact: Key | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Those that are named."""
        return tuple(key for key in (self.pixels, self.flow, self.artefact) if key is not None)


class TemporalParams(Section):
    """Encoders by key, probes, and what is drawn how often; what is empty makes no stage.

    Encoders have entries of their own here: many are controls, which have no place in the rest of the pipeline.
    ``frames`` are shown of each clip, the middle ones of ``out_of`` (null: as many) that ``sampler`` chose, so that the
    ends of a file can be left out. ``changes`` of pixels are another run of every encoder each. ``untrained``: of an
    encoder those of its architecture that were never trained; being controls, these are shown no mirror. ``flips`` of
    the null, ``draws`` of intervals.
    """

    video: dict[Key, VideoEncoderParams] = Field(default_factory=dict)
    text: dict[Key, TextEncoderParams] = Field(default_factory=dict)
    probes: tuple[Probe, ...] = ()
    report: tuple[Literal["temporal"], ...] = ()
    frames: Annotated[int, Field(ge=4), AfterValidator(_even)] = 8
    out_of: int | None = None
    sampler: Sampler = "center"
    changes: tuple[Change, ...] = ("flip", "mirror")
    baselines: BaselineParams = BaselineParams()
    untrained: dict[Key, tuple[Key, ...]] = Field(default_factory=dict)
    folds: int = Field(default=5, ge=2)
    repeats: int = Field(default=5, ge=1)
    flips: int = Field(default=1000, ge=19)
    ridge: float = Field(default=0.01, gt=0)
    draws: int = Field(default=2000, ge=100)
    level: float = Field(default=0.95, gt=0, lt=1)
    seed: Seed = 0

    @model_validator(mode="after")
    def _keys_agree(self) -> "TemporalParams":
        for side, entries in (("video", self.video), ("text", self.text)):
            for key, entry in entries.items():
                if entry.family == "stored":
                    raise ValueError(f"{side}.{key} is of family stored, which has no steps of time")
        named = {"baselines": self.baselines.keys, **{f"untrained.{k}": (k, *own) for k, own in self.untrained.items()}}
        for place, keys in named.items():
            for key in keys:
                if key not in self.video:
                    raise ValueError(f"{place} names {key!r}, video has {', '.join(self.video)}: add it there")
        return self

    @model_validator(mode="after")
    def _probes_have_controls(self) -> "TemporalParams":
        for name, kind in BASELINES.items():
            key = getattr(self.baselines, name)
            if key is None and self.probes:
                raise ValueError(f"probes need the baseline {name} beside them: name it in baselines")
            if key is not None and self.video[key].kind != kind:
                raise ValueError(f"baselines.{name} is {key!r}, but has to be of family pixels, kind {kind}")
        if self.report and not self.probes:
            raise ValueError("report sums up probes, and there are none")
        return self

    def changes_for(self, key: str) -> tuple[Change, ...]:
        """The changes of pixels that an encoder is shown: a control is not asked for its own control, the mirror."""
        is_control = any(key in own for own in self.untrained.values())
        return tuple(change for change in self.changes if not (is_control and change == "mirror"))

    @property
    def chosen(self) -> int:
        """How many frames the sampler chooses, of which the middle ones are shown."""
        return self.frames if self.out_of is None else self.out_of
