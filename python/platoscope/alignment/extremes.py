"""The samples on whose neighbours two encoders agree most, and least, with the neighbours of both sides.

``PairLayers`` becomes a few ``Extreme`` at either end of the scores at the largest budgets.
"""

from dataclasses import dataclass

import numpy as np

from platoscope.alignment.scores import metric_named
from platoscope.errors import InputError
from platoscope.store import PairLayers


@dataclass(frozen=True)
class Extreme:
    """One sample: its score, what was counted for it in words, and its neighbours on both sides, nearest first.

    Samples are places in the sample set; ``shared`` are those that both sides name.
    """

    sample: int
    score: float
    counted: str
    video: tuple[int, ...]
    text: tuple[int, ...]

    @property
    def shared(self) -> frozenset[int]:
        """Neighbours on both sides."""
        return frozenset(self.video) & frozenset(self.text)


def extremes(pair: PairLayers, count: int) -> tuple[list[Extreme], list[Extreme]]:
    """Give the ``count`` samples with the largest and with the smallest score; of equals the first.

    The score is that of the fixed pair of layers at the largest budgets. Raises InputError for a negative count.
    """
    if count < 0:
        raise InputError(f"count is {count}, but must be 0 or more")
    metric = metric_named(pair.metric)
    score = metric.score(pair.count[-1, -1].astype(np.float64), pair.k)

    def shown(sample: int) -> Extreme:
        words = metric.counted.format(value=int(pair.count[-1, -1, sample]), k=pair.k)
        video, text = (tuple(side[sample].tolist()) for side in pair.nearest)
        return Extreme(sample, float(score[sample]), words, video, text)

    most, least = (np.argsort(keys, kind="stable")[:count].tolist() for keys in (-score, score))
    return [shown(sample) for sample in most], [shown(sample) for sample in least]
