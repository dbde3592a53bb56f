"""Whole numbers that are given from outside: how many neighbours, or components."""

import operator

from platoscope.errors import InputError


def whole_number(value: object, *, name: str) -> int:
    """Give a number that Python takes as an index; raises InputError, by `name`, for anything else."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise InputError(f"{name} is {value!r}, but must be an integer") from None


def neighbour_count(value: object, *, name: str, samples: int, least: int = 1) -> int:
    """Give a number of neighbours that each of `samples` can have; raises InputError outside [least, samples - 1]."""
    count = whole_number(value, name=name)
    if not least <= count < samples:
        raise InputError(f"{name} is {count}, but must be in {least}..{samples - 1}, as there are {samples} samples")
    return count
