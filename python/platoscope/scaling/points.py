"""Budgets and scores as the fits take them: checked arrays [point], in one order, and which budgets vary.

``Cells`` gives the law's two terms n_f^-alpha and n_c^-beta [run, point] for many pairs of exponents at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from platoscope.errors import InputError

Array = NDArray[np.float64]
EXPONENTS = (0.01, 6.0)  # below, n^-alpha is a constant over any budgets; above, it is gone at the second one
PARAMETERS = {"full": 5, "frames": 3, "captions": 3, "interaction": 6}
HELD = {"frames": "n_c", "captions": "n_f"}  # the budget that does not vary, by the form of a reduced law


class NoLawError(InputError):
    """The budgets determine no law: none of them varies, or there are fewer cells than parameters."""


@dataclass(frozen=True)
class Cells:
    """Budgets [point] and the form of the curve over them.

    ``form``: "full", "frames" or "captions" (the law of one budget), or "interaction", which has C u v besides.
    """

    frames: Array
    captions: Array
    form: str

    def __len__(self) -> int:
        """Give the number of points."""
        return len(self.frames)

    def terms(self, alpha: Array, beta: Array) -> tuple[Array, Array]:
        """Give n_f^-alpha [a, point] and n_c^-beta [b, point]; zeros for a budget that the form leaves out."""
        u = self.frames ** -alpha[:, None] * (self.form != "captions")
        return u, self.captions ** -beta[:, None] * (self.form != "frames")

    @property
    def held(self) -> float | None:
        """The one value of the budget that a reduced law leaves out."""
        return {"frames": float(self.captions[0]), "captions": float(self.frames[0])}.get(self.form)


def check_points(n_f: ArrayLike, n_c: ArrayLike, score: ArrayLike) -> tuple[Array, Array, Array]:
    """Turn the three inputs into float64 [point], or raise an ``InputError`` that names what is wrong."""
    frames, captions = check_budgets(n_f, "n_f"), check_budgets(n_c, "n_c")
    scores = np.asarray(score, dtype=np.float64)
    shapes = {"n_f": frames.shape, "n_c": captions.shape, "score": scores.shape}
    if len(set(shapes.values())) != 1 or scores.ndim != 1:
        raise InputError(f"shapes {shapes}: one budget n_f, one n_c and one score a point are needed, each [point]")
    bad = np.flatnonzero(~(np.abs(scores) <= 1.0))
    if len(bad):
        raise InputError(f"score[{bad[0]}] = {scores[bad[0]]}: a finite share in [-1, 1] is needed")
    return frames, captions, scores


def check_budgets(values: ArrayLike, name: str) -> Array:
    """Turn budgets into float64, or raise an ``InputError`` that names the first below 1 or not finite."""
    budgets = np.asarray(values, dtype=np.float64)
    bad = budgets[~((budgets >= 1.0) & np.isfinite(budgets))]
    if bad.size:
        raise InputError(f"{name} holds {bad.flat[0]:g}: a budget is a finite number from 1 up")
    return budgets


def check_exponents(exponents: tuple[float, float]) -> tuple[float, float]:
    """Refuse a box that holds nothing."""
    low, high = exponents
    if not 0.0 < low < high < np.inf:
        raise InputError(f"exponents = {exponents}: two numbers with 0 < low < high are needed")
    return low, high


def cells_of(frames: Array, captions: Array) -> Cells:
    """Say which budgets vary; ``NoLawError`` where none does, or where cells are fewer than parameters."""
    cells = len({*zip(frames.tolist(), captions.tolist(), strict=True)})
    forms = {(True, True): "full", (True, False): "frames", (False, True): "captions"}
    form = forms.get((len(set(frames.tolist())) > 1, len(set(captions.tolist())) > 1))
    if form is None:
        raise NoLawError(f"there is no law to fit: neither n_f nor n_c varies in {len(frames)} points")
    if cells < PARAMETERS[form]:
        needed = f"{PARAMETERS[form]} parameters"
        raise NoLawError(f"there is no law to fit: {cells} distinct cells (n_f, n_c), fewer than {needed}")
    return Cells(frames, captions, form)


def scale_of(scores: Array) -> Array:
    """Give the norm about their mean of scores [run, point], [run]; 1 where all are equal."""
    spread = scores - scores[:, :1]
    norm = np.linalg.norm(spread - np.mean(spread, axis=1, keepdims=True), axis=1)
    return np.where(norm > 0.0, norm, 1.0)
