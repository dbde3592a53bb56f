"""Turns an icon with a coat and a texture into a sprite, and lays sprites on frames uint8 [height, width, 3].

A sprite is drawn once a beat at its greatest size, graded with its beat, and made smaller from there where it recedes.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from platoscope.data.datasets.synthetic.grade import Grade, apply_grade
from platoscope.data.datasets.synthetic.icon import Icon
from platoscope.data.datasets.synthetic.pen import PAINTS, RGB, Pen, shade
from platoscope.data.datasets.synthetic.tables import ICONS

Pixels = NDArray[np.uint8]
TEXTURES = ("plain", "striped", "spotted")


@dataclass(frozen=True)
class Sprite:
    """Colours uint8 [height, width, 3] and coverage uint8 [height, width], 255 where nothing shows through."""

    colours: Pixels
    cover: Pixels

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.cover.shape[0])

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.cover.shape[1])


def make_sprite(icon: Icon, *, coat: RGB, texture: str, pixels: float, flipped: str, grade: Grade) -> Sprite:
    """Draw and grade an icon whose greater side is `pixels` long; `flipped` is "as drawn" or "flipped"."""
    image = _cut(_drawn(icon, coat=coat, texture=texture, side=max(8, round(pixels * 1.15))))
    if flipped == "flipped":
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    scale = pixels / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    rgba = np.asarray(image.convert("RGBa").resize((width, height), Image.Resampling.BOX).convert("RGBA"))
    return Sprite(colours=apply_grade(rgba[..., :3], grade), cover=rgba[..., 3].copy())


def _drawn(icon: Icon, *, coat: RGB, texture: str, side: int) -> Image.Image:
    """Draw an icon with its texture and a dark outline on a supersampled canvas."""
    pen = Pen(side, body=coat)
    # A margin leaves room for the outline and for strokes that leave the square.
    pen.place(left=5.0, top=5.0, scale=0.9)
    pen.draw(icon.drawing)
    if texture != "plain":
        pen.image.paste(pattern_colour(coat), mask=_pattern(pen, texture))
    edge = _grown(np.asarray(pen.image.getchannel("A")), reach=max(1, round(pen.side / 110)))
    outlined = Image.new("RGBA", pen.image.size, (*PAINTS["black"], 0))
    outlined.putalpha(Image.fromarray(edge // 4 * 3))
    outlined.alpha_composite(pen.image)
    return outlined


def _grown(cover: Pixels, *, reach: int) -> Pixels:
    """Let coverage [height, width] grow by `reach` pixels up, down, left and right."""
    grown = cover.copy()
    for step in range(1, reach + 1):
        np.maximum(grown[step:], cover[:-step], out=grown[step:])
        np.maximum(grown[:-step], cover[step:], out=grown[:-step])
        np.maximum(grown[:, step:], cover[:, :-step], out=grown[:, step:])
        np.maximum(grown[:, :-step], cover[:, step:], out=grown[:, :-step])
    return grown


def _cut(image: Image.Image) -> Image.Image:
    """Cut an image to its painted box."""
    box = image.getchannel("A").getbbox()
    assert box is not None  # every icon paints something
    return image.crop(box)


@lru_cache(maxsize=256)
def proportions(name: str) -> tuple[float, float]:
    """Give an icon's width and height as shares of its greater side, by the name of the icon."""
    width, height = _cut(_drawn(ICONS[name], coat=PAINTS["grey"], texture="plain", side=64)).size
    return width / max(width, height), height / max(width, height)


def pattern_colour(coat: RGB) -> RGB:
    """Give the colour of stripes and spots on a coat: light on dark coats, dark on light ones."""
    bright = 0.299 * coat[0] + 0.587 * coat[1] + 0.114 * coat[2]
    return shade(coat, 0.42) if bright > 120 else shade(coat, 1.75)


def _pattern(pen: Pen, texture: str) -> Image.Image:
    """Give the mask of stripes or spots on the object's own colour, 8-bit, the size of the canvas."""
    side = pen.side
    mask = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mask)
    step = side / 7
    if texture == "striped":
        for row in range(8):
            draw.rectangle((0, (row + 0.1) * step, side, (row + 0.5) * step), fill=255)
    else:
        for row in range(9):
            for column in range(9):
                x, y = (column + 0.5 * (row % 2)) * step, row * step * 0.9
                draw.ellipse((x - step * 0.3, y - step * 0.3, x + step * 0.3, y + step * 0.3), fill=255)
    return Image.fromarray(np.minimum(np.asarray(mask), np.asarray(pen.own)))


def resized(sprite: Sprite, share: float) -> Sprite:
    """Give the sprite at a share (at most 1) of its size."""
    width, height = max(1, round(sprite.width * share)), max(1, round(sprite.height * share))
    if (height, width) == sprite.cover.shape:
        return sprite
    colours = Image.fromarray(sprite.colours).resize((width, height), Image.Resampling.BILINEAR)
    cover = Image.fromarray(sprite.cover).resize((width, height), Image.Resampling.BILINEAR)
    return Sprite(colours=np.asarray(colours), cover=np.asarray(cover))


def lay(frame: Pixels, sprite: Sprite, *, x: float, bottom: float) -> None:
    """Blend a sprite into a frame uint8 [height, width, 3] in place, its middle at x, its foot at bottom, in pixels."""
    left, top = round(x - sprite.width / 2), round(bottom - sprite.height)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + sprite.width, frame.shape[1]), min(top + sprite.height, frame.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    inside = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    cover = sprite.cover[inside][..., None].astype(np.uint16)
    under = frame[y0:y1, x0:x1]
    # (a * new + (255 - a) * old) / 255, rounded: at most 255 * 255 + 127, so 16 bits hold it, equal on every machine
    mixed = (cover * sprite.colours[inside] + (255 - cover) * under + 127) // 255
    frame[y0:y1, x0:x1] = mixed.astype(np.uint8)
