"""Progress of long work: a bar on a terminal, now and then a line elsewhere; and the line with which a stage ends."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")

LINE_EVERY_S = 30.0


def track(
    items: Iterable[T], label: str, *, total: int, unit: str = "", amount: Callable[[T], int] | None = None
) -> Iterator[T]:
    """Yield the items while a bar counts them where standard error is a terminal, else a line every half minute.

    ``amount`` says for how many of ``total`` an item counts (1), ``unit`` of what.
    """
    amount = amount or _one
    if not sys.stderr.isatty():
        yield from _with_lines(items, label, total=total, unit=unit, amount=amount)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    start = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task, done = progress.add_task(label, total=total, rate=""), 0
        for item in items:
            yield item
            done += amount(item)
            progress.update(task, completed=done, rate=_rate(done, unit, since=start))


def _with_lines(items: Iterable[T], label: str, *, total: int, unit: str, amount: Callable[[T], int]) -> Iterator[T]:
    start = last = time.monotonic()
    done = 0
    for item in items:
        yield item
        done += amount(item)
        if time.monotonic() - last > LINE_EVERY_S:
            last = time.monotonic()
            left = timedelta(seconds=round((total - done) * (last - start) / max(1, done)))
            say(f"{label}: {done} of {total} {unit or 'steps'}, {_rate(done, unit, since=start)}, {left} left")


def _one(_: object) -> int:
    return 1


def _rate(done: int, unit: str, *, since: float) -> str:
    seconds = time.monotonic() - since
    return f"{done / seconds:.3g} {unit or 'steps'}/s" if seconds else ""


def say(line: str) -> None:
    """Print one line for people to standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
