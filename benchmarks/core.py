"""Prints one table: how fast the neighbour core is, beside the code that people use for the same.

Each group of rows runs in a process of its own, as libraries read how many threads they may use when they are loaded;
what is compared runs in the same process, taking turns. `--write` also saves the page `core.md`.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from benchmarks.machine import busy_share, machine
from benchmarks.roofline import roofline
from benchmarks.table import Line, markdown
from benchmarks.timing import environment

ROOT = Path(__file__).parent.parent
PAGE = Path(__file__).with_name("core.md")
_INTRODUCTION = """\
# Speed of the neighbour core

Printed by `make bench`; how it is measured and how to read it: [README.md](README.md). N = 1,024, k = 10 and one thread
where nothing else is said. Times are medians.
"""


@dataclass(frozen=True)
class Rows:
    """A function that gives lines, by its module and name, and the threads of its process."""

    module: str
    function: str
    threads: int

    def lines(self, rounds: int) -> list[Line]:
        """Measure, in this process."""
        call: Callable[[int], list[Line]] = getattr(import_module(f"benchmarks.{self.module}"), self.function)
        return call(rounds)


ROWS = {
    "overlap": Rows("overlap", "grid", 1),
    "seed": Rows("seed", "compute_score", 2),
    "null": Rows("null", "null", 2),
    "large": Rows("overlap", "large", 1),
    "ordered": Rows("seed", "ordered", 1),
    "neighbours": Rows("neighbours", "times", 2),
    "memory": Rows("neighbours", "memory", 2),
    "growth": Rows("overlap", "growth", 1),
}


def main() -> None:
    """Measure what the command line names and print the table."""
    arguments = _arguments()
    if arguments.here:
        print(json.dumps([asdict(line) for line in ROWS[arguments.here].lines(arguments.rounds)]))
        return
    lines, busy = [], 0.0
    for name in arguments.rows or ROWS:
        busy = max(busy, busy_share())
        lines += _in_child(name, arguments.rounds)
    text = "\n".join((_INTRODUCTION, machine(busy), markdown(lines), roofline()))
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROWS", help=f"of {', '.join(ROWS)}; by default all")
    parser.add_argument("--rounds", type=int, default=5, help="whose median is taken (default: 5)")
    parser.add_argument("--write", action="store_true", help=f"save {PAGE.name} too")
    parser.add_argument("--here", choices=list(ROWS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.rows if name not in ROWS]:
        parser.error(f"there are no rows {unknown[0]!r}, but {', '.join(ROWS)}")
    if arguments.write and arguments.rows:
        parser.error("--write saves all rows, but some are named")
    if arguments.rounds < 1:
        parser.error(f"--rounds is {arguments.rounds}, but must be at least 1")
    return arguments


def _in_child(name: str, rounds: int) -> list[Line]:
    """Measure a group of rows in a process with threads of its own; its failure ends this one."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.core", "--here", name, "--rounds", str(rounds)]
    done = subprocess.run(command, cwd=ROOT, env=environment(ROWS[name].threads), stdout=subprocess.PIPE, check=True)
    return [Line(**line) for line in json.loads(done.stdout.splitlines()[-1])]  # before it, what peers print


if __name__ == "__main__":
    main()
