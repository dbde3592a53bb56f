"""Captions become the distinct texts that an encoder reads: joined for each budget, the longest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.data.rows import read_lines
from platoscope.data.samples import Samples
from platoscope.encoders.base import TextEncoder
from platoscope.errors import InputError, StoreError


@dataclass(frozen=True)
class Texts:
    """Distinct texts in falling order of their lengths.

    ``lengths``: int64 [text], in tokens; ``places``: int64 [budget, sample], which of them stands where.
    """

    texts: tuple[str, ...]
    lengths: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def sorted(cls, joined: Sequence[Sequence[str]], encoder: TextEncoder) -> "Texts":
        """Sort texts [sample][budget], so that texts of like length share a batch and the largest comes first."""
        given = dict.fromkeys(text for sample in joined for text in sample)
        lengths = encoder.lengths(list(given))
        order = np.argsort(-lengths, kind="stable")
        distinct = list(given)
        texts = tuple(distinct[place] for place in order)
        place_of = {text: place for place, text in enumerate(texts)}
        places = np.array([[place_of[text] for text in sample] for sample in joined], np.int64).T
        return cls(texts, lengths[order], places)

    def over(self, limit: int) -> list[float]:
        """The share of texts longer than a limit, by budget."""
        return [float(np.mean(row > limit)) for row in self.lengths[self.places]]


def joined_texts(samples: Samples, captions: Path, budgets: Sequence[int]) -> list[list[str]]:
    """The text of every sample at every budget: its first n_c captions joined by one space.

    Raises
    ------
    StoreError
        If a sample has fewer captions than a budget asks for.
    """
    by_id = {row["id"]: [caption["text"] for caption in row["captions"]] for row in read_lines(captions)}
    short = [id_ for id_ in samples.ids if len(by_id.get(id_, ())) < max(budgets)]
    if short:
        raise StoreError(
            f"{captions}: sample {short[0]!r} has too few captions for budget {max(budgets)}: run `dvc repro`"
        )
    return [[" ".join(by_id[id_][:n_c]) for n_c in budgets] for id_ in samples.ids]


def refuse_long(run_of: str, texts: Texts, samples: Samples, *, n_c: int, limit: int) -> None:
    """Refuse texts that would be cut off before any is encoded; ``n_c`` is the largest budget."""
    n_tokens = texts.lengths[texts.places[-1]]
    longest = int(n_tokens.argmax())
    if n_tokens[longest] > limit:
        raise InputError(
            f"{run_of}: sample {samples.ids[longest]!r} has {n_tokens[longest]} tokens in {n_c} captions, the model "
            f"takes {limit}: use smaller budgets.captions, or say truncate: true in the encoder's entry"
        )
