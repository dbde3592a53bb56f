"""Prints one table: whether the statistics keep what they promise, on made-up data of which the truth is known.

Groups of rows are studies of many draws; what a draw gives leans on its seed alone, so that threads change the time and
nothing else. `--write` also saves the page `statistics.md`.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.null_study import Draws
from benchmarks.table import Line
from platoscope.parallel import worker_count

PAGE = Path(__file__).with_name("statistics.md")
QUICK = 0.02  # of the draws
STUDIES = {"null": "null_study", "intervals": "interval_study", "law": "law_study"}
_INTRODUCTION = """\
# Whether the statistics keep what they promise

Printed by `make study`: samples are drawn many times over from populations that are made up, so that the sides are
known to be independent, or the expected score is known as the mean over all draws. A rate has its exact binomial
interval of 95 % behind it, a mean its standard error after +-; draws, N, k and layers stand in each line. *Beside* is
what the value is to be read with: the truth, the width that an interval has and the one that would do (2 x 1.96 times
the spread of the scores), what the made-up spaces look like. What a line must reach is what the tool promises, and a
**no** is a promise that is not kept there; how it is done is in [README.md](README.md#statistics).
"""
_TITLES = ("what", "measured", "beside", "must be", "reached")


def main() -> None:
    """Study what the command line names and print the table."""
    arguments = _arguments()
    draws = Draws(QUICK if arguments.quick else 1.0, arguments.threads)
    text = "\n".join((_INTRODUCTION, markdown(lines_of(arguments.rows or STUDIES, draws))))
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")


def lines_of(names: Iterable[str], draws: Draws) -> list[Line]:
    """Give the lines of these studies. A product of matrices takes one thread, as its sums depend on how many."""
    lines = []
    with threadpool_limits(1):
        for name in names:
            print(f"{name} ...", file=sys.stderr, flush=True)
            rows: Callable[[Draws], list[Line]] = import_module(f"benchmarks.{STUDIES[name]}").rows
            lines += rows(draws)
    return lines


def markdown(lines: Iterable[Line]) -> str:
    """Give the table."""
    reached = {None: "", True: "yes", False: "**no**"}
    cells = [(line.what, line.ours, line.peer, line.goal, reached[line.reached]) for line in lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in (_TITLES, ("---",) * len(_TITLES), *cells))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROWS", help=f"of {', '.join(STUDIES)}; by default all")
    parser.add_argument("--quick", action="store_true", help=f"take {QUICK:.0%} of the draws: a try, no result")
    parser.add_argument("--threads", type=int, default=worker_count(), help="by default those of the machine")
    parser.add_argument("--write", action="store_true", help=f"save {PAGE.name} too")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.rows if name not in STUDIES]:
        parser.error(f"there are no rows {unknown[0]!r}, but {', '.join(STUDIES)}")
    if arguments.write and (arguments.rows or arguments.quick):
        parser.error("--write saves all rows with all draws, but some are named or --quick is given")
    if arguments.threads < 1:
        parser.error(f"--threads is {arguments.threads}, but must be at least 1")
    return arguments


if __name__ == "__main__":
    main()
