"""Progress of long work: a bar on a terminal, nothing elsewhere; and the one line with which a stage ends."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def track(items: Iterable[T], label: str, *, total: int) -> Iterator[T]:
    """Yield the items while a bar counts them, where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, total=total, description=label)


def say(line: str) -> None:
    """Print one line for people to standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
