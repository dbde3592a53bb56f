"""Opens a video file, this one alone, and turns it into its packets and their times.

Nothing is taken from a header that the packets or the frames do not bear out. Where memory runs out a MemoryError
passes through: that is the machine's limit and no fault of the file.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, cast

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from platoscope.data.squares import check_pixels
from platoscope.errors import DataError

# No file but this: neither by a protocol, nor as one of a row of pictures that its name is a pattern of.
# Where a picture of theirs is damaged, these tell of it if they are asked to; else what lay in memory fills the rest.
_UNTOLD = ("mjpeg", "mjpegb", "amv", "thp")
_FROM_ONE_FILE = {"protocol_whitelist": "file", "pattern_type": "none"}
# Demuxers of files that name others.
_LISTS = ("avisynth", "concat", "dash", "hls", "imf", "rtsp", "sdp", "vapoursynth", "vobsub", "webm_dash_manifest")
# Demuxers whose stream durations stand in the file; other demuxers may estimate them from bit rates.
_TIMED = ("mov,mp4,m4a,3gp,3g2,mj2", "avi")

_CHUNK = 1 << 20  # bytes
_TRAILER = 8  # bytes behind a slice of FFV1: 3 of its length, 1 of its state, 4 of its checksum
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
HELD = 256 << 20  # bytes of packets kept from listing to decoding, so that a file is read once


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
    packets: "tuple[Packet[VideoStream], ...] | None" = None  # all of the stream; none where they are too much to hold
    checksums: bool = False  # whether packets have some, by which damage shows that the decoder does not tell of
    fault: av.FFmpegError | None = None  # what the packets ended with, if not with the end of the file

    @property
    def orderly(self) -> bool:
        """Whether the packets are all there, undamaged and to be shown, each with a time of its own."""
        pictures = [packet for packet in self.packets or () if packet.size]
        sound = not any(packet.is_corrupt or packet.is_discard for packet in pictures)
        unskipped = self.has_key and not self.skipped and not self.fault
        return sound and unskipped and None not in self.times and len(set(self.times)) == len(pictures)

    def held(self) -> "Iterator[Packet[VideoStream]]":
        """Give the packets as reading the file again would."""
        yield from self.packets or ()
        if self.fault:
            raise self.fault

    @property
    def length(self) -> Fraction:
        """Seconds from the first frame to the last."""
        known = [time for time in self.times if time is not None]
        if known and len(known) == len(self.times):
            return (max(known) - min(known)) * self.tick
        return len(self.times) / self.rate if self.rate else Fraction(0)


def regular_file(path: Path) -> Path:
    """Make the path of a file absolute; what is no file, or empty, is a DataError."""
    if not path.exists():
        raise DataError("there is no such file")
    if not path.is_file():
        raise DataError("is a folder" if path.is_dir() else "is not a regular file")
    if path.stat().st_size == 0:
        raise DataError("is empty")
    return path.resolve()  # absolute, so that libav takes no part of the name for a protocol


def check_readable(path: Path) -> None:
    """Read a file to its end; one that is gone, or whose disk fails, is a DataError and no fault of the video."""
    try:
        with path.open("rb", buffering=0) as file:
            while file.read(_CHUNK):
                pass
    except OSError as error:
        raise DataError(
            f"{path} cannot be read any more ({error.strerror}): put it back, or see to its disk"
        ) from error


@contextmanager
def opened(file: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open the file at its first video stream, to be decoded by one thread, from this file alone."""
    try:
        container = av.open(str(file), options=_FROM_ONE_FILE, metadata_errors="ignore")
    except MemoryError:
        raise
    except av.FFmpegError as error:
        raise DataError(f"cannot be opened as a video: {error.strerror}") from error
    with container:
        if container.format.name in _LISTS:
            raise DataError(f"is a list of other files ({container.format.name}), which are not followed")
        streams = _moving(container)
        if not streams:
            raise DataError(f"has no video stream besides cover art ({len(container.streams)} streams in all)")
        codec = cast("VideoCodecContext | None", streams[0].codec_context)
        if codec is None:
            raise DataError("has a video stream of a codec that this build of libav cannot decode")
        codec.thread_count, codec.thread_type = 1, ThreadType.NONE
        if codec.name in _UNTOLD:
            codec.options = {"err_detect": "explode"}
        yield container, streams[0]


