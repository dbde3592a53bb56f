"""Groups of rows become one table on a page, each group measured in a process of its own.

Libraries read how many threads they may use when they are loaded; what is compared runs in the same process, taking
turns.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from benchmarks.machine import busy_share, machine
from benchmarks.table import Line, markdown
from benchmarks.timing import environment

ROOT = Path(__file__).parent.parent


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


@dataclass(frozen=True)
class Page:
    """A page of this folder: its module, what stands before the table, its groups of rows, what is written below."""

    module: str
    introduction: str
    rows: Mapping[str, Rows]
    below: Callable[[list[Line]], str]
    rounds: int = 5

    def main(self) -> None:
        """Measure what the command line names and print the table."""
        arguments = self._arguments()
        if arguments.here:
            print(json.dumps([asdict(line) for line in self.rows[arguments.here].lines(arguments.rounds)]))
            return
        lines: list[Line] = []
        busy = 0.0
        for name in arguments.rows or self.rows:
            busy = max(busy, busy_share())
            lines += self._in_child(name, arguments.rounds)
        text = "\n".join((self.introduction, machine(busy), markdown(lines), self.below(lines)))
        print(text)
        if arguments.write:
            self._file.write_text(text, encoding="utf-8")

    @property
    def _file(self) -> Path:
        return Path(__file__).with_name(f"{self.module}.md")

    def _arguments(self) -> argparse.Namespace:
        about = f"Measures what stands on {self._file.name} and prints it."
        parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{self.module}", description=about)
        parser.add_argument("rows", nargs="*", metavar="ROWS", help=f"of {', '.join(self.rows)}; by default all")
        more = f"whose median is taken (default: {self.rounds})"
        parser.add_argument("--rounds", type=int, default=self.rounds, help=more)
        parser.add_argument("--write", action="store_true", help=f"save {self._file.name} too")
        parser.add_argument("--here", choices=list(self.rows), help=argparse.SUPPRESS)
        arguments = parser.parse_args()
        if unknown := [name for name in arguments.rows if name not in self.rows]:
            parser.error(f"there are no rows {unknown[0]!r}, but {', '.join(self.rows)}")
        if arguments.write and arguments.rows:
            parser.error("--write saves all rows, but some are named")
        if arguments.rounds < 1:
            parser.error(f"--rounds is {arguments.rounds}, but must be at least 1")
        return arguments

    def _in_child(self, name: str, rounds: int) -> list[Line]:
        """Measure a group of rows in a process with threads of its own; its failure ends this one."""
        print(f"{name} ...", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", f"benchmarks.{self.module}", "--here", name, "--rounds", str(rounds)]
        threads = environment(self.rows[name].threads)
        done = subprocess.run(command, cwd=ROOT, env=threads, stdout=subprocess.PIPE, check=True)
        return [Line(**line) for line in json.loads(done.stdout.splitlines()[-1])]  # before it, what peers print
