"""What others compute the same with: found where the user has it, never copied here.

`PLATONIC_REP` is the folder of a clone of the seed's code (Huh et al. 2024); packages of `requirements.txt` lie in
`.peers/` beside this file. What is not here raises MissingPeerError, whose message says what to do.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import Ids

FOLDER = Path(__file__).parent / ".peers"
VARIABLE = "PLATONIC_REP"
Masks = NDArray[np.float32]


class MissingPeerError(Exception):
    """A peer is not on this machine."""


def broadcasting(a: Ids, b: Ids) -> NDArray[np.int64]:
    """Count by NumPy's broadcast equality, pair by pair: `[layer_a, layer_b]`."""
    totals = [[(one[:, :, None] == other[:, None, :]).sum() for other in b] for one in a]
    return np.array(totals)


def masks(table: Ids) -> Masks:
    """Give a 0/1 mask of the neighbours of every layer: float32 `[layer, sample * sample]`."""
    layers, samples, _ = table.shape
    held = np.zeros((layers, samples, samples), np.float32)
    np.put_along_axis(held, table.astype(np.int64), 1, axis=2)
    return held.reshape(layers, -1)


def gemm(a: Masks, b: Masks) -> Masks:
    """Count from masks by one float GEMM over all pairs of layers: `[layer_a, layer_b]`."""
    return a @ b.T


def products(a: Masks, b: Masks) -> list[float]:
    """Count from masks pair by pair with torch, as the seed's `mutual_knn` does once its masks are made."""
    import torch

    ones, others = (list(torch.from_numpy(side).reshape(len(side), -1)) for side in (a, b))
    return [(one * other).sum().item() for one in ones for other in others]


def plain_faiss(layer: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
    """Search a layer as FAISS is used: normalise, one `faiss.knn` for depth + 1, self among them."""
    import faiss

    unit = layer / np.linalg.norm(layer, axis=1, keepdims=True)
    ids: NDArray[np.int64] = faiss.knn(unit, unit, depth + 1, metric=faiss.METRIC_INNER_PRODUCT)[1]
    return ids


def seed(module: str) -> ModuleType:
    """Give a module of the seed's code, such as "metrics"."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise MissingPeerError(f"{VARIABLE} is not set")
    if not (Path(folder) / "metrics.py").is_file():
        raise MissingPeerError(f"{VARIABLE} is {folder!r}, where there is no metrics.py")
    return _module(module, Path(folder))


def calibrate_layers() -> Callable[..., object]:
    """Give `calibrated_similarity.calibrate_layers` (Gröger et al. 2026)."""
    call: Callable[..., object] = _module("calibrated_similarity").calibrate_layers
    return call


def _module(name: str, *folders: Path) -> ModuleType:
    import torch

    sys.path[:0] = [str(folder) for folder in (*folders, FOLDER) if str(folder) not in sys.path]
    try:
        # torchaudio refuses a torch of another CUDA; what the seed calls of it, `edit_distance`, is Python.
        with mock.patch.object(torch.version, "cuda", None):
            return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingPeerError(f"there is no module {error.name} (make bench installs requirements.txt)") from error
