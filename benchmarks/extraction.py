"""Prints one table: how busy the extraction engine keeps its processor, beside bare loops over the same models."""

from benchmarks.page import Page, Rows

PAGE = Page(
    module="extraction",
    introduction="""\
# Speed of extraction

Printed by `make bench`; how it is measured and how to read it: [README.md](README.md#extraction). Times are medians.
""",
    rows={
        "frames": Rows("extraction_rows", "frames", 2),
        "texts": Rows("extraction_rows", "texts", 2),
        "memory": Rows("extraction_memory", "memory", 2),
    },
    below=lambda _: "",
    rounds=3,
)

if __name__ == "__main__":
    PAGE.main()
