"""Turns a video file into its packets' times and its frames, as far as they can be trusted.

Nothing is taken from a header that the packets or the frames do not bear out. Decoding starts at the first key
frame, resumes at the next one after an error, and drops frames flagged as damaged; what is lost is counted.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, cast

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from platoscope.data.pixels import Square, check_pixels
from platoscope.errors import DataError

_HDR = (16, 18)  # AVColorTransferCharacteristic: PQ, HLG
# Demuxers whose stream durations stand in the file; other demuxers may estimate them from bit rates.
_TIMED = ("mov,mp4,m4a,3gp,3g2,mj2", "avi")


class _Promise(NamedTuple):
    """Where a file says that it ends, and where the packets of all streams do if that is what it speaks of."""

    end: Fraction  # seconds
    packets_end: Fraction | None


@dataclass(frozen=True)
class Listing:
    """What the packets of the video stream say, before anything is decoded."""

    times: tuple[int | None, ...]  # of the packets that should give a frame, in ticks
    has_key: bool
    skipped: int  # packets before the first key frame
    tick: Fraction  # seconds
    rate: Fraction | None
    promise: _Promise | None
    video_streams: int

    @property
    def length(self) -> Fraction:
        """Seconds from the first frame to the last."""
        known = [time for time in self.times if time is not None]
        if known and len(known) == len(self.times):
            return (max(known) - min(known)) * self.tick
        return len(self.times) / self.rate if self.rate else Fraction(0)


@dataclass
class Decoded:
    """What one decoding gave, in the order in which the decoder gave it."""

    times: list[int | None] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    squares: dict[int, Square] = field(default_factory=dict)  # by position in that order
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


def regular_file(path: Path) -> Path:
    """Make the path of a file absolute; what is no file, or empty, is a DataError."""
    if not path.exists():
        raise DataError("there is no such file")
    if not path.is_file():
        raise DataError("is a folder" if path.is_dir() else "is not a regular file")
    if path.stat().st_size == 0:
        raise DataError("is empty")
    return path.resolve()  # absolute, so that libav takes no part of the name for a protocol


@contextmanager
def opened(file: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open the file at its first video stream, to be decoded by one thread, from this file alone."""
    try:
        container = av.open(str(file), options={"protocol_whitelist": "file"}, metadata_errors="ignore")
    except av.FFmpegError as error:
        raise DataError(f"cannot be opened as a video: {error.strerror}") from error
    with container:
        streams = _moving(container)
        if not streams:
            raise DataError(f"has no video stream besides cover art ({len(container.streams)} streams in all)")
        codec = cast("VideoCodecContext | None", streams[0].codec_context)
        if codec is None:
            raise DataError("has a video stream of a codec that this build of libav cannot decode")
        codec.thread_count, codec.thread_type = 1, ThreadType.NONE
        yield container, streams[0]


def _moving(container: InputContainer) -> list[VideoStream]:
    still = Disposition.attached_pic | Disposition.timed_thumbnails
    return [stream for stream in container.streams.video if not stream.disposition & still]


def _packets(container: InputContainer, *streams: Stream) -> "Iterator[Packet[Stream]]":
    # Having flushed the streams it was opened with, PyAV goes on to any that appeared since, and finds no such index.
    with suppress(IndexError):
        yield from container.demux(*streams)


def list_packets(file: Path, *, max_pixels: int, max_seconds: float) -> Listing:
    """Go through the packets without decoding; a video over a limit is a DataError."""
    packets: list[tuple[int | None, bool, bool]] = []  # time, key, to be discarded
    ends: dict[int, Fraction] = {}  # by stream, seconds
    with opened(file) as (container, stream):
        check_pixels(stream.width, stream.height, max_pixels)
        with suppress(av.FFmpegError):  # met again, and noted, when the packets are decoded
            for packet in _packets(container, *container.streams):
                index, time = packet.stream_index, packet.pts
                if time is not None:
                    end = (time + (packet.duration or 0)) * packet.time_base
                    ends[index] = max(end, ends.get(index, end))
                if index == stream.index and packet.size:
                    packets.append((time, packet.is_keyframe, packet.is_discard))
        first_key = next((position for position, (_, key, _) in enumerate(packets) if key), None)
        listing = Listing(
            times=tuple(time for time, _, discard in packets[first_key:] if not discard),
            has_key=first_key is not None,
            skipped=first_key or 0,
            tick=stream.time_base or Fraction(1),
            rate=stream.average_rate,
            promise=_promise(container, stream, max(ends.values(), default=Fraction(0))),
            video_streams=len(_moving(container)),
        )
    if listing.length > max_seconds:
        raise DataError(f"lasts {float(listing.length):.1f} s: wanted at most {max_seconds:g}")
    return listing


def _promise(container: InputContainer, stream: VideoStream, packets_end: Fraction) -> _Promise | None:
    tick = stream.time_base
    if container.format.name in _TIMED and stream.duration and tick:
        return _Promise(((stream.start_time or 0) + stream.duration) * tick, None)
    if stream.duration is None and container.duration:  # one duration for all streams together
        return _Promise(Fraction(container.duration, av.time_base), packets_end)
    return None


def trusted_frames(
    container: InputContainer, stream: VideoStream, listing: Listing, decoded: Decoded
) -> Iterator[VideoFrame]:
    """Give the frames that can be trusted, and tell ``decoded`` of the others."""
    waiting = listing.has_key
    try:
        for packet in _packets(container, stream):
            if waiting and not packet.is_keyframe:
                continue
            waiting, failure = False, ""
            try:
                frames = stream.decode(packet)
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
    except av.FFmpegError as error:
        decoded.lose(str(error.strerror))


def _drained(codec: VideoCodecContext) -> list[VideoFrame]:
    """Take what the decoder held back to put it in order, and ready it for a fresh start."""
    try:
        return codec.decode(None)
    except av.FFmpegError:
        return []
    finally:
        codec.flush_buffers()
