"""One block of samples through an encoder of frames or clips: one float32 [budget, sample, dim] a layer comes out.

What is shown more than once is encoded once, and averages over frames do not depend on their order.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.base import ImageEncoder, VideoEncoder, on_device
from platoscope.encoders.batches import Batches
from platoscope.encoders.device import pinned
from platoscope.encoders.subclips import subclip_places
from platoscope.errors import StoreError
from platoscope.store import FramesStore

GAP = 16  # rows of a store that are read along rather than left out

Choices = Sequence[NDArray[np.int32]]


class Shown(NamedTuple):
    """The distinct frames of some samples, uint8 [frame, height, width, 3], and the places among them of each budget's.

    ``places`` are int64 [sample, n_f], one table a budget.
    """

    images: NDArray[np.uint8]
    places: list[NDArray[np.int64]]


def read_shown(frames: FramesStore, choices: Choices, *, on: str) -> Shown:
    """Read the frames that some samples show at any budget once, ready to be taken to a device.

    ``choices`` are rows of the frames store, int32 [sample, n_f], one table a budget.
    """
    rows = np.unique(np.concatenate([choice.ravel() for choice in choices]))
    if rows[0] < 0:
        raise StoreError(f"{frames.path} has no frames of a sample that takes part: run `dvc repro`")
    images = np.concatenate([frames.read(part) for part in _runs(rows)])
    return Shown(pinned(images, on), [np.searchsorted(rows, choice) for choice in choices])


def encode_video(encoder: ImageEncoder | VideoEncoder, shown: Shown, batches: Batches) -> list[NDArray[np.float32]]:
    """Encode some samples at every budget, frame by frame or clip by clip as the encoder does.

    Batches are of so many frames; of clips as many as have so many, but at least one.

    Returns
    -------
    list
        One float32 [budget, sample, dim] a layer.
    """
    if isinstance(encoder, VideoEncoder):
        return encode_clips(encoder, shown, batches)
    return encode_frames(encoder, shown, batches)


def encode_frames(encoder: ImageEncoder, shown: Shown, batches: Batches) -> list[NDArray[np.float32]]:
    """Encode the distinct frames of some samples once and average them for each budget; as :func:`encode_video`."""
    vectors = batches.encode(on_device(encoder), len(shown.images), shown.images.__getitem__)
    return [np.stack([mean_of_frames(layer[at]) for at in shown.places]) for layer in vectors]


def encode_clips(encoder: VideoEncoder, shown: Shown, batches: Batches) -> list[NDArray[np.float32]]:
    """Encode the distinct clips that the budgets of some samples are cut into; as :func:`encode_video`.

    Clips of the encoder's ``n_frames`` by :func:`~platoscope.encoders.subclips.subclip_places`, averaged over the
    sub-clips of a budget; where it takes any number, the n_f frames as they are.
    """
    # Clips of one length at a time.
    groups = [shown.places] if encoder.n_frames else [[table] for table in shown.places]
    layers = [_encode_tables(encoder, shown.images, group, batches) for group in groups]
    return [np.concatenate(parts) for parts in zip(*layers, strict=True)]


def _encode_tables(
    encoder: VideoEncoder, images: NDArray[np.uint8], tables: Sequence[NDArray[np.int64]], batches: Batches
) -> list[NDArray[np.float32]]:
    """Encode clips given as places among images, int64 [sample, n_f] a budget."""
    cut = [table[:, subclip_places(table.shape[1], encoder.n_frames or table.shape[1])] for table in tables]
    length = cut[0].shape[2]
    clips, back = np.unique(np.concatenate([table.reshape(-1, length) for table in cut]), axis=0, return_inverse=True)
    vectors = batches.encode(on_device(encoder), len(clips), lambda at: images[clips[at]], weight=length)
    ends = np.cumsum([table.shape[0] * table.shape[1] for table in cut])[:-1]
    parts = [part.reshape(table.shape[:2]) for part, table in zip(np.split(back.ravel(), ends), cut, strict=True)]
    return [np.stack([mean_of_frames(layer[at]) for at in parts]) for layer in vectors]


def mean_of_frames(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean over frames of [sample, frame, dim], the same to the last bit in any order of the frames.

    A float64 sum alone is not: its rounding depends on the order, so the values are sorted first.
    """
    # NumPy sums in an order of its own for each memory layout, and keeps the layout when it sorts.
    total = np.sort(np.ascontiguousarray(vectors), axis=1).sum(axis=1, dtype=np.float64)
    mean: NDArray[np.float32] = (total / vectors.shape[1]).astype(np.float32)
    return mean


def _runs(rows: NDArray[np.int32]) -> list[NDArray[np.int32]]:
    """Growing rows cut where a gap is wider than reading through it is worth."""
    return np.split(rows, np.flatnonzero(np.diff(rows) > GAP) + 1)
