"""Turns the presentation times of a clip's frames into the frames a budget shows.

Times are int64 ticks ``[frame]`` of any time base, strictly increasing; a choice is int64 ``[n_f]`` indices
into them. All arithmetic is on integers: a choice depends on the time base no more than on rounding, and two
frames at the same distance are exactly that.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median_high, median_low
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

SAMPLERS = ("center", "linspace", "first", "repeat", "span")

Cell: TypeAlias = tuple[str, int]  # a sampler and its budget n_f


def choose(ticks: NDArray[np.integer], n_f: int, *, sampler: str) -> NDArray[np.int64]:
    """Choose n_f frames by time.

    ``center``: the frame nearest to the middle of each of n_f equal spans of time, which together run from the
    first frame to one median frame duration after the last. ``linspace``: the frame nearest to each of n_f
    equally spaced times from the first frame to the last (the first alone for n_f = 1). ``first``: the first
    frame, for n_f = 1 only. The earlier frame is taken where two are equally near. With fewer frames than n_f
    the same rules repeat frames. Two are controls, of how much of a gain is time: ``repeat``, the frame in the
    middle n_f times, and ``span``, n_f frames that follow each other, as much in the middle as there is room
    (with fewer frames than n_f as ``center``).

    Parameters
    ----------
    ticks
        Presentation times, integers ``[frame]``, strictly increasing, in any unit.
    n_f
        The budget, at least 1.
    sampler
        One of ``SAMPLERS``.

    Returns
    -------
    int64 ``[n_f]``
        Indices into ``ticks``, never decreasing.

    Raises
    ------
    InputError
        Ticks that are not integers, not ``[frame]``, empty or not strictly increasing; a budget below 1 or
        above 1 for ``first``; an unknown sampler.
    """
    _check_cell(sampler, n_f)
    return _choose(_checked(ticks), n_f, sampler)


def budgets_of(sampler: str, budgets: Sequence[int]) -> tuple[int, ...]:
    """List the budgets a sampler has out of those in use: ``first`` has 1 alone, whatever they are; others all.

    Raises
    ------
    InputError
        No budget, a budget given twice or below 1, an unknown sampler.
    """
    if not budgets or len(set(budgets)) < len(budgets):
        raise InputError(f"budgets are {list(budgets)}: wanted at least one and none twice")
    for n_f in budgets:
        _check_cell("center", n_f)
    _check_cell(sampler, 1)
    return (1,) if sampler == "first" else tuple(int(n_f) for n_f in budgets)


def choose_all(
    ticks: NDArray[np.integer], *, budgets: Sequence[int], samplers: Sequence[str]
) -> dict[Cell, NDArray[np.int64]]:
    """Choose for every sampler and the budgets it has.

    Returns
    -------
    dict of int64 ``[n_f]``
        Indices into ``ticks``, by (sampler, n_f), in the order of ``samplers`` and ``budgets``.

    Raises
    ------
    InputError
        As ``choose`` and ``budgets_of``; no sampler, or one given twice.
    """
    if not samplers or len(set(samplers)) < len(samplers):
        raise InputError(f"samplers are {list(samplers)}: wanted at least one and none twice")
    wanted = [(sampler, n_f) for sampler in samplers for n_f in budgets_of(sampler, budgets)]
    times = _checked(ticks)
    return {(sampler, n_f): _choose(times, n_f, sampler) for sampler, n_f in wanted}


def union(choices: Mapping[Cell, NDArray[np.int64]]) -> NDArray[np.int64]:
    """List the distinct frames that all choices together show: int64 ``[chosen]``, increasing."""
    return np.unique(np.concatenate(list(choices.values())))


def most_shown(*, budgets: Sequence[int], samplers: Sequence[str]) -> int:
    """Count the frames that a clip of any length shows at most: budgets share those at the same part of its time."""
    places = set()
    for sampler, n_f in [(name, n_f) for name in samplers for n_f in budgets_of(name, budgets)]:
        for j in range(n_f):
            places.add((sampler, _part(sampler, n_f, j)))
    return len(places)


def _part(sampler: str, n_f: int, j: int) -> Fraction:
    """At which part of a clip's time a frame is, or the how manieth: the same for frames that budgets share."""
    if sampler == "center":
        return Fraction(2 * j + 1, 2 * n_f)
    if sampler == "linspace":
        return Fraction(j, max(1, n_f - 1))
    return Fraction(j if sampler == "span" else 0)


