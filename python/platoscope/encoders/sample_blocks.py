"""One block of samples through an encoder: frames or clips or texts in, one float32 [budget, sample, dim] a layer out.

What is shown more than once is encoded once, in batches of one size (the last filled up), and averages over frames do
not depend on their order.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.base import ImageEncoder, Layers, TextEncoder, VideoEncoder
from platoscope.encoders.subclips import subclip_places
from platoscope.errors import StoreError
from platoscope.store import FramesStore

BLOCK = 16

Choices = Sequence[NDArray[np.int32]]


def encode_video(
    encoder: ImageEncoder | VideoEncoder, frames: FramesStore, choices: Choices, *, batch: int
) -> list[NDArray[np.float32]]:
    """Encode some samples at every budget, frame by frame or clip by clip as the encoder does.

    Parameters
    ----------
    choices
        Rows of the frames store, int32 [sample, n_f], one table a budget.
    batch
        Frames a batch; of clips as many as have so many frames, but at least one.

    Returns
    -------
    list
        One float32 [budget, sample, dim] a layer.
    """
    encode = encode_clips if isinstance(encoder, VideoEncoder) else encode_frames
    return encode(encoder, frames, choices, batch=batch)  # type: ignore[arg-type]


def encode_frames(
    encoder: ImageEncoder, frames: FramesStore, choices: Choices, *, batch: int
) -> list[NDArray[np.float32]]:
    """Encode the distinct frames of some samples once and average them for each budget; as :func:`encode_video`."""
    images, places = _read(frames, choices)
    vectors = _in_batches(encoder.encode, len(images), lambda at: images[at], batch)
    return [np.stack([mean_of_frames(layer[at]) for at in places]) for layer in vectors]


def encode_clips(
    encoder: VideoEncoder, frames: FramesStore, choices: Choices, *, batch: int
) -> list[NDArray[np.float32]]:
    """Encode the distinct clips that the budgets of some samples are cut into; as :func:`encode_video`.

    Clips of the encoder's ``n_frames`` by :func:`~platoscope.encoders.subclips.subclip_places`, averaged over the
    sub-clips of a budget; where it takes any number, the n_f frames as they are.
    """
    images, places = _read(frames, choices)
    groups = [places] if encoder.n_frames else [[table] for table in places]  # clips of one length at a time
    layers = [_encode_tables(encoder, images, group, batch=batch) for group in groups]
    return [np.concatenate(parts) for parts in zip(*layers, strict=True)]


def _encode_tables(
    encoder: VideoEncoder, images: NDArray[np.uint8], tables: Sequence[NDArray[np.int64]], *, batch: int
) -> list[NDArray[np.float32]]:
    """Encode clips given as places among images, int64 [sample, n_f] a budget."""
    cut = [table[:, subclip_places(table.shape[1], encoder.n_frames or table.shape[1])] for table in tables]
    length = cut[0].shape[2]
    clips, back = np.unique(np.concatenate([table.reshape(-1, length) for table in cut]), axis=0, return_inverse=True)
    vectors = _in_batches(encoder.encode, len(clips), lambda at: images[clips[at]], max(1, batch // length))
    ends = np.cumsum([table.shape[0] * table.shape[1] for table in cut])[:-1]
    parts = [part.reshape(table.shape[:2]) for part, table in zip(np.split(back.ravel(), ends), cut, strict=True)]
    return [np.stack([mean_of_frames(layer[at]) for at in parts]) for layer in vectors]


def encode_texts(encoder: TextEncoder, texts: Sequence[Sequence[str]], *, batch: int) -> list[NDArray[np.float32]]:
    """Encode texts [sample][budget] in batches of like length; one float32 [budget, sample, dim] a layer."""
    flat = [text for sample in texts for text in sample]
    order = np.argsort(encoder.lengths(flat), kind="stable")
    vectors = _in_batches(encoder.encode, len(flat), lambda places: [flat[order[p]] for p in places], batch)
    back = np.argsort(order).reshape(len(texts), -1).T  # [budget, sample]
    return [layer[back] for layer in vectors]


def mean_of_frames(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean over frames of [sample, frame, dim], the same to the last bit in any order of the frames.

    A float64 sum alone is not: its rounding depends on the order, so the values are sorted first.
    """
    # NumPy sums in an order of its own for each memory layout, and keeps the layout when it sorts.
    total = np.sort(np.ascontiguousarray(vectors), axis=1).sum(axis=1, dtype=np.float64)
    mean: NDArray[np.float32] = (total / vectors.shape[1]).astype(np.float32)
    return mean


def _read(frames: FramesStore, choices: Choices) -> tuple[NDArray[np.uint8], list[NDArray[np.int64]]]:
    """The distinct frames of some samples, read once, and the places among them of each budget's."""
    rows = np.unique(np.concatenate([choice.ravel() for choice in choices]))
    if rows[0] < 0:
        raise StoreError(f"{frames.path} has no frames of a sample that takes part: run `dvc repro`")
    images = np.concatenate([frames.read(part) for part in _runs(rows)])
    return images, [np.searchsorted(rows, choice) for choice in choices]


def _in_batches(
    encode: Callable[[Any], Layers], n: int, pick: Callable[[NDArray[np.int64]], Any], batch: int
) -> list[NDArray[np.float32]]:
    """Encode items 0 .. n-1 in batches of one size, since another size moves the last bits; the last is filled up."""
    parts: list[Layers] = []
    for start in range(0, n, batch):
        places = np.minimum(np.arange(start, start + batch), n - 1)
        parts.append([layer[: n - start] for layer in encode(pick(places))])
    return [np.concatenate(layer) for layer in zip(*parts, strict=True)]


def _runs(rows: NDArray[np.int32]) -> list[NDArray[np.int32]]:
    """Growing rows cut where a gap is wider than reading through it is worth."""
    return np.split(rows, np.flatnonzero(np.diff(rows) > BLOCK) + 1)
