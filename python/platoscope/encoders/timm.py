"""Family ``timm``: any image model of timm that offers ``forward_intermediates``, encoded frame by frame.

Layers are the raw outputs of the blocks or stages, pooled over patches, and ``final``, which is the library's own
output before the classifier (equal to the plain forward pass).
"""

import difflib
import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from platoscope.encoders import computing, taps, weights
from platoscope.encoders.base import Layers
from platoscope.encoders.frames_in import Preprocessing, check_frames
from platoscope.errors import EncodingError, InputError, WeightsError
from platoscope.params import VideoEncoderParams

if TYPE_CHECKING:
    from torch import Tensor, nn

USES = (
    "checkpoint",
    "weights",
    "revision",
    "pool",
    "random_init",
    "seed",
    "dtype",
    *computing.USES,
    "allow_pickle",
    "image_size",
    "crop_pct",
)
POOLS = ("mean", "cls")
ATTENTIONS = ("eager", "sdpa")
HUB = "hf-hub:"


class Timm:
    """A timm model with its own preprocessing, giving one vector a layer for each frame."""

    def __init__(self, model: "nn.Module", entry: VideoEncoderParams, *, frame_size: int, device: str) -> None:
        from timm.data import resolve_data_config

        self._dtype = getattr(torch, entry.dtype)
        self._device, self._entry = device, entry
        self._pool = _checked_pool(model, entry)
        self.layers = (*_layer_names(model), "final")
        parameters = sum(p.numel() for p in model.parameters())
        overrides = {} if entry.image_size is None else {"img_size": entry.image_size}
        config = resolve_data_config(overrides, model=model)
        size = int(config["input_size"][-1])
        self._preprocessing = Preprocessing(
            resize=int(size / (entry.crop_pct or config["crop_pct"])),
            crop=size,
            interpolation=str(config["interpolation"]),
            mean=tuple(config["mean"]),
            std=tuple(config["std"]),
        )
        self._preprocessing.check(str(entry.checkpoint), frame_size)
        self._frame_size = frame_size
        _check_patches(model, size, entry)
        attention = _attend(model, entry)
        self._model = model.to(device=device, dtype=self._dtype, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
        self._listens = self._can_listen(size)
        computing.compile_blocks(_blocks(model), entry, device=device, lengths_vary=False)
        self.description: dict[str, Any] = {
            "parameters": parameters,
            "normed": ["final"],
            "preprocessing": self._preprocessing.described(),
            **({} if attention is None else {"attention": attention}),
        }

    @torch.inference_mode()
    def encode(self, frames: NDArray[np.uint8]) -> Layers:
        """Encode frames, uint8 [batch, height, width, 3]; one float32 [batch, dim] a layer.

        Raises
        ------
        InputError
            If they are not squares of the size that the encoder was loaded for.
        EncodingError
            If the model gives another number of layers than it says it has.
        """
        return [layer.cpu().numpy() for layer in self.tensors(frames)]

    def tensors(self, frames: NDArray[np.uint8]) -> "list[Tensor]":
        """The same as :meth:`encode`, on the device, which need not have computed them yet."""
        x = self.preprocess(frames).to(self._dtype)
        pooled = self._one_by_one(x) if self._listens else self._all_at_once(x)
        if len(pooled) != len(self.layers):
            raise EncodingError(f"the model gave {len(pooled)} layers, its feature_info names {len(self.layers)}")
        return pooled

    @torch.inference_mode()
    def _all_at_once(self, x: "Tensor") -> "list[Tensor]":
        with computing.products(self._entry, self._device):
            if self._pool == "cls":
                final, layers = self._model.forward_intermediates(x, return_prefix_tokens=True)
                pooled = [prefix[:, 0].float() for _, prefix in layers]
            else:
                final, layers = self._model.forward_intermediates(x)
                pooled = [tokens.float().mean((2, 3)) for tokens in layers]  # [batch, dim, height, width]
            return [*pooled, self._final(final)]

    @torch.inference_mode()
    def _one_by_one(self, x: "Tensor") -> "list[Tensor]":
        pooled: list[Tensor] = []
        n_prefix = getattr(self._model, "num_prefix_tokens", 0)

        def keep(state: "Tensor") -> None:
            if state.ndim == 4:
                pooled.append(state.float().mean((2, 3)))
            else:
                pooled.append(state[:, 0].float() if self._pool == "cls" else state[:, n_prefix:].float().mean(1))

        blocks = [self._model.get_submodule(name) for name in self.layers[:-1]]
        with computing.products(self._entry, self._device), taps.listening(blocks, keep, from_input=False):
            final = self._final(self._model.forward_features(x))
        return [*pooled, final]

    def _final(self, features: "Tensor") -> "Tensor":
        # The classifier is gone: the plain forward ends here. Its sums over places are in the weights' precision.
        final: Tensor = self._model.forward_head(features.to(self._dtype))
        return final.float()

    def _can_listen(self, size: int) -> bool:
        """Whether blocks give, as they run, what ``forward_intermediates`` holds until the end."""
        x = torch.linspace(-1, 1, 3 * size * size, device=self._device).reshape(1, 3, size, size)
        x = x.sin().to(self._dtype).contiguous(memory_format=torch.channels_last)
        try:
            ours = self._one_by_one(x)
        except (AttributeError, IndexError, RuntimeError):
            return False
        return taps.agree(ours, self._all_at_once(x))

    def preprocess(self, frames: NDArray[np.uint8]) -> "Tensor":
        """Frames as the model wants them, float32 [batch, 3, height, width]: resized, centre-cropped, normalised."""
        check_frames(frames, (self._frame_size, self._frame_size, 3))
        x = self._preprocessing.apply(frames, device=self._device)
        return x.contiguous(memory_format=torch.channels_last)


def load(entry: VideoEncoderParams, *, frame_size: int, device: str) -> Timm:
    """Load the model of an entry: from ``weights``, from the hub by timm itself, or untrained.

    Raises
    ------
    InputError
        If the checkpoint, its pool or its size cannot be had.
    WeightsError
        If weights are missing or do not fit.
    """
    computing.check(entry, device=device)
    if entry.checkpoint is None:
        raise InputError("family timm needs checkpoint: a name of timm.list_models()")
    sized = {} if entry.image_size is None else {"img_size": entry.image_size}
    model = _create(entry, sized)
    made_from: dict[str, Any] = {}
    if entry.weights is not None and not entry.random_init:
        file = weights.weights_file(entry.weights)
        given = weights.read_weights(file, allow_pickle=entry.allow_pickle)
        model.load_state_dict(weights.fit_weights(given, model.state_dict(), file=file), strict=True)
        made_from = {"weights": weights.digest_weights(file)}
    elif not entry.random_init:
        made_from = {"weights": weights.digest_tensors(model.state_dict())}
    _check_offers(model, entry)
    model.reset_classifier(0)  # type: ignore[operator]
    encoder = Timm(model, entry, frame_size=frame_size, device=device)
    encoder.description.update(made_from)
    return encoder


def _create(entry: VideoEncoderParams, sized: dict[str, int]) -> "nn.Module":
    name = str(entry.checkpoint)
    pretrained = entry.weights is None and not entry.random_init
    if not name.startswith(HUB):
        _check_name(name, has_weights=not pretrained)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(entry.seed)  # torch.manual_seed would reach the GPUs' generators too
        if not pretrained and not name.startswith(HUB):
            return _built(name, sized)
        name, overlay = _at_revision(name, entry.revision)
        try:
            return _built(name, sized, overlay, pretrained=pretrained)
        except (OSError, RuntimeError) as error:
            raise WeightsError(
                f"{name}: the hub did not give the weights ({weights.first_line(error)}): go online once, "
                "log in where the model is gated (HF_TOKEN), or name a file in weights"
            ) from error


def _built(
    name: str, sized: dict[str, int], overlay: dict[str, str] | None = None, *, pretrained: bool = False
) -> "nn.Module":
    import timm

    try:
        model: nn.Module = timm.create_model(name, pretrained=pretrained, pretrained_cfg_overlay=overlay, **sized)
    except TypeError as error:
        # Convolutional models take any size and know no img_size.
        if "img_size" not in str(error):
            raise
        model = timm.create_model(name, pretrained=pretrained, pretrained_cfg_overlay=overlay)
    return model


def _check_name(name: str, *, has_weights: bool) -> None:
    import timm

    known = {*timm.list_models(), *timm.list_models(include_tags=True)}
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, sorted(known), n=5, cutoff=0))
        raise InputError(f"timm has no model {name!r}; the nearest names are {near}")
    if not has_weights and not timm.is_model_pretrained(name):
        raise WeightsError(f"{name}: timm knows no weights of it: name a file in weights, or say random_init: true")