def sort_times(times: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put presentation times in order, the first of equal ones alone.

    Returns
    -------
    (int64 ``[frame]``, int64 ``[frame]``)
        The distinct times, increasing, and where in ``times`` each first stands.
    """
    ticks, order = np.unique(np.array(times, dtype=np.int64), return_index=True)
    return ticks, order.astype(np.int64, copy=False)


def doubled_median_step(ticks: NDArray[np.int64]) -> int:
    """Twice the median time from one frame to the next, 0 for a single frame: int64 ``[frame]`` to ticks.

    Doubled, as the median of an even number of steps is the mean of two integers.
    """
    return _doubled_median(_checked(ticks))


def _choose(times: list[int], n_f: int, sampler: str) -> NDArray[np.int64]:
    length = times[-1] - times[0]
    if sampler == "first" or len(times) == 1 or (sampler == "linspace" and n_f == 1):
        return np.zeros(n_f, dtype=np.int64)
    if sampler == "linspace":
        # position j = length * j / (n_f - 1)
        return _nearest(times, (length * j for j in range(n_f)), n_f - 1)
    if sampler == "repeat":
        return np.repeat(_choose(times, 1, "center"), n_f)
    if sampler == "span" and len(times) >= n_f:
        middle = int(_choose(times, 1, "center")[0])
        return np.arange(n_f) + min(max(0, middle - (n_f - 1) // 2), len(times) - n_f)
    # position j = (length + median) * (2 j + 1) / (2 n_f); both sides doubled, as a median may be a half tick
    doubled = 2 * length + _doubled_median(times)
    return _nearest(times, (doubled * (2 * j + 1) for j in range(n_f)), 4 * n_f)


def _nearest(times: list[int], numerators: Iterable[int], denominator: int) -> NDArray[np.int64]:
    """Find the frame nearest to each times[0] + numerator / denominator, the earlier when equidistant."""
    chosen = []
    for numerator in numerators:
        # Times are integers, so what is at or before a position is at or before its floor.
        after = bisect_right(times, times[0] + numerator // denominator)
        before = after - 1
        if after < len(times):
            middle = denominator * (times[before] + times[after] - 2 * times[0])  # doubled
            before += 2 * numerator > middle
        chosen.append(before)
    return np.array(chosen, dtype=np.int64)


def _doubled_median(times: list[int]) -> int:
    steps = [later - earlier for earlier, later in pairwise(times)]
    return median_low(steps) + median_high(steps) if steps else 0


def _checked(ticks: NDArray[np.integer]) -> list[int]:
    array = np.asarray(ticks)
    if array.ndim != 1 or not array.size or not np.issubdtype(array.dtype, np.integer):
        raise InputError(f"ticks are {array.dtype} of shape {array.shape}: wanted integers [frame], at least one")
    times: list[int] = array.tolist()  # Python integers: differences and products cannot overflow
    for index, (earlier, later) in enumerate(pairwise(times), start=1):
        if later <= earlier:
            raise InputError(f"ticks[{index}] is {later} after {earlier}: wanted strictly increasing times")
    return times


def _check_cell(sampler: str, n_f: int) -> None:
    if sampler not in SAMPLERS:
        raise InputError(f"sampler {sampler!r} is not known: wanted one of {', '.join(SAMPLERS)}")
    if isinstance(n_f, bool) or not isinstance(n_f, int | np.integer) or n_f < 1:
        raise InputError(f"n_f is {n_f!r}: wanted an integer of at least 1")
    if sampler == "first" and n_f != 1:
        raise InputError(f"n_f is {n_f} for the sampler 'first', which shows one frame: wanted 1")
