"""Turns the name of a motion or of an interaction into paths: where an object is, and how large, through a beat.

A path is key points over beat time 0..1; x is the middle and `foot` the lower edge, both shares of the frame from the
left and from the top, `share` the size against the object's own. Between key points everything runs in straight lines.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True)
class Body:
    """What a path has to know of its object: width, height, foot and where it stands, all as shares of the frame."""

    width: float
    height: float
    foot: float
    stand: float = 0.5


@dataclass(frozen=True)
class Path:
    """Key points over beat time, each float64 [key]; before the first and after the last `time` the object is away."""

    time: Floats
    x: Floats
    foot: Floats
    share: Floats

    def at(self, time: float) -> tuple[float, float, float] | None:
        """Give (x, foot, share) at a time of the beat, or None where the object is away."""
        if not self.time[0] <= time <= self.time[-1]:
            return None
        x, foot, share = (float(np.interp(time, self.time, v)) for v in (self.x, self.foot, self.share))
        return x, foot, share

    def mirrored(self) -> "Path":
        """Give the path with left and right exchanged."""
        return replace(self, x=1 - self.x)

    @property
    def heading(self) -> str | None:
        """Say `right` or `left` where it ends a fifth of the frame or more from where it began, else None."""
        shift = float(self.x[-1] - self.x[0])
        return None if abs(shift) < 0.2 else "right" if shift > 0 else "left"


def _path(
    time: list[float] | Floats,
    x: list[float] | Floats | float,
    foot: list[float] | Floats | float,
    share: list[float] | Floats | float = 1.0,
) -> Path:
    """Make a path of key points; a single number holds for all of them."""
    keys = np.asarray(time, dtype=np.float64)
    x_, foot_, share_ = (np.broadcast_to(np.asarray(v, dtype=np.float64), keys.shape) for v in (x, foot, share))
    return Path(time=keys, x=x_, foot=foot_, share=share_)


def _cross(body: Body, rng: Rng) -> Path:
    out = body.width / 2
    return _path([rng.uniform(0, 0.12), rng.uniform(0.88, 1)], [-out, 1 + out], body.foot)


def _arrive(body: Body, rng: Rng) -> Path:
    start, stop = rng.uniform(0.05, 0.2), rng.uniform(0.55, 0.75)
    return _path([start, stop, 1], [-body.width / 2, body.stand, body.stand], body.foot)


def _depart(body: Body, rng: Rng) -> Path:
    start, gone = rng.uniform(0.25, 0.45), rng.uniform(0.8, 0.95)
    return _path([0, start, gone], [body.stand, body.stand, 1 + body.width / 2], body.foot)


def _bounce(body: Body, rng: Rng) -> Path:
    time = np.linspace(0, 1, 33)
    hop = rng.uniform(0.12, 0.18) * np.abs(np.sin(np.pi * 3 * time))
    return _path(time, body.stand, body.foot - hop)


def _sway(body: Body, rng: Rng) -> Path:
    time = np.linspace(0, 1, 33)
    return _path(time, body.stand + rng.uniform(0.14, 0.2) * np.sin(2 * np.pi * 2 * time), body.foot)


def _loop(body: Body, rng: Rng) -> Path:
    time = np.linspace(0, 1, 33)
    angle = 2 * np.pi * (2 * time + rng.uniform())  # whole turns: it ends where it began
    return _path(time, body.stand + 0.17 * np.cos(angle), body.foot + 0.13 * np.sin(angle))


def _rise(body: Body, rng: Rng) -> Path:
    return _path([0, 1], body.stand, [0.98, body.height + rng.uniform(0.02, 0.1)])


def _sink(body: Body, rng: Rng) -> Path:
    return _path([0, 1], body.stand, [body.height + rng.uniform(0.02, 0.1), 0.96])


def _near(body: Body, rng: Rng) -> Path:
    return _path([0, 1], body.stand, [body.foot - 0.06, body.foot], [rng.uniform(0.3, 0.4), 1.0])


def _far(body: Body, rng: Rng) -> Path:
    return _path([0, 1], body.stand, [body.foot, body.foot - 0.06], [1.0, rng.uniform(0.3, 0.4)])


def _rest(body: Body, _: Rng) -> Path:
    return _path([0, 1], body.stand, body.foot)


def _appear(body: Body, rng: Rng) -> Path:
    return _path([rng.uniform(0.4, 0.55), 1], body.stand, body.foot)


def _vanish(body: Body, rng: Rng) -> Path:
    return _path([0, rng.uniform(0.45, 0.6)], body.stand, body.foot)


# All run from left to right; the story mirrors them at random.
MOTIONS: Mapping[str, Callable[[Body, Rng], Path]] = {
    "cross": _cross,
    "arrive": _arrive,
    "depart": _depart,
    "bounce": _bounce,
    "sway": _sway,
    "loop": _loop,
    "rise": _rise,
    "sink": _sink,
    "near": _near,
    "far": _far,
    "rest": _rest,
    "appear": _appear,
    "vanish": _vanish,
}
GROUND_MOTIONS = ("cross", "arrive", "depart", "bounce", "sway", "near", "far")
AIR_MOTIONS = (*GROUND_MOTIONS, "loop", "rise", "sink")
PASSING_MOTIONS = ("cross", "arrive", "depart", "appear", "vanish")  # of those who are there for a part of a beat


def _follow(first: Body, second: Body, rng: Rng) -> tuple[Path, Path]:
    late = rng.uniform(0.2, 0.3)
    ahead = _path([0, 1 - late], [-first.width / 2, 1 + first.width / 2], first.foot)
    behind = _path([late, 1], [-second.width / 2, 1 + second.width / 2], second.foot)
    return ahead, behind


def _meet(first: Body, second: Body, rng: Rng) -> tuple[Path, Path]:
    middle, stop = rng.uniform(0.42, 0.58), rng.uniform(0.5, 0.7)
    left, right = middle - first.width / 2, middle + second.width / 2
    one = _path([0.05, stop, 1], [-first.width / 2, left, left], first.foot)
    other = _path([0.05, stop, 1], [1 + second.width / 2, right, right], second.foot)
    return one, other


def _pass(first: Body, second: Body, rng: Rng) -> tuple[Path, Path]:
    start = rng.uniform(0, 0.1, size=2)
    one = _path([start[0], 0.95], [-first.width / 2, 1 + first.width / 2], first.foot)
    other = _path([start[1], 0.95], [1 + second.width / 2, -second.width / 2], second.foot)
    return one, other


def _circle(first: Body, second: Body, rng: Rng) -> tuple[Path, Path]:
    time = np.linspace(0, 1, 33)
    angle = 2 * np.pi * (2 * time + rng.uniform())
    x, y = rng.uniform(0.42, 0.58), second.foot - second.height / 2
    wide = min(0.38, (first.width + second.width) / 2)
    tall = min(0.3, (first.height + second.height) / 2)
    one = _path(time, x + wide * np.cos(angle), y + tall * np.sin(angle) + first.height / 2)
    return one, _path([0, 1], x, second.foot)


def _push(first: Body, second: Body, rng: Rng) -> tuple[Path, Path]:
    stand, hit, gone = rng.uniform(0.45, 0.6), rng.uniform(0.4, 0.5), rng.uniform(0.8, 0.95)
    touch = stand - 0.45 * (first.width + second.width)
    one = _path([0, hit, 1], [-first.width / 2, touch, touch + 0.12], first.foot)
    other = _path([0, hit, gone], [stand, stand, 1 + second.width / 2], second.foot)
    return one, other


def _jump(first: Body, second: Body, rng: Rng) -> tuple[Path, Path]:
    time = np.linspace(0, 1, 33)
    x = np.linspace(-first.width / 2, 1 + first.width / 2, 33)
    stand = rng.uniform(0.42, 0.58)
    reach = 0.5 * (first.width + second.width) + 0.06
    height = min(second.height + 0.04, second.foot - first.height)
    arc = height * np.maximum(0, 1 - ((x - stand) / reach) ** 2)
    return _path(time, x, first.foot - arc), _path([0, 1], stand, second.foot)


# The first does it to the second; all run from left to right.
TIES: Mapping[str, Callable[[Body, Body, Rng], tuple[Path, Path]]] = {
    "follow": _follow,
    "meet": _meet,
    "pass": _pass,
    "circle": _circle,
    "push": _push,
    "jump": _jump,
}
