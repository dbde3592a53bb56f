"""Turns a drawing, written one shape a phrase, into paint on a supersampled canvas.

A drawing is text such as ``"oval body 50 50 30 20; line black 4 20 80 80 80"``: shape, paint, then numbers in
hundredths of the canvas side, x to the right and y downwards. The canvas is an RGBA image [side * SUPER, side * SUPER]
that is made smaller when it is done, so that edges are antialiased.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from platoscope.data.datasets.synthetic.framing import Framing
from platoscope.errors import InputError

RGB = tuple[int, int, int]
Phrase = tuple[str, str, tuple[float, ...]]
SUPER = 2
# Powers of t (rows) by the four control points around a span (columns).
CATMULL_ROM = np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]) / 2

PAINTS: dict[str, RGB] = {
    "black": (32, 32, 38),
    "white": (246, 246, 242),
    "grey": (140, 142, 146),
    "pale": (205, 207, 208),
    "slate": (84, 90, 100),
    "glass": (176, 220, 240),
    "red": (214, 40, 40),
    "orange": (240, 130, 30),
    "yellow": (250, 208, 50),
    "green": (52, 150, 62),
    "leaf": (76, 172, 72),
    "pine": (28, 96, 58),
    "blue": (40, 96, 206),
    "navy": (22, 34, 78),
    "purple": (126, 62, 168),
    "pink": (244, 142, 172),
    "brown": (126, 78, 42),
    "bark": (92, 60, 38),
    "wood": (178, 122, 72),
    "cream": (240, 224, 188),
    "sand": (230, 200, 138),
    "dune": (216, 172, 102),
    "rust": (184, 98, 60),
    "skin": (236, 186, 150),
    "gold": (226, 176, 48),
    "flame": (255, 150, 40),
    "ice": (206, 230, 242),
    "snow": (238, 244, 250),
    "sea": (36, 112, 168),
    "lake": (84, 154, 190),
    "foam": (196, 226, 236),
    "sky": (132, 192, 236),
    "haze": (216, 232, 242),
    "dusk": (246, 190, 140),
    "grass": (104, 170, 72),
    "lawn": (66, 148, 60),
    "moss": (70, 116, 56),
    "wheat": (224, 186, 88),
    "soil": (104, 76, 54),
    "road": (92, 94, 100),
    "night": (14, 16, 40),
    "void": (8, 8, 22),
    "lamp": (255, 232, 150),
    "teal": (30, 140, 140),
    "deep": (12, 58, 104),
    "stone": (158, 154, 146),
    "brick": (170, 84, 66),
}


def shade(colour: RGB, factor: float) -> RGB:
    """Give the colour darkened (factor below 1) or mixed with white (factor above 1), 8-bit."""
    if factor <= 1:
        mixed = [channel * factor for channel in colour]
    else:
        mixed = [channel + (255 - channel) * (factor - 1) for channel in colour]
    return (round(mixed[0]), round(mixed[1]), round(mixed[2]))


@lru_cache(maxsize=1024)
def parse(drawing: str) -> tuple[Phrase, ...]:
    """Split a drawing into its phrases (shape, paint, numbers); InputError names a phrase without a paint."""
    phrases: list[Phrase] = []
    for text in drawing.split(";"):
        words = text.split()
        if len(words) < 2:
            raise InputError(f"drawing phrase {text!r}: a shape, a paint and numbers are expected")
        phrases.append((words[0], words[1], tuple(float(word) for word in words[2:])))
    return tuple(phrases)


def smooth(points: Sequence[tuple[float, float]], *, steps: int = 6) -> list[tuple[float, float]]:
    """Run a closed Catmull-Rom curve through [point, 2] control points, `steps` points a span."""
    p = np.asarray(points, dtype=np.float64)
    order = np.arange(len(p))
    around = p[(order[:, None] + np.arange(-1, 3)) % len(p)]  # [point, 4, 2]: before, here, next, next but one
    t = np.arange(steps)[:, None] / steps
    powers = t ** np.arange(4)  # [step, 4]
    curve = (powers @ CATMULL_ROM) @ around
    return [(float(x), float(y)) for x, y in curve.reshape(-1, 2).tolist()]


class Pen:
    """Draws phrases on one canvas; remembers where the object's own colour lies.

    `image` is RGBA and `own` an 8-bit mask, both [side * SUPER, side * SUPER]; `own` is 255 where the paint named
    `body` is on top, so that a texture can be laid there and nowhere else.
    """

    def __init__(self, side: int, *, body: RGB = (128, 128, 128), framing: Framing | None = None) -> None:
        self.side = side * SUPER
        self.image = Image.new("RGBA", (self.side, self.side), (0, 0, 0, 0))
        self.own = Image.new("L", (self.side, self.side), 0)
        self._draws = (ImageDraw.Draw(self.image), ImageDraw.Draw(self.own))
        self.paints: dict[str, RGB] = dict(PAINTS)
        self.dip(body)
        self.framing = framing or Framing()
        self.place(left=0.0, top=0.0, scale=1.0)

    def dip(self, body: RGB) -> None:
        """Set the paints `body`, `dark` and `light` from the object's own colour."""
        self.paints |= {"body": body, "dark": shade(body, 0.66), "light": shade(body, 1.45)}

    def place(self, *, left: float, top: float, scale: float) -> None:
        """Let the next phrases draw in the square at (left, top), hundredths of the canvas, `scale` of its side."""
        self._left, self._top, self._scale = left, top, scale

    def draw(self, drawing: str) -> None:
        """Draw every phrase in order, later ones on top; InputError names an unknown shape or paint."""
        for shape, paint, numbers in parse(drawing):
            self.phrase(shape, paint, numbers)

    def phrase(self, shape: str, paint: str, numbers: Sequence[float]) -> None:
        """Draw one shape in a named paint; numbers are hundredths of the placed square."""
        if shape not in SHAPES:
            raise InputError(f"shape {shape!r} of a drawing is not one of {', '.join(sorted(SHAPES))}")
        if paint not in self.paints:
            raise InputError(f"paint {paint!r} of a drawing is not one of {', '.join(sorted(self.paints))}")
        colour, mask = self._draws
        SHAPES[shape](self, colour, self.paints[paint], numbers)
        SHAPES[shape](self, mask, 255 if paint == "body" else 0, numbers)

    def points(self, numbers: Sequence[float]) -> list[tuple[float, float]]:
        """Bring x y x y ... from hundredths to canvas pixels, [(x, y), ...]."""
        unit, frame = self.side / 100, self.framing
        pairs = zip(numbers[0::2], numbers[1::2], strict=True)
        if self._scale == 1.0:  # the whole canvas: the place itself, framed
            return [(frame.across(x) * unit, frame.down(y) * unit) for x, y in pairs]
        # An object keeps its shape wherever the camera looks.
        return [((self._left + x * self._scale) * unit, (self._top + y * self._scale) * unit) for x, y in pairs]

    def length(self, hundredths: float) -> float:
        """Bring a length from hundredths of the placed square to canvas pixels."""
        return hundredths * self._scale * self.side / 100


