"""The roofline: what the overlap kernels touch for a pair of layers, and how long that takes the machine at best.

The speed of the machine and of the kernels is what `cargo bench` left under `rust/target/criterion`.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

_RUST = Path(__file__).parent.parent / "rust"
_K = 10
_SIZES = {"near": 16 << 10, "second": 256 << 10, "memory": 256 << 20}  # bytes that are added up
_STEPS = 1000  # of the chain in rust/overlap/benches/roofline.rs
_LOADS = 2  # a cycle, which every x86-64 core of the last decade does
_OPERATIONS = 4  # of vectors a cycle, more than most cores do
_VECTORS = 4  # of ids of `b`, which `compared` has in registers

_MISSING = "## Roofline\n\nNot measured: `cargo bench` measures what it needs, and {} is not there.\n"

_TEXT = """\
## Roofline

Two kernels that mark, counted from the loop in `rust/overlap/src/matrix/marks.rs`: `bits` of few layers, and `bytes`,
the plain way of many, in whose place `bits` adds up 64 layers digit by digit (`rust/overlap/src/matrix/planes.rs`). For
a block of layers of `a` (64 by `bytes`, 8 by `bits`) each id of a row is marked, each id of the row of `b` adds its
mark to a counter of a byte a layer, and the marks are cleared: `ceil(layer_a / block) x layer_b x N x k` additions,
plus `3 x layer_a x N x k` marks. And the one that marks nothing, `compared`, which is chosen for few layers: each id of
a row of `a` against all of `b`, padded to a multiple of 16, a vector of {lanes} at once, compared and counted.

| kernel | ids | vectors | loads, stores | bytes near | from memory | at best | measured | ratio |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}
A line is for a pair of layers, on one thread, as Criterion measures the kernel alone (without the check of the tables,
which the table above includes). *At best* is the largest of the times of loads and stores at {loads} a cycle (of
`compared`, of two operations a vector at {operations} a cycle), of near bytes at the speed of a first-level cache, and
of the ids of both tables, once from memory. This machine: {clock:.2f} GHz (a chain of
dependent operations); bytes added up from 16 KiB {near:.0f} GB/s, from 256 KiB {second:.0f} GB/s, from memory
{memory:.1f} GB/s, each with the widest vectors.

What lies between: the crate takes the widest vectors that the processor has (AVX-512, AVX2 or NEON, found at run time),
but the marks are found one id after the other, an id and then what it points to; 64 bytes for each of 1,024 ids are
twice a first-level cache of 32 KiB; and runs of ten neighbours are short, a loop begins anew for every row and layer.
`bits` looks up twice for an id, its set of layers and what spreads the set to bytes, and leaves lanes without work
where there are fewer than 8 layers. `compared` lays the rows of `b` end to end first.
"""


@dataclass(frozen=True)
class Kernel:
    """An algorithm on tables of so many layers and samples; `block` layers of `a` at once, or ids of `b`."""

    case: str
    algorithm: str
    layers: tuple[int, int]
    samples: int
    block: int

    @property
    def pairs(self) -> int:
        """Pairs of layers."""
        return self.layers[0] * self.layers[1]

    @property
    def additions(self) -> float:
        """Vector additions a pair: one an id of `b` and block of `a`; of `compared`, vectors that are compared."""
        if self.algorithm == "compared":
            padded = -(-self.layers[1] * _K // self.block) * self.block
            return self.marks * padded / _lanes()
        return -(-self.layers[0] // self.block) * self.layers[1] * self.samples * _K / self.pairs

    @property
    def marks(self) -> float:
        """Ids of `a` that are marked, a pair."""
        return self.layers[0] * self.samples * _K / self.pairs

    @property
    def accesses(self) -> float:
        """Loads and stores a pair; `compared` loads what it has in registers once for all ids of a row."""
        if self.algorithm == "compared":
            return self.additions / _K + self.additions / _VECTORS
        looked_up = 2 if self.algorithm == "bytes" else 3  # the id, its mark, and how its bits spread
        marked = 4 if self.algorithm == "bytes" else 5  # id and mark, id and clear; bits are read before they are set
        return looked_up * self.additions + marked * self.marks

    @property
    def near(self) -> float:
        """Bytes a pair that are touched in near caches."""
        if self.algorithm == "compared":
            return 4 * (_lanes() * self.additions / _K + self.additions / _VECTORS)
        if self.algorithm == "bytes":
            return (4 + self.block) * self.additions + (4 + 1 + 4 + self.block) * self.marks
        return (4 + 1 + 8) * self.additions + (4 + 2 + 4 + 1) * self.marks

    @property
    def cycles(self) -> float:
        """Cycles a pair that its instructions take at best."""
        vectors = 2 * self.additions / _OPERATIONS if self.algorithm == "compared" else 0.0
        return max(self.accesses / _LOADS, vectors)

    @property
    def far(self) -> float:
        """Bytes a pair that come from memory at least: the ids of both tables."""
        return 4 * sum(self.layers) * self.samples * _K / self.pairs


KERNELS = (
    Kernel("totals_unrelated", "bytes", (40, 42), 1024, 64),
    Kernel("totals_large", "bits", (4, 6), 100_000, 8),
    Kernel("totals_large", "compared", (4, 6), 100_000, 16),
)


def roofline() -> str:
    """Give the section, or what is missing for it."""
    try:
        clock = 6 * _STEPS / _seconds("roofline/clock") * 1e-9  # six dependent operations a step
        widest = {name: max(_speeds(name)) for name in _SIZES}
        rows = "".join(_row(kernel, clock=clock, near=widest["near"], stream=widest["memory"]) for kernel in KERNELS)
    except FileNotFoundError as error:
        return _MISSING.format("/".join(Path(error.filename).parts[-5:]))
    said = {"lanes": _lanes(), "loads": _LOADS, "operations": _OPERATIONS}
    return _TEXT.format(rows=rows, clock=clock, **said, **widest)


def _lanes() -> int:
    """Ids in the widest vector that was measured."""
    return 8 if _estimates("roofline/near/avx2").exists() else 4


def _row(kernel: Kernel, *, clock: float, near: float, stream: float) -> str:
    measured = _seconds(f"{kernel.case}/{kernel.algorithm}") / kernel.pairs
    best = max(kernel.cycles / clock, kernel.near / near, kernel.far / stream) * 1e-9
    sizes = f"{kernel.layers[0]} x {kernel.layers[1]}, N = {kernel.samples:,}"
    numbers = (kernel.samples * _K, kernel.additions, kernel.accesses, kernel.near, kernel.far)
    cells = " | ".join(f"{number:,.0f}" for number in numbers)
    times = f"{best * 1e6:.3g} us | {measured * 1e6:.3g} us | {measured / best:.1f} times"
    return f"| `{kernel.algorithm}`, {sizes} | {cells} | {times} |\n"


def _speeds(name: str) -> list[float]:
    """Give bytes a nanosecond that are added up as the crate is compiled, and where the processor has it by AVX2."""
    group = f"roofline/{name}"
    there = [way for way in ("compiled", "avx2") if way == "compiled" or _estimates(f"{group}/{way}").exists()]
    return [_SIZES[name] / _seconds(f"{group}/{way}") * 1e-9 for way in there]


def _estimates(name: str) -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR", _RUST / "target"))
    return target / "criterion" / name / "new/estimates.json"


def _seconds(name: str) -> float:
    """Give Criterion's estimate for a benchmark."""
    estimates = json.loads(_estimates(name).read_text())
    return float(estimates["median"]["point_estimate"]) * 1e-9
