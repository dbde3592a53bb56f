"""From the name of a clip, as params have it, to the rule for all layers of one encoder at one budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platoscope.alignment.clip.outliers import ClipRule
from platoscope.alignment.clip.pooled import prh_threshold
from platoscope.errors import InputError
from platoscope.store import FeaturesStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platoscope.alignment.clip.outliers import Layer
    from platoscope.alignment.clip.pooled import Rows


def clip_of_layers(layers: Sequence[Layer | Rows], *, clip: str, quantile: float) -> ClipRule:
    """Give the clip of layers `[sample, dim]` that belong together.

    `clip` is "none", "per_layer", "prh" or "prh_exact"; of the last two, which are the rules of Huh et al.'s code, one
    threshold serves all layers, and costs a reading of them. Raises InputError for another name and a bad quantile.
    """
    match clip:
        case "none":
            return ClipRule()
        case "per_layer":
            return ClipRule("per_layer", quantile)
        case "prh" | "prh_exact":
            return ClipRule("prh", quantile, prh_threshold(layers, quantile=quantile, exact=clip == "prh_exact"))
    raise InputError(f"clip is {clip!r}, but must be none, per_layer, prh or prh_exact")


def clip_at_budget(store: FeaturesStore, budget: int, *, clip: str, quantile: float) -> ClipRule:
    """Give the clip of all layers of a store at one budget (its position on the budget axis)."""
    layers = [store.rows(layer, budget) for layer in range(len(store.layers))]
    return clip_of_layers(layers, clip=clip, quantile=quantile)
