"""The machine's floor: the operations that a model takes, over the rate at which this machine multiplies matrices."""

import time
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.table import Line, duration

_SIDES = {"cpu": 2048, "cuda": 8192}  # of matrices that are large enough for all of a machine
_TRIES = 8


def operations(call: Callable[[], object]) -> int:
    """Count the additions and multiplications of matrix products and convolutions in a call, padding and all."""
    with FlopCounterMode(display=False) as counter:
        call()
    return int(counter.get_total_flops())


def matrix_rate(*, on: str = "cpu", dtype: torch.dtype = torch.float32) -> float:
    """Operations a second of the best of some products of square matrices, written where the last one was."""
    side = _SIDES[torch.device(on).type]
    a, b = (torch.randn(side, side, device=on).to(dtype) for _ in range(2))
    product = a @ b
    seconds = []
    for _ in range(_TRIES):
        finish(on)
        start = time.perf_counter()
        torch.mm(a, b, out=product)
        finish(on)
        seconds.append(time.perf_counter() - start)
    return 2 * side**3 / min(seconds)


def finish(on: str) -> None:
    """Wait until a device has done what it was told."""
    if torch.device(on).type == "cuda":
        torch.cuda.synchronize(on)


def beside_floor(what: str, *, seconds: float, n: int, unit: str, n_operations: int, rate: float) -> Line:
    """Give the line of n things in some seconds, whose ratio is the share of the matrix rate that they reach."""
    floor = n_operations / rate
    named = f"machine's floor: {_large(n_operations)}FLOP at {_large(rate)}FLOP/s"
    ours = f"{duration(seconds)} ({n / seconds:,.0f} {unit}/s)"
    return Line(what, ours, f"{duration(floor)} {named}", floor / seconds)


def _large(number: float) -> str:
    """Give a number with three digits and the prefix of its unit."""
    return f"{number / 1e12:,.3g} T" if number >= 1e12 else f"{number / 1e9:,.3g} G"
