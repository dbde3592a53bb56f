"""Prints one table: a gigabyte of features pushed to remotes of DVC and pulled, beside plain copies of its files."""

from benchmarks.page import Page, Rows

PAGE = Page(
    module="remotes",
    introduction="""\
# Sharing a feature set

Printed by `python -m benchmarks.remotes`; how it is measured: [README.md](README.md#remotes). Times are medians.
""",
    rows={
        "folder": Rows("remotes_rows", "folder", 2),
        "s3": Rows("remotes_rows", "s3", 2),
        "ssh": Rows("remotes_rows", "ssh", 2),
    },
    below=lambda _: "",
    rounds=3,
)

if __name__ == "__main__":
    PAGE.main()
