"""Encoders without their weights: layers, widths, parameters and memory of an entry, from a run on the meta device.

The family's own loading code and the encoder's own ``encode`` run on tensors that have shapes and no values, so that a
model of any size is looked at in a second and in no memory.
"""

import weakref
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from platoscope.encoders.base import Layers, blank, load_text_encoder, load_video_encoder
from platoscope.encoders.weights import first_line
from platoscope.errors import PlatoscopeError, UnavailableError
from platoscope.params import EncoderParams, TextEncoderParams, VideoEncoderParams

ANY_SIDE = 1 << 14  # px, more than any model asks of its frames
SMALL_SIDE = 64  # px, for what takes frames of any side
FILLS = frozenset(
    getattr(torch.Tensor, f"{name}_") for name in ("normal", "uniform", "erfinv", "mul", "add", "clamp", "fill", "zero")
)
WORDS = 64  # of the text that stands for all texts


@dataclass(frozen=True)
class Skeleton:
    """What an entry's encoder is.

    ``widths`` are the dims of each of ``layers``; ``frame_size``: side in pixels of the frames that it asks for, of
    ``n_frames`` at a time; ``tokens``: length of the text that was shown to a text encoder. ``weights`` and ``each``
    are bytes: of the parameters, and of what lives at once, at most, while one frame, clip or text is encoded.
    """

    layers: tuple[str, ...]
    widths: tuple[int, ...]
    parameters: int
    weights: int
    each: int
    frame_size: int | None = None
    n_frames: int | None = None
    tokens: int | None = None

    def memory(self, batch: int) -> int:
        """Bytes that a batch needs at least: weights + batch x each. Libraries' workspaces come on top."""
        return self.weights + batch * self.each


def skeleton(entry: VideoEncoderParams | TextEncoderParams) -> Skeleton:
    """Look at the encoder of an entry without reading weights.

    Raises
    ------
    InputError
        If the entry does not fit its family.
    UnavailableError
        If its code asks for values, which there are none of.
    WeightsError
        If its architecture is described by a file that cannot be had.
    """
    untrained = {} if entry.checkpoint is None else {"random_init": True, "weights": None}
    bare = entry.model_copy(update=untrained)
    try:
        return _of_text(bare) if isinstance(bare, TextEncoderParams) else _of_video(bare)
    except PlatoscopeError:
        raise
    except RuntimeError as error:
        raise UnavailableError(
            f"{entry.checkpoint} cannot be looked at without values ({first_line(error)}): "
            "`platoscope plan` takes it whole"
        ) from error


def _of_video(entry: VideoEncoderParams) -> Skeleton:
    with torch.device("meta"), _Shapes():
        asked = load_video_encoder(entry, frame_size=ANY_SIDE, device="meta").description["preprocessing"]
        side = asked.get("resize", SMALL_SIDE)
        encoder: Any = load_video_encoder(entry, frame_size=side, device="meta")
    # An encoder that takes any number of frames is shown two, the fewest that can differ.
    found = _run(entry, encoder, blank(encoder, 1, frame_size=side, n_f=2))
    return replace(found, frame_size=asked.get("resize"), n_frames=getattr(encoder, "n_frames", 1))


def _of_text(entry: TextEncoderParams) -> Skeleton:
    with torch.device("meta"), _Shapes():
        encoder = load_text_encoder(entry, device="meta")
    text = " ".join(["word"] * min(WORDS, encoder.max_tokens // 2))
    return replace(_run(entry, encoder, [text]), tokens=int(encoder.lengths([text])[0]))


def _run(entry: EncoderParams, encoder: Any, items: Any) -> Skeleton:
    """Show an encoder one item, without values."""
    with torch.device("meta"), LiveBytes() as live, _Shapes():
        layers: Layers = encoder.encode(items)
    parameters = int(encoder.description["parameters"])
    return Skeleton(
        layers=encoder.layers,
        widths=tuple(layer.shape[1] for layer in layers),
        parameters=parameters,
        weights=parameters * getattr(torch, entry.dtype).itemsize,
        each=live.most,
    )


class _Shapes(TorchFunctionMode):
    """Lets code that ends in NumPy arrays, or asks whether all is well, pass on tensors without values.

    Filling tensors with values is left out: it is most of the time that making a large model takes.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in FILLS and args[0].is_meta:
            return args[0]
        if func is torch.Tensor.cpu:
            return args[0]
        if func is torch.Tensor.numpy:
            return np.zeros(args[0].shape, np.float32)
        if func is torch.Tensor.__bool__:
            return True
        return func(*args, **(kwargs or {}))


class LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of the tensors that operations make, while they live; ``most`` of them at once."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most = 0
        self._size: dict[int, int] = {}  # bytes of each storage that was made, by its address
        self._users: dict[int, int] = {}  # tensors that share it

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        given = [leaf for leaf in tree_leaves((args, kwargs)) if torch.is_tensor(leaf)]
        for tensor in tree_leaves(output):
            if torch.is_tensor(tensor) and not any(tensor is one for one in given):
                self._count(tensor, given)
        self.most = max(self.most, sum(self._size.values()))
        return output

    def _count(self, tensor: torch.Tensor, given: list[torch.Tensor]) -> None:
        """Count a new tensor, and its bytes where it is no view of what was given; weights never count."""
        place = _place(tensor)
        if place not in self._size:
            if any(_place(one) == place for one in given):
                return
            self._size[place], self._users[place] = tensor.untyped_storage().nbytes(), 0
        self._users[place] += 1
        weakref.finalize(tensor, self._forget, place)

    def _forget(self, place: int) -> None:
        self._users[place] -= 1
        if not self._users[place]:
            del self._size[place], self._users[place]


def _place(tensor: torch.Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001 (tensors without values have no data_ptr)
