"""What happens to one layer of features before its neighbours are sought.

`[sample, dim]` of any float type, NumPy or torch, becomes checked float32 `[sample, dim]`, and a rule becomes the
threshold that its outliers are clipped at. Nothing here changes a shape or the array that was given.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.blocks import blocks
from platoscope.errors import InputError

if TYPE_CHECKING:
    import torch

    Layer: TypeAlias = NDArray[np.floating[Any]] | torch.Tensor
    Clip: TypeAlias = "ClipRule | float | Literal['none'] | None"

Float32: TypeAlias = NDArray[np.float32]

_CACHED = 1 << 18  # values looked at at a time: they stay in the processor's cache


@dataclass(frozen=True)
class ClipRule:
    """Which values count as outliers; they are set to the threshold, with their sign.

    kind "none" clips nothing. "per_layer" takes the `quantile` of |x| over all elements of the layer as the
    threshold. "prh" is parity with the code of Huh et al. 2024 (arXiv 2405.07987): one `threshold` for all layers,
    made by `prh_threshold` (by either of its two rules), with the `quantile` that it was made with; infinity clips
    nothing.

    Raises InputError where a kind lacks what it needs or has what it does not use.
    """

    kind: Literal["none", "per_layer", "prh"] = "none"
    quantile: float | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("none", "per_layer", "prh"):
            raise InputError(f"clip kind is {self.kind!r}, but must be 'none', 'per_layer' or 'prh'")
        _check_given(self.kind, "quantile", self.quantile, wanted=self.kind != "none")
        _check_given(self.kind, "threshold", self.threshold, wanted=self.kind == "prh")
        if self.quantile is not None and not 0 < self.quantile <= 1:
            raise InputError(f"clip quantile is {self.quantile}, but must be above 0 and at most 1")
        if self.threshold is not None and not self.threshold > 0:
            raise InputError(f"clip threshold is {self.threshold}, but must be positive")


def _check_given(kind: str, field: str, value: float | None, *, wanted: bool) -> None:
    if wanted and value is None:
        raise InputError(f"clip {kind!r} needs a {field}")
    if not wanted and value is not None:
        raise InputError(f"clip {kind!r} takes no {field}, but got {value}")


def clip_rule(clip: Clip) -> ClipRule:
    """Give the rule that `clip` stands for: None and "none" clip nothing, a number is the quantile of "per_layer"."""
    if isinstance(clip, ClipRule):
        return clip
    if clip is None or clip == "none":
        return ClipRule()
    if isinstance(clip, float | int) and not isinstance(clip, bool):
        return ClipRule("per_layer", float(clip))
    raise InputError(f"clip is {clip!r}, but must be None, 'none', a quantile or a ClipRule")


def float32_layer(x: Layer, *, name: str = "x", first: int = 0) -> Float32:
    """Give `x` as C-contiguous float32 `[sample, dim]` on the CPU; it may share memory with `x`.

    `name` is what messages call the layer, `first` the number of its first sample there. Raises InputError for
    anything but a two-dimensional float array, for one with no sample or no dim, and for a value that is not finite
    in float32.
    """
    torch = sys.modules.get("torch")  # a tensor can only come from a torch that is loaded already
    if torch is not None and isinstance(x, torch.Tensor):
        if not x.is_floating_point():
            raise InputError(f"{name} has dtype {x.dtype}, but must be of a float type")
        x = x.detach().to(device="cpu", dtype=torch.float32).numpy()
    if not isinstance(x, np.ndarray):
        raise InputError(f"{name} is a {type(x).__name__}, but must be a NumPy array or a torch tensor")
    if x.dtype.kind != "f":
        raise InputError(f"{name} has dtype {x.dtype}, but must be of a float type")
    if x.ndim != 2 or 0 in x.shape:
        raise InputError(f"{name} has shape {x.shape}, but must be [sample, dim] with at least one of each")
    with np.errstate(over="ignore"):  # what overflows float32 is refused in the next line
        layer: Float32 = np.ascontiguousarray(x, dtype=np.float32)
    _refuse_non_finite(layer, name, first)
    return layer


def _refuse_non_finite(layer: Float32, name: str, first: int) -> None:
    for part in blocks(len(layer), width=layer.shape[1], size=_CACHED):
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(layer[part].sum()):  # as no sum with such a value is; a sum may overflow without one
                continue
        finite = np.isfinite(layer[part])
        if not finite.all():
            sample, dim = np.argwhere(~finite)[0] + (part.start, 0)
            value, place = layer[sample, dim], f"sample {first + sample}, dim {dim}"
            raise InputError(f"{name} is {value} in float32 at {place}, but must be finite")


def clipped(layer: Float32, rule: ClipRule, *, name: str = "x") -> Float32:
    """Give float32 `[sample, dim]` with every value in [-t, t], t being the rule's threshold in float32.

    Raises InputError where t is 0, as `limit_of` does.
    """
    return clip_at(layer, limit_of(layer, rule, name=name))


def clip_at(rows: Float32, limit: np.float32 | None) -> Float32:
    """Give rows with every value in [-limit, limit]: a new array, or the rows themselves where limit is None."""
    return rows if limit is None else np.clip(rows, -limit, limit)


def limit_of(layer: Float32, rule: ClipRule, *, name: str = "x") -> np.float32 | None:
    """Give the threshold that a rule clips a layer `[sample, dim]` at, or None where nothing is clipped.

    "per_layer" holds one copy of the layer for as long as this takes. Raises InputError where the threshold is 0 in
    float32, which would leave nothing: so many values of the layer are zero.
    """
    if rule.kind == "none" or rule.threshold == math.inf:
        return None
    threshold = np.float32(_layer_threshold(layer, rule))
    if threshold == 0:
        raise InputError(
            f"clip {rule.kind!r} at quantile {rule.quantile} has threshold 0 for {name}, as too many values are 0: "
            "a larger quantile or clip 'none' would do"
        )
    return threshold


def _layer_threshold(layer: Float32, rule: ClipRule) -> float:
    if rule.threshold is not None:
        return rule.threshold
    assert rule.quantile is not None
    return float(quantiles(np.abs(layer).reshape(1, -1), rule.quantile)[0])


def quantiles(values: Float32, quantile: float) -> NDArray[np.float64]:
    """Give the linear quantile of each row of `[row, value]`, whose values it reorders, as float64 `[row]`.

    NumPy's own takes the position q (n - 1) in the array's float32, which is off by whole ranks above 2^24 values;
    torch's refuses those. In float64 the position is exact and the rest is the same.
    """
    position = quantile * (values.shape[1] - 1)
    below = math.floor(position)
    values.partition(below, axis=1)  # one place at a time is ten times quicker than two
    low = values[:, below].astype(np.float64)
    above = values[:, below + 1 :]
    if above.size == 0:
        return low
    between: NDArray[np.float64] = low + (above.min(axis=1) - low) * (position - below)
    return between
