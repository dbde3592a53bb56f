"""Turns a place's drawing into a background, uint8 [size, size, 3], with its props placed afresh each time.

Beside the shapes of `pen`, a scene's drawing knows skies, ridges, waves, rows of icons, towers and tiles; numbers are
hundredths of the frame and each painter takes what is random from the generator it is given.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from platoscope.data.datasets.synthetic.framing import Framing
from platoscope.data.datasets.synthetic.icon import COATS
from platoscope.data.datasets.synthetic.pen import PAINTS, RGB, SHAPES, SUPER, Pen, parse, shade
from platoscope.data.datasets.synthetic.tables import ICONS
from platoscope.errors import InputError

Pixels = NDArray[np.uint8]
Rng = np.random.Generator
LIGHTNESS, HUE = 0.22, 12.0  # how paints differ between places of a kind: sd of log lightness, sd in 8-bit steps
Painter = Callable[[Pen, str, Sequence[float], Rng], None]


def paint_scene(drawing: str, *, size: int, rng: Rng, framing: Framing | None = None) -> Pixels:
    """Paint a place's drawing, uint8 [size, size, 3], as framed; InputError names an unknown painter."""
    pen = Pen(size, framing=framing)
    pen.paints |= {name: _another(colour, rng) for name, colour in PAINTS.items()}
    pen.phrase("rect", "haze", (0, 0, 100, 100))
    for name, paint, numbers in parse(drawing):
        if name in PAINTERS:
            PAINTERS[name](pen, paint, numbers, rng)
        elif name in SHAPES:
            pen.phrase(name, paint, numbers)
        else:
            raise InputError(f"painter {name!r} of a scene is not one of {', '.join(sorted({*PAINTERS, *SHAPES}))}")
    return np.array(pen.image.convert("RGB").reduce(SUPER))


def _another(colour: RGB, rng: Rng) -> RGB:
    """Give the colour that a paint has in one place of its kind: no two streets, woods or skies are of one colour."""
    lighter = shade(colour, float(np.clip(np.exp(rng.normal(0, LIGHTNESS)), 0.5, 1.6)))
    red, green, blue = (round(float(v)) for v in np.clip(np.asarray(lighter) + rng.normal(0, HUE, size=3), 0, 255))
    return (red, green, blue)


