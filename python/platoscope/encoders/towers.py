"""Vision models of transformers: uint8 frames or clips in, one float32 [batch, dim] a layer out.

A layer is the raw output of a block, pooled as soon as it is made, so that the tokens of all layers are never held
together; ``final`` is what the model itself returns.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from platoscope.encoders import computing
from platoscope.encoders.base import Layers
from platoscope.encoders.frames_in import Preprocessing, check_frames
from platoscope.errors import EncodingError, InputError
from platoscope.params import VideoEncoderParams

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Tower:
    """How one architecture is run, and which of its tokens stand for places in the picture.

    ``blocks`` name the lists of its blocks in the order in which they run, below ``part`` of what ``AutoModel`` gives.
    ``frames`` is the argument that takes pixels; ``apart`` says that it takes the frames of all clips as one batch.
    ``cls`` says whether a class token stands first, followed by ``num_register_tokens`` of the configuration if it has
    that. ``final`` is the model's pooled output, or its last hidden state pooled as every layer is. ``sizes`` says
    which sides of frames it takes: the configuration's alone, any, or any on request (``interpolate_pos_encoding``).
    ``n_o`` is the configuration's name for the number of frames, which an entry may change where ``any_length``.
    ``when`` says how time runs through the tokens of a clip: from place to place ``outer`` (all of the first step, then
    all of the second), ``inner`` (all steps of the first place, then of the second), or as ``parts`` that are run
    apart; None where that differs from block to block.
    """

    blocks: tuple[str, ...]
    part: str = ""
    frames: str = "pixel_values"
    apart: bool = False
    cls: bool = False
    final: Literal["pooled", "tokens"] = "tokens"
    sizes: Literal["own", "any", "on_request"] = "own"
    side: str = "image_size"
    n_o: str = "num_frames"
    any_length: bool = False
    when: Literal["outer", "inner", "parts"] | None = None
    processor: Literal["image", "video"] = "image"

    def n_prefix(self, config: Any) -> int:
        """Tokens before those of patches."""
        return int(self.cls) * (1 + getattr(config, "num_register_tokens", 0))

    def check(self, config: Any, entry: VideoEncoderParams, *, preprocessing: Preprocessing, frame_size: int) -> None:
        """Refuse a pool or a size that the architecture does not have, before any weights are fetched.

        Raises
        ------
        InputError
            Naming what exists.
        """
        pools = ("mean", "cls") if self.cls else ("mean",)
        if entry.pool not in pools:
            raise InputError(f"{entry.checkpoint} has no pool {entry.pool!r}, only {', '.join(pools)}")
        preprocessing.check(str(entry.checkpoint), frame_size)
        side, patch = preprocessing.crop, first_of(getattr(config, "patch_size", 1))
        if entry.image_size is not None and side % patch:
            raise InputError(
                f"{entry.checkpoint} cuts frames in patches of {patch} px: image_size {side} is no multiple"
            )
        if self.sizes == "own" and side != self.own_side(config):
            raise InputError(f"{entry.checkpoint} takes frames of {self.own_side(config)} px alone, got {side}")

    def own_side(self, config: Any) -> int | None:
        """Side of the frames that the configuration speaks of, in pixels, if it does."""
        side: int | None = first_of(getattr(config, self.side, None))
        return side


class TowerFrames:
    """A vision model that sees single frames."""

    def __init__(
        self,
        model: Any,
        tower: Tower,
        entry: VideoEncoderParams,
        *,
        preprocessing: Preprocessing,
        frame_size: int,
        device: str,
        norm: "nn.Module | None" = None,
    ) -> None:
        """``norm`` is laid over the mean of the last hidden state, where a model has that apart from itself."""
        is_other = tower.sizes == "on_request" and preprocessing.crop != tower.own_side(model.config)
        self._more = {"interpolate_pos_encoding": True} if is_other else {}
        self._tower, self._entry, self._device, self._frame_size = tower, entry, device, frame_size
        self._dtype = getattr(torch, entry.dtype)
        self._preprocessing = preprocessing
        self._n_prefix = tower.n_prefix(model.config)
        self._model = model.to(device=device, dtype=self._dtype).eval()
        self._norm = None if norm is None else norm.to(device=device, dtype=self._dtype).eval()
        self._pooled: list[Tensor] = []
        self._n, self._steps = 0, 1
        blocks = {f"{name}.{i}": b for name in tower.blocks for i, b in enumerate(model.get_submodule(name))}
        for block in blocks.values():
            block.register_forward_hook(self._keep)
        computing.compile_blocks(blocks.values(), entry, device=device, lengths_vary=False)
        self.layers = (*blocks, "final")
        self.description: dict[str, Any] = {
            "parameters": sum(p.numel() for part in (model, norm) if part is not None for p in part.parameters()),
            "normed": ["final"],
            "preprocessing": preprocessing.described(),
            "attention": model.config._attn_implementation,  # noqa: SLF001 (the library's only name)
        }

    def encode(self, frames: NDArray[np.uint8]) -> Layers:
        """Encode frames, uint8 [batch, height, width, 3]; one float32 [batch, dim] a layer.

        Raises
        ------
        InputError
            If they are not squares of the size that the encoder was loaded for.
        """
        return [layer.cpu().numpy() for layer in self.tensors(frames)]

    def tensors(self, frames: NDArray[np.uint8]) -> "list[Tensor]":
        """The same as :meth:`encode`, on the device, which need not have computed them yet."""
        check_frames(frames, (self._frame_size, self._frame_size, 3))
        return self.run(self.preprocess(frames), len(frames))

    def preprocess(self, frames: NDArray[np.uint8]) -> "Tensor":
        """Frames, uint8 [..., height, width, 3], as the model wants them, [..., 3, side, side]."""
        flat = frames.reshape(-1, *frames.shape[-3:])
        x = self._preprocessing.apply(flat, device=self._device).to(self._dtype)
        return x.reshape(*frames.shape[:-3], *x.shape[1:])

    @torch.inference_mode()
    def run(self, x: "Tensor", n: int) -> "list[Tensor]":
        """Run the model on the pixels of ``n`` pictures or clips; one float32 [n, dim] a layer.

        Raises
        ------
        EncodingError
            If a block was not run, or more than once.
        """
        self._pooled, self._n = [], n
        with computing.products(self._entry, self._device):
            output = self._model(**self._arguments(x))
        vectors, self._pooled = [*self._pooled, self._final(output, n)], []
        if len(vectors) != len(self.layers):
            raise EncodingError(f"the model ran {len(vectors) - 1} blocks, it has {len(self.layers) - 1}")
        return [vector.float() for vector in vectors]

    def _arguments(self, x: "Tensor") -> dict[str, Any]:
        return {self._tower.frames: x, **self._more}

    def _final(self, output: Any, n: int) -> "Tensor":
        if self._tower.final == "pooled":
            return mean_of_parts(output.pooler_output, n * self._steps)
        pooled = self._pool_tokens(output.last_hidden_state)
        return pooled if self._norm is None else self._norm(pooled.to(self._dtype))

    def _pool_tokens(self, state: "Tensor") -> "Tensor":
        """One vector a clip; where its steps are asked for one each, [n * step, dim]."""
        if self._steps == 1 or self._tower.when == "parts":
            return pool_tokens(state, self._n * self._steps, pool=self._entry.pool, n_prefix=self._n_prefix)
        return pool_steps(state, self._steps, n_prefix=self._n_prefix, when=str(self._tower.when))

    def _keep(self, _module: Any, _inputs: Any, output: Any) -> None:
        """Pool the output of a block when it is made."""
        self._pooled.append(self._pool_tokens(output[0] if isinstance(output, tuple) else output))


class TowerClips(TowerFrames):
    """A vision model that sees clips of ``n_frames`` frames, or of any number where it is None."""

    n_frames: int | None = None
    n_steps: int = 1

    def count_steps(self, config: Any) -> None:
        """Set ``n_steps``, the steps in time that a clip's tokens stand for: 1 where they cannot be told apart."""
        is_told = self._tower.when == "parts" or (self._tower.when is not None and self._entry.pool == "mean")
        tubelet = first_of(getattr(config, "tubelet_size", 1))
        self.n_steps = int(self.n_frames or 1) // tubelet if is_told else 1

    def step_tensors(self, clips: NDArray[np.uint8]) -> "list[Tensor]":
        """Encode clips as :meth:`tensors`, but pool each step of time apart; one float32 [batch, step * dim] a layer.

        ``final`` is what the model returns of each step: a norm over the mean of all patches is laid over each step's.
        """
        self._steps = self.n_steps
        try:
            return [layer.reshape(len(clips), -1) for layer in self.tensors(clips)]
        finally:
            self._steps = 1

    def encode(self, clips: NDArray[np.uint8]) -> Layers:
        """Encode clips, uint8 [batch, n_frames, height, width, 3]; one float32 [batch, dim] a layer.

        Raises
        ------
        InputError
            If they are not clips of squares of the size and number that the encoder was loaded for.
        """
        return super().encode(clips)

    def tensors(self, frames: NDArray[np.uint8]) -> "list[Tensor]":
        """The same as :meth:`encode`, on the device, which need not have computed them yet."""
        check_frames(frames, (self.n_frames, self._frame_size, self._frame_size, 3))
        x = self.preprocess(frames)
        return self.run(x.flatten(0, 1) if self._tower.apart else x, len(frames))


