"""Which samples agree: the few that score most by their neighbours, and least, with what they look like.

Scores [sample] of one pair of layers, captions and small pictures [sample, step, height, width, 3] become cards.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from platoscope.data.rows import read_lines
from platoscope.data.samples import Samples
from platoscope.errors import StoreError
from platoscope.store import read_thumbnails

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Card:
    """One sample: id, first caption, score, what was counted for it in words, and its steps as one data URI."""

    id: str
    caption: str
    score: float
    counted: str
    picture: str | None
    width: int
    height: int


def extremes(score: Scores, count: int) -> tuple[list[int], list[int]]:
    """The samples with the largest and with the smallest score, [sample]; of equals the first."""
    most, least = (np.argsort(keys, kind="stable")[:count] for keys in (-score, score))
    return most.tolist(), least.tolist()


def cards(
    chosen: Sequence[int],
    score: Scores,
    counted: Sequence[str],
    *,
    samples: Samples,
    captions: Path,
    thumbnails: Path,
) -> list[Card]:
    """Make the cards of samples (places in the sample set); ``counted`` says what the score of each is made of.

    Raises
    ------
    StoreError
        Where captions or pictures do not cover the samples.
    """
    first = _first_captions(captions)
    missing = [samples.ids[sample] for sample in chosen if samples.ids[sample] not in first]
    if missing:
        raise StoreError(f"{captions} has no caption of {missing[0]}: make it with `dvc repro captions`")
    pictures = read_thumbnails(thumbnails)
    if pictures is not None and len(pictures) <= int(samples.rows.max()):
        raise StoreError(f"{thumbnails} holds {len(pictures)} samples, row {int(samples.rows.max())} is asked for")
    return [
        _card(
            samples.ids[sample],
            first,
            float(score[sample]),
            counted[sample],
            None if pictures is None else pictures[samples.rows[sample]],
        )
        for sample in chosen
    ]


def _first_captions(path: Path) -> dict[str, str]:
    """The first caption of every sample that has one."""
    return {row["id"]: row["captions"][0]["text"] for row in read_lines(path) if row["captions"]}


def _card(name: str, captions: dict[str, str], score: float, counted: str, steps: NDArray[np.uint8] | None) -> Card:
    """Put the steps of one sample side by side."""
    if steps is None:
        return Card(name, captions[name], score, counted, None, 0, 0)
    strip = np.concatenate(list(steps), axis=1)  # [height, step * width, 3]
    return Card(name, captions[name], score, counted, _data_uri(strip), strip.shape[1], strip.shape[0])


def _data_uri(pixels: NDArray[np.uint8]) -> str:
    """An RGB picture as a JPEG within an address."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format="JPEG", quality=88, subsampling=0, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