def _sky(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`sky TOP-BOTTOM y0 y1`: blend two paints from y0 down to y1."""
    first, last = (np.asarray(pen.paints[name], dtype=np.float64) for name in paint.split("-"))
    del rng  # a painter's, not needed here
    y0, y1 = (round(pen.framing.down(y) * pen.side / 100) for y in numbers)
    ramp = np.linspace(0, 1, max(2, y1 - y0))[:, None]
    column = np.rint(np.clip(first * (1 - ramp) + last * ramp, 0, 255)).astype(np.uint8)
    strip = Image.fromarray(column[:, None, :]).resize((pen.side, len(column)), Image.Resampling.NEAREST)
    pen.image.paste(strip, (0, y0))


def _ridge(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`ridge paint y height humps`: rolling ground from y to the bottom."""
    y, height, humps = numbers
    x = np.linspace(0, 100, 26)
    phase = rng.uniform(0, 2 * np.pi, size=2)
    wave = np.sin(x / 100 * 2 * np.pi * humps / 2 + phase[0]) + 0.5 * np.sin(x / 100 * 2 * np.pi * humps + phase[1])
    line = np.stack([x, y - height / 3 * wave], axis=1).ravel()
    pen.phrase("poly", paint, (*line, 100, 100, 0, 100))


def _peaks(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`peaks paint y height count`: mountains with their feet at y, the paint `snow` on top of the high ones."""
    y, height, count = numbers
    for place in np.linspace(0, 100, int(count)):
        x, tall = place + rng.uniform(-8, 8), height * rng.uniform(0.6, 1.1)
        half = tall * rng.uniform(0.6, 0.9)
        pen.phrase("poly", paint, (x, y - tall, x + half, y, x - half, y))
        if paint in {"slate", "stone"}:
            cap = ((0.0, 0.0), (0.3, 0.3), (0.12, 0.24), (0.0, 0.33), (-0.12, 0.24), (-0.3, 0.3))
            flat = [n for dx, dy in cap for n in (x + dx * half, y - tall + dy * tall)]
            pen.phrase("poly", "snow", flat)


def _waves(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`waves paint y0 y1 count`: little arcs strewn between y0 and y1, longer towards the bottom."""
    y0, y1, count = numbers
    for _ in range(int(count)):
        depth = rng.uniform(0, 1)
        x, y, long = rng.uniform(-5, 100), y0 + depth * (y1 - y0), 3 + 6 * depth
        pen.phrase("line", paint, (1, x, y, x + long / 2, y - 1, x + long, y, x + 1.5 * long, y - 1, x + 2 * long, y))


def _dots(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`dots paint y0 y1 count least most`: round dots of random radius."""
    y0, y1, count, least, most = numbers
    for _ in range(int(count)):
        radius = rng.uniform(least, most)
        pen.phrase("oval", paint, (rng.uniform(0, 100), rng.uniform(y0, y1), radius, radius))


def _tufts(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`tufts paint y0 y1 count height`: blades of grass or stalks, taller towards the bottom."""
    y0, y1, count, height = numbers
    for y in np.sort(rng.uniform(y0, y1, size=int(count))):
        x, tall = rng.uniform(0, 100), height * (0.6 + 0.6 * (y - y0) / (y1 - y0))
        lean = rng.uniform(-1.5, 1.5)
        pen.phrase("line", paint, (0.8, x - 1.2, y - 0.8 * tall, x, y, x + lean, y - tall))


def _clouds(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`clouds paint y0 y1 count width`: heaps of ovals."""
    y0, y1, count, width = numbers
    for _ in range(int(count)):
        x, y, w = rng.uniform(0, 100), rng.uniform(y0, y1), width * rng.uniform(0.7, 1.2)
        for dx, dy, r in ((-0.3, 0.02, 0.18), (-0.08, -0.08, 0.24), (0.16, -0.04, 0.2), (0.34, 0.03, 0.15)):
            pen.phrase("oval", paint, (x + dx * w, y + dy * w, r * w, r * w * 0.75))


def _towers(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`towers WALL-WINDOW y height count share`: houses side by side with a share of their windows painted."""
    wall, window = paint.split("-")
    y, height, count, share = numbers
    edges = np.linspace(-2, 102, int(count) + 1)
    for left, right in pairwise(edges):
        top = y - height * rng.uniform(0.55, 1.1)
        pen.phrase("rect", wall if rng.random() < 0.5 else "slate", (left, top, right - 1, y))
        for row in np.arange(top + 3, y - 4, 6.5):
            for x in np.arange(left + 1.8, right - 4, 5.2):
                if rng.random() < share:
                    pen.phrase("rect", window, (x, row, x + 2.6, row + 3.4))


def _tiles(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`tiles paint y0 y1 width height`: the joints of a wall of tiles or bricks, every other row shifted."""
    y0, y1, width, height = numbers
    offset = rng.uniform(0, width)
    for row, y in enumerate(np.arange(y0, y1, height)):
        pen.phrase("line", paint, (0.7, 0, y, 100, y))
        for x in np.arange(offset - width + (row % 2) * width / 2, 100, width):
            pen.phrase("line", paint, (0.7, x, y, x, min(y + height, y1)))


def _stripes(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`stripes paint y0 y1 count`: upright bands, every other one left as it was."""
    y0, y1, count = numbers
    width = 100 / count
    offset = rng.uniform(-width, width)
    for column in range(-2, int(count) + 2, 2):
        pen.phrase("rect", paint, (offset + column * width, y0, offset + (column + 1) * width, y1))


def _fence(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`fence paint y0 y1 gap`: posts with two rails."""
    y0, y1, gap = numbers
    for rail in (0.3, 0.7):
        y = y0 + rail * (y1 - y0)
        pen.phrase("rect", paint, (0, y - 0.8, 100, y + 0.8))
    for x in np.arange(rng.uniform(-gap, 0), 102, gap):
        pen.phrase("poly", paint, (x, y0 + 2, x + 1.5, y0, x + 3, y0 + 2, x + 3, y1, x, y1))


def _row(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`row ICON/coat bottom size count`: icons side by side, jittered, the name written with underscores."""
    bottom, size, count = numbers
    step = 100 / count
    for column in range(int(count)):
        x = (column + 0.5 + rng.uniform(-0.3, 0.3)) * step
        _stamp(pen, paint, (x, bottom + rng.uniform(-1.5, 1.5), size * rng.uniform(0.85, 1.15)), rng)


def _spot(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """`spot ICON/coat x0 x1 bottom size`: one icon somewhere between x0 and x1."""
    x0, x1, bottom, size = numbers
    _stamp(pen, paint, (rng.uniform(x0, x1), bottom, size * rng.uniform(0.9, 1.1)), rng)


def _stamp(pen: Pen, paint: str, numbers: Sequence[float], rng: Rng) -> None:
    """Draw an icon with its middle at x and its foot at bottom, hundredths of the frame."""
    name, coat = paint.split("/")
    x, bottom, size = numbers
    pen.dip(_another(COATS[coat], rng))
    pen.place(left=pen.framing.across(x) - size / 2, top=pen.framing.down(bottom) - size, scale=size / 100)
    pen.draw(ICONS[name.replace("_", " ")].drawing)
    pen.place(left=0.0, top=0.0, scale=1.0)


PAINTERS: Mapping[str, Painter] = {
    "sky": _sky,
    "ridge": _ridge,
    "peaks": _peaks,
    "waves": _waves,
    "dots": _dots,
    "tufts": _tufts,
    "clouds": _clouds,
    "towers": _towers,
    "tiles": _tiles,
    "stripes": _stripes,
    "fence": _fence,
    "row": _row,
    "spot": _spot,
}
