"""Turns a video file into the frames that a set of budgets shows: uint8 squares ``[frame, size, size, 3]``.

Time is presentation time, never what a header counts. A file is read once, packet by packet, to foresee which frames
will be chosen. Where the packets leave no doubt, what the chosen frames do not lean on is not decoded (``parts``); else
everything is, and once more where the decoder gives other times than the packets promised. Only frames that the
decoder vouches for count: decoding starts at the first key frame, resumes at the next one after an error, and drops
frames flagged as damaged.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Literal, cast

import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from platoscope.data.clip import Decoded, DecodedClip, assemble, timeline_of, trusted_frames
from platoscope.data.colours import Converter
from platoscope.data.parts import NotInPartsError, Run, frames_of, runs
from platoscope.data.reading import (
    Listing,
    list_packets,
    opened,
    regular_file,
    stream_packets,
)
from platoscope.data.sampling import choose_all, union
from platoscope.data.squares import FITS, Canvas, check_pixels, displayed, square
from platoscope.errors import DataError, InputError

MAX_PIXELS = 8192 * 8192
MAX_SECONDS = 4 * 3600.0


def decode_clip(
    path: str | PathLike[str],
    *,
    budgets: Sequence[int],
    samplers: Sequence[str],
    size: int,
    fit: str,
    max_pixels: int = MAX_PIXELS,
    max_seconds: float = MAX_SECONDS,
    whole: bool = False,
) -> DecodedClip:
    """Decode the frames that the budgets of all samplers choose, as squares.

    The first video stream that is not cover art is taken. The stream's own matrix and range make RGB of it (an
    untagged matrix is BT.709 from 1280 wide or above 576 high, else BT.601, as players have it; an untagged range
    is the limited one), transparency lies over black, HDR is not tone mapped, interlaced video stays so. Pixels
    become square and the picture upright; ``crop`` resizes the centred square over the short side, ``pad`` the
    whole, centred on black: one bicubic step with antialiasing.

    Where any frame has no timestamp, all are spaced at the average rate; of frames at one time the first that the
    decoder gives is kept.

    What the chosen frames do not lean on need not be decoded, and damage in it goes unnoticed unless ``whole`` is set:
    frames, times and choice of an undamaged file are the same either way.

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
    whole
        Decode everything, so that all damage shows in status and note.

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
        with opened(file) as (container, stream):
            listing = list_packets(container, stream, max_pixels=max_pixels, max_seconds=max_seconds)
            wanted = _foresee(listing.times, budgets=budgets, samplers=samplers)
            decoded = _decode_held(stream, listing, canvas, wanted=wanted, whole=whole)
        if decoded is None:
            decoded = _decode(file, listing, canvas, wanted=wanted, by="time")
        timeline = timeline_of(decoded, listing)
        choices = choose_all(timeline.ticks, budgets=budgets, samplers=samplers)
        chosen = timeline.order[union(choices)].tolist()
        if not set(chosen) <= decoded.squares.keys():
            decoded = _decode_again(file, listing, canvas, before=decoded, wanted=chosen)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    return assemble(decoded, listing, timeline, choices)


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


def _decode_held(
    stream: VideoStream, listing: Listing, canvas: Canvas, *, wanted: Collection[int], whole: bool
) -> Decoded | None:
    """Decode from packets in memory; None where there are none, or where a decoder that is used up has to be left."""
    if listing.packets is None:
        return None
    if not whole and listing.orderly:
        pictures = [packet for packet in listing.packets if packet.size]
        with suppress(NotInPartsError):
            needed = runs(pictures, stream.codec_context, wanted)
            with suppress(NotInPartsError):
                return _decode_parts(pictures, needed, stream, canvas, wanted=wanted)
            return None
    return _decode_all(listing.held(), stream, listing, canvas, wanted=wanted, by="time")


def _decode_parts(
    pictures: "Sequence[Packet[VideoStream]]",
    needed: Sequence[Run],
    stream: VideoStream,
    canvas: Canvas,
    *,
    wanted: Collection[int],
) -> Decoded:
    """Decode the runs; times and durations are those of the packets."""
    known = sorted((packet.pts or 0, packet.duration or 0) for packet in pictures)
    decoded = Decoded(times=[time for time, _ in known], durations=[duration for _, duration in known])
    position, converter = {time: index for index, (time, _) in enumerate(known)}, Converter()
    for run in needed:
        for frame in frames_of(run, stream):
            converter.notice(frame)
            if frame.pts is not None and frame.pts in wanted:
                _keep(decoded, position[frame.pts], frame, stream, canvas, converter)
            decoded.notice(frame)
    return decoded


def _decode(
    file: Path, listing: Listing, canvas: Canvas, *, wanted: Collection[int], by: Literal["time", "position"]
) -> Decoded:
    with opened(file) as (container, stream):
        packets = cast("Iterator[Packet[VideoStream]]", stream_packets(container, stream))
        return _decode_all(packets, stream, listing, canvas, wanted=wanted, by=by)


def _decode_all(
    packets: "Iterable[Packet[VideoStream]]",
    stream: VideoStream,
    listing: Listing,
    canvas: Canvas,
    *,
    wanted: Collection[int],
    by: Literal["time", "position"],
) -> Decoded:
    """Decode all, and make squares of the frames whose time or position in decoding is wanted."""
    missing, decoded, converter = set(wanted), Decoded(), Converter()
    for frame in trusted_frames(packets, stream, listing, decoded):
        position = len(decoded.times)
        converter.notice(frame)
        key = frame.pts if by == "time" else position
        if key is not None and key in missing:
            missing.discard(key)  # of frames at one time the first
            _keep(decoded, position, frame, stream, canvas, converter)
        decoded.times.append(frame.pts)
        decoded.durations.append(frame.duration)
        decoded.notice(frame)
    if not decoded.times:
        sizeless = "" if stream.width else " (nor has it a size that libav accepts, at most 2^28 pixels)"
        cause = decoded.errors[0] if decoded.errors else "no key frame"
        raise DataError(f"not one frame can be decoded{sizeless}: {cause}")
    return decoded


def _keep(
    decoded: Decoded,
    position: int,
    frame: VideoFrame,
    stream: VideoStream,
    canvas: Canvas,
    converter: Converter,
) -> None:
    aspect = stream.sample_aspect_ratio
    decoded.sizes[position] = displayed(frame, aspect)
    check_pixels(*decoded.sizes[position], canvas.max_pixels)
    decoded.squares[position] = square(frame, aspect, canvas, converter)
