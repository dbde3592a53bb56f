"""Grids of budgets and scores that the tests of the law share."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.scaling import law_curve

FRAMES, CAPTIONS = (grid.ravel() for grid in np.meshgrid([1, 2, 4, 8, 16], [1, 2, 3, 5, 7, 10], indexing="ij"))
COLUMNS = (
    *("video", "text", "n_f", "n_c", "score", "chance", "n", "k"),
    *("video_layer", "text_layer", "video_layer_name", "text_layer_name"),
    *("fixed_score", "fixed_video_layer", "fixed_text_layer", "tie_share"),
)
Scores = dict[tuple[str, str], NDArray[np.float64]]


def noisy(seed: int, *, s_inf: float = 0.6, sd: float = 0.01) -> NDArray[np.float64]:
    """Scores of a known law with noise."""
    truth = {"s_inf": s_inf, "c_f": 0.2, "c_c": 0.15, "alpha": 0.8, "beta": 1.2}
    noise = np.random.default_rng(seed).normal(0.0, sd, len(FRAMES))
    return law_curve(truth, FRAMES, CAPTIONS) + noise


def pairs_table(folder: Path, scores: Scores, *, n_cells: int = 30, n: int = 256, k: int = 10) -> Path:
    """Write a pairs.csv over the grid whose `fixed_score` is given and whose `score` lies .02 above it."""
    path = folder / "pairs.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for pair, fixed in scores.items():
            for n_f, n_c, score in list(zip(FRAMES, CAPTIONS, fixed.tolist(), strict=True))[:n_cells]:
                layers = (5, 4, "final", "layer 4")
                writer.writerow((*pair, n_f, n_c, score + 0.02, k / (n - 1), n, k, *layers, score, 5, 4, 0.0))
    return path
