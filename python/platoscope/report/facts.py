"""What the report knows: the alignment of every pair of encoders, its law, and which encoders are controls.

`data/alignment/layers.zarr`, `data/scaling/laws.json` and the text of params.yaml become a list of pairs, in the order
of the store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from platoscope.alignment.scores import metric_named
from platoscope.alignment.statistics.bootstrap import query_error
from platoscope.alignment.statistics.groups import Labels
from platoscope.errors import StoreError
from platoscope.params.variants import encoder_of
from platoscope.report.controls import control_of
from platoscope.report.curves import Series
from platoscope.report.words import many
from platoscope.scaling.document import read_document
from platoscope.scaling.law import law_curve
from platoscope.store import PairLayers, read_alignment

Array = NDArray[np.float64]
LINES = 6, 4  # trained encoders and controls in one picture of curves
PICTURED = 9, 3  # trained pairs and controls that have pictures of their own
NORMAL95 = 1.96


@dataclass(frozen=True)
class Pair:
    """One pair of encoders.

    ``control`` says what makes it a control ("untrained", "pixels"), ``None`` for trained encoders; ``law`` holds the
    parameters, r2, rmse and heldout_rmse, those that exist; ``layers`` says which scores the law was fitted to
    ("fixed", "per_cell"); ``groups`` labels the samples that stay together, [sample], where any do.
    """

    store: PairLayers
    law: Mapping[str, float] | None
    control: str | None
    layers: str
    groups: Labels | None = None

    @property
    def name(self) -> str:
        """Both encoders."""
        return f"{self.store.video} \N{MULTIPLICATION SIGN} {self.store.text}"

    @property
    def best(self) -> Array:
        """Best score over all pairs of layers, [n_f, n_c]."""
        return np.asarray(self.store.score.max(axis=(2, 3)), dtype=np.float64)

    @property
    def grid(self) -> Array:
        """The scores that the law was fitted to, [n_f, n_c]."""
        return self.best if self.layers == "per_cell" else self.store.score[:, :, *self.store.fixed]

    @property
    def largest(self) -> float:
        """The score at the largest budgets."""
        return float(self.grid[-1, -1])

    @property
    def chance(self) -> float:
        """Score of unrelated spaces."""
        return self.store.chance

    @property
    def title(self) -> str:
        """The score in words."""
        return metric_named(self.store.metric).title.format(k=self.store.k)

    @property
    def of_samples(self) -> Array:
        """The score of every sample for the fixed pair of layers, [n_f, n_c, sample]."""
        return metric_named(self.store.metric).score(self.store.count.astype(np.float64), self.store.k)

    @property
    def counted(self) -> list[str]:
        """What was counted of every sample at the largest budgets, in words."""
        words, k = metric_named(self.store.metric).counted, self.store.k
        return [words.format(value=value, k=k) for value in self.store.count[-1, -1].tolist()]

    @property
    def half_width(self) -> Array | None:
        """Half of the normal 95 % interval over queries, [n_f, n_c], samples of one source together.

        The counts kept are those of the fixed pair; ``None`` where others were fitted, and where there is one source.
        """
        if self.layers == "per_cell" or (self.groups is not None and len(np.unique(self.groups)) == 1):
            return None
        return NORMAL95 * query_error(self.of_samples, groups=self.groups)

    def budgets(self, axis: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The budgets of an axis, and those of the other."""
        both = self.store.frames, self.store.captions
        return both if axis == "frames" else both[::-1]

    @property
    def alone(self) -> tuple[str, int] | None:
        """The one budget that varies with the value of the other, ("frames", 1); ``None`` where both vary or neither.

        The law of such a pair is the reduced one, and knows nothing of other values of the budget that is held.
        """
        frames, captions = self.store.frames, self.store.captions
        if (len(frames) > 1) == (len(captions) > 1):
            return None
        return ("frames", captions[0]) if len(frames) > 1 else ("captions", frames[0])

    def series(self, axis: str) -> Series:
        """The line against one budget, the other at its largest."""
        slice_ = (slice(None), -1) if axis == "frames" else (-1, slice(None))
        budgets, others = self.budgets(axis)
        half_width = self.half_width
        return Series(
            label=self.store.video,
            budgets=budgets,
            score=self.grid[slice_],
            held=others[-1],
            half_width=None if half_width is None else half_width[slice_],
            law=self.curve(axis, others[-1]),
            start=(self.cell(0), float(self.grid[0, 0])) if len(others) > 1 else None,
            control=self.control is not None,
        )

    def ends(self, place: int) -> tuple[int, int]:
        """The smallest (0) or the largest (-1) of both budgets, (n_f, n_c)."""
        return self.store.frames[place], self.store.captions[place]

    def cell(self, place: int) -> str:
        """Name the smallest (0) or the largest (-1) of both budgets: "1 frame, 1 caption"."""
        return f"{many(self.store.frames[place], 'frame')}, {many(self.store.captions[place], 'caption')}"

    def curve(self, axis: str, held: int) -> tuple[Array, Array] | None:
        """The law against one budget, the other held: (budgets [x], scores [x]); ``None`` along a single budget."""
        budgets, _ = self.budgets(axis)
        if self.law is None or len(budgets) == 1:
            return None
        x = np.geomspace(budgets[0], budgets[-1], 65)
        return x, law_curve(self.law, x, held) if axis == "frames" else law_curve(self.law, held, x)

    def curves(self, axis: str) -> list[tuple[Array, Array]] | None:
        """The law against one budget, for every value of the other."""
        curves = [self.curve(axis, other) for other in self.budgets(axis)[1]]
        return [curve for curve in curves if curve is not None] or None


