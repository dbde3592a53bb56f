"""Which captions of a sample a budget shows: modes, by which more captions are more facts, more wordings or more words.

A row of ``data/captions.jsonl`` has a list of captions for every mode that is asked for; the first caption is the same
in all of them but those of another order. What is drawn depends on the seed and the sample's id.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from platoscope.data.captions.order import generator

SPARE = 4  # samples that are drawn for each that is needed, since some may have no captions
OF_OTHERS = 10  # which random numbers; 1 to 9 are of other orders
Row = Mapping[str, Any]
Captions = list[dict[str, Any]]


def with_modes(
    rows: Sequence[Row], modes: Iterable[str], *, reworded: Mapping[str, Captions], seed: int
) -> Iterator[dict[str, Any]]:
    """Add to rows, each with ``id`` and ``captions``, what else the modes show; ``repeat`` needs nothing else.

    ``reworded``: other wordings of the first caption, by id.
    """
    modes = set(modes)
    for place, row in enumerate(rows):
        captions, added = row["captions"], {}
        if "paraphrase" in modes:
            added["paraphrase"] = [*captions[:1], *reworded.get(row["id"], ())]
        if "shuffled" in modes:
            added["shuffled"] = [*captions[:1], *_of_others(rows, place, len(captions) - 1, seed=seed)]
        for mode in sorted(mode for mode in modes if mode.startswith("order")):
            order = generator(row["id"], seed=seed, use=int(mode[-1])).permutation(len(captions))
            added[mode] = [captions[at] for at in order]
        yield {**row, **added}


def _of_others(rows: Sequence[Row], place: int, count: int, *, seed: int) -> Captions:
    """Draw captions of as many other samples, one each; of fewer where there are no more."""
    if count < 1:
        return []
    rng = generator(rows[place]["id"], seed=seed, use=OF_OTHERS)
    drawn = rng.choice(len(rows) - 1, size=min(len(rows) - 1, SPARE * count), replace=False)
    able = [rows[at] for at in drawn + (drawn >= place) if rows[at]["captions"]]
    return [{**row["captions"][int(rng.integers(len(row["captions"])))], "of": row["id"]} for row in able[:count]]


def shown(row: Row, mode: str, n_c: int) -> list[str]:
    """List the texts that a row shows in a mode, at most n_c."""
    if mode == "repeat":
        return [caption["text"] for caption in row["captions"][:1]] * n_c
    return [caption["text"] for caption in _listed(row, mode)[:n_c]]


def counted(row: Row, mode: str) -> float:
    """How many captions a row has to show in a mode: of ``repeat`` without end."""
    if mode == "repeat":
        return float("inf") if row["captions"] else 0
    return len(_listed(row, mode))


def _listed(row: Row, mode: str) -> Captions:
    captions: Captions = row["captions" if mode == "distinct" else mode]
    return captions
