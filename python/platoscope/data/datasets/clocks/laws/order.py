"""Which of two circles appeared first (O), after Test of Time (Bagad et al. 2023).

Ten colours, each with a place of its own whatever its rank, so that no single frame tells the order; 45 pairs of
colours in 2 orders told in 2 ways ("before", "after") are 180 clips, in closed groups of four.
"""

from itertools import combinations

import numpy as np

from platoscope.data.datasets.clocks.clock import Path
from platoscope.data.datasets.clocks.look import COLOURS
from platoscope.data.datasets.clocks.scene import Mark, Scene, Setting
from platoscope.data.datasets.clocks.words import exchanged, in_order

PAIRS = tuple(combinations(COLOURS, 2))
# Two rows of five; light and dark colours have places in both.
PLACES = {name: (-0.72 + 0.36 * (rank * 2 % 5), 0.36 - 0.72 * (rank % 2)) for rank, name in enumerate(COLOURS)}


def appearing(s: Setting) -> Scene:
    """One circle fades in in the first half of the clip, the other, alone, in the second: sign 1 in colours' order.

    The partner shows the second half first. In the twin both fade in together, in either half, and the sign is drawn.
    """
    names = PAIRS[s.template] if s.sign == 1 else PAIRS[s.template][::-1]
    half = s.frames // 2
    fades = [_fade(s.rng, half), _fade(s.rng, half)]
    opacities = [np.concatenate([fades[0], 0 * fades[1]]), np.concatenate([0 * fades[0], fades[1]])]
    if s.twin:
        opacities = [np.concatenate(fades)] * 2
    marks = tuple(
        Mark("disc", np.broadcast_to(PLACES[name], (s.frames, 2)), 0.16, COLOURS[name], opacity=opacity)
        for name, opacity in zip(names, opacities, strict=True)
    )
    first, second = (f"a {name} circle appears" for name in names)
    return Scene(marks, _words(s, *names), {"first": first, "second": second})


def _fade(rng: np.random.Generator, frames: int) -> Path:
    """Opacity of a circle that fades in and stays, [frame]; when it begins and ends is drawn."""
    start, stop = rng.uniform(-0.2, 0.2), rng.uniform(0.6, 1)
    return np.clip(((np.arange(frames) + 0.5) / frames - start) / (stop - start), 0, 1)


def _words(s: Setting, one: str, other: str) -> tuple[tuple[str, str], ...]:
    if s.twin:
        verbs = ("appear together", "show up at once", "emerge as one")
        return exchanged([f"a {{a}} circle and a {{b}} circle {verb}" for verb in verbs], one, other)
    verbs = ("appears", "shows up", "emerges")
    return in_order([(f"a {one} circle {verb}", f"a {other} circle {verb}") for verb in verbs], s.relation)
