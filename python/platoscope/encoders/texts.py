"""Captions become the distinct texts that an encoder reads, the longest first, and for each budget which are its.

A budget has so many captions of a mode, joined to one text or as a text each, whose features are averaged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from platoscope.data.captions.modes import counted, shown
from platoscope.data.rows import read_lines
from platoscope.data.samples import Samples
from platoscope.encoders.base import TextEncoder
from platoscope.errors import InputError, StoreError
from platoscope.params.variants import PLAIN, Variant


@dataclass(frozen=True)
class Texts:
    """Distinct texts in falling order of their lengths.

    ``lengths``: int64 [text], in tokens; ``places``: int64 [sample, text] of each budget, which of them are averaged.
    """

    texts: tuple[str, ...]
    lengths: NDArray[np.int64]
    places: list[NDArray[np.int64]]

    @classmethod
    def sorted(cls, shown: Sequence[Sequence[Sequence[str]]], encoder: TextEncoder) -> "Texts":
        """Sort texts [budget][sample][text], so that those of like length share a batch and the largest comes first."""
        given = dict.fromkeys(text for budget in shown for sample in budget for text in sample)
        lengths = encoder.lengths(list(given))
        order = np.argsort(-lengths, kind="stable")
        distinct = list(given)
        texts = tuple(distinct[place] for place in order)
        place_of = {text: place for place, text in enumerate(texts)}
        places = [np.array([[place_of[text] for text in sample] for sample in budget], np.int64) for budget in shown]
        return cls(texts, lengths[order], places)

    def over(self, limit: int) -> list[float]:
        """The share of samples with a text longer than a limit, by budget."""
        return [float(np.mean(self.lengths[table].max(axis=1) > limit)) for table in self.places]


class TextBudget(NamedTuple):
    """A place on the axis of budgets: so many captions, of a variant."""

    variant: Variant
    n_c: int


def text_budgets(variants: Sequence[Variant], numbers: Sequence[int]) -> list[TextBudget]:
    """List every number of captions of every variant, in the order of a store."""
    return [TextBudget(variant, n_c) for variant in variants for n_c in numbers]


def most_texts(budgets: Sequence[TextBudget]) -> int:
    """Count the texts of a sample that differ, if its captions all do."""
    texts: set[tuple[tuple[str, int], ...]] = set()
    for (mode, combine), n_c in budgets:
        captions = [_identity(mode, place) for place in range(n_c)]
        texts |= {tuple(captions)} if combine == "join" else {(caption,) for caption in captions}
    return len(texts)


def _identity(mode: str, place: int) -> tuple[str, int]:
    """Which caption stands at a place of a mode: the first is the same in all but those of another order."""
    if mode == "repeat" or (place == 0 and not mode.startswith("order")):
        return "distinct", 0
    return mode, place


def shown_texts(samples: Samples, captions: Path, budgets: Sequence[TextBudget]) -> list[list[list[str]]]:
    """List the texts of every sample at every budget, [budget][sample][text]: its captions joined by spaces, or each.

    Raises
    ------
    StoreError
        If a sample has fewer captions than a budget asks for.
    """
    rows = {row["id"]: row for row in read_lines(captions)}
    largest = {budget.variant.mode: budget.n_c for budget in sorted(budgets, key=lambda budget: budget.n_c)}
    for mode, n_c in largest.items():
        short = [id_ for id_ in samples.ids if id_ not in rows or counted(rows[id_], mode) < n_c]
        if short:
            raise StoreError(f"{captions}: sample {short[0]!r} has too few captions for budget {n_c}: run `dvc repro`")
    return [[_texts(rows[id_], budget) for id_ in samples.ids] for budget in budgets]


def _texts(row: Mapping[str, Any], budget: TextBudget) -> list[str]:
    texts = shown(row, budget.variant.mode, budget.n_c)
    return [" ".join(texts)] if budget.variant.combine == "join" else texts


def refuse_long(run_of: str, texts: Texts, samples: Samples, *, budgets: Sequence[TextBudget], limit: int) -> None:
    """Refuse texts that would be cut off before any is encoded."""
    for table, budget in zip(reversed(texts.places), reversed(budgets), strict=True):
        n_tokens = texts.lengths[table].max(axis=1)
        longest = int(n_tokens.argmax())
        if n_tokens[longest] > limit:
            of = "" if budget.variant == PLAIN else f" ({budget.variant.mode}, {budget.variant.combine})"
            raise InputError(
                f"{run_of}: sample {samples.ids[longest]!r} has {n_tokens[longest]} tokens in {budget.n_c} captions"
                f"{of}, the model takes {limit}: use smaller budgets.captions, or say truncate: true in the encoder's "
                "entry"
            )
