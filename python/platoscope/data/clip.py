"""Turns what one decoding gave into a clip: frames by their times, which of them each budget shows, and words.

Arrays are uint8 ``[frame, size, size, 3]`` and, by (sampler, n_f), rows into them ``[n_f]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from platoscope.data.reading import Decoded, Listing
from platoscope.data.sampling import Cell, doubled_median_step, sort_times, union
from platoscope.errors import DataError


@dataclass(frozen=True, eq=False)
class DecodedClip:
    """The chosen frames of one video.

    Attributes
    ----------
    frames
        uint8 ``[frame, size, size, 3]``, RGB: the distinct chosen ones in time order.
    frame_index
        int64 ``[frame]``: rank in time among the ``n_decoded`` frames of the video.
    pts_seconds
        float64 ``[frame]``: presentation time; a video need not start at 0.
    choice
        int32 ``[n_f]`` by (sampler, n_f): rows into ``frames``.
    n_decoded
        How many frames of different times the video has.
    duration_seconds
        From the first frame to one median frame duration after the last; for a single frame its own duration, 0.0
        where the file gives none.
    width, height
        Of the first chosen frame as displayed, upright and with square pixels, to the nearest pixel.
    status
        ``ok``, or ``truncated``: the end is missing, or ``damaged``: frames before the end are missing.
    note
        What is out of the ordinary, in words; empty if nothing is.
    """

    frames: NDArray[np.uint8]
    frame_index: NDArray[np.int64]
    pts_seconds: NDArray[np.float64]
    choice: dict[Cell, NDArray[np.int32]]
    n_decoded: int
    duration_seconds: float
    width: int
    height: int
    status: str
    note: str


class Timeline(NamedTuple):
    """The distinct times of a video's frames."""

    ticks: NDArray[np.int64]  # [T], strictly increasing
    order: NDArray[np.int64]  # [T], which decoded frame stands at each
    tick: Fraction  # seconds

    @property
    def step(self) -> Fraction:
        """Median time from one frame to the next, seconds; 0 for a single frame."""
        return Fraction(doubled_median_step(self.ticks), 2) * self.tick


def timeline_of(decoded: Decoded, listing: Listing) -> Timeline:
    """Put frames in order; without all timestamps they are spaced at the average rate, and without one refused."""
    known = [time for time in decoded.times if time is not None]
    if len(known) == len(decoded.times):
        return Timeline(*sort_times(known), listing.tick)
    if not listing.rate:
        raise DataError("frames have no timestamps and the file no frame rate")
    return Timeline(*sort_times(range(len(decoded.times))), 1 / listing.rate)


def assemble(
    decoded: Decoded, listing: Listing, timeline: Timeline, choices: Mapping[Cell, NDArray[np.int64]]
) -> DecodedClip:
    """Make the clip; there have to be squares of all frames in ``choices`` (indices into the times)."""
    rows = union(choices)
    positions = timeline.order[rows].tolist()
    width, height = decoded.sizes[positions[0]]
    status, note = describe(decoded, listing, timeline)
    tick, ticks = timeline.tick, timeline.ticks
    single = decoded.durations[0] * listing.tick if len(ticks) == 1 else 0
    length = (int(ticks[-1]) - int(ticks[0])) * tick + timeline.step + single
    return DecodedClip(
        frames=np.stack([decoded.squares[position] for position in positions]),
        frame_index=rows,
        pts_seconds=np.array([float(time * tick) for time in ticks[rows].tolist()]),
        choice={cell: np.searchsorted(rows, chosen).astype(np.int32) for cell, chosen in choices.items()},
        n_decoded=len(ticks),
        duration_seconds=float(length),
        width=width,
        height=height,
        status=status,
        note=note,
    )


def describe(decoded: Decoded, listing: Listing, timeline: Timeline) -> tuple[str, str]:
    """Say whether the clip is whole, and what is odd about it."""
    notes: list[str] = []
    given = len(decoded.times)
    if listing.video_streams > 1:
        notes.append(f"{listing.video_streams} video streams, the first taken")
    if not listing.has_key:
        notes.append("no packet is marked as a key frame")
    if listing.skipped:
        notes.append(f"{listing.skipped} packets before the first key frame")
    if decoded.errors:
        notes.append(f"{len(decoded.errors)} losses, the first after {decoded.losses[0]} frames: {decoded.errors[0]}")
    shortfall = _shortfall(decoded, listing, timeline)
    if shortfall:
        notes.append(shortfall)
    known = [time for time in decoded.times if time is not None]
    if len(known) < given:
        notes.append(f"{given - len(known)} of {given} frames have no timestamp: spaced at {listing.rate} a second")
    elif backwards := sum(later < earlier for earlier, later in pairwise(known)):
        notes.append(f"timestamps run backwards {backwards} times")
    if given > len(timeline.ticks):
        notes.append(f"{given - len(timeline.ticks)} frames at the time of another left out")
    notes += decoded.traits
    if shortfall or (decoded.losses and decoded.losses[-1] == given):
        return "truncated", "; ".join(notes)
    return "damaged" if decoded.losses else "ok", "; ".join(notes)


def _shortfall(decoded: Decoded, listing: Listing, timeline: Timeline) -> str:
    """Say how far the video ends before the end that its file promises, if it does."""
    promise = listing.promise
    if promise is None or None in decoded.times:
        return ""
    last = int(timeline.ticks[-1]) + decoded.durations[int(timeline.order[-1])]
    end = last * timeline.tick if promise.packets_end is None else promise.packets_end
    # Containers round, and a last frame's duration is often left out.
    if promise.end - end <= max(2 * timeline.step, Fraction(1, 10)):
        return ""
    return f"the file promises {float(promise.end):.3f} s and ends at {float(end):.3f} s"
