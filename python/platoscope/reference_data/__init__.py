"""Published figures to lay one's own beside: the laws of Zhu et al. (arXiv 2511.02767) and points of their figure.

``LAWS`` holds the constants as they are printed; ``vatex_points`` gives scores [point] at budgets [point], read off
the figure of alignment against frames and captions on VaTeX for VideoMAEv2 Huge (N = 1,024, k = 10).
"""

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

PANELS = ("left", "right")
SOURCE = "Zhu et al. 2026, arXiv 2511.02767, the figure of VaTeX scores against frames and captions, digitised"


@dataclass(frozen=True)
class PublishedLaw:
    """A law as it is printed: score = s_inf - (c_f n_f^-alpha + c_c n_c^-beta), on VaTeX."""

    model: str
    s_inf: float
    c_f: float
    c_c: float
    alpha: float
    beta: float
    r2: float

    @property
    def parameters(self) -> dict[str, float]:
        """The five parameters, as ``platoscope.scaling.law_curve`` takes them."""
        return {name: getattr(self, name) for name in ("s_inf", "c_f", "c_c", "alpha", "beta")}


LAWS = (
    PublishedLaw("VideoMAEv2 Huge", s_inf=0.41, c_f=0.15, c_c=0.13, alpha=0.75, beta=1.30, r2=0.9791),
    PublishedLaw("DINOv2 Giant", s_inf=0.37, c_f=0.05, c_c=0.13, alpha=1.76, beta=1.40, r2=0.9964),
)


@dataclass(frozen=True)
class PublishedOrder:
    """A bar of the Test of Time as published: mutual k-NN at k = 1, and at k = 3, which is what the bag finds."""

    overlap_1: float
    overlap_3: float

    @property
    def chance(self) -> float:
        """What a pair blind to order has at k = 1 that finds as many of the same colours: a third of that at k = 3."""
        return self.overlap_3 / 3


ORDER_TEST_SOURCE = "Zhu et al. 2026, arXiv 2511.02767, the figure of the Test of Time, read off to two digits"
ORDER_TEST_ITEMS = 180  # deduced: every bar is a multiple of 1/180 at k = 1, 1/360 at k = 2 and 1/540 at k = 3
# Which bar at k = 3 belongs to which at k = 1 is deduced, as is 1.0 at k = 3 for the first and the last.
ORDER_TEST = (
    PublishedOrder(0.25, 1.0), PublishedOrder(0.27, 0.97), PublishedOrder(0.17, 0.79), PublishedOrder(0.23, 0.90),
    PublishedOrder(0.36, 1.0),
)  # fmt: skip


@dataclass(frozen=True)
class Points:
    """Scores read off a figure: n_f, n_c int64 [point], score float64 [point], where they come from."""

    model: str
    n_f: NDArray[np.int64]
    n_c: NDArray[np.int64]
    score: NDArray[np.float64]
    source: str


def published_law(model: str) -> PublishedLaw:
    """Give the published law of a model; ``InputError`` names those there are."""
    for law in LAWS:
        if law.model == model:
            return law
    raise InputError(f"no published law of {model!r}; there are {', '.join(law.model for law in LAWS)}")


def vatex_points(panel: Literal["left", "right", "both"] = "both") -> Points:
    """Give the figure's points for VideoMAEv2 Huge: 32 of the left panel, 50 of the right one, or 62 cells of both.

    Left are 8 numbers of frames by 4 of captions, right 5 by 10. 20 cells stand in both panels, where they differ by
    what digitising does (2e-5 at most); of ``both`` such a cell has the left one's score.

    Raises
    ------
    InputError
        For another panel.
    """
    if panel not in (*PANELS, "both"):
        raise InputError(f"panel is {panel!r}, but must be 'left', 'right' or 'both'")
    cells: dict[tuple[int, int], float] = {}
    with files(__name__).joinpath("vatex_videomaev2_huge.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if panel in (row["panel"], "both"):
                cells.setdefault((int(row["n_f"]), int(row["n_c"])), float(row["score"]))
    budgets = np.array(list(cells), dtype=np.int64)
    return Points("VideoMAEv2 Huge", budgets[:, 0], budgets[:, 1], np.array(list(cells.values())), SOURCE)
