"""Many bodies: two kinds of dots that mix (E), and tiles that fly apart (E3)."""

import numpy as np

from platoscope.data.datasets.clocks.clock import Path, fold, headings
from platoscope.data.datasets.clocks.look import DARK, LIGHT
from platoscope.data.datasets.clocks.scene import Mark, Scene, Setting
from platoscope.data.datasets.clocks.words import alike, in_order

BOX = 0.72  # half side of the box that reflects
INSIDE, OUTSIDE = 12, 16  # dots of the light and the dark kind
_INNER = 0.45  # half side of where the light ones start, as a share of the box


def mixing(s: Setting) -> Scene:
    """Light dots in the middle of a box and dark ones around them mix; the twin starts mixed, in the same box.

    Without an overlap rule each dot is a free path folded into the box: ballistic or Brownian, by template.
    """
    rng, n = s.rng, INSIDE + OUTSIDE
    start = rng.uniform(-BOX, BOX, (n, 2)) if s.twin else _apart(rng)
    brownian = s.look.variety % 2 == 1
    if brownian:  # steps of equal law, so that a path from a uniform place is as likely as its reversal
        steps = rng.normal(0, rng.uniform(0.8, 1.1) / np.sqrt(s.frames), (s.frames, n, 2))
        steps[0] /= np.sqrt(2)  # half a frame after the start
        free = np.cumsum(steps, axis=0)
    else:
        speed = rng.uniform(0.9, 1.5) * rng.uniform(0.8, 1.2, n)
        free = (s.clock + 0.5)[:, None, None] * (speed[:, None] * headings(rng, n))
    paths = fold(start + free, BOX)
    # The kinds by turns, so that neither lies over the other.
    order = np.argsort([(i + 0.5) / INSIDE for i in range(INSIDE)] + [(i + 0.5) / OUTSIDE for i in range(OUTSIDE)])
    colours = [LIGHT[s.look.light]] * INSIDE + [DARK[s.look.dark]] * OUTSIDE
    marks = tuple(Mark("disc", paths[:, i], 0.075 * s.look.size, colours[i]) for i in order)
    return Scene(marks, _mixing_words(s), {"motion": "brownian" if brownian else "ballistic"})


def _apart(rng: np.random.Generator) -> Path:
    """Places of the dots before they mix, [dot, 2]: the first ones in the inner square, the others around it."""
    inner = rng.uniform(-_INNER * BOX, _INNER * BOX, (INSIDE, 2))
    tried = rng.uniform(-BOX, BOX, (64 * OUTSIDE, 2))
    outer = tried[np.abs(tried).max(axis=1) > 1.15 * _INNER * BOX]
    return np.concatenate([inner, outer[:OUTSIDE]])


def breaking(s: Setting) -> Scene:
    """A block of tiles at rest flies apart; the twin's tiles go about a box from any places, at the same speeds."""
    rng, t, side = s.rng, s.clock, 3 + s.look.variety % 2
    half = (0.33 if side == 3 else 0.36) * s.look.size / side
    n, colours = side * side, (LIGHT[s.look.light], DARK[s.look.dark])
    speed = rng.uniform(0.5, 1.1, (n, 1))
    if s.twin:
        paths = fold(rng.uniform(-BOX, BOX, (n, 2)) + t[:, None, None] * speed * headings(rng, n), BOX)
    else:
        row, column = np.divmod(np.arange(n), side)
        place = 2.05 * half * (np.stack([column, row], axis=1) - (side - 1) / 2)
        outward = place / np.maximum(np.hypot(*place.T)[:, None], 1e-9)
        velocity = speed * (0.6 * outward + 0.6 * headings(rng, n))
        paths = place + np.maximum(t - rng.uniform(-0.3, 0.05), 0)[:, None, None] * velocity
    # Light tiles, and a dark one here and there: the middle of a grey picture is light before.
    marks = tuple(Mark("tile", paths[:, i], half, colours[i % 4 == 1]) for i in range(n))
    return Scene(marks, _breaking_words(s), {"tiles": n})


def _mixing_words(s: Setting) -> tuple[tuple[str, str], ...]:
    them = f"the {s.look.light} and {s.look.dark} dots"
    if s.twin:
        states = ("stay mixed", "remain one blend", "keep mingled")
        return alike([f"{them} {state}, the same" for state in states], s.relation)
    pairs = (("are apart", "are mixed"), ("are sorted", "are blended"), ("stand separate", "stand together"))
    return in_order([(f"{them} {one}", f"{them} {other}") for one, other in pairs], s.relation)


def _breaking_words(s: Setting) -> tuple[tuple[str, str], ...]:
    them = f"the {s.look.light} tiles"
    if s.twin:
        states = ("drift about", "float around", "roam the box")
        return alike([f"{them} {state}, the same" for state in states], s.relation)
    pairs = (("are whole", "are in pieces"), ("form a block", "form a cloud"), ("hold together", "fly apart"))
    return in_order([(f"{them} {one}", f"{them} {other}") for one, other in pairs], s.relation)
