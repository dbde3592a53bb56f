"""Two discs that meet on a line: one sets the other moving (C), or two become one (C2). Momentum is kept."""

import numpy as np

from platoscope.data.datasets.clocks.clock import Path, either, spot
from platoscope.data.datasets.clocks.look import BYSTANDERS, DARK, LIGHT
from platoscope.data.datasets.clocks.scene import Mark, Scene, Setting
from platoscope.data.datasets.clocks.words import alike, exchanged, in_order

_WHEN = 0.15  # contact is up to so long before or after the middle of the clip
_COVER = (70, 70, 70)


def launching(s: Setting) -> Scene:
    """One disc strikes another of equal mass and stops where it is: sign 1 where the light one strikes.

    Reversed in time the other strikes, so that the law of all clips is its own reversal. In the twin both come and
    both go back, and the sign is drawn.
    """
    rng, radius = s.rng, 0.13 * s.look.size
    since = s.clock - rng.uniform(-_WHEN, _WHEN)
    agent, patient = _striking(rng, since, radius) if not s.twin else _meeting(rng, since, radius)
    names = (s.look.light, s.look.dark) if s.sign == 1 else (s.look.dark, s.look.light)
    *paths, contact = _on_line(rng, agent, patient, 0 * since)
    colours = {s.look.light: LIGHT[s.look.light], s.look.dark: DARK[s.look.dark]}
    discs = [Mark("disc", path, radius, colours[name]) for name, path in zip(names, paths, strict=True)]
    marks = sorted(discs, key=lambda mark: mark.colour)
    covered = s.look.rung >= BYSTANDERS and s.look.variety % 2 == 1
    if covered:  # contact is not seen
        marks.append(Mark("disc", contact, 1.6 * radius, _COVER))
    labels = {"agent": names[0], "patient": names[1], "covered": covered}
    return Scene(tuple(marks), _launch_words(s, *names), labels)


def merging(s: Setting) -> Scene:
    """Two equal discs meet and go on as one of their joint area and momentum; the twin's bounce off each other."""
    rng, radius = s.rng, 0.12 * s.look.size
    since = s.clock - rng.uniform(-_WHEN, _WHEN)
    early, late = np.minimum(since, 0), np.maximum(since, 0)
    right, left = rng.uniform(0.8, 1.6, 2)  # speeds of the one from the left and the one from the right
    colour = LIGHT[s.look.light]
    if s.twin:  # equal masses exchange their velocities
        ways = _on_line(rng, -radius + right * early - left * late, radius - left * early + right * late)
        marks = tuple(Mark("disc", way, radius, colour) for way in ways)
    else:
        joint = (right - left) / 2 * since
        ways = _on_line(rng, -radius + right * early, radius - left * early, joint)
        before = (since < 0).astype(np.float64)
        marks = tuple(Mark("disc", way, radius, colour, opacity=before) for way in ways[:2])
        marks += (Mark("disc", ways[2], np.sqrt(2) * radius, colour, opacity=1 - before),)
    return Scene(marks, _merge_words(s))


def _striking(rng: np.random.Generator, since: Path, radius: float) -> tuple[Path, Path]:
    """Places on the line, by time since contact: one comes and stays, the other stays and goes."""
    speed = rng.uniform(1.1, 1.6)
    return -radius + speed * np.minimum(since, 0), radius + speed * np.maximum(since, 0)


def _meeting(rng: np.random.Generator, since: Path, radius: float) -> tuple[Path, Path]:
    speed = rng.uniform(1.1, 1.6)
    return -radius - speed * np.abs(since), radius + speed * np.abs(since)


def _on_line(rng: np.random.Generator, *places: Path) -> list[Path]:
    """Put places on the line through the middle of the clip, either way round, as paths [frame, 2]."""
    middle, way = spot(rng, 0.1), either(rng)
    return [np.stack([way * place, np.zeros_like(place)], axis=1) + middle for place in places]


def _launch_words(s: Setting, agent: str, patient: str) -> tuple[tuple[str, str], ...]:
    if s.twin:
        verbs = ("meet and part", "run into each other", "bounce off each other")
        return exchanged([f"the {{a}} disc and the {{b}} disc {verb}" for verb in verbs], agent, patient)
    if s.relation == 0:
        return exchanged(
            [f"the {{a}} disc {v} the {{b}} disc" for v in ("strikes", "launches", "pushes")], agent, patient
        )
    verbs = ("is struck by", "is launched by", "is pushed by")
    return exchanged([f"the {{b}} disc {verb} the {{a}} disc" for verb in verbs], agent, patient)


def _merge_words(s: Setting) -> tuple[tuple[str, str], ...]:
    if s.twin:
        verbs = ("stay two", "remain a pair", "keep their size")
        return alike([f"the {s.look.light} discs {verb}, the same" for verb in verbs], s.relation)
    pairs = (
        (f"there are two {s.look.light} discs", f"there is one {s.look.light} disc"),
        (f"{s.look.light} discs are apart", f"{s.look.light} discs are joined"),
        (f"a pair of {s.look.light} drops is seen", f"a single {s.look.light} drop is seen"),
    )
    return in_order(pairs, s.relation)
