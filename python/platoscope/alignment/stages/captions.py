"""What more captions add, for every video encoder and every text encoder that has captions in several modes.

Neighbours of the views of a store, int32 [budget, layer, sample, depth], at the pair of layers that is best for
distinct captions, become a row a pair of encoders and way to combine captions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.alignment.agreement import sample_scores
from platoscope.alignment.statistics.gains import STEPS, Gain, gain_of
from platoscope.alignment.statistics.groups import Labels
from platoscope.errors import UnavailableError
from platoscope.params import StatisticsParams
from platoscope.store import Neighbours

Floats = NDArray[np.float64]


def gains_of_captions(
    video: Neighbours,
    texts: Sequence[Neighbours],
    *,
    fixed: Callable[[str], tuple[int, int]],
    metric: str,
    k: int,
    p: StatisticsParams,
    groups: Labels | None,
) -> dict[str, Any] | None:
    """Part the gain of one pair of encoders; ``texts`` are the views of one way to combine captions.

    ``fixed`` gives the pair of layers of "VIDEO.TEXT". ``None`` where there are no modes to part it by, or one number
    of captions.
    """
    by_mode = {text.variant.mode: text for text in texts if text.variant.mode in STEPS and len(text.budgets) > 1}
    if "distinct" not in by_mode:
        return None
    distinct = by_mode["distinct"]
    seen, told = fixed(f"{video.key}.{distinct.key}")

    def score(text: Neighbours, budget: int) -> Floats:
        return sample_scores(video.ids[-1, seen], text.ids[budget, told], metric=metric, k=k)

    start, ends = score(distinct, 0), {mode: score(text, -1) for mode, text in by_mode.items()}
    try:
        gain = gain_of(start, ends, draws=p.draws, level=p.level, seed=p.seed, groups=groups)
    except UnavailableError:
        return None
    if gain is None:
        return None
    scores = {mode: float(values.mean()) for mode, values in ends.items()}
    row = {"video": video.key, "text": distinct.key, "n_f": video.budgets[-1]}
    n_c = [distinct.budgets[0], distinct.budgets[-1]]
    return {**row, "n_c": n_c, "start": float(start.mean()), "scores": scores, **_said(gain)}


def by_combine(texts: Iterable[Neighbours]) -> Iterator[list[Neighbours]]:
    """Gather views of one encoder that combine captions in one way."""
    found: dict[tuple[str, str], list[Neighbours]] = {}
    for text in texts:
        found.setdefault((text.path.stem, text.variant.combine), []).append(text)
    yield from found.values()


def tracked_gains(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What DVC tracks of them: the gain and the share of each part, [video][text]; nothing where there are none."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows:
        shares = {part["name"].replace(" ", "_"): part["share"] for part in row["parts"] if part["share"] is not None}
        found.setdefault(row["video"], {})[row["text"]] = {"gain": row["gain"], **shares}
    return {"captions": found} if found else {}


def _said(gain: Gain) -> dict[str, Any]:
    parts = [
        {"name": part.name, "value": part.value, "share": part.share, "interval": part.interval and list(part.interval)}
        for part in gain.parts
    ]
    return {"gain": gain.value, "interval": list(gain.interval), "parts": parts}
