"""What every encoder offers: named layers, and one vector a layer for each frame, clip or text of a batch."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError
from platoscope.params import EncoderParams, TextEncoderParams, VideoEncoderParams
from platoscope.params.variants import PLAIN, Variant

Layers = list[NDArray[np.float32]]


class ImageEncoder(Protocol):
    """Encodes frames one by one.

    ``layers`` names the layers in order, the last one ``final``; ``description`` says how it sees (preprocessing,
    revision and digest of the weights, parameter count) and enters the attributes of the store.
    """

    layers: tuple[str, ...]
    description: dict[str, Any]

    def encode(self, frames: NDArray[np.uint8]) -> Layers:
        """Encode frames, uint8 [batch, height, width, 3]; one float32 [batch, dim] a layer."""
        ...


@runtime_checkable
class VideoEncoder(Protocol):
    """Encodes clips of ``n_frames`` frames (n_o), or of any number of them where it is None.

    ``layers`` and ``description`` as for images. A budget's frames are brought to n_o by the engine
    (:mod:`~platoscope.encoders.subclips`).
    """

    layers: tuple[str, ...]
    description: dict[str, Any]
    n_frames: int | None

    def encode(self, clips: NDArray[np.uint8]) -> Layers:
        """Encode clips, uint8 [batch, n_frames, height, width, 3]; one float32 [batch, dim] a layer."""
        ...


@runtime_checkable
class StepEncoder(VideoEncoder, Protocol):
    """A video encoder that can tell the steps of a clip apart: temporal tokens, or pairs of frames."""

    def step_tensors(self, clips: NDArray[np.uint8]) -> Any:
        """Encode clips as ``encode``; one float32 [batch, step * dim] a layer, on the device."""
        ...


class TextEncoder(Protocol):
    """Encodes texts one by one; ``layers`` and ``description`` as for images, ``layers[0]`` the embeddings."""

    layers: tuple[str, ...]
    description: dict[str, Any]

    def lengths(self, texts: list[str]) -> NDArray[np.int64]:
        """Tokens of each text, int64 [batch], before anything is cut off."""
        ...

    @property
    def max_tokens(self) -> int:
        """Longest text, in tokens, that is encoded whole."""
        ...

    def encode(self, texts: list[str]) -> Layers:
        """Encode texts; one float32 [batch, dim] a layer."""
        ...


def load_video_encoder(entry: VideoEncoderParams, *, frame_size: int, device: str) -> ImageEncoder | VideoEncoder:
    """Load an encoder of the video side; ``frame_size`` is the side of the frames it will get, in pixels.

    Raises
    ------
    InputError
        If the entry does not fit its family.
    WeightsError
        If weights are missing or do not fit.
    """
    encoder: ImageEncoder | VideoEncoder = _family(entry).load(entry, frame_size=frame_size, device=device)
    return encoder


def load_text_encoder(entry: TextEncoderParams, *, device: str) -> TextEncoder:
    """Load an encoder of the text side.

    Raises
    ------
    InputError
        If the entry does not fit its family.
    WeightsError
        If weights are missing or do not fit.
    """
    encoder: TextEncoder = _family(entry).load(entry, device=device)
    return encoder


def on_device(encoder: Any) -> Callable[[Any], Any]:
    """What encodes without waiting for the device: ``encoder.tensors``, where it has that, else ``encoder.encode``."""
    encode: Callable[[Any], Any] = getattr(encoder, "tensors", encoder.encode)
    return encode


def open_stored(
    entry: EncoderParams, *, ids: Sequence[str], budgets: Sequence[int], variants: Sequence[Variant] = (PLAIN,)
) -> Any:
    """Find the features of an entry of the family ``stored``; see :func:`platoscope.encoders.stored.open_features`."""
    return _family(entry).open_features(entry, ids=ids, budgets=budgets, variants=variants)


def frames_at_once(encoder: ImageEncoder | VideoEncoder, n_f: int) -> int:
    """Frames that a model sees at once of a budget of ``n_f``, which it runs ceil(n_f / this) times for."""
    return encoder.n_frames or n_f if isinstance(encoder, VideoEncoder) else 1


def blank(encoder: ImageEncoder | VideoEncoder, n: int, *, frame_size: int, n_f: int) -> NDArray[np.uint8]:
    """Black frames or clips as an encoder takes them, uint8 [n, ...]; of ``n_f`` frames where it takes any number."""
    length = (frames_at_once(encoder, n_f),) if isinstance(encoder, VideoEncoder) else ()
    return np.zeros((n, *length, frame_size, frame_size, 3), np.uint8)


def _family(entry: EncoderParams) -> Any:
    """The module of an entry's family: its file has its name, which is how dvc.yaml finds it too."""
    family = import_module(f"platoscope.encoders.{entry.family}")
    used = {"family", "sampler", *family.USES}
    idle = [n for n, field in type(entry).model_fields.items() if n not in used and getattr(entry, n) != field.default]
    if idle:
        raise InputError(
            f"family {entry.family} makes no use of {idle[0]} ({getattr(entry, idle[0])!r}), only of "
            f"{', '.join(family.USES)}"
        )
    return family
