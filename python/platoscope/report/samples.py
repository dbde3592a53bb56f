"""Which samples agree: the few that score most by their neighbours, and least, with what they and their neighbours are.

Extremes of one pair of layers, captions and small pictures [sample, step, height, width, 3] become cards.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from platoscope.alignment.extremes import Extreme
from platoscope.data.rows import read_lines
from platoscope.data.samples import Samples
from platoscope.errors import StoreError
from platoscope.store import read_thumbnails

SHOWN = 10  # nearest neighbours of a side that have a place on the page
Pictures = NDArray[np.uint8]


@dataclass(frozen=True)
class Shown:
    """One sample as it is shown: id, first caption, its picture as a data URI with its size in pixels."""

    id: str
    caption: str
    picture: str | None
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Neighbour:
    """A neighbour, and whether the other side names it too."""

    shown: Shown
    shared: bool


@dataclass(frozen=True)
class Card:
    """One sample with its score, what was counted for it in words, and its nearest neighbours on both sides.

    ``k`` is how many neighbours there are of a side, of which the first are here.
    """

    shown: Shown
    score: float
    counted: str
    k: int
    video: tuple[Neighbour, ...]
    text: tuple[Neighbour, ...]


def cards(chosen: Sequence[Extreme], *, samples: Samples, captions: Path, thumbnails: Path) -> list[Card]:
    """Make the cards of samples: their steps side by side, and of each neighbour the second step.

    Raises
    ------
    StoreError
        Where captions or pictures do not cover the samples.
    """
    if not chosen:
        return []
    first = _first_captions(captions)
    named = {place for card in chosen for place in (card.sample, *card.video, *card.text)}
    missing = [samples.ids[place] for place in sorted(named) if samples.ids[place] not in first]
    if missing:
        raise StoreError(f"{captions} has no caption of {missing[0]}: make it with `dvc repro captions`")
    pictures = read_thumbnails(thumbnails)
    if pictures is not None and len(pictures) <= int(samples.rows.max()):
        raise StoreError(f"{thumbnails} holds {len(pictures)} samples, row {int(samples.rows.max())} is asked for")
    small: dict[int, Shown] = {}

    def neighbour(place: int, card: Extreme) -> Neighbour:
        if place not in small:
            name = samples.ids[place]
            small[place] = _shown(name, first[name], pictures, int(samples.rows[place]), steps=slice(1, 2))
        return Neighbour(small[place], place in card.shared)

    def card(one: Extreme) -> Card:
        name = samples.ids[one.sample]
        shown = _shown(name, first[name], pictures, int(samples.rows[one.sample]), steps=slice(None))
        video, text = (tuple(neighbour(place, one) for place in side[:SHOWN]) for side in (one.video, one.text))
        return Card(shown, one.score, one.counted, len(one.video), video, text)

    return [card(one) for one in chosen]


def _first_captions(path: Path) -> dict[str, str]:
    """The first caption of every sample that has one."""
    return {row["id"]: row["captions"][0]["text"] for row in read_lines(path) if row["captions"]}


def _shown(name: str, caption: str, pictures: Pictures | None, row: int, *, steps: slice) -> Shown:
    """Put steps of one sample side by side."""
    if pictures is None:
        return Shown(name, caption, None)
    strip = np.concatenate(list(pictures[row][steps]), axis=1)  # [height, step * width, 3]
    quality = 88 if len(pictures[row][steps]) > 1 else 75  # one step alone is shown small
    return Shown(name, caption, _data_uri(strip, quality=quality), strip.shape[1], strip.shape[0])


def _data_uri(pixels: Pictures, *, quality: int) -> str:
    """An RGB picture as a JPEG within an address."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format="JPEG", quality=quality, subsampling=0, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
