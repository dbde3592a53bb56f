"""Rows about the overlap of all pairs of layers, on one thread: the sizes of a real grid, a large gallery, growth."""

from functools import partial

import numpy as np

from benchmarks import peers
from benchmarks.data import KINDS, Ids, tables
from benchmarks.table import Line, against, at_most
from benchmarks.timing import medians, once
from platoscope import overlap_matrix

GRID, SAMPLES = (40, 42), 1024
FEW, MANY = (4, 6), 100_000
K = 10
_GROWTH = (1000, 10_000, 100_000, 1_000_000)
_SLOPE = 1.1  # of log time over log N: linear, and what slower caches add from one decade to the next


def grid(rounds: int) -> list[Line]:
    """Time the overlap matrix of 40 x 42 layers of 1,024 samples, and what else people count it with."""
    return [line for kind in KINDS for line in _grid_of(kind, rounds)]


def _grid_of(kind: str, rounds: int) -> list[Line]:
    a, b = tables(kind, layers=GRID, samples=SAMPLES, k=K)
    masks = peers.masks(a), peers.masks(b)
    _check_equal(a, b, masks)
    seconds = medians(
        once(
            {
                "ours": partial(overlap_matrix, a, b, threads=1),
                "broadcasting": partial(peers.broadcasting, a, b),
                "gemm": partial(peers.gemm, *masks),
                "products": partial(peers.products, *masks),
            }
        ),
        (None,),
        rounds=rounds,
    )
    pairs = GRID[0] * GRID[1]
    ours, broadcasting, gemm, products = (seconds[name] / pairs for name in seconds)
    what = f"overlap, {GRID[0]} x {GRID[1]} {kind} layers, a pair"
    return [
        at_most(what, ours * 1e6, most=3.5, unit="us"),
        against(what, ours=ours, peer=broadcasting, named="NumPy broadcasting", least=100),
        against(what, ours=ours, peer=gemm, named="one float GEMM over cached masks", least=50),
        against(what, ours=ours, peer=products, named="torch product of cached masks", least=None),
    ]


def _check_equal(a: Ids, b: Ids, masks: tuple[peers.Masks, peers.Masks]) -> None:
    """Stop where the contestants do not count the same."""
    ours = np.rint(overlap_matrix(a, b) * SAMPLES * K)
    np.testing.assert_array_equal(ours, peers.broadcasting(a, b))
    np.testing.assert_array_equal(ours, peers.gemm(*masks))
    np.testing.assert_array_equal(ours.ravel(), peers.products(*masks))


def large(rounds: int) -> list[Line]:
    """Time 4 x 6 layers of 100,000 samples."""
    return [
        at_most(
            f"overlap, N = {MANY:,}, 4 x 6 {kind} layers, a (row, neighbour) a pair",
            nanoseconds(kind, MANY, rounds=rounds),
            most=1.0,
            unit="ns",
        )
        for kind in KINDS
    ]


def growth(rounds: int) -> list[Line]:
    """Time 4 x 6 layers from 1,000 to 1,000,000 samples; linear growth is a slope of 1."""
    lines = []
    for kind in KINDS:
        # All sizes in every round, since the machine is not as fast at all times; the slope is that of a round.
        turns = np.array([[nanoseconds(kind, samples, rounds=1) for samples in _GROWTH] for _ in range(rounds)])
        slopes = [np.polyfit(np.log(_GROWTH), np.log(turn * np.array(_GROWTH)), 1)[0] for turn in turns]
        each, slope = np.median(turns, axis=0), float(np.median(slopes))
        shown = ", ".join(f"{one:.3g}" for one in each)
        what = f"growth, 4 x 6 {kind} layers, N = 1e3, 1e4, 1e5, 1e6: ns a (row, neighbour) a pair"
        lines += [
            Line(what, shown),
            Line(
                f"growth, {kind}: slope of log time over log N",
                f"{slope:.3f}",
                goal=f"1, at most {_SLOPE}",
                reached=slope <= _SLOPE,
            ),
        ]
    return lines


def nanoseconds(kind: str, samples: int, *, rounds: int) -> float:
    """Give nanoseconds a (row, neighbour) a pair of 4 x 6 layers."""
    a, b = tables(kind, layers=FEW, samples=samples, k=K)
    call = partial(overlap_matrix, a, b, threads=1)
    seconds = medians(once({"ours": call}), (None,), rounds=rounds)["ours"]
    return seconds / (FEW[0] * FEW[1] * samples * K) * 1e9
