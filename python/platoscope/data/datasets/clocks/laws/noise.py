"""A shape that motion alone shows (N): each frame is noise, and noise moves one way in the shape, the other around it.

The sense of motion is the sign, which reversal exchanges. The twin's noise is drawn anew in every frame.
"""

import numpy as np
from numpy.typing import NDArray

from platoscope.data.datasets.clocks.clock import spot
from platoscope.data.datasets.clocks.scene import Scene, Setting
from platoscope.data.datasets.clocks.words import exchanged

CELLS = 48  # a side
SHAPES = ("circle", "square", "triangle", "cross")


def hidden_shape(s: Setting) -> Scene:
    """Fields of noise in the shape and around it, shifted by a cell a frame: to the right (up) inside for sign 1."""
    rng, shape, upright = s.rng, SHAPES[(s.number // 4 + s.template) % len(SHAPES)], s.look.variety % 2
    inside = _mask(shape, spot(rng, 0.15), 0.5 * s.look.size)
    if s.twin:
        cells = rng.integers(0, 2, (s.frames, CELLS, CELLS)).astype(np.bool_)
    else:
        fields = rng.integers(0, 2, (2, CELLS, CELLS)).astype(np.bool_)
        axis, step = (0, -s.sign) if upright else (1, s.sign)  # rows are numbered downwards
        moved = [
            [np.roll(each, way * step * k, axis) for k in range(s.frames)]
            for each, way in zip(fields, (1, -1), strict=True)
        ]
        cells = np.where(inside, np.stack(moved[0]), np.stack(moved[1]))
    ways = ("up", "down") if upright else ("right", "left")
    labels = {"shape": shape, "axis": "vertical" if upright else "horizontal"}
    return Scene((), _words(s, shape, *(ways if s.sign == 1 else ways[::-1])), labels, cells=cells)


def _mask(shape: str, middle: NDArray[np.float64], reach: float) -> NDArray[np.bool_]:
    """Which cells are in the shape, bool [cell, cell]."""
    place = (np.arange(CELLS) + 0.5) / CELLS * 2 - 1
    x, y = place[None, :] - middle[0], -place[:, None] - middle[1]
    far, near = np.maximum(np.abs(x), np.abs(y)), np.minimum(np.abs(x), np.abs(y))
    shapes: dict[str, NDArray[np.bool_]] = {
        "circle": np.hypot(x, y) < reach,
        "square": far < 0.88 * reach,
        "triangle": (y > -0.7 * reach) & (y < 1.1 * reach - 1.8 * np.abs(x)),
        "cross": (far < 1.1 * reach) & (near < 0.4 * reach),
    }
    return shapes[shape]


def _words(s: Setting, shape: str, way: str, other: str) -> tuple[tuple[str, str], ...]:
    if s.twin:
        clauses = ("flickers {a} and {b}", "sparkles from {a} to {b}", "glitters {a} or {b}")
        return exchanged([f"noise {clause}" for clause in clauses], way, other)
    if s.relation == 0:
        clauses = (
            "moves {a} in noise that moves {b}",
            "drifts {a} while noise drifts {b}",
            "goes {a} as noise goes {b}",
        )
        return exchanged([f"a {shape} {clause}" for clause in clauses], way, other)
    clauses = (
        "noise moves {b} around a {it} that moves {a}",
        "noise drifts {b} while a {it} drifts {a}",
        "noise goes {b} as a {it} goes {a}",
    )
    return exchanged([clause.replace("{it}", shape) for clause in clauses], way, other)
