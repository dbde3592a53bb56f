"""One body that loses its motion: a disc that slides to rest (F), and a pendulum whose swings die out (D)."""

import numpy as np

from platoscope.data.datasets.clocks.clock import either, fold, spot
from platoscope.data.datasets.clocks.look import LIGHT
from platoscope.data.datasets.clocks.scene import Mark, Scene, Setting
from platoscope.data.datasets.clocks.words import alike, in_order

_WALL = 0.72
_PIVOT, _LENGTH = 0.62, 1.1
_ROD = (150, 150, 150)


def sliding(s: Setting) -> Scene:
    """A disc slides ever slower and lies still in the end; the twin goes to and fro between two walls."""
    rng, t = s.rng, s.clock
    middle = spot(rng, 0.1)
    if s.twin:
        along = fold(rng.uniform(0, 4 * _WALL) + either(rng) * rng.uniform(1, 2) * t, _WALL)
    else:
        stop, length = rng.uniform(-0.1, 0.3), rng.uniform(0.65, 0.95)
        along = -either(rng) * length * np.square(np.maximum(stop - t, 0) / (stop + 0.5))
    disc = Mark("disc", np.stack([along, 0 * t], axis=1) + middle, 0.12 * s.look.size, LIGHT[s.look.light])
    return Scene((disc,), _sliding_words(s))


def swinging(s: Setting) -> Scene:
    """A pendulum of angle A exp(-b t) cos(w t + phase), the phase uniform; without damping it is its own twin."""
    rng, t = s.rng, s.clock
    swing = np.cos(2 * np.pi * (rng.uniform(1.5, 3) * t + rng.uniform()))
    if s.twin:
        angle = rng.uniform(0.25, 0.85) * swing
    else:
        angle = rng.uniform(0.65, 0.85) * np.exp(-rng.uniform(1.2, 3) * (t + 0.5)) * swing
    pivot = np.broadcast_to([0.0, _PIVOT], (s.frames, 2))
    bob = np.stack([_LENGTH * np.sin(angle), _PIVOT - _LENGTH * np.cos(angle)], axis=1)
    marks = (
        Mark("rod", pivot, 0.015, _ROD, end=bob),
        Mark("disc", pivot, 0.035, _ROD),
        Mark("disc", bob, 0.12 * s.look.size, LIGHT[s.look.light]),
    )
    return Scene(marks, _swinging_words(s))


def _sliding_words(s: Setting) -> tuple[tuple[str, str], ...]:
    it = f"the {s.look.light} disc"
    if s.twin:
        verbs = ("goes to and fro", "travels back and forth", "moves steadily")
        return alike([f"{it} {verb}, the same" for verb in verbs], s.relation)
    pairs = (("slides", "lies still"), ("is fast", "is at rest"), ("glides along", "stands in place"))
    return in_order([(f"{it} {one}", f"{it} {other}") for one, other in pairs], s.relation)


def _swinging_words(s: Setting) -> tuple[tuple[str, str], ...]:
    it = f"the {s.look.light} pendulum"
    if s.twin:
        verbs = ("swings evenly", "keeps its swing", "ticks on")
        return alike([f"{it} {verb}, the same" for verb in verbs], s.relation)
    pairs = (("swings wide", "swings little"), ("makes large arcs", "makes tiny arcs"), ("is moving", "is resting"))
    return in_order([(f"{it} {one}", f"{it} {other}") for one, other in pairs], s.relation)
