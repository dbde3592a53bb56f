"""The machine's floor: the operations that a model takes, and the rate at which this machine multiplies matrices."""

import time
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

_SIDE = 2048
_TRIES = 8


def operations(call: Callable[[], object]) -> int:
    """Count the additions and multiplications of matrix products and convolutions in a call."""
    with FlopCounterMode(display=False) as counter:
        call()
    return int(counter.get_total_flops())


def matrix_rate() -> float:
    """Operations a second of the best of some float32 products of matrices of 2,048 x 2,048."""
    a, b = torch.rand(_SIDE, _SIDE), torch.rand(_SIDE, _SIDE)
    a @ b
    seconds = []
    for _ in range(_TRIES):
        start = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - start)
    return 2 * _SIDE**3 / min(seconds)
