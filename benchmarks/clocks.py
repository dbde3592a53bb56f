"""Prints one table: whether clocks are what docs/clocks.md says, at full size, and how fast they are rendered."""

from benchmarks.page import Page, Rows

PAGE = Page(
    module="clocks",
    introduction="""\
# Clocks: acceptance and speed

Printed by `make bench`; what families, twins and readouts are: [clocks.md](../docs/clocks.md). Probes are the estimator
of `platoscope.temporal` over 16 x 16 grey pictures of 16 frames, folds by seed inside templates; rounds are seeds of
1,000 pairs each, of which means are shown.
""",
    rows={
        "speed": Rows("clocks_rows", "speed", 2),
        "acceptance": Rows("clocks_rows", "acceptance", 2),
    },
    below=lambda _: (
        "A twin is accepted where the mean over seeds lies in the two-sided 99 % interval of the same mean under sign "
        "flips. Of as many rows as there are here one is outside by luck in every fourth table; the seeds are fixed.\n"
    ),
    rounds=3,
)

if __name__ == "__main__":
    PAGE.main()