def read_facts(*, alignment: Path, laws: Path, params_text: str) -> list[Pair]:
    """Read every pair of the alignment folder with its law, of the document ``laws``.

    Raises
    ------
    StoreError
        Where a store is missing or holds no pair.
    InputError
        Where params name no such encoder.
    DataError
        Where the document of laws is none.
    """
    stores = list(read_alignment(alignment))
    if not stores:
        raise StoreError(f"{alignment} holds no pair of encoders: make it with `dvc repro alignment`")
    entries = read_entries(laws)
    params = yaml.safe_load(params_text)
    layers = (params.get("scaling") or {}).get("layers", "fixed")
    return [
        Pair(
            store=store,
            law=_law(entries.get(f"{store.video}:{store.text}")),
            control=control_of(params, "video", store.video) or control_of(params, "text", encoder_of(store.text)),
            layers=layers,
        )
        for store in stores
    ]


def read_entries(laws: Path) -> dict[str, dict[str, Any]]:
    """Read the entries of the document of laws by "VIDEO:TEXT"; StoreError where it is missing."""
    if not laws.is_file():
        raise StoreError(f"{laws} is missing: make it with `dvc repro scaling`, or get it with `dvc pull`")
    entries: dict[str, dict[str, Any]] = read_document(laws)["laws"]
    return entries


def best_pair(pairs: Sequence[Pair]) -> Pair:
    """The trained pair with the highest score at the largest budgets; of equals the first."""
    return max([pair for pair in pairs if pair.control is None] or pairs, key=lambda pair: pair.largest)


def pairs_in_headline(pairs: Sequence[Pair]) -> list[Pair]:
    """The video encoders beside the best one, against its text encoder: at most six, and four controls."""
    text = best_pair(pairs).store.text
    return _leading([pair for pair in pairs if pair.store.text == text], LINES)


def pairs_pictured(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with pictures of their own: the nine best trained ones and three controls."""
    return _leading(pairs, PICTURED)


def all_budgets(pairs: Sequence[Pair], axis: str) -> list[int]:
    """The budgets of an axis that any of the pairs has, rising."""
    return sorted({budget for pair in pairs for budget in pair.budgets(axis)[0]})


def shared_cell(pairs: Sequence[Pair], place: int) -> str | None:
    """Name the smallest (0) or the largest (-1) of both budgets where it is the same for all pairs."""
    names = {pair.cell(place) for pair in pairs}
    return names.pop() if len(names) == 1 else None


def _leading(pairs: Sequence[Pair], counts: tuple[int, int]) -> list[Pair]:
    """The highest scores of the trained pairs and of the controls, in the order given."""
    chosen: set[str] = set()
    for control, count in zip((False, True), counts, strict=True):
        kind = [pair for pair in pairs if (pair.control is not None) == control]
        chosen |= {pair.name for pair in sorted(kind, key=lambda pair: -pair.largest)[:count]}
    return [pair for pair in pairs if pair.name in chosen]


def _law(entry: Mapping[str, Any] | None) -> dict[str, float] | None:
    """The numbers of a law that the page prints: parameters and errors, those that exist."""
    if entry is None:
        return None
    errors = {name: entry[name] for name in ("r2", "rmse", "heldout_rmse") if name in entry}
    return {**entry["parameters"], **errors}
