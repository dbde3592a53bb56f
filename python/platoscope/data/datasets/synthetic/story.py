"""Turns a random generator into a story: beats with a place, objects on their paths, and a camera's grade.

The beats of a clip mostly follow its main theme; two beats that follow each other are never in the same place. Nothing
is painted here, so the whole plan can be told (see `captions`) and labelled without rendering it.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from platoscope.data.datasets.synthetic.actor import Actor, draw_actors
from platoscope.data.datasets.synthetic.framing import Framing, draw_framing
from platoscope.data.datasets.synthetic.grade import Grade, draw_grade
from platoscope.data.datasets.synthetic.place import Place
from platoscope.data.datasets.synthetic.tables import THEMES

Rng = np.random.Generator


@dataclass(frozen=True)
class Beat:
    """Frames first..end-1 of a clip: a place, its objects, and what the first two have to do with each other (`tie`).

    `framing` is how the place is shot, `backdrop` is "as drawn" or "flipped", and `paint_seed` settles the place's
    colours and where its props stand.
    """

    theme: str
    place: Place
    actors: tuple[Actor, ...]
    tie: str | None
    grade: Grade
    framing: Framing
    backdrop: str
    first: int
    end: int
    paint_seed: int


@dataclass(frozen=True)
class Story:
    """The plan of a clip: its main theme and its beats in order."""

    theme: str
    beats: tuple[Beat, ...]


def draw_story(rng: Rng, *, frames: int, beats: int, coherence: float) -> Story:
    """Draw a story of `beats` beats over `frames` frames, each in the main theme with probability `coherence`."""
    names = tuple(THEMES)
    theme = names[int(rng.integers(len(names)))]
    others = [name for name in names if name != theme]
    cuts = _cuts(rng, frames=frames, beats=beats)
    told: list[Beat] = []
    for first, end in pairwise(cuts):
        here = theme if rng.random() < coherence else others[int(rng.integers(len(others)))]
        free = [place for place in THEMES[here] if not told or place is not told[-1].place]
        place = free[int(rng.integers(len(free)))]
        before = frozenset(actor.name for actor in told[-1].actors) if told else frozenset()
        told.append(_draw_beat(rng, theme=here, place=place, before=before, first=first, end=end))
    return Story(theme=theme, beats=tuple(told))


def _draw_beat(rng: Rng, *, theme: str, place: Place, before: frozenset[str], first: int, end: int) -> Beat:
    grade = draw_grade(rng, light=place.light)
    framing = draw_framing(rng)
    actors, tie = draw_actors(rng, place=place, framing=framing, grade=grade, before=before)
    return Beat(
        theme=theme,
        place=place,
        actors=actors,
        tie=tie,
        grade=grade,
        framing=framing,
        backdrop="flipped" if rng.random() < 0.5 else "as drawn",
        first=first,
        end=end,
        paint_seed=int(rng.integers(2**32)),
    )


def _cuts(rng: Rng, *, frames: int, beats: int) -> list[int]:
    """Cut frames into beats of unequal length: the first frame of each and, last, the number of frames."""
    lengths = rng.uniform(0.8, 1.2, size=beats)
    edges = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum() * frames
    return [round(float(edge)) for edge in edges]
