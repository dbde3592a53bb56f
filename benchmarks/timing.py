"""Calls become medians of seconds, the calls that are compared taking turns.

What one call does to the machine (its clock, its caches, other processes) it so does to the others too.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import ceil
from statistics import median
from time import perf_counter
from typing import TypeVar

Item = TypeVar("Item")

# Who reads how many threads it may use when it is loaded.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def medians(
    calls: Mapping[str, Callable[[Item], object]], items: Sequence[Item], *, rounds: int, shortest: float = 0.02
) -> dict[str, float]:
    """Give, for each call, the median over rounds of its seconds for all items together.

    At every item the calls take turns. A turn is as many calls as take `shortest` seconds, so that a short call is not
    measured with the caches that a long one left. Before, each is called on the first item, which does not count.
    """
    repeats = {name: _repeats(call, items[0], shortest) for name, call in calls.items()}
    taken = {name: [0.0] * rounds for name in calls}
    for turn in range(rounds):
        for item in items:
            for name, call in calls.items():
                taken[name][turn] += _seconds(call, item, repeats[name]) / repeats[name]
    return {name: median(seconds) for name, seconds in taken.items()}


def _repeats(call: Callable[[Item], object], item: Item, shortest: float) -> int:
    if _seconds(call, item, 1) >= shortest:
        return 1
    return max(1, ceil(shortest / _seconds(call, item, 1)))  # the first call loaded what is loaded once


def _seconds(call: Callable[[Item], object], item: Item, times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        call(item)
    return perf_counter() - start


def once(calls: Mapping[str, Callable[[], object]]) -> Mapping[str, Callable[[None], object]]:
    """Give calls that need no item, as `medians` takes them with the items `(None,)`."""
    return {name: partial(_without_item, call) for name, call in calls.items()}


def _without_item(call: Callable[[], object], _item: None) -> object:
    return call()


def environment(threads: int) -> dict[str, str]:
    """Give the environment of a process whose libraries use so many threads.

    Libraries read it when they are loaded. Idle threads sleep: several OpenMP runtimes share a process here, and those
    of one would spin on the cores of another.
    """
    return {**os.environ, **dict.fromkeys(_THREADS, str(threads)), "OMP_WAIT_POLICY": "PASSIVE"}
