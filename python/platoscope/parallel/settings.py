"""What the environment says of the pool: how many workers, and what a job may take."""

import os
from math import inf, isfinite

from platoscope.errors import InputError


def worker_count() -> int:
    """Number of workers: ``$PLATOSCOPE_WORKERS``, else the processors this process may use."""
    named = os.environ.get("PLATOSCOPE_WORKERS")
    if named is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not named.isdecimal() or int(named) < 1:
        raise InputError(f"PLATOSCOPE_WORKERS must be a whole number from 1, got {named!r}")
    return int(named)


def limit_of_environment(variable: str, *, default: float) -> float:
    """Give the number above 0 that an environment variable holds, else the default.

    Raises
    ------
    InputError
        If it holds anything else.
    """
    named = os.environ.get(variable)
    try:
        limit = default if named is None else float(named)
    except ValueError:
        limit = -inf
    if limit <= 0 or not isfinite(limit):
        raise InputError(f"{variable} must be a number above 0, got {named!r}")
    return limit
