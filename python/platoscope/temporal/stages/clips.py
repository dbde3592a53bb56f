"""Which samples a question is about: clips of its families with their signs, their twins, or clips without labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.data.rows import read_lines
from platoscope.data.samples import read_samples
from platoscope.project import Project
from platoscope.temporal.probes import Question

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Samples that a question is about: rows int64 ``[pair]``, signs float64 ``[pair]``, and what belongs together.

    ``sources`` stay in one fold; ``templates`` are coarser, None where there are none.
    """

    rows: Rows
    signs: NDArray[np.float64]
    sources: NDArray[np.str_]
    templates: NDArray[np.str_] | None

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, kept: NDArray[np.bool_]) -> "Pairs":
        """Those that are kept, bool [pair]."""
        templates = None if self.templates is None else self.templates[kept]
        return Pairs(self.rows[kept], self.signs[kept], self.sources[kept], templates)


@dataclass(frozen=True)
class Clips:
    """The samples of a project in order, with what they were cut from, their labels, and rows that are left out."""

    ids: tuple[str, ...]
    sources: tuple[str | None, ...]
    labels: tuple[dict[str, Any], ...]
    left_out: dict[int, str] = field(default_factory=dict)  # rows, and why

    @property
    def has_families(self) -> bool:
        """Whether they are clips of clocks, which say what they show."""
        return any("family" in labels for labels in self.labels)

    def pairs(self, question: Question) -> Pairs:
        """The pairs that a question is about; all clips where none has a family and it may be asked anywhere."""
        if not self.has_families:
            return self._pairs(range(len(self.ids)) if question.anywhere else (), signed=False)
        return self._pairs(self._of(question.families, twin=False), signed=question.signed)

    def twins(self, question: Question) -> dict[str, Pairs]:
        """The pairs that have to be at chance, by what they are: twins, and the same clips without their signs."""
        named = {}
        if self.has_families:
            named["twins"] = self._pairs(self._of(question.families, twin=True), signed=question.signed)
        if self.has_families and question.alike:
            named["unsigned"] = self._pairs(self._of(question.families, twin=False), signed=False)
        return {name: pairs for name, pairs in named.items() if len(pairs)}

    def _of(self, families: Sequence[str], *, twin: bool) -> list[int]:
        return [
            row
            for row, labels in enumerate(self.labels)
            if labels.get("family") in families and bool(labels.get("twin")) == twin
        ]

    def _pairs(self, rows: Sequence[int], *, signed: bool) -> Pairs:
        kept = [row for row in rows if row not in self.left_out]
        signs = [float(self.labels[row]["sign"]) if signed else 1.0 for row in kept]
        templates = [f"{self.labels[row].get('family')}/{self.labels[row].get('template')}" for row in kept]
        return Pairs(
            rows=np.array(kept, np.int64),
            signs=np.array(signs),
            # A clip of no known source is a source of its own.
            sources=np.array([self.sources[row] or f"\0{self.ids[row]}" for row in kept], np.str_),
            templates=np.array(templates, np.str_) if self.has_families else None,
        )


def read_clips(project: Project) -> Clips:
    """Read the samples with the labels of their videos."""
    samples = read_samples(project.samples)
    videos = {line["id"]: line for line in read_lines(project.dataset / "videos.jsonl")}
    return Clips(samples.ids, samples.sources, tuple(videos[id_]["labels"] for id_ in samples.ids))
