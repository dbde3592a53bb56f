"""Packets become those that have to be decoded for the chosen frames: whole groups of pictures are left out.

A group begins where nothing after it leans on what was before: at an IDR picture of H.264 (not at a recovery point,
which may be approximate), a random access picture of HEVC, a key frame of VP8, VP9 and AV1. Pictures of H.264 that no
other refers to are left out too unless they are chosen. The times of packets are taken at their word where they are
all there, all different and undamaged, and every group has to bring the same parameters of the decoder, or none;
whatever else is met means that everything has to be decoded.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

# Where more than this share of the packets is needed, parts save less than they may cost.
_WORTH = 0.9
# Units that hold parameters for pictures to come, and AV1's sequence header.
_H264_SETS = (7, 8, 13, 15)
_HEVC_SETS = (32, 33, 34)
_AV1_SEQUENCE = 1


class Run(NamedTuple):
    """Packets to be decoded in a row from a fresh start, the times that come of them for sure, and those that may."""

    packets: "list[Packet[VideoStream]]"
    due: set[int]
    possible: set[int]


class _Picture(NamedTuple):
    begins: bool  # a group
    needless: bool  # for every other picture
    sets: tuple[bytes, ...] = ()  # parameters that come with it


class NotInPartsError(Exception):
    """Everything has to be decoded."""


def runs(packets: "Sequence[Packet[VideoStream]]", codec: VideoCodecContext, wanted: Collection[int]) -> list[Run]:
    """Say what to decode for the frames of the wanted times (ticks).

    ``packets`` are all of the stream, each with a time of its own, the first a key frame.

    Raises
    ------
    NotInPartsError
        The codec is not known here, the packets are not as they have to be, or nearly all are needed.
    """
    times, pictures = [packet.pts or 0 for packet in packets], _pictures(packets, codec)
    if not pictures[0].begins or min(times) < times[0]:
        raise NotInPartsError  # pictures before the first key frame may lean on what is not there
    _check_parameters(packets, pictures)
    starts = [position for position, picture in enumerate(pictures) if picture.begins]
    found: list[Run] = []
    for first, stop, last in _stretches(times, starts, wanted):
        there = [p for p in range(first, last + 1) if times[p] in wanted or not pictures[p].needless]
        # Leading pictures of the first group may want the group before it.
        after = next((start for start in starts if start > first), stop)
        leading = {times[p] for p in there if p < after and times[p] < times[first]}
        found.append(Run([packets[p] for p in there], {times[p] for p in there} - leading, leading))
    if sum(len(run.packets) for run in found) > _WORTH * len(packets):
        raise NotInPartsError
    return found


def _check_parameters(packets: "Sequence[Packet[VideoStream]]", pictures: Sequence[_Picture]) -> None:
    """Refuse parameters that a group which is left out would take with it."""
    if any(packet.has_sidedata("new_extradata") or packet.has_sidedata("param_change") for packet in packets):
        raise NotInPartsError
    first = pictures[0].sets
    for picture in pictures:
        if not set(picture.sets) <= set(first) or (picture.begins and picture.sets != first):
            raise NotInPartsError


def _stretches(times: list[int], starts: list[int], wanted: Collection[int]) -> Iterator[tuple[int, int, int]]:
    """Give the positions (first, end of its last group, last needed) of what is to be decoded in a row."""
    bounds = list(pairwise([*starts, len(times)]))
    needed = [max((p for p in range(*bound) if times[p] in wanted), default=-1) for bound in bounds]
    for group in range(1, len(bounds)):
        start, stop = bounds[group]
        if any(times[p] in wanted and times[p] < times[start] for p in range(start, stop)):
            needed[group - 1] = start - 1  # leading pictures: the whole group before
    first = None
    for (start, stop), last, follows in zip(bounds, needed, [*needed[1:], -1], strict=True):
        if last < 0:
            continue
        first = start if first is None else first
        if last < stop - 1 or follows < 0:
            yield first, stop, last
            first = None


def frames_of(run: Run, stream: VideoStream) -> Iterator[VideoFrame]:
    """Decode a run: the frames that are due, each once, and any of the possible ones.

    Raises
    ------
    NotInPartsError
        An error, a damaged or interlaced frame, one at another time, or one that does not come.
    """
    due, possible = set(run.due), set(run.possible)
    try:
        for frame in _decoded(run, stream):
            ours = due if frame.pts in due else possible
            if frame.pts not in ours or frame.is_corrupt or frame.interlaced_frame:
                raise NotInPartsError
            ours.discard(frame.pts)
            yield frame
    except MemoryError:
        raise
    except av.FFmpegError as error:
        raise NotInPartsError from error
    if due:
        raise NotInPartsError


def _decoded(run: Run, stream: VideoStream) -> Iterator[VideoFrame]:
    for packet in run.packets:
        yield from stream.decode(packet)
    yield from stream.codec_context.decode(None)
    stream.codec_context.flush_buffers()


def _pictures(packets: "Sequence[Packet[VideoStream]]", codec: VideoCodecContext) -> list[_Picture]:
    if codec.name in ("vp8", "vp9", "libvpx", "libvpx-vp9"):
        return [_Picture(packet.is_keyframe, needless=False) for packet in packets]
    if codec.name in ("libdav1d", "av1", "libaom-av1"):
        return [_Picture(packet.is_keyframe, needless=False, sets=_av1(bytes(packet))) for packet in packets]
    if codec.name == "h264":
        units = _units(codec, length_at=4)
        return [_h264(units(bytes(packet))) for packet in packets]
    if codec.name == "hevc":
        units = _units(codec, length_at=21)
        return [_hevc(units(bytes(packet)), key=packet.is_keyframe) for packet in packets]
    raise NotInPartsError


def _h264(units: list[bytes]) -> _Picture:
    """Look at the first bytes of the units of a packet: nal_ref_idc in bits 5 and 6, nal_unit_type in 0 to 4."""
    kinds = [unit[0] & 31 for unit in units]
    slices = [unit[0] for unit, kind in zip(units, kinds, strict=True) if 1 <= kind <= 5]
    if not slices:
        raise NotInPartsError
    sets = tuple(unit for unit, kind in zip(units, kinds, strict=True) if kind in _H264_SETS)
    return _Picture(5 in kinds, needless=not sets and not any(head & 0x60 for head in slices), sets=sets)


def _hevc(units: list[bytes], *, key: bool) -> _Picture:
    kinds = [unit[0] >> 1 & 63 for unit in units]
    slices = [kind for kind in kinds if kind < 32]
    begins = key and bool(slices) and all(16 <= kind <= 21 for kind in slices)
    sets = tuple(unit for unit, kind in zip(units, kinds, strict=True) if kind in _HEVC_SETS)
    return _Picture(begins, needless=False, sets=sets)


def _av1(data: bytes) -> tuple[bytes, ...]:
    """Give the sequence headers of a packet; bits of a unit's head: 3 to 6 its type, 2 one byte more, 1 a size."""
    found, position = [], 0
    while position < len(data):
        head = data[position]
        position += 2 if head & 4 else 1
        size, shift = 0 if head & 2 else len(data) - position, 0
        for byte in data[position : position + 8] if head & 2 else b"":
            size, shift, position = size | (byte & 127) << shift, shift + 7, position + 1
            if byte < 128:
                break
        if head >> 3 & 15 == _AV1_SEQUENCE:
            found.append(data[position : position + size])
        position += size
    return tuple(found)


def _units(codec: VideoCodecContext, *, length_at: int) -> Callable[[bytes], list[bytes]]:
    """Give what parts a packet into its units: by their lengths (avcC, hvcC) or by start codes."""
    extra = codec.extradata or b""
    if len(extra) <= length_at or extra[0] != 1:
        return _after_start_codes
    width = (extra[length_at] & 3) + 1

    def after_lengths(data: bytes) -> list[bytes]:
        units, position = [], 0
        while position + width < len(data):
            start = position + width
            position = start + int.from_bytes(data[position:start])
            units.append(data[start:position])
        if position != len(data) or not all(units):
            raise NotInPartsError
        return units

    return after_lengths


def _after_start_codes(data: bytes) -> list[bytes]:
    # Before a start code may stand zeros, with which no unit ends.
    return [unit for unit in (part.rstrip(b"\0") for part in data.split(b"\0\0\1")[1:]) if unit]
