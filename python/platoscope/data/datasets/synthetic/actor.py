"""Turns a place and a random generator into the objects of a beat, two or three, each with a look and a path.

The first object always gets about; the second may be tied to it (it is followed, met, passed, circled, pushed or
jumped over); the third is there for a part of the beat only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from platoscope.data.datasets.synthetic.framing import Framing
from platoscope.data.datasets.synthetic.grade import Grade, colour_word, grade_colour
from platoscope.data.datasets.synthetic.icon import COATS, Icon
from platoscope.data.datasets.synthetic.motion import (
    AIR_MOTIONS,
    GROUND_MOTIONS,
    MOTIONS,
    PASSING_MOTIONS,
    TIES,
    Body,
    Path,
)
from platoscope.data.datasets.synthetic.pen import RGB
from platoscope.data.datasets.synthetic.place import Place
from platoscope.data.datasets.synthetic.sprite import TEXTURES, proportions
from platoscope.data.datasets.synthetic.tables import ICONS

Rng = np.random.Generator
T = TypeVar("T")
TIE_SHARE = 0.6  # of the beats whose first two objects can have to do with each other
THIRD_SHARE = 0.5  # of the beats that a third object visits
LEAPING = frozenset({"hop", "jump", "leap", "run", "gallop"})
FACTORS = ((0.6, 0.8), (0.9, 1.1), (1.25, 1.4))  # of an icon's usual size: small, usual, large
# Where two or three objects stand, from the left: apart, so that one does not hide the other for a whole beat.
STANDS = {2: np.array([0.28, 0.72]), 3: np.array([0.22, 0.5, 0.78])}
LARGEST = 0.62  # share of the frame; what is larger could not be seen to move


@dataclass(frozen=True)
class Actor:
    """One object in one beat: what it is, what it looks like, and its path.

    `size` is its greater side as a share of the frame; `coat` its colour before grading and `word` the name of that
    colour after grading, None where it has no undoubted name; `flipped` is "as drawn" or "flipped" by lot.
    """

    name: str
    coat: RGB
    word: str | None
    texture: str
    size: float
    flipped: str
    motion: str
    path: Path

    @property
    def icon(self) -> Icon:
        """The kind of object."""
        return ICONS[self.name]

    @property
    def size_word(self) -> str | None:
        """`small` or `large` by its share of the frame, None in between."""
        return "small" if self.size <= 0.25 else "large" if self.size >= 0.5 else None


def draw_actors(
    rng: Rng, *, place: Place, framing: Framing, grade: Grade, before: frozenset[str]
) -> tuple[tuple[Actor, ...], str | None]:
    """Draw the two or three objects of a beat, and the tie between the first two, None where there is none.

    The second and third object are new ones, not among the names of the beat `before`.
    """
    names = _draw_names(rng, cast=place.cast, before=before)
    sizes = [min(LARGEST, ICONS[name].size * rng.uniform(*_one(FACTORS, rng))) for name in names]
    ties = possible_ties(names[0], names[1], sizes=(sizes[0], sizes[1]))
    tie = _one(ties, rng) if ties and rng.random() < TIE_SHARE else None
    bodies = _bodies(rng, place=place, framing=framing, names=names, sizes=sizes, tie=tie)
    motions, paths = _paths(rng, names=names, bodies=bodies, tie=tie)
    actors = (
        _dress(rng, name=name, size=size, motion=motion, path=path, grade=grade)
        for name, size, motion, path in zip(names, sizes, motions, paths, strict=True)
    )
    return tuple(actors), tie


def _draw_names(rng: Rng, *, cast: Sequence[str], before: frozenset[str]) -> list[str]:
    names = [_one([name for name in cast if ICONS[name].moves], rng)]
    for share in (1.0, THIRD_SHARE):
        fresh = [name for name in cast if name not in names and name not in before]
        if fresh and rng.random() < share:
            names.append(_one(fresh, rng))
    return names


def possible_ties(first: str, second: str, *, sizes: tuple[float, float]) -> list[str]:
    """List what the first object can do with the second, by names of icons and shares of the frame."""
    one, other = ICONS[first], ICONS[second]
    ties: list[str] = []
    if other.moves and one.flies == other.flies:
        ties += ["follow", "meet", "pass", "push"]
    if one.flies:
        ties.append("circle")
    if not one.flies and not other.flies and LEAPING & set(one.verbs) and sizes[1] <= 0.4:
        ties.append("jump")
    return ties


def _bodies(
    rng: Rng, *, place: Place, framing: Framing, names: Sequence[str], sizes: Sequence[float], tie: str | None
) -> list[Body]:
    """Give each object its width, height and foot; those that touch each other stand on one line."""
    bodies: list[Body] = []
    stands = STANDS[len(names)] + rng.uniform(-0.05, 0.05, size=len(names))
    for name, size, stand in zip(names, sizes, rng.permutation(stands), strict=True):
        width, height = (side * size for side in proportions(name))
        low, high = place.air if ICONS[name].flies else map(framing.down, place.ground)
        foot = max(rng.uniform(low, high) / 100, height + 0.02)  # nobody's head is cut off
        bodies.append(Body(width=width, height=height, foot=foot, stand=float(stand)))
    if tie in {"follow", "meet", "push", "jump"}:
        line = max(bodies[0].foot, bodies[1].foot)
        bodies[:2] = [replace(body, foot=line) for body in bodies[:2]]
    return bodies


def _paths(rng: Rng, *, names: Sequence[str], bodies: Sequence[Body], tie: str | None) -> tuple[list[str], list[Path]]:
    """Give each object its motion's name (the tie's where it is tied) and its path, mirrored at random."""
    motions: list[str] = []
    paths: list[Path] = []
    if tie is not None:
        pair = TIES[tie](bodies[0], bodies[1], rng)
        mirror = rng.random() < 0.5
        motions += [tie, tie]
        paths += [path.mirrored() if mirror else path for path in pair]
    for order in range(len(paths), len(names)):
        motion = _one(_motions(ICONS[names[order]], order=order), rng)
        body = bodies[order]
        motions.append(motion)
        if rng.random() < 0.5:
            # Mirrored about the frame, an object has to stand on the other side to end where it was put.
            paths.append(MOTIONS[motion](replace(body, stand=1 - body.stand), rng).mirrored())
        else:
            paths.append(MOTIONS[motion](body, rng))
    return motions, paths


def _motions(icon: Icon, *, order: int) -> tuple[str, ...]:
    """List the motions open to an object that is the first, second or third (0, 1, 2) of its beat."""
    if order == 2:
        return PASSING_MOTIONS if icon.moves else ("appear", "vanish")
    if not icon.moves:
        return ("rest",)
    return AIR_MOTIONS if icon.flies else GROUND_MOTIONS


def _dress(rng: Rng, *, name: str, size: float, motion: str, path: Path, grade: Grade) -> Actor:
    """Give an object its colour, a little off the table's, its texture and the side it faces."""
    icon = ICONS[name]
    base = np.asarray(COATS[_one(icon.coats, rng)]) + rng.normal(0, 6, size=3)
    red, green, blue = (round(float(v)) for v in np.clip(base, 0, 255))
    coat = (red, green, blue)
    return Actor(
        name=name,
        coat=coat,
        word=colour_word(grade_colour(coat, grade)),
        texture=_one(TEXTURES, rng) if icon.textured else "plain",
        size=float(size),
        flipped="flipped" if rng.random() < 0.5 else "as drawn",
        motion=motion,
        path=path,
    )


def _one(options: Sequence[T], rng: Rng) -> T:
    return options[int(rng.integers(len(options)))]
