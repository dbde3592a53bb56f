"""The order in which budgets take a sample's captions: drawn by seed and sample id, whatever the other samples are."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np


def ordered(
    captions: Sequence[str],
    *,
    id: str,  # noqa: A002
    seed: int,
    made: Mapping[str, str] = {"origin": "dataset"},
) -> list[dict[str, str | int]]:
    """Shuffle captions by (seed, sample id); each row says how its text was made and at which place it stood."""
    word = int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "little")
    order = np.random.default_rng(np.random.SeedSequence((seed, word))).permutation(len(captions))
    return [{"text": captions[place], **made, "place": int(place)} for place in order]
