"""The ``captions`` stage: the captions of each sample in the order in which a budget takes them.

The order is drawn by seed and sample id, so that it depends on neither the other samples nor their order.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from platoscope.data.rows import read_lines, write_lines
from platoscope.params import Params
from platoscope.project import Project


def run(params: Params, project: Project) -> str:
    """Write ``data/captions.jsonl``; gives the summary line."""
    rows = read_lines(project.dataset / "captions.jsonl")
    write_lines(
        project.captions,
        (
            {"id": row["id"], "captions": ordered(row["captions"], id=row["id"], seed=params.captions.seed)}
            for row in rows
        ),
    )
    counts = [len(row["captions"]) for row in rows]
    return f"captions: {sum(counts)} of {len(rows)} samples, {min(counts)} to {max(counts)} each"


def ordered(captions: Sequence[str], *, id: str, seed: int) -> list[dict[str, str | int]]:  # noqa: A002
    """Shuffle captions by (seed, sample id); each row says where its text came from and at which place."""
    word = int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "little")
    order = np.random.default_rng(np.random.SeedSequence((seed, word))).permutation(len(captions))
    return [{"text": captions[place], "origin": "dataset", "place": int(place)} for place in order]
