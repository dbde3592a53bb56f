"""A blot of ink that spreads (E2): a Gaussian whose variance grows with time; the twin's goes to and fro."""

import numpy as np

from platoscope.data.datasets.clocks.clock import spot
from platoscope.data.datasets.clocks.look import LIGHT
from platoscope.data.datasets.clocks.scene import Mark, Scene, Setting
from platoscope.data.datasets.clocks.words import alike, in_order

_INK = 8.0  # in the middle of the smallest blot


def spreading(s: Setting) -> Scene:
    """A blot of variance s0^2 + 2 D t; the twin's variance swings between the same bounds, at any phase."""
    rng, t = s.rng, s.clock
    least, most = rng.uniform(0.08, 0.11) * s.look.size, rng.uniform(0.32, 0.45) * s.look.size
    swing = (1 + np.cos(2 * np.pi * (rng.uniform(0.8, 1.6) * t + rng.uniform()))) / 2
    part = swing if s.twin else t + 0.5
    variance = least**2 + (most**2 - least**2) * part
    at = np.broadcast_to(spot(rng, 0.15), (s.frames, 2))
    blot = Mark("blot", at, np.sqrt(variance), LIGHT[s.look.light], opacity=_INK * least**2 / variance)
    return Scene((blot,), _words(s))


def _words(s: Setting) -> tuple[tuple[str, str], ...]:
    it = f"the {s.look.light} ink"
    if s.twin:
        verbs = ("swells and shrinks", "grows and contracts", "breathes in and out")
        return alike([f"{it} {verb}, the same" for verb in verbs], s.relation)
    pairs = (("is a small drop", "is a wide cloud"), ("is dense", "is thin"), ("is gathered", "is spread"))
    return in_order([(f"{it} {one}", f"{it} {other}") for one, other in pairs], s.relation)