def _moving(container: InputContainer) -> list[VideoStream]:
    still = Disposition.attached_pic | Disposition.timed_thumbnails
    return [stream for stream in container.streams.video if not stream.disposition & still]


def stream_packets(container: InputContainer, *streams: Stream) -> "Iterator[Packet[Stream]]":
    """Give the packets of the streams as they stand in the file, then an empty one each."""
    # Having flushed the streams it was opened with, PyAV goes on to any that appeared since, and finds no such index.
    with suppress(IndexError):
        yield from container.demux(*streams)


def list_packets(container: InputContainer, stream: VideoStream, *, max_pixels: int, max_seconds: float) -> Listing:
    """Go through the packets without decoding; a video over a limit is a DataError."""
    check_pixels(stream.width, stream.height, max_pixels)
    given, held, end, fault = _read(container, stream)
    summed = stream.codec_context.name == "ffv1"
    first_key = next((position for position, entry in enumerate(given) if entry.key), None)
    listing = Listing(
        times=tuple(entry.time for entry in given[first_key:] if not entry.discarded),
        has_key=first_key is not None,
        skipped=first_key or 0,
        tick=stream.time_base or Fraction(1),
        rate=stream.average_rate,
        promise=_promise(container, stream, end),
        video_streams=len(_moving(container)),
        packets=held,
        checksums=summed and any(checksums_agree(bytes(packet)) for packet in held or ()),
        fault=fault,
    )
    if listing.length > max_seconds:
        raise DataError(f"lasts {float(listing.length):.1f} s: wanted at most {max_seconds:g}")
    return listing


def checksums_agree(data: bytes) -> bool:
    """Whether a packet is a row of slices of FFV1 version 3, each with its length and a checksum that is right."""
    stop = len(data)
    while stop >= _TRAILER:
        start = stop - _TRAILER - int.from_bytes(data[stop - _TRAILER : stop - 5])
        # Its CRC-32 takes the highest bits first, zlib's the lowest; of what holds its own the remainder is 0 in both.
        if start < 0 or zlib.crc32(data[start:stop].translate(_MIRRORED), 0xFFFFFFFF) != 0xFFFFFFFF:
            return False
        stop = start
    return stop == 0 < len(data)


class _Entry(NamedTuple):
    time: int | None
    key: bool
    discarded: bool


def _read(
    container: InputContainer, stream: VideoStream
) -> "tuple[list[_Entry], tuple[Packet[VideoStream], ...] | None, Fraction, av.FFmpegError | None]":
    """Give an entry for each packet, the packets if they can be held, the last end (s), and what failed."""
    entries: list[_Entry] = []
    held: list[Packet[VideoStream]] = []
    ends: dict[int, int] = {}  # ticks, by stream
    ticks: dict[int, Fraction] = {}  # seconds, likewise
    size, fault = 0, None
    try:
        for packet in stream_packets(container, *container.streams):
            index, time = packet.stream_index, packet.pts
            if time is not None:
                if index not in ticks:
                    ticks[index] = packet.time_base
                end = time + (packet.duration or 0)
                ends[index] = max(end, ends.get(index, end))
            if index != stream.index:
                continue
            if packet.size:
                entries.append(_Entry(time, packet.is_keyframe, packet.is_discard))
            size += packet.size
            if not packet.size and held and not held[-1].size:
                continue  # the end of several streams may be told to each of them more than once
            if size <= HELD:
                held.append(cast("Packet[VideoStream]", packet))
            else:
                held.clear()
    except MemoryError:
        raise
    except av.FFmpegError as error:  # met again, and noted, when the packets are decoded
        fault = error
    last = max((end * ticks[index] for index, end in ends.items()), default=Fraction(0))
    return entries, tuple(held) if size <= HELD else None, last, fault


def _promise(container: InputContainer, stream: VideoStream, packets_end: Fraction) -> _Promise | None:
    tick = stream.time_base
    if container.format.name in _TIMED and stream.duration and tick:
        return _Promise(((stream.start_time or 0) + stream.duration) * tick, None)
    if stream.duration is None and container.duration:  # one duration for all streams together
        return _Promise(Fraction(container.duration, av.time_base), packets_end)
    return None
