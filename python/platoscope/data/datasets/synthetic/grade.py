"""Turns colours into graded colours as a camera would, and graded colours into words.

A grade is saturation, white balance, gamma, contrast and offset, applied to 8-bit RGB of any shape [..., 3]; a colour
word is given only where a person would not hesitate, so captions written from graded colours are true of the frames.
"""

import colorsys
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.synthetic.pen import RGB

Pixels = NDArray[np.uint8]
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # Rec. 601, the weights of a grey picture


@dataclass(frozen=True)
class Grade:
    """One camera's rendering of colour: v -> ((balance * mix(grey, v)) ** gamma - .5) * contrast + .5 + offset."""

    saturation: float
    balance: tuple[float, float, float]
    gamma: float
    contrast: float
    offset: float


def draw_grade(rng: np.random.Generator, *, light: str) -> Grade:
    """Draw a grade at random, wide enough that mean colour says little about a scene in `day` or `night` light.

    By night a camera opens up: neither gamma nor offset takes away what little light there is.
    """
    darkest_gamma, lowest_offset = {"day": (0.5, -0.12), "night": (0.0, 0.0)}[light]
    warm, tint = rng.normal(0.0, 0.13), rng.normal(0.0, 0.06)
    return Grade(
        saturation=float(rng.uniform(0.35, 1.35)),
        balance=(float(np.exp(warm)), float(np.exp(tint)), float(np.exp(-warm))),
        gamma=float(np.exp(rng.uniform(-0.5, darkest_gamma))),
        contrast=float(rng.uniform(0.65, 1.2)),
        offset=float(rng.uniform(lowest_offset, 0.12)),
    )


def apply_grade(pixels: Pixels, grade: Grade) -> Pixels:
    """Grade 8-bit RGB [..., 3] and give the same shape; pixels are independent of each other."""
    colours = pixels.astype(np.float32)
    grey = (colours @ LUMA)[..., None]
    mixed = np.clip(grey + np.float32(grade.saturation) * (colours - grey), 0, 255).astype(np.uint8)
    tables = _tables(grade)
    return np.stack([tables[channel][mixed[..., channel]] for channel in range(3)], axis=-1)


@lru_cache(maxsize=64)
def _tables(grade: Grade) -> Pixels:
    """Give the three look-up tables [channel, 256] of a grade, after the saturation."""
    ramp = np.arange(256) / 255
    gained = np.clip(np.asarray(grade.balance)[:, None] * ramp, 0, 1) ** grade.gamma
    graded = (gained - 0.5) * grade.contrast + 0.5 + grade.offset
    return np.rint(np.clip(graded, 0, 1) * 255).astype(np.uint8)


def grade_colour(colour: RGB, grade: Grade) -> RGB:
    """Grade one 8-bit colour."""
    red, green, blue = (int(v) for v in apply_grade(np.asarray(colour, dtype=np.uint8), grade))
    return (red, green, blue)


# (word, hue from, hue to, least saturation, least value, greatest value); gaps between words are deliberate: there two
# people would not agree
HUES: tuple[tuple[str, float, float, float, float, float], ...] = (
    ("red", 346, 371, 0.62, 0.45, 1.0),
    ("brown", 14, 38, 0.42, 0.22, 0.60),
    ("orange", 18, 36, 0.62, 0.78, 1.0),
    ("yellow", 44, 62, 0.45, 0.72, 1.0),
    ("green", 90, 158, 0.36, 0.25, 1.0),
    ("blue", 202, 246, 0.42, 0.35, 1.0),
    ("purple", 264, 296, 0.32, 0.25, 0.9),
    ("pink", 318, 362, 0.24, 0.72, 1.0),
)


def colour_word(colour: RGB) -> str | None:
    """Name an 8-bit colour, or give None where its name is open to doubt."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    if value < 0.20:
        return "black"
    if saturation < 0.10:
        return "white" if value > 0.86 else "grey" if 0.35 < value < 0.72 else None
    degrees = hue * 360
    for word, low, high, least, dark, bright in HUES:
        inside = low <= degrees <= high or low <= degrees + 360 <= high
        reddish_pink = word == "pink" and saturation > 0.58 and not 318 <= degrees <= 340
        if inside and saturation >= least and dark <= value <= bright and not reddish_pink:
            return word
    return None
