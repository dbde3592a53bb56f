"""Rows about the search for neighbours: its time beside plain FAISS, and how much memory it takes."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import peers
from benchmarks.data import Features, features
from benchmarks.table import Line, against
from benchmarks.timing import medians
from platoscope.alignment.search.neighbours import NeighbourTable, neighbour_tables

LAYERS, SAMPLES, DIM = 40, 1024, 1024
_DEPTHS = (10, 100)
_LARGE = 30_000  # samples of the one large layer: a table takes some ten seconds
_MOST = 2.0  # times input + output


def times(rounds: int) -> list[Line]:
    """Time both on all layers, taking turns, on 2 threads; ours orders ties and near-ties exactly besides."""
    layers = features(LAYERS, samples=SAMPLES, dim=DIM, seed=0)
    return [_at_depth(layers, depth=depth, rounds=rounds) for depth in _DEPTHS]


def _at_depth(layers: Features, *, depth: int, rounds: int) -> Line:
    ours, faiss = partial(_ours, depth=depth), partial(_plain_faiss, depth=depth)
    same = np.mean(faiss(layers[:1])[0][:, 1:] == ours(layers[:1])[0].ids)
    assert same > 0.999, f"only {same:.4f} of the neighbours are those of FAISS"
    # The machine may change its speed from one turn to the next: the median needs many.
    seconds = medians({"ours": ours, "faiss": faiss}, [layers], rounds=3 * rounds)
    what = f"neighbours, {LAYERS} layers, D = {DIM:,}, depth {depth}, 2 threads"
    return against(what, ours=seconds["ours"], peer=seconds["faiss"], named="normalise and faiss.knn", least=1)


def _ours(layers: Features, *, depth: int) -> list[NeighbourTable]:
    return neighbour_tables(layers, depth=depth)


def _plain_faiss(layers: Features, *, depth: int) -> list[NDArray[np.int64]]:
    return [peers.plain_faiss(layer, depth) for layer in layers]


def memory(_rounds: int) -> list[Line]:
    """Measure the peak of memory over all layers of the usual size and over one large layer, each in a new process."""
    cases = [(shape, depth) for shape in ((LAYERS, SAMPLES), (1, _LARGE)) for depth in _DEPTHS]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return list(pool.map(_peak, *zip(*cases, strict=True)))


def _peak(shape: tuple[int, int], depth: int) -> Line:
    """Search so many layers of so many samples in this process, and compare its peak with input + output.

    The peak is less what the process held before there were features.
    """
    layers, samples = shape
    neighbour_tables(features(1, samples=256, dim=DIM, seed=1), depth=depth)  # loads what is loaded once
    before = _status("VmRSS")
    x = features(layers, samples=samples, dim=DIM, seed=0)
    loaded = _status("VmRSS")
    found = [table.ids for table in neighbour_tables(x, depth=depth)]
    peak = _status("VmHWM")
    searching, peak = peak - loaded, peak - before
    needed = sum(one.nbytes for one in (*x, *found))
    ratio = peak / needed
    sizes = (f"{size / 2**20:,.0f} MiB" for size in (peak, searching, needed))
    ours = "{} ({} of it by searching), input and output {}: {:.2f} times".format(*sizes, ratio)
    what = f"memory, neighbours, layers: {layers}, N = {samples:,}, D = {DIM:,}, depth {depth}"
    return Line(what, ours, goal=f"at most {_MOST:g} times", reached=ratio <= _MOST)


def _status(name: str) -> int:
    """Give a size from /proc/self/status in bytes; on Linux getrusage's peak may be the parent's."""
    text = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name}:")) * 1024
