"""What every kind of probe is given (the probe, stores, clips and settings) and what it has to offer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from platoscope.params.temporal import TemporalParams
from platoscope.store import TemporalStore
from platoscope.temporal.probes import Probe, Question
from platoscope.temporal.stages.clips import Clips

SETTINGS = ("folds", "repeats", "flips", "ridge", "draws", "level", "seed")


@dataclass(frozen=True)
class Context:
    """One probe of the encoders of a project."""

    name: str
    asked: Probe
    stores: Mapping[str, TemporalStore]
    texts: Mapping[str, TemporalStore]
    clips: Clips
    p: TemporalParams
    k: int
    clip: Mapping[str, Any]  # the rule for outlying values and its quantile, of what searches for neighbours

    @property
    def settings(self) -> dict[str, Any]:
        """What estimators of pairs are told."""
        return {name: getattr(self.p, name) for name in SETTINGS}

    @property
    def questions(self) -> list[Question]:
        """Those that there are clips for."""
        return [question for question in self.asked.questions if len(self.clips.pairs(question))]

    @property
    def layer_names(self) -> dict[str, tuple[str, ...]]:
        """Names of the layers of every encoder of videos."""
        return {key: store.layers for key, store in self.stores.items()}


class Kind(NamedTuple):
    """A kind of probe.

    ``blocks`` names what is computed apart, ``make`` computes one of them as plain values, ``tables`` turns all of them
    into texts of files, and ``line`` sums up.
    """

    blocks: Callable[[Context], list[str]]
    make: Callable[[Context, str], Any]
    tables: Callable[[Context, Mapping[str, Any]], dict[str, str]]
    line: Callable[[Context, Mapping[str, Any]], str]
