"""Turns packets into frames that can be trusted, and those into a clip: by their times, with each budget's choice.

Decoding starts at the first key frame, resumes at the next one after an error, and drops frames flagged as damaged;
what is lost is counted. Where memory runs out a MemoryError passes through.

Arrays are uint8 ``[frame, size, size, 3]`` and, by (sampler, n_f), rows into them ``[n_f]``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import av
import numpy as np
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from platoscope.data.reading import Listing, checksums_agree
from platoscope.data.sampling import Cell, doubled_median_step, sort_times, union
from platoscope.data.squares import Square
from platoscope.errors import DataError

_WRONG = av.error.tag_to_code(b"INDA"), "a checksum is wrong"
_HDR = (16, 18)  # AVColorTransferCharacteristic: PQ, HLG


@dataclass
class Decoded:
    """What one decoding gave, in the order in which the decoder gave it."""

    times: list[int | None] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    squares: dict[int, Square] = field(default_factory=dict)  # by position in that order
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)  # width and height as displayed, likewise
    errors: list[str] = field(default_factory=list)
    losses: list[int] = field(default_factory=list)  # how many frames had been given at each loss
    traits: dict[str, None] = field(default_factory=dict)

    def lose(self, reason: str) -> None:
        """Count something that was to come next and did not."""
        self.losses.append(len(self.times))
        self.errors.append(reason)

    def notice(self, frame: VideoFrame) -> None:
        """Remember what is odd about a frame that has been given."""
        if frame.interlaced_frame:
            self.traits["interlaced"] = None
        if frame.color_trc in _HDR:
            self.traits["HDR, not tone mapped"] = None


def trusted_frames(
    packets: "Iterable[Packet[VideoStream]]", stream: VideoStream, listing: Listing, decoded: Decoded
) -> Iterator[VideoFrame]:
    """Give the frames that can be trusted, and tell ``decoded`` of the others."""
    waiting = listing.has_key
    try:
        for packet in packets:
            if waiting and not packet.is_keyframe:
                continue
            waiting, failure = False, ""
            try:
                frames = _decoded(packet, stream, listing)
            except MemoryError:
                raise
            except av.FFmpegError as error:
                # Until the next key frame every picture would lean on what is lost here.
                frames, failure, waiting = _drained(stream.codec_context), str(error.strerror), listing.has_key
            for frame in frames:
                if frame.is_corrupt:
                    decoded.lose("a frame is damaged")
                else:
                    yield frame
            if failure:
                decoded.lose(failure)
    except MemoryError:
        raise
    except av.FFmpegError as error:
        decoded.lose(str(error.strerror))


def _decoded(packet: "Packet[VideoStream]", stream: VideoStream, listing: Listing) -> list[VideoFrame]:
    if listing.checksums and packet.size and not checksums_agree(bytes(packet)):
        raise av.error.InvalidDataError(*_WRONG)  # libav would give a picture, of what happens to be in memory
    return stream.decode(packet)


def _drained(codec: VideoCodecContext) -> list[VideoFrame]:
    """Take what the decoder held back to put it in order, and ready it for a fresh start."""
    try:
        return codec.decode(None)
    except MemoryError:
        raise
    except av.FFmpegError:
        return []
    finally:
        codec.flush_buffers()


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
