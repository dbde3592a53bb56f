"""Balls under gravity: bouncing with loss (G), in free flight (G1), and with gravity turned over half way (G2)."""

import numpy as np

from platoscope.data.datasets.clocks.clock import Path, centred, either
from platoscope.data.datasets.clocks.look import LIGHT
from platoscope.data.datasets.clocks.scene import Mark, Scene, Setting
from platoscope.data.datasets.clocks.words import alike, exchanged, in_order

FLOOR = -0.75
STAGES = ("rising", "apex", "falling")
_REST = 1e-6  # flights of that share of the first are none
_FLOOR_COLOUR = (120, 120, 120)


def bounce(s: Setting) -> Scene:
    """A dropped ball whose bounces lose height; the twin keeps it, at any phase of its period."""
    rng, t, radius = s.rng, s.clock, 0.11 * s.look.size
    height, fall = rng.uniform(1.1, 1.4), rng.uniform(0.16, 0.22)
    x = rng.uniform(-0.15, 0.15) + either(rng) * rng.uniform(0.2, 0.6) * t
    if s.twin:
        kept = rng.uniform(0.4, 1)
        up = kept * height * kept_height(t / (2 * fall * np.sqrt(kept)) + rng.uniform())
    else:
        restitution = rng.uniform(0.5, 0.8)
        start = rng.uniform(0, fall * (1 + 2 * restitution))  # of the window: up to the second impact
        up = height * lost_height((t + 0.5 + start) / fall, restitution)
    ball = Mark("disc", np.stack([x, FLOOR + radius + up], axis=1), radius, LIGHT[s.look.light])
    left, right = (np.broadcast_to([end, FLOOR - 0.02], (s.frames, 2)) for end in (-1.5, 1.5))
    floor = Mark("rod", left, 0.02, _FLOOR_COLOUR, end=right)
    return Scene((floor, ball), _bounce_words(s))


def kept_height(periods: Path) -> Path:
    """Height of a lossless bounce at a time in periods, 0..1: a parabola each period."""
    part = periods % 1
    return 4 * part * (1 - part)


def lost_height(time: Path, restitution: float) -> Path:
    """Height over the drop's height at a time since the drop in units of the first fall; at rest 0.

    Flight m lasts 2 e^m of those units and rises to e^(2 m); flights 1..m together last 2 e (1 - e^m) / (1 - e).
    """
    e = restitution
    since = np.maximum(time - 1, 0) / 2
    left = 1 - since * (1 - e) / e  # of all time to come after the first impact
    done = np.floor(np.log(np.maximum(left, _REST)) / np.log(e))  # flights
    part = np.clip((since - e * (1 - e**done) / (1 - e)) / e ** (done + 1), 0, 1)
    flight = np.where(left > _REST, e ** (2 * (done + 1)) * 4 * part * (1 - part), 0.0)
    return np.where(time < 1, 1 - np.square(time), flight)


def free_flight(s: Setting) -> Scene:
    """A ball in free flight, its path centred up and down; the twin goes straight, up as often as down."""
    path, stage = _flight(s, s.clock)
    words = (
        _neither(s)
        if s.twin
        else exchanged(
            [
                f"the {s.look.light} {thing} {verb} {{a}} and not {{b}}"
                if s.relation == 0
                else f"the {s.look.light} {thing} {verb} not {{b}} but {{a}}"
                for thing, verb in (("ball", "is pulled"), ("disc", "is drawn"), ("dot", "is accelerated"))
            ],
            "down",
            "up",
        )
    )
    return Scene((_ball(s, path),), words, {"stage": stage})


def turned_gravity(s: Setting) -> Scene:
    """A free flight in the first half of the clip, and the same frames upside down in the second."""
    path, stage = _flight(s, centred(s.frames // 2))
    things = (("ball", "is pulled"), ("disc", "is drawn"), ("dot", "is accelerated"))
    if s.twin:
        words = alike([f"the {s.look.light} {thing} goes straight, the same" for thing, _ in things], s.relation)
    else:
        clauses = [
            tuple(f"the {s.look.light} {thing} {verb} {way}" for way in ("down", "up")) for thing, verb in things
        ]
        words = in_order([(first, last) for first, last in clauses], s.relation)
    return Scene((_ball(s, path),), words, {"stage": stage}, turned=True)


def _flight(s: Setting, t: Path) -> tuple[Path, str]:
    """A parabola, rising, at its apex or falling as often: reversing time exchanges rising and falling alone."""
    rng, stage = s.rng, STAGES[(s.number + s.template) % 3]
    x = either(rng) * rng.uniform(0.6, 1.1) * t
    if s.twin:
        y = either(rng) * rng.uniform(0.1, 1.2) * t
    elif stage == "apex":
        g = rng.uniform(4, 6)
        y = g * rng.uniform(-0.15, 0.15) * t - g * np.square(t) / 2
    else:
        g = rng.uniform(1.2, 1.8)
        y = (1 if stage == "rising" else -1) * g * rng.uniform(0.55, 0.8) * t - g * np.square(t) / 2
    return np.stack([x, y - (y.max() + y.min()) / 2], axis=1), stage


def _ball(s: Setting, path: Path) -> Mark:
    return Mark("disc", path, 0.11 * s.look.size, LIGHT[s.look.light])


def _neither(s: Setting) -> tuple[tuple[str, str], ...]:
    things = ("ball", "disc", "dot")
    ways = ("up", "down") if s.relation == 0 else ("down", "up")
    return exchanged([f"the {s.look.light} {thing} is pulled neither {{a}} nor {{b}}" for thing in things], *ways)


def _bounce_words(s: Setting) -> tuple[tuple[str, str], ...]:
    colour = s.look.light
    if s.twin:
        verbs = ("keeps bouncing to one height", "rebounds equally high", "jumps evenly")
        return alike([f"the {colour} ball {verb}, the same" for verb in verbs], s.relation)
    pairs = (("bounces high", "bounces low"), ("makes big jumps", "makes small jumps"), ("is lively", "is calm"))
    return in_order([(f"the {colour} ball {one}", f"the {colour} ball {other}") for one, other in pairs], s.relation)