def _at_revision(name: str, revision: str) -> tuple[str, dict[str, str] | None]:
    """Name and settings with which timm takes a model from the hub at a revision."""
    import timm

    if revision == "main":
        return name, None
    if name.startswith(HUB):
        return f"{name}@{revision}", None
    hub = timm.get_pretrained_cfg_value(name, "hf_hub_id")
    if hub is None:
        raise InputError(f"{name} is not on the hub, so that it has no revision {revision!r}, only main")
    return name, {"hf_hub_id": f"{hub}@{revision}"}


def _check_offers(model: "nn.Module", entry: VideoEncoderParams) -> None:
    missing = [name for name in ("forward_intermediates", "reset_classifier") if not hasattr(model, name)]
    if missing:
        raise InputError(f"{entry.checkpoint} has no {missing[0]} in this version of timm, which the family needs")


def _check_patches(model: Any, size: int, entry: VideoEncoderParams) -> None:
    embed = getattr(model, "patch_embed", None)
    patch = getattr(embed, "patch_size", None)
    if patch is not None and not getattr(embed, "dynamic_img_pad", False) and size % patch[0]:
        raise InputError(
            f"{entry.checkpoint} cuts frames in patches of {patch[0]} px: image_size {size} is no multiple"
        )


def _checked_pool(model: Any, entry: VideoEncoderParams) -> str:
    # Some models join their class token after the last block: it exists in no layer but the last.
    gives_prefix = "return_prefix_tokens" in inspect.signature(model.forward_intermediates).parameters
    has_cls = gives_prefix and getattr(model, "cls_token", None) is not None
    pools = POOLS if has_cls else POOLS[:1]
    if entry.pool not in pools:
        raise InputError(f"{entry.checkpoint} has no pool {entry.pool!r}, only {', '.join(pools)}")
    return entry.pool


