"""Progress of long work: a bar on a terminal, now and then a line elsewhere; and the line with which a stage ends."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

LINE_EVERY_S = 30.0


def track(items: Iterable[T], label: str, *, total: int) -> Iterator[T]:
    """Yield the items while a bar counts them where standard error is a terminal, else a line every half minute."""
    if not sys.stderr.isatty():
        yield from _with_lines(items, label, total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, total=total, description=label)


def _with_lines(items: Iterable[T], label: str, total: int) -> Iterator[T]:
    last = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        if time.monotonic() - last > LINE_EVERY_S:
            say(f"{label}: {done} of {total}")
            last = time.monotonic()


def say(line: str) -> None:
    """Print one line for people to standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
