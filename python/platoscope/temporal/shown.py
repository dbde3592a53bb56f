"""One block of samples through an encoder, pass by pass: one float32 [sample * row, dim] a layer comes out.

Rows of a sample are the steps of every pass, one pass after the other, then what is shown of frames alone. Frames and
clips that are equal are encoded once.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.base import ImageEncoder, StepEncoder, VideoEncoder, on_device
from platoscope.encoders.batches import Batches
from platoscope.encoders.sample_blocks import Shown
from platoscope.temporal.passes import Pass
from platoscope.temporal.variants import turned

Vectors = list[NDArray[np.float32]]


def encode_passes_of_frames(encoder: ImageEncoder, shown: Shown, passes: Sequence[Pass], batches: Batches) -> Vectors:
    """Encode the distinct frames of some samples once for each change of pixels; rows are frames, pass by pass."""
    (table,) = shown.places  # [sample, chosen]
    parts: dict[str, Vectors] = {}
    for change in dict.fromkeys(one.change for one in passes):
        own = [one for one in passes if one.change == change]
        used = np.unique(table[:, np.concatenate([one.places for one in own])])
        vectors = batches.encode(on_device(encoder), len(used), _picker(shown.images, used, change))
        for one in own:
            at = np.searchsorted(used, table[:, one.places])
            parts[one.name] = [layer[at] for layer in vectors]  # [sample, step, dim] each
    return _by_row([parts[one.name] for one in passes])


def encode_passes_of_clips(
    encoder: VideoEncoder, shown: Shown, passes: Sequence[Pass], stills: Sequence[Pass], batches: Batches
) -> Vectors:
    """Encode the distinct clips of some samples once; rows are steps, pass by pass, then each still's mean."""
    (table,) = shown.places
    changes = list(dict.fromkeys(one.change for one in [*passes, *stills]))
    every = np.stack([_clips(table, one, changes) for one in [*passes, *stills]], axis=1)  # [sample, pass, 1 + frame]
    clips, back = np.unique(every.reshape(-1, every.shape[2]), axis=0, return_inverse=True)
    back = back.reshape(every.shape[:2])

    def pick(at: Any) -> NDArray[np.uint8]:
        rows = clips[at]
        pictures: NDArray[np.uint8] = shown.images[rows[:, 1:]]
        for number, change in enumerate(changes):
            if change is not None:
                pictures[rows[:, 0] == number] = turned(pictures[rows[:, 0] == number], change)
        return pictures

    encode, dims = step_encode(encoder), _widths(encoder, pick)
    flat = batches.encode(encode, len(clips), pick, weight=table.shape[1])
    layers = [layer.reshape(len(clips), -1, dim) for layer, dim in zip(flat, dims, strict=True)]  # [clip, step, dim]
    n = len(passes)
    parts = [[layer[back[:, place]] for layer in layers] for place in range(n)]
    parts += [[_mean(layer[back[:, n + place]]) for layer in layers] for place in range(len(stills))]
    return _by_row(parts)


def step_encode(encoder: VideoEncoder) -> Callable[[Any], Any]:
    """What gives a clip's steps side by side, where the encoder tells them apart, else the clip as one step."""
    return encoder.step_tensors if isinstance(encoder, StepEncoder) else on_device(encoder)


def _widths(encoder: VideoEncoder, pick: Callable[[Any], Any]) -> list[int]:
    """The width of each layer, by which steps are taken apart."""
    return [int(layer.shape[1]) for layer in encoder.encode(pick(slice(0, 1)))]


def _clips(table: NDArray[np.int64], one: Pass, changes: Sequence[str | None]) -> NDArray[np.int64]:
    """The clip of every sample as its change and its places among images, [sample, 1 + frame]."""
    change = np.full((len(table), 1), changes.index(one.change))
    return np.concatenate([change, table[:, one.places]], axis=1)


def _picker(images: NDArray[np.uint8], used: NDArray[np.int64], change: str | None) -> Callable[[Any], Any]:
    def pick(at: Any) -> NDArray[np.uint8]:
        pictures = images[used[at]]
        return pictures if change is None else turned(pictures, change)

    return pick


def _mean(steps: NDArray[np.float32]) -> NDArray[np.float32]:
    """[sample, step, dim] to [sample, 1, dim]."""
    mean: NDArray[np.float32] = steps.mean(1, keepdims=True, dtype=np.float64).astype(np.float32)
    return mean


def _by_row(parts: Sequence[Vectors]) -> Vectors:
    """Lay the parts [sample, step, dim] of each layer side by side along steps: [sample * row, dim]."""
    return [np.concatenate(layer, axis=1).reshape(-1, layer[0].shape[2]) for layer in zip(*parts, strict=True)]
