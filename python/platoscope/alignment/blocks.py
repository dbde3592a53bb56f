"""How a long axis is cut, so that what is held at a time stays bounded however long it is."""

from collections.abc import Iterator


def blocks(count: int, *, width: int, size: int) -> Iterator[slice]:
    """Cut `count` rows of `width` values into slices of about `size` values, at least one row each."""
    step = max(1, size // width)
    return (slice(start, min(start + step, count)) for start in range(0, count, step))
