"""Draws what a clip looks like whatever its law: a template's look, and the ground and bystanders of a clip.

Every law here is the same for time reversed, upside down and mirrored, so that no look tells a label.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.clocks.clock import either, fold, headings
from platoscope.data.datasets.clocks.scene import Camera, Colour, Look, Mark

# Light ones are lighter than any ground, and than any dark one: a grey picture tells them apart too.
LIGHT: dict[str, Colour] = {
    "white": (236, 236, 236),
    "yellow": (245, 215, 60),
    "cyan": (90, 215, 230),
    "pink": (250, 160, 190),
    "orange": (250, 160, 60),
}
DARK: dict[str, Colour] = {
    "red": (200, 45, 45),
    "blue": (60, 90, 220),
    "green": (30, 130, 60),
    "purple": (140, 60, 180),
    "brown": (135, 80, 45),
}
COLOURS = LIGHT | DARK

# The ladder of nuisances; each rung has those below it, but that a still takes the place of the textured ground.
RUNGS = ("black", "textured ground", "distractors", "textured objects", "still")
GROUND, BYSTANDERS, WOVEN, STILL = 1, 2, 3, 4

Roll = Literal["any", "quarter", "slight", "none"]  # a template's: any, of the four, none; a clip's besides: slight
_SLIGHT = 0.2  # radians
_SHIFT = 0.06


def draw_look(rng: np.random.Generator, *, roll: Roll, rung: int) -> Look:
    """Draw what a template's clips have in common; ``roll`` is how far the camera may be turned."""
    turn, quarter = rng.uniform(-np.pi, np.pi), int(rng.integers(4)) * np.pi / 2
    return Look(
        light=list(LIGHT)[rng.integers(len(LIGHT))],
        dark=list(DARK)[rng.integers(len(DARK))],
        size=float(rng.uniform(0.85, 1.2)),
        roll=float({"any": turn, "quarter": quarter}.get(roll, 0.0)),
        variety=int(rng.integers(1 << 16)),
        rung=rung,
        waves=float(rng.uniform(2, 4)) if rung >= WOVEN else None,
    )


def draw_camera(rng: np.random.Generator, *, look: Look, roll: Roll) -> Camera:
    """Draw how a clip is seen: what is no symmetry of its own is never a template's, which could be learnt."""
    if roll == "none":  # where a place means something
        return Camera(0.0, 1, (0.0, 0.0))
    slight, shift = rng.uniform(-_SLIGHT, _SLIGHT), rng.uniform(-_SHIFT, _SHIFT, 2)
    return Camera(float(look.roll + slight), either(rng), (float(shift[0]), float(shift[1])))


def draw_ground(rng: np.random.Generator, *, rung: int, size: int) -> NDArray[np.float32]:
    """Draw the ground of a clip, float32 ``[size, size, 3]``: black, or soft blotches of dark colours and waves."""
    if rung < GROUND:
        return np.zeros((size, size, 3), np.float32)
    blotches = sum(_soft(rng, cells=cells, size=size) for cells in (4, 9, 24)) / 3
    row, column = np.mgrid[:size, :size] / size
    for _ in range(2):
        across, down = headings(rng, 1)[0] * rng.uniform(3, 9)
        blotches += 0.12 * np.cos(2 * np.pi * (across * column + down * row + rng.uniform()))[..., None]
    tint = rng.uniform(25, 50, 3)
    ground: NDArray[np.float32] = np.clip(tint + 50 * (blotches - 0.5), 0, 75).astype(np.float32)
    return ground


def draw_bystanders(rng: np.random.Generator, *, times: NDArray[np.float64], rung: int) -> tuple[Mark, ...]:
    """Draw three small discs that go straight and turn at the edges of the picture, at any time alike."""
    if rung < BYSTANDERS:
        return ()
    marks = []
    for heading in headings(rng, 3):
        start, speed = rng.uniform(-0.9, 0.9, 2), rng.uniform(0, 0.8)
        way = fold(start + speed * heading * times[:, None], 0.9)
        grey = int(rng.integers(90, 190))
        marks.append(Mark("disc", way, float(rng.uniform(0.04, 0.07)), (grey, grey, grey)))
    return tuple(marks)


def _soft(rng: np.random.Generator, *, cells: int, size: int) -> NDArray[np.float64]:
    """Noise of that many cells a side, between which it is linear, float64 ``[size, size, 3]`` in 0..1."""
    place = np.linspace(0, cells - 1, size)
    nearness = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(cells)))  # [size, cell]
    field = rng.uniform(0, 1, (cells, cells, 3))
    soft: NDArray[np.float64] = np.einsum("ra,abc,sb->rsc", nearness, field, nearness, optimize=True)
    return soft
