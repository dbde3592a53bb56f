"""Prints how fast chosen frames are read, beside decord, torchcodec, OpenCV and PyAV, and what limits it.

All readers give the same frames by the same number of processes, taking turns; `--write` also saves `decoding.md`.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import distributions
from multiprocessing import get_context
from pathlib import Path

from benchmarks.decoding_readers import READERS
from benchmarks.decoding_rows import LEAST, Row, Setup, measure, setups
from benchmarks.decoding_shares import memory, shares
from benchmarks.machine import busy_share, machine
from benchmarks.peers import FOLDER
from benchmarks.timing import environment

ROOT = Path(__file__).parent.parent
PAGE = Path(__file__).with_name("decoding.md")
_MARK = "row: "  # peers print too
_PACKAGES = ("av", "decord", "torchcodec", "opencv-python-headless", "pillow")
_INTRODUCTION = """\
# Speed of decoding

Printed by `make bench`; how it is measured and how to read it: [README.md](README.md#decoding). Chosen frames a second,
medians; the last number of a row's name is how many processes read. A reader in brackets gives other frames than asked.
"""


def main() -> None:
    """Measure and print the tables."""
    arguments = _arguments()
    chosen = [one for one in setups() if not arguments.rows or any(word in one.name for word in arguments.rows)]
    if arguments.here:
        _measure([one for one in chosen if one.workers == arguments.here], arguments.rounds)
        return
    busy, rows = busy_share(), []
    for workers in sorted({one.workers for one in chosen}):
        rows += _in_child(workers, arguments.rows, arguments.rounds)
        busy = max(busy, busy_share())
    for row in rows:
        row.wrong = next((other.wrong for other in rows if other.wrong and other.setup.alike(row.setup)), {})
    text = "\n".join((_INTRODUCTION, machine(busy), _versions(), table(rows), scaling(rows)))
    if not arguments.rows:
        text += f"\n## What limits it\n\n{_LIMITS}\n{shares()}\n## Memory of the stage\n\n{_MEMORY}\n{memory()}"
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")


_LIMITS = """\
Milliseconds of processor time a clip, at 224 px. Decoding is nearly all, and is libavcodec's: what wins is to leave out
the groups and pictures that no chosen frame leans on. Where many frames are chosen, making squares of them counts too:
of 4:2:0 video the part that is shown is converted, exact to rounding with chroma interpolated, and resized by the
vectors of the processor; everything else becomes RGB by libswscale first.
"""
_MEMORY = """\
Peaks of the `frames` stage and its workers over the same videos, listed more often: flat if frames are written as they
come.
"""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decoding", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="WORDS", help='rows with these words alone, such as "720p, GOP 48"')
    parser.add_argument("--rounds", type=int, default=3, help="whose median is taken (default: 3)")
    parser.add_argument("--write", action="store_true", help=f"save {PAGE.name} too")
    parser.add_argument("--here", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write and arguments.rows:
        parser.error("--write saves all rows, but some are named")
    if arguments.rounds < 1:
        parser.error(f"--rounds is {arguments.rounds}, but must be at least 1")
    if arguments.rows and not any(word in setup.name for word in arguments.rows for setup in setups()):
        parser.error(f"there are no rows with {arguments.rows[0]!r}, but such as {setups()[-1].name!r}")
    return arguments


def _measure(chosen: Sequence[Setup], rounds: int) -> None:
    """Measure rows of one number of workers and print each as a line of JSON."""
    with ProcessPoolExecutor(chosen[0].workers, mp_context=get_context("spawn")) as pool:
        for setup in chosen:
            print(f"{setup.name} ...", file=sys.stderr, flush=True)
            if row := measure(pool, setup, rounds):
                place = setups().index(setup)
                print(f"\n{_MARK}{json.dumps([place, row.rates, row.missing, row.wrong])}", flush=True)


def _in_child(workers: int, words: Sequence[str], rounds: int) -> list[Row]:
    """Measure in a process with threads of its own; its failure ends this one."""
    command = [sys.executable, "-m", "benchmarks.decoding", *words, "--here", str(workers), "--rounds", str(rounds)]
    done = subprocess.run(command, cwd=ROOT, env=environment(1), stdout=subprocess.PIPE, text=True, check=True)
    lines = (line.removeprefix(_MARK) for line in done.stdout.splitlines() if line.startswith(_MARK))
    return [Row(setups()[place], *rest) for place, *rest in map(json.loads, lines)]


def table(rows: Sequence[Row]) -> str:
    """Give the frames a second of all readers, and ours over the best of those that give the right frames."""
    lines = [["what", *READERS, "ratio", "must reach", "reached"]]
    lines.append(["---"] * len(lines[0]))
    for row in rows:
        ratio = row.ratio
        cells = ["", "", ""] if ratio is None else [f"{ratio:.2f}", f"{LEAST:g}", "yes" if ratio >= LEAST else "**no**"]
        lines.append([row.setup.name, *(_rate(row, reader) for reader in READERS), *cells])
    if not any(row.setup.seconds is None for row in rows):
        lines.append(
            ["real clips", "skipped: not asked for, or `../shared/clips` is absent", *[""] * (len(lines[0]) - 2)]
        )
    missing = sorted({text for row in rows for text in row.missing.values()})
    skipped = [f"\nSkipped: {text}\n" for text in missing]
    return "".join([*(f"| {' | '.join(cells)} |\n" for cells in lines), *skipped])


def _rate(row: Row, reader: str) -> str:
    if reader not in row.rates:
        return "skipped" if reader in row.missing else ""
    rate = f"{row.rates[reader]:.0f}" if row.rates[reader] >= 100 else f"{row.rates[reader]:.1f}"
    return f"({rate}: {row.wrong[reader]} wrong)" if row.wrong.get(reader) else rate


def scaling(rows: Sequence[Row]) -> str:
    """Say by how much two workers read more than one, in the rows that have both."""
    rates = {row.setup: row.rates["ours"] for row in rows}
    lines = []
    for setup, rate in rates.items():
        one = rates.get(Setup(setup.budgets, setup.size, 1, setup.seconds, setup.gop))
        if setup.workers > 1 and one:
            lines.append(f"* {setup.name} workers: {rate / one:.2f} times one\n")
    return "".join(["\n## Scaling of ours with workers\n\n", *lines]) if lines else ""


def _versions() -> str:
    found = {one.name: one.version for one in distributions(path=[*sys.path, str(FOLDER)])}
    return "Readers: " + ", ".join(f"{name} {found.get(name, 'absent')}" for name in _PACKAGES) + ".\n"


if __name__ == "__main__":
    main()
