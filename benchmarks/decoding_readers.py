"""Video files become chosen frames as squares, uint8 `[frame, size, size, 3]`, by ours and by each of its peers.

A peer is told which frames (their ranks in time) and gives them as its user would have them fastest: with one decoder
thread, cut to the centred square and made small by one antialiased bicubic step of torch's, which is quicker than
Pillow's and within a level of it. Ours also finds out which frames they are.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import FOLDER, MissingPeerError

Frames: TypeAlias = NDArray[np.uint8]
SAMPLER = "center"


class Wish(NamedTuple):
    """What is to be read: budgets and side for ours, the ranks that they choose for the others."""

    path: Path
    budgets: tuple[int, ...]
    size: int
    ranks: tuple[int, ...]


def ours(wish: Wish) -> Frames:
    """Read by `decode_clip`."""
    from platoscope.data.decode import decode_clip

    clip = decode_clip(wish.path, budgets=wish.budgets, samplers=[SAMPLER], size=wish.size, fit="crop")
    return clip.frames


def decord(wish: Wish) -> Frames:
    """Read by one `get_batch`, which seeks."""
    reader = _peer("decord").VideoReader(str(wish.path), num_threads=1)
    return _squares(reader.get_batch(list(wish.ranks)).asnumpy(), wish.size)


def torchcodec(wish: Wish, *, mode: str) -> Frames:
    """Read by one `get_frames_at`, which seeks; "exact" goes through all packets first, "approximate" trusts rates."""
    decoders = _peer("torchcodec.decoders")
    decoder = decoders.VideoDecoder(str(wish.path), dimension_order="NHWC", num_ffmpeg_threads=1, seek_mode=mode)
    return _squares(decoder.get_frames_at(list(wish.ranks)).data.numpy(), wish.size)


def opencv_grab(wish: Wish) -> Frames:
    """Grab every frame up to the last chosen one and convert the chosen ones."""
    cv2, capture = _capture(wish.path)
    found = []
    for rank in range(wish.ranks[-1] + 1):
        capture.grab()
        if rank in wish.ranks:
            found.append(cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB))
    return _squares(found, wish.size)


def opencv_seek(wish: Wish) -> Frames:
    """Seek every chosen frame by its rank."""
    cv2, capture = _capture(wish.path)
    found = []
    for rank in wish.ranks:
        if capture.get(cv2.CAP_PROP_POS_FRAMES) != rank:
            capture.set(cv2.CAP_PROP_POS_FRAMES, rank)
        found.append(cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB))
    return _squares(found, wish.size)


def pyav(wish: Wish) -> Frames:
    """Decode every frame up to the last chosen one and convert the chosen ones."""
    import av

    found = []
    with av.open(str(wish.path)) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.thread_count = "NONE", 1
        for rank, frame in enumerate(container.decode(stream)):
            if rank in wish.ranks:
                found.append(frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False))
            if rank >= wish.ranks[-1]:
                break
    return _squares(found, wish.size)


SEEKING = "OpenCV, seeking"
READERS: Mapping[str, Callable[[Wish], Frames]] = {
    "ours": ours,
    "decord": decord,
    "torchcodec exact": partial(torchcodec, mode="exact"),
    "torchcodec approximate": partial(torchcodec, mode="approximate"),
    "OpenCV, grabbing": opencv_grab,
    SEEKING: opencv_seek,
    "PyAV": pyav,
}


def _peer(name: str) -> ModuleType:
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    try:
        return import_module(name)
    except (ImportError, RuntimeError) as error:  # torchcodec without the libraries of FFmpeg
        raise MissingPeerError(f"{name} cannot be loaded (make bench installs requirements.txt)") from error


def _capture(path: Path) -> "tuple[ModuleType, Any]":
    cv2 = _peer("cv2")
    cv2.setNumThreads(1)
    return cv2, cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])


def _squares(pictures: Sequence[Frames] | Frames, size: int) -> Frames:
    """Make squares of RGB pictures [height, width, 3]."""
    import torch

    torch.set_num_threads(1)
    made = []
    for picture in pictures:
        height, width = picture.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        cut = torch.from_numpy(picture[top : top + side, left : left + side]).permute(2, 0, 1)[None]
        small = torch.nn.functional.interpolate(cut, (size, size), mode="bicubic", antialias=True)[0]
        made.append(small.permute(1, 2, 0).numpy())
    return np.stack(made)