def pool_tokens(state: "Tensor", n: int, *, pool: str, n_prefix: int) -> "Tensor":
    """One float32 [n, dim] from the output of a block for n pictures or clips.

    Of tokens [n * part, token, dim], where an architecture looks at frames or places apart, or of maps [n, dim, height,
    width]. Means are over all tokens but the first ``n_prefix``, in float32; class tokens are averaged over the parts.
    """
    if state.ndim == 4:
        return state.mean((2, 3), dtype=torch.float32)
    state = state.reshape(n, -1, *state.shape[1:])
    if pool == "cls":
        return state[:, :, 0].mean(1, dtype=torch.float32)
    return state[:, :, n_prefix:].mean((1, 2), dtype=torch.float32)


def pool_steps(state: "Tensor", steps: int, *, n_prefix: int, when: str) -> "Tensor":
    """Means over the places of each step, float32 [n * step, dim], from tokens [n, token, dim] of n clips.

    The first ``n_prefix`` tokens stand for no place; ``when`` is as in :class:`Tower`, ``outer`` or ``inner``.
    """
    n, _, dim = state.shape
    axes = (steps, -1) if when == "outer" else (-1, steps)
    tokens = state[:, n_prefix:].reshape(n, *axes, dim)
    return tokens.mean(2 if when == "outer" else 1, dtype=torch.float32).reshape(n * steps, dim)


def mean_of_parts(vectors: "Tensor", n: int) -> "Tensor":
    """Mean over the parts of n pictures or clips: [n * part, (1,) dim] to float32 [n, dim]."""
    return vectors.reshape(n, -1, vectors.shape[-1]).mean(1, dtype=torch.float32)


def first_of(value: Any) -> Any:
    """A configuration's number, which may stand once for all axes or once for each."""
    return value[0] if isinstance(value, list | tuple) else value


def vision_config(config: Any) -> Any:
    """The part of a configuration that is of vision."""
    return getattr(config, "vision_config", config)
