"""Prints one table: how fast the neighbour core is, beside the code that people use for the same, and its roofline."""

from benchmarks.page import Page, Rows
from benchmarks.roofline import roofline

PAGE = Page(
    module="core",
    introduction="""\
# Speed of the neighbour core

Printed by `make bench`; how it is measured and how to read it: [README.md](README.md). N = 1,024, k = 10 and one thread
where nothing else is said. Times are medians.
""",
    rows={
        "overlap": Rows("overlap", "grid", 1),
        "seed": Rows("seed", "compute_score", 2),
        "null": Rows("null", "null", 2),
        "large": Rows("overlap", "large", 1),
        "ordered": Rows("seed", "ordered", 1),
        "neighbours": Rows("neighbours", "times", 2),
        "memory": Rows("neighbours", "memory", 2),
        "growth": Rows("overlap", "growth", 1),
    },
    below=lambda _: roofline(),
)

if __name__ == "__main__":
    PAGE.main()
