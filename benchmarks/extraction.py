"""Prints one table: how busy the extraction engine keeps its processor, beside bare loops over the same models."""

import subprocess
import sys

from benchmarks.page import ROOT, Page, Rows
from benchmarks.table import Line
from benchmarks.timing import environment

_THREADS = 2
_LIMITS = """\
## What limits it

{distances}
Where the time of a stage goes, by what the thread does that encodes (frames are read and blocks written by others):
*read* is waiting for what was read ahead, *prepare* makes pixels or tokens, *pool* and *average* make vectors of what
the model gives, *publish* puts the store together. Below, where that of a model's forward goes, on a batch: a part that
has more of the time than of the operations is bound by memory, or too small for all cores.

{shares}"""


def limits(lines: list[Line]) -> str:
    """Say how far rows about whole stages are from the machine's floor, and where the time goes."""
    distances = "".join(_distance(name, [line for line in lines if line.what.startswith(name)]) for name in _WHOLE)
    if not distances:
        return ""
    command = [sys.executable, "-m", "benchmarks.extraction_shares"]
    threads = environment(_THREADS)
    done = subprocess.run(command, cwd=ROOT, env=threads, stdout=subprocess.PIPE, text=True, check=True)
    return _LIMITS.format(distances=distances, shares=done.stdout[done.stdout.index("| stage") :])


def _distance(name: str, lines: list[Line]) -> str:
    """Say it of the rows of a stage: the first is beside the bare loop, the last beside the floor."""
    if not lines:
        return ""
    bare, floor = lines[0].ratio, lines[-1].ratio
    assert bare is not None
    assert floor is not None
    share = f"{bare:.0%} of it are the bare loop's, which takes {bare / floor:.1f} times the floor"
    return f"* {name}: the stage takes {1 / floor:.1f} times the machine's floor; {share}.\n"


_WHOLE = ("frames", "texts")
PAGE = Page(
    module="extraction",
    introduction="""\
# Speed of extraction

Printed by `make bench`; how it is measured and how to read it: [README.md](README.md#extraction). Times are medians.
""",
    rows={
        "frames": Rows("extraction_rows", "frames", _THREADS),
        "texts": Rows("extraction_rows", "texts", _THREADS),
        "memory": Rows("extraction_memory", "memory", _THREADS),
        "gpu_frames": Rows("extraction_gpu", "frames", _THREADS),
        "gpu_texts": Rows("extraction_gpu", "texts", _THREADS),
    },
    below=limits,
    rounds=3,
)

if __name__ == "__main__":
    PAGE.main()