Ink = RGB | int
Shape = Callable[[Pen, ImageDraw.ImageDraw, Ink, Sequence[float]], None]


def _poly(pen: Pen, draw: ImageDraw.ImageDraw, ink: Ink, numbers: Sequence[float]) -> None:
    draw.polygon(pen.points(numbers), fill=ink)


def _blob(pen: Pen, draw: ImageDraw.ImageDraw, ink: Ink, numbers: Sequence[float]) -> None:
    draw.polygon(smooth(pen.points(numbers)), fill=ink)


def _rect(pen: Pen, draw: ImageDraw.ImageDraw, ink: Ink, numbers: Sequence[float]) -> None:
    draw.rectangle(pen.points(numbers), fill=ink)


def _round(pen: Pen, draw: ImageDraw.ImageDraw, ink: Ink, numbers: Sequence[float]) -> None:
    draw.rounded_rectangle(pen.points(numbers[:4]), radius=pen.length(numbers[4]), fill=ink)


def _oval(pen: Pen, draw: ImageDraw.ImageDraw, ink: Ink, numbers: Sequence[float]) -> None:
    x, y, rx, ry = numbers
    draw.ellipse(pen.points((x - rx, y - ry, x + rx, y + ry)), fill=ink)


def _ring(pen: Pen, draw: ImageDraw.ImageDraw, ink: Ink, numbers: Sequence[float]) -> None:
    width, x, y, r = numbers
    draw.ellipse(pen.points((x - r, y - r, x + r, y + r)), outline=ink, width=max(1, round(pen.length(width))))


def _line(pen: Pen, draw: ImageDraw.ImageDraw, ink: Ink, numbers: Sequence[float]) -> None:
    draw.line(pen.points(numbers[1:]), fill=ink, width=max(1, round(pen.length(numbers[0]))), joint="curve")


SHAPES: Mapping[str, Shape] = {
    "poly": _poly,
    "blob": _blob,
    "rect": _rect,
    "round": _round,
    "oval": _oval,
    "ring": _ring,
    "line": _line,
}
