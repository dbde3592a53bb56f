"""Turns a video file into the frames that a set of budgets shows: uint8 squares ``[frame, size, size, 3]``.

Time is presentation time as decoded, never what a header counts. A file is listed once, packet by packet, to
foresee which frames will be chosen, then decoded once, converting those alone; where the decoder gives other
times than the packets promised, it is decoded again for what is there. Only frames that the decoder vouches for
count: decoding starts at the first key frame, resumes at the next one after an error, and drops frames flagged
as damaged.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from platoscope.data.pixels import FITS, Canvas, square
from platoscope.data.reading import Decoded, Listing, list_packets, opened, regular_file, trusted_frames
from platoscope.data.sampling import Cell, choose_all, doubled_median_step, sort_times, union
from platoscope.errors import DataError, InputError

MAX_PIXELS = 8192 * 8192
MAX_SECONDS = 4 * 3600.0


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
    status: str
    note: str


class _Timeline(NamedTuple):
    ticks: NDArray[np.int64]  # [T], strictly increasing
    order: NDArray[np.int64]  # [T], which decoded frame stands at each
    tick: Fraction  # seconds

    @property
    def step(self) -> Fraction:
        """Median time from one frame to the next, seconds; 0 for a single frame."""
        return Fraction(doubled_median_step(self.ticks), 2) * self.tick


def decode_clip(
    path: str | PathLike[str],
    *,
    budgets: Sequence[int],
    samplers: Sequence[str],
    size: int,
    fit: str,
    max_pixels: int = MAX_PIXELS,
    max_seconds: float = MAX_SECONDS,
) -> DecodedClip:
    """Decode the frames that the budgets of all samplers choose, as squares.

    The first video stream that is not cover art is taken. The stream's own matrix and range make RGB of it (an
    untagged matrix is BT.709 from 1280 wide or above 576 high, else BT.601, as players have it; an untagged range
    is the limited one), transparency lies over black, HDR is not tone mapped, interlaced video stays so. Pixels
    become square and the picture upright; ``crop`` resizes the centred square over the short side, ``pad`` the
    whole, centred on black: one bicubic step with antialiasing.

    Where any frame has no timestamp, all are spaced at the average rate; of frames at one time the first that the
    decoder gives is kept.

    Parameters
    ----------
    path
        A local file.
    budgets, samplers
        As for ``platoscope.data.sampling.choose_all``; where there are fewer frames than a budget, they repeat.
    size
        Side of the squares in pixels.
    fit
        ``crop`` or ``pad``.
    max_pixels, max_seconds
        A larger or longer video is refused.

    Raises
    ------
    InputError
        Budgets, samplers, size or fit are not what they have to be.
    DataError
        The file is missing, empty, not a video, over a limit, or gives not one frame; names file and cause.
    """
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise InputError(f"size is {size!r}: wanted a number of pixels, at least 1")
    if fit not in FITS:
        raise InputError(f"fit is {fit!r}: wanted one of {', '.join(FITS)}")
    choose_all(np.zeros(1, np.int64), budgets=budgets, samplers=samplers)  # refused before the file is touched
    canvas = Canvas(size, fit, max_pixels)
    try:
        file = regular_file(Path(path))
        listing = list_packets(file, max_pixels=max_pixels, max_seconds=max_seconds)
        wanted = _foresee(listing.times, budgets=budgets, samplers=samplers)
        decoded = _decode(file, listing, canvas, wanted=wanted, by="time")
        timeline = _timeline(decoded, listing)
        choices = choose_all(timeline.ticks, budgets=budgets, samplers=samplers)
        chosen = timeline.order[union(choices)].tolist()
        if not set(chosen) <= decoded.squares.keys():
            decoded = _decode_again(file, listing, canvas, before=decoded, wanted=chosen)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    return _assemble(decoded, listing, timeline, choices)


def _foresee(times: Sequence[int | None], *, budgets: Sequence[int], samplers: Sequence[str]) -> set[int]:
    """Times that will be chosen if every packet gives the frame it promises; none where packets have no times."""
    known = {time for time in times if time is not None}
    if None in times or not known:
        return set()
    ticks = np.array(sorted(known), dtype=np.int64)
    return set(ticks[union(choose_all(ticks, budgets=budgets, samplers=samplers))].tolist())


def _decode_again(file: Path, listing: Listing, canvas: Canvas, *, before: Decoded, wanted: Collection[int]) -> Decoded:
    again = _decode(file, listing, canvas, wanted=wanted, by="position")
    if again.times != before.times:
        raise DataError(f"two decodings gave {len(before.times)} and {len(again.times)} frames, or other times")
    return again


def _timeline(decoded: Decoded, listing: Listing) -> _Timeline:
    known = [time for time in decoded.times if time is not None]
    if len(known) == len(decoded.times):
        return _Timeline(*sort_times(known), listing.tick)
    if not listing.rate:
        raise DataError("frames have no timestamps and the file no frame rate")
    return _Timeline(*sort_times(range(len(decoded.times))), 1 / listing.rate)


def _assemble(
    decoded: Decoded, listing: Listing, timeline: _Timeline, choices: Mapping[Cell, NDArray[np.int64]]
) -> DecodedClip:
    rows = union(choices)
    status, note = _describe(decoded, listing, timeline)
    tick, ticks = timeline.tick, timeline.ticks
    single = decoded.durations[0] * listing.tick if len(ticks) == 1 else 0
    length = (int(ticks[-1]) - int(ticks[0])) * tick + timeline.step + single
    return DecodedClip(
        frames=np.stack([decoded.squares[position] for position in timeline.order[rows].tolist()]),
        frame_index=rows,
        pts_seconds=np.array([float(time * tick) for time in ticks[rows].tolist()]),
        choice={cell: np.searchsorted(rows, chosen).astype(np.int32) for cell, chosen in choices.items()},
        n_decoded=len(ticks),
        duration_seconds=float(length),
        status=status,
        note=note,
    )


def _describe(decoded: Decoded, listing: Listing, timeline: _Timeline) -> tuple[str, str]:
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


def _shortfall(decoded: Decoded, listing: Listing, timeline: _Timeline) -> str:
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


def _decode(
    file: Path, listing: Listing, canvas: Canvas, *, wanted: Collection[int], by: Literal["time", "position"]
) -> Decoded:
    """Decode all, and make squares of the frames whose time or position in decoding is wanted."""
    missing, decoded, reformatter = set(wanted), Decoded(), VideoReformatter()
    with opened(file) as (container, stream):
        for frame in trusted_frames(container, stream, listing, decoded):
            position = len(decoded.times)
            key = frame.pts if by == "time" else position
            if key is not None and key in missing:
                missing.discard(key)  # of frames at one time the first
                decoded.squares[position] = square(frame, stream.sample_aspect_ratio, canvas, reformatter)
            decoded.times.append(frame.pts)
            decoded.durations.append(frame.duration)
            decoded.notice(frame)
    if not decoded.times:
        raise DataError(f"not one frame can be decoded: {decoded.errors[0] if decoded.errors else 'no key frame'}")
    return decoded
