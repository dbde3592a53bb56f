"""Turns frames uint8 [frame, height, width, 3] into an H.264 file.

Its bytes depend on the frames, the rate and the encoder's build alone: one thread, no date and no version in the file.
"""

import platform
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

# One thread: x264 writes other bytes with another number of threads. Its code for AVX-512 lets what lies in memory
# decide how blocks are weighed, in frames of some widths, and is left out. Bitexact: no version, no date in the file.
NO_AVX512 = {"x264-params": "asm=ssse3"} if platform.machine() in ("x86_64", "AMD64") else {}
X264 = {"crf": "23", "preset": "veryfast", "threads": "1", **NO_AVX512}
CONTAINER = {"fflags": "+bitexact", "movflags": "+faststart"}


def write_mp4(path: Path, *, frames: NDArray[np.uint8], fps: int) -> None:
    """Write an H.264 mp4 (4:2:0, crf 23, veryfast), whole or not at all.

    Raises
    ------
    InputError
        Where frames are not uint8 [frame, height, width, 3] with even sides and at least one frame, or fps is not
        a positive whole number.
    """
    _check(frames, fps=fps)
    part = path.with_name(f"{path.name}.part")
    _encode(part, frames, fps=fps)
    part.replace(path)


def _encode(path: Path, frames: NDArray[np.uint8], *, fps: int) -> None:
    import av

    with av.open(str(path), "w", format="mp4", container_options=CONTAINER) as container:
        stream = container.add_stream("libx264", rate=fps, options=X264)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.flags |= av.codec.context.Flags.bitexact.value
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(stream.encode())


def _check(frames: NDArray[np.uint8], *, fps: int) -> None:
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or not frames.size:
        raise InputError(f"frames {frames.dtype} {list(frames.shape)}: uint8 [frame, height, width, 3] is needed")
    if frames.shape[1] % 2 or frames.shape[2] % 2:
        raise InputError(f"frames of {frames.shape[1]} x {frames.shape[2]} pixels: H.264 needs even sides")
    if isinstance(fps, bool) or not isinstance(fps, int) or fps < 1:
        raise InputError(f"fps {fps!r}: a whole number of frames a second, at least 1, is needed")
