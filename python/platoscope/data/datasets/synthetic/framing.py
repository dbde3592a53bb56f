"""Turns coordinates of a place's drawing into those of a shot of it: the camera held higher, lower, left or right.

Both are powers of the share of the frame, which keep the frame's edges where they are: nothing that makes a place
recognisable is lost, but its horizon and its landmarks are somewhere else in every shot.
"""

from dataclasses import dataclass

import numpy as np

TILT, PAN = 0.45, 0.3  # greatest logarithms of the powers, down and across


@dataclass(frozen=True)
class Framing:
    """A shot: y -> y ** tilt and x -> x ** pan, both on shares 0..1 of the frame; drawings count in hundredths."""

    tilt: float = 1.0
    pan: float = 1.0

    def across(self, x: float) -> float:
        """Bring x, hundredths of the drawing from the left, to hundredths of the frame; outside it stays as it is."""
        return 100 * (x / 100) ** self.pan if 0 < x < 100 else x

    def down(self, y: float) -> float:
        """Bring y, hundredths of the drawing from the top, to hundredths of the frame; outside it stays as it is."""
        return 100 * (y / 100) ** self.tilt if 0 < y < 100 else y


def draw_framing(rng: np.random.Generator) -> Framing:
    """Draw a shot at random."""
    tilt, pan = np.exp(rng.uniform((-TILT, -PAN), (TILT, PAN)))
    return Framing(tilt=float(tilt), pan=float(pan))
