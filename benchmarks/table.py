"""Measurements become the lines of one Markdown table: ours, a peer's, their ratio, and whether a goal is reached."""

from collections.abc import Iterable
from dataclasses import dataclass

_TITLES = ("what", "ours", "peer", "ratio", "must reach", "reached")
_UNITS = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9))


@dataclass(frozen=True)
class Line:
    """A line of the table; `ours`, `peer` and `goal` are printed as they are."""

    what: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    goal: str = ""
    reached: bool | None = None


def at_most(what: str, value: float, *, most: float, unit: str) -> Line:
    """Give the line of a measure that is to be small, in `unit`."""
    return Line(what, f"{value:.3g} {unit}", goal=f"at most {most:g} {unit}", reached=value <= most)


def against(what: str, *, ours: float, peer: float, named: str, least: float | None) -> Line:
    """Give the line of a peer's seconds over ours, both for the same work, which are to be `least` or more."""
    ratio = peer / ours
    goal = "" if least is None else f"at least {least:,g} times"
    reached = None if least is None else ratio >= least
    return Line(what, duration(ours), f"{duration(peer)} {named}", ratio, goal, reached)


def skipped(what: str, *, ours: float, reason: object, least: float) -> Line:
    """Give the line of seconds whose peer is not here."""
    return Line(what, duration(ours), f"skipped: {reason}", goal=f"at least {least:,g} times")


def duration(seconds: float) -> str:
    """Give seconds in the unit that leaves one to three digits before the point, hours from an hour on."""
    if seconds >= 3600:
        return f"{seconds / 3600:.3g} h"
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds / size:.{3 if seconds < 1000 else 4}g} {unit}"


def markdown(lines: Iterable[Line]) -> str:
    """Give the table."""
    rows = [_TITLES, ("---",) * len(_TITLES), *map(_cells, lines)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def _cells(line: Line) -> tuple[str, ...]:
    ratio = ""
    if line.ratio is not None:
        ratio = f"{line.ratio:,.0f}" if line.ratio >= 10 else f"{line.ratio:.2f}"
    reached = {None: "", True: "yes", False: "**no**"}[line.reached]
    return line.what, line.ours, line.peer, ratio, line.goal, reached
