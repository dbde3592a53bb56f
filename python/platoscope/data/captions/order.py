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
    order = generator(id, seed=seed).permutation(len(captions))
    return [{"text": captions[place], **made, "place": int(place)} for place in order]


def generator(id: str, *, seed: int, use: int = 0) -> np.random.Generator:  # noqa: A002
    """Give the random numbers of a sample, others for every ``use`` of them."""
    word = int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "little")
    return np.random.default_rng(np.random.SeedSequence((seed, word, use) if use else (seed, word)))
