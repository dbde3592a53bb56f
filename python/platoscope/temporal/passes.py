"""What an encoder is shown of a clip's frames, by name, and how variants are read from it: data, no features.

Of an encoder of frames a pass is a list of frames, each alone; of one of clips it is a clip. Both are places int64
``[step]`` among the frames that were chosen, and a change of pixels or none.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from platoscope.temporal.variants import variant

ORDERS = ("fwd", "rev", "swap", "static")  # of the frames that are shown
TURNS = {"flip": ("fwd", "rev"), "mirror": ("fwd", "rev", "swap")}  # of those whose pixels are changed
EDGES = ("early", "late")  # windows at the ends, of the baseline of artefacts


class Pass(NamedTuple):
    """One pass: its name, which of the chosen frames it shows, and what is done to their pixels."""

    name: str
    places: NDArray[np.int64]
    change: str | None = None


def frame_passes(*, frames: int, chosen: int, changes: Sequence[str], edges: bool) -> list[Pass]:
    """List what an encoder of frames is shown: the middle ``frames`` of those chosen, again with changed pixels.

    ``edges``: also those at the beginning and at the end, where there are more than ``frames``.
    """
    middle = window(frames=frames, chosen=chosen)
    passes = [Pass("frames", middle), *(Pass(change, middle, change) for change in changes)]
    if edges and chosen > frames:
        starts = (0, chosen - frames)
        passes += [Pass(name, np.arange(frames) + start) for name, start in zip(EDGES, starts, strict=True)]
    return passes


def clip_passes(*, frames: int, chosen: int, changes: Sequence[str]) -> list[Pass]:
    """List the clips that an encoder of clips is shown: each order, and some with changed pixels."""
    middle = window(frames=frames, chosen=chosen)
    plain = [Pass(order, middle[variant(order, frames=frames)]) for order in ORDERS]
    return plain + [
        Pass(change if order == "fwd" else f"{change}_{order}", middle[variant(order, frames=frames)], change)
        for change in changes
        for order in TURNS[change]
    ]


def still_passes(*, frames: int, chosen: int, changes: Sequence[str]) -> list[Pass]:
    """List a clip of each frame again and again: a frame alone, as an encoder of clips sees it; and upside down."""
    middle = window(frames=frames, chosen=chosen)
    return [
        Pass(name, np.repeat(middle[step], frames), change)
        for name, change in (("frames", None), *((change, change) for change in alone_changes(changes)))
        for step in range(frames)
    ]


def alone_changes(changes: Sequence[str]) -> list[str]:
    """The changes of which frames alone are asked for: a bag sees them, as it sees no order."""
    return [change for change in changes if change == "flip"]


def window(*, frames: int, chosen: int) -> NDArray[np.int64]:
    """The middle ``frames`` places among ``chosen``."""
    return np.arange(frames, dtype=np.int64) + (chosen - frames) // 2


def orders(frames: int) -> dict[str, list[int]]:
    """Index lists of all ``ORDERS``, as a store keeps them."""
    return {order: variant(order, frames=frames).tolist() for order in ORDERS}
