"""Turns a clip that was never encoded, a ``.npy`` file uint8 ``[frame, size, size, 3]``, into what budgets show of it.

Pixels are copied as they are. The choice of frames is closed under reversal, so that to choose from a reversed clip is
to reverse what was chosen; a decoded video's need not be.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.data.clip import DecodedClip
from platoscope.data.sampling import Cell, budgets_of, union
from platoscope.errors import DataError, InputError

SUFFIX = ".npy"
FPS = 16  # arrays have no times of their own


def read_array_clip(path: Path, *, budgets: Sequence[int], samplers: Sequence[str], size: int) -> DecodedClip:
    """Read the frames that the budgets of all samplers choose.

    Raises
    ------
    InputError
        The frames are not squares of ``size``: they would have to be resized, which arrays never are.
    DataError
        The file is no such array.
    """
    frames = _load(path)
    if frames.shape[1:3] != (size, size):
        raise InputError(
            f"{path.name} has frames of {frames.shape[2]} x {frames.shape[1]} pixels, frames.size is {size}: arrays "
            "are copied and never resized, so frames.size must be the size they are rendered at"
        )
    choices = choose_closed(len(frames), budgets=budgets, samplers=samplers)
    rows = union(choices)
    return DecodedClip(
        frames=np.ascontiguousarray(frames[rows]),
        frame_index=rows,
        pts_seconds=rows / FPS,
        choice={cell: np.searchsorted(rows, chosen).astype(np.int32) for cell, chosen in choices.items()},
        n_decoded=len(frames),
        duration_seconds=len(frames) / FPS,
        width=size,
        height=size,
        status="ok",
        note="",
    )


def choose_closed(n_frames: int, *, budgets: Sequence[int], samplers: Sequence[str]) -> dict[Cell, NDArray[np.int64]]:
    """Choose for every sampler and the budgets it has, from frames that each last as long.

    The samplers are those of ``platoscope.data.sampling.choose``, but the second half of a choice is the mirror image
    of the first: with frame k there is frame n_frames - 1 - k. ``center`` takes the frame that lasts over the middle of
    each span of time, of two that meet there the one nearer to the middle of the clip; as many as there are is all.
    The exceptions: the middle frame of an odd choice from an even number is the later of two, ``first`` is frame 0, as
    is ``linspace`` of one frame, and ``span`` starts half a frame early where it cannot be in the middle.

    Returns
    -------
    dict of int64 ``[n_f]``
        Indices of frames by (sampler, n_f), never decreasing.

    Raises
    ------
    InputError
        As ``platoscope.data.sampling.choose_all``.
    """
    if not samplers or len(set(samplers)) < len(samplers):
        raise InputError(f"samplers are {list(samplers)}: wanted at least one and none twice")
    return {(name, n_f): _choose(n_frames, n_f, name) for name in samplers for n_f in budgets_of(name, budgets)}


def _choose(n_frames: int, n_f: int, sampler: str) -> NDArray[np.int64]:
    if sampler == "first":
        return np.zeros(1, np.int64)
    if sampler == "repeat":
        return np.full(n_f, n_frames // 2, np.int64)
    if sampler == "span" and n_f <= n_frames:
        return np.arange(n_f, dtype=np.int64) + (n_frames - n_f) // 2
    j = np.arange(n_f // 2, dtype=np.int64)
    if sampler == "linspace" and n_f > 1:
        # nearest to (n_frames - 1) j / (n_f - 1), the earlier of two: ceil(position - 1/2)
        half = -((-2 * (n_frames - 1) * j + (n_f - 1)) // (2 * (n_f - 1)))
    else:
        half = n_frames * (2 * j + 1) // (2 * n_f)
    middle = [0 if sampler == "linspace" and n_f == 1 else n_frames // 2] * (n_f % 2)
    return np.concatenate([half, np.array(middle, np.int64), n_frames - 1 - half[::-1]])


def _load(path: Path) -> NDArray[np.uint8]:
    try:
        frames = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"is not an array that can be read: {error}") from None  # the cause alone would be told
    shape = frames.shape
    if frames.dtype != np.uint8 or len(shape) != 4 or shape[3] != 3 or not frames.size:
        raise DataError(f"is an array {frames.dtype} {list(shape)}: uint8 [frame, height, width, 3] is needed")
    loaded: NDArray[np.uint8] = frames
    return loaded
