"""How the steps of a clip become one vector: without their order, by their trend, side by side, or as they were seen.

Step features `[..., sample, step, dim]` of any float type become float64 `[..., sample, dim]` (of `concat`
`[..., sample, step * dim]`), and two variants of the same samples become their differences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Floats: TypeAlias = NDArray[np.float64]
    Steps: TypeAlias = NDArray[np.floating[Any]]

# A difference that is smaller beside the features is what rounding of float32 sums or of a float16 store can make.
FLOOR = 1e-5


def bag(steps: Steps) -> Floats:
    """Give the mean over steps, `[..., sample, dim]`, equal to the last bit for every order of the steps.

    Values are sorted in each dim before they are added in float64. Each step has to be encoded alone (by a native
    encoder as a static clip): a step that has seen others may know the order.
    """
    checked = _checked(steps)
    mean: Floats = np.sort(checked, axis=-2).sum(axis=-2) / checked.shape[-2]
    return mean + 0.0  # -0.0 and 0.0 sort as equals


def moment(steps: Steps) -> Floats:
    """Give the first moment over time, sum_t (t - mean t) f_t / steps: `[..., sample, dim]`.

    It is odd under reversal to the last bit: steps that are equally far from the middle are subtracted first.
    """
    checked = _checked(steps)
    n = checked.shape[-2]
    half = n // 2
    away = (n - 1) / 2 - np.arange(half)
    later = checked[..., ::-1, :][..., :half, :]
    summed: Floats = np.einsum("t,...td->...d", away, later - checked[..., :half, :]) / n
    return summed


def concat(steps: Steps) -> Floats:
    """Give the steps side by side: `[..., sample, step * dim]`."""
    checked = _checked(steps)
    return checked.reshape(*checked.shape[:-2], -1)


def native(steps: Steps) -> Floats:
    """Give the mean over all steps as they are, of an encoder that saw the clip whole: `[..., sample, dim]`.

    Of steps that were encoded alone it is the `bag`, but for the last bits, which may know the order: use `bag` there.
    """
    mean: Floats = _checked(steps).mean(axis=-2)
    return mean


READOUTS: dict[str, Callable[[Steps], Floats]] = {"bag": bag, "moment": moment, "concat": concat, "native": native}


def readout(steps: Steps, name: str) -> Floats:
    """Give step features `[..., sample, step, dim]` by the readout of this name; raises InputError for another one."""
    if name not in READOUTS:
        raise InputError(f"there is no readout {name!r}, but {', '.join(READOUTS)}")
    return READOUTS[name](steps)


def differences(features: Steps, partners: Steps, *, floor: float = FLOOR) -> Floats:
    """Give d_i = f(c_i) - f(πc_i), float64 `[..., sample, dim]`, of the features of both variants in the same order.

    A row that is at most `floor` of the longer of the two features is set to zeros: rounding alone can make it, and a
    probe that sees nothing else would learn from that. Raises InputError for unequal shapes and values that are not
    finite.
    """
    if np.shape(features) != np.shape(partners):
        raise InputError(f"features are {np.shape(features)} and partners {np.shape(partners)}, but must be equal")
    a, b = (finite(given, name) for given, name in ((features, "features"), (partners, "partners")))
    d = a - b
    longest = np.maximum(np.linalg.norm(a, axis=-1), np.linalg.norm(b, axis=-1))
    d[np.linalg.norm(d, axis=-1) <= floor * longest] = 0.0
    return d


def finite(values: Steps, name: str) -> Floats:
    """Give an array as float64; raises InputError where it is no array of floats or a value is not finite."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise InputError(f"{name} has dtype {array.dtype}, but must be of floats")
    checked = array.astype(np.float64)
    if not np.isfinite(checked).all():
        raise InputError(f"{name} has values that are not finite")
    return checked


def _checked(steps: Steps) -> Floats:
    if np.ndim(steps) < 2 or np.shape(steps)[-2] < 1:
        raise InputError(f"steps has shape {np.shape(steps)}, but must be [..., sample, step, dim], step > 0")
    return finite(steps, "steps")
