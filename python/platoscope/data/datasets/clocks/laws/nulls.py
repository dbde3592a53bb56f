"""Clips without any arrow (X): still ones, places drawn anew in each frame, and turning at a constant rate.

They are all twins: whatever a probe finds in them is its own fault, or the renderer's.
"""

import numpy as np

from platoscope.data.datasets.clocks.clock import either, spot
from platoscope.data.datasets.clocks.look import LIGHT
from platoscope.data.datasets.clocks.scene import Mark, Scene, Setting
from platoscope.data.datasets.clocks.words import alike

KINDS = ("rotation", "shuffled", "static")
_SAYS = {
    "rotation": ("goes round", "circles", "orbits"),
    "shuffled": ("jumps about", "is anywhere", "hops around"),
    "static": ("stays where it is", "does not move", "keeps its place"),
}


def null(s: Setting) -> Scene:
    """A disc that turns about the middle either way, or has a place of its own in each frame, or stays."""
    rng, kind = s.rng, KINDS[s.template % len(KINDS)]
    if kind == "rotation":
        angle = 2 * np.pi * (either(rng) * rng.uniform(0.4, 1.5) * s.clock + rng.uniform())
        path = rng.uniform(0.3, 0.65) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    elif kind == "shuffled":
        path = rng.uniform(-0.7, 0.7, (s.frames, 2))
    else:
        path = np.broadcast_to(spot(rng, 0.6), (s.frames, 2))
    disc = Mark("disc", path, 0.12 * s.look.size, LIGHT[s.look.light])
    clauses = [f"the {s.look.light} disc {verb}, the same" for verb in _SAYS[kind]]
    return Scene((disc,), alike(clauses, s.relation), {"kind": kind})