def _attend(model: "nn.Module", entry: VideoEncoderParams) -> str | None:
    """Make a model's attention that of the entry, module by module; gives what it then is, None where it has none."""
    modules: list[Any] = [module for module in model.modules() if hasattr(module, "fused_attn")]
    if entry.attention is not None:
        if entry.attention not in ATTENTIONS:
            raise InputError(f"family timm has no attention {entry.attention}, only {' and '.join(ATTENTIONS)}")
        if not modules:
            raise InputError(f"{entry.checkpoint} has no attention to choose for: leave {entry.attention} out")
        for module in modules:
            module.fused_attn = entry.attention == "sdpa"
    kinds = sorted({ATTENTIONS[bool(module.fused_attn)] for module in modules})
    return " and ".join(kinds) if kinds else None


def _blocks(model: "nn.Module") -> "list[nn.Module]":
    """What a model is made of: all members of the lists that its layers are in, and layers that stand alone."""
    blocks: dict[int, nn.Module] = {}
    for name in _layer_names(model):
        above, _, _ = name.rpartition(".")
        members = model.get_submodule(above).children() if above else [model.get_submodule(name)]
        blocks |= {id(member): member for member in members}
    return list(blocks.values())


def _layer_names(model: "nn.Module") -> list[str]:
    info: Any = model.feature_info
    return [str(one["module"]) for one in (info.info if hasattr(info, "info") else info)]
