"""One's own encoder, asked whether it knows which way time runs: in a notebook, or in a training loop.

Clips uint8 `[clip, frame, height, width, 3]` go through a function to `[clip, dim]`, `[clip, step, dim]` or a list of
such layers, once as they are and once as their partners, and come back as one small result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError
from platoscope.temporal.readouts import bag, differences, native, readout
from platoscope.temporal.sign_flips import CHANCE
from platoscope.temporal.signs import PairProbe, protected_pairs
from platoscope.temporal.variants import PIXELS, turned, variant

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from platoscope.temporal.folds import Sources

    Clips: TypeAlias = NDArray[np.uint8]
    Encode: TypeAlias = Callable[[Clips], Any]
    Layers: TypeAlias = list[NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Probed:
    """What an encoder knows of the difference between clips and their partners.

    acc: share of pairs told rightly that were held out, chance 1/2, with its interval by sources and two-sided p. bag:
    that of a bag of frames; where the partner has the same frames it is 1/2 by construction, and `protected` is true.
    calibrated: 2 acc - 1. layer: the one that training folds chose, curve: acc of every layer. pairs: all the rest.
    """

    acc: float
    ci_low: float
    ci_high: float
    p: float
    bag: float
    calibrated: float
    layer: int
    curve: tuple[float, ...]
    protected: bool
    partner: str
    readout: str
    pairs: PairProbe

    def __str__(self) -> str:
        interval = f"[{self.ci_low:.3f}, {self.ci_high:.3f}]"
        bag_ = f"{self.bag:.3f}" + (" by construction" if self.protected else "")
        return (
            f"fwd against {self.partner} ({self.readout}): acc {self.acc:.3f} {interval}, p {self.p:.3g}, bag {bag_}, "
            f"layer {self.layer} of {len(self.curve)}, {self.pairs.n} pairs of {self.pairs.n_sources} sources"
        )


def probe(
    encode: Encode,
    clips: Clips,
    *,
    partner: str = "rev",
    reading: str = "native",
    signs: Any = None,
    sources: Sources | None = None,
    batch: int = 32,
    folds: int = 5,
    repeats: int = 5,
    flips: int = 1000,
    ridge: float = 0.01,
    seed: int = 0,
) -> Probed:
    """Ask an encoder which of two variants of a clip it sees.

    encode: from uint8 `[clip, frame, height, width, 3]` to `[clip, dim]`, `[clip, step, dim]`, or a list of layers of
    either form; NumPy or torch on any device. clips: all of them; `encode` sees at most `batch` at a time. partner: a
    variant by its order ("rev", "swap", "shuf@7") or by its pixels ("flip", "mirror"). reading: what becomes of steps,
    "native" (their mean: what the encoder itself knows), "moment" or "concat" (what can be read off their order).
    sources: what each clip was cut from, which stays together; by default each clip is its own. Others as in
    `protected_pairs`.

    For a partner by pixels the bag is measured: every frame is shown as a still clip of its own.

    Raises InputError for clips of another form, outputs of another form or number, and what `protected_pairs` refuses.
    """
    _check_clips(clips, batch)
    frames = clips.shape[1]
    protected = partner not in PIXELS
    order = variant(partner, frames=frames) if protected else None

    def partners(some: Clips) -> Clips:
        return turned(some, partner) if order is None else some[:, order]

    def told(one: Layers, other: Layers) -> PairProbe:
        return protected_pairs(
            [differences(a, b) for a, b in zip(one, other, strict=True)],
            signs=signs,
            sources=sources,
            folds=folds,
            repeats=repeats,
            flips=flips,
            ridge=ridge,
            seed=seed,
        )

    seen = (_encoded(encode, lambda some: some, clips, batch), _encoded(encode, partners, clips, batch))
    found = told(*([_read(layer, reading) for layer in layers] for layers in seen))
    bag_acc = CHANCE
    if not protected:
        bag_acc = told(*(_bags(encode, change, clips, batch) for change in (lambda some: some, partners))).acc
    return Probed(
        acc=found.acc,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        p=found.p,
        bag=bag_acc,
        calibrated=found.calibrated,
        layer=found.layer,
        curve=tuple(found.curve.tolist()),
        protected=protected,
        partner=partner,
        readout=reading,
        pairs=found,
    )


def _check_clips(clips: Any, batch: int) -> None:
    shape: tuple[int, ...] = getattr(clips, "shape", ())
    dtype = getattr(clips, "dtype", type(clips).__name__)
    if len(shape) != 5 or shape[-1] != 3 or dtype != np.uint8:
        raise InputError(f"clips is {shape} of {dtype}, but must be uint8 [clip, frame, height, width, 3]")
    if batch < 1:
        raise InputError(f"batch is {batch}, but must be at least 1")


def _encoded(encode: Encode, change: Callable[[Clips], Clips], clips: Clips, batch: int) -> Layers:
    """Give every layer of all clips, `[clip, dim]` or `[clip, step, dim]`."""
    parts: list[Layers] = []
    for start in range(0, len(clips), batch):
        shown = np.ascontiguousarray(change(clips[start : start + batch]))
        parts.append(_layers(encode(shown), clips=len(shown)))
        if len(parts[-1]) != len(parts[0]):
            raise InputError(f"encode gave {len(parts[0])} layers of one batch and {len(parts[-1])} of another")
    return [np.concatenate([part[layer] for part in parts]) for layer in range(len(parts[0]))]


def _layers(given: Any, *, clips: int) -> Layers:
    """Give what an encoder gave as a list of NumPy arrays."""
    layers = []
    for index, layer in enumerate(given if isinstance(given, list | tuple) else [given]):
        array = np.asarray(layer.detach().cpu().float().numpy() if hasattr(layer, "detach") else layer)
        if array.ndim not in (2, 3) or len(array) != clips:
            form = "[clip, dim], [clip, step, dim] or a list of such layers"
            raise InputError(f"encode gave {array.shape} as layer {index} of {clips} clips, but must give {form}")
        layers.append(array)
    if not layers:
        raise InputError("encode gave no layer")
    return layers


def _read(layer: NDArray[np.floating[Any]], reading: str) -> NDArray[np.floating[Any]]:
    if layer.ndim == 3:
        return readout(layer, reading)
    if reading != "native":
        raise InputError(f"reading {reading!r} is of steps, but encode gives [clip, dim]")
    return layer


def _bags(encode: Encode, change: Callable[[Clips], Clips], clips: Clips, batch: int) -> Layers:
    """Give every layer's bag of frames, each frame shown as a still clip: `[clip, dim]`."""
    still = []
    for frame in range(clips.shape[1]):

        def held(some: Clips, frame: int = frame) -> Clips:
            return np.repeat(change(some)[:, frame : frame + 1], some.shape[1], axis=1)

        layers = _encoded(encode, held, clips, batch)
        still.append([native(layer) if layer.ndim == 3 else layer for layer in layers])
    return [bag(np.stack(layer, axis=1)) for layer in zip(*still, strict=True)]
