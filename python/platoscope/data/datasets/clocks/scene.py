"""What a law is given and what it makes: a setting becomes marks that move, captions with antonyms, and labels.

The world is the square -1..1, x to the right and y up; paths are float64 ``[frame, 2]``.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.clocks.clock import Path, centred

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Camera:
    """How the world is seen: mirrored (-1) or not (1), then rolled (radians), then shifted."""

    roll: float
    mirror: int
    shift: tuple[float, float]

    def seen(self, path: Path) -> Path:
        """Places in the picture's own square -1..1 of places in the world, ``[..., 2]``."""
        x, y = self.mirror * path[..., 0], path[..., 1]
        cos, sin = np.cos(self.roll), np.sin(self.roll)
        return np.stack([cos * x - sin * y + self.shift[0], sin * x + cos * y + self.shift[1]], axis=-1)


@dataclass(frozen=True)
class Look:
    """What the clips of a template have in common, their twins too.

    ``light`` and ``dark`` are names of colours; ``size`` a factor of all radii; ``roll`` of the camera, radians;
    ``variety`` a number by which a law may choose among its forms; ``rung`` the place on the ladder of nuisances;
    ``waves`` across an object, where objects are textured.
    """

    light: str
    dark: str
    size: float
    roll: float
    variety: int
    rung: int
    waves: float | None


@dataclass(frozen=True)
class Setting:
    """What a law is given: a generator of the clip's own, and what is asked for.

    ``sign`` is the label of families that have one; ``relation`` 0 or 1, the word order of the captions; ``number``
    counts the clips of a template.
    """

    rng: np.random.Generator
    frames: int
    look: Look
    twin: bool
    sign: int
    relation: int
    template: int
    number: int

    @property
    def clock(self) -> Path:
        """Times of the frames, 0 in the middle, float64 ``[frame]``."""
        return centred(self.frames)


@dataclass(frozen=True, eq=False)
class Mark:
    """Something drawn: where its middle is in each frame, its radius (half side, half width, sigma), how opaque.

    ``end`` is the other end of a rod; ``opacity`` of a blot is how much ink there is in its middle, and any number.
    """

    shape: Literal["disc", "tile", "rod", "blot"]
    at: Path
    radius: float | Path
    colour: Colour
    opacity: float | Path = 1.0
    end: Path | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """What a law makes of a setting.

    Attributes
    ----------
    marks
        In the order in which they are drawn.
    captions
        Three of (caption, antonym), of the same words.
    labels
        JSON values besides those that every clip has.
    cells
        bool ``[frame, cell, cell]`` in place of a ground, for a picture that is all noise.
    turned
        The second half of the clip shows the first upside down; marks are of the first half alone.
    """

    marks: tuple[Mark, ...]
    captions: tuple[tuple[str, str], ...]
    labels: dict[str, Any] = field(default_factory=dict)
    cells: NDArray[np.bool_] | None = None
    turned: bool = False
