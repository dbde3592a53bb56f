"""Prints one table: whether the estimator of time keeps its level, and how long its null takes.

Draws of differences of variants, float64 `[layer, sample, dim]`, whose signs mean nothing become rates of p-values. A
draw leans on its own seed alone. `--write` also saves the page `time.md`.
"""

import argparse
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.machine import busy_share, machine
from benchmarks.null_study import Draws, level_line, rate, walk
from benchmarks.statistics import QUICK, markdown
from benchmarks.table import Line, at_most
from platoscope.parallel import worker_count
from platoscope.temporal.odd import odd_alignment
from platoscope.temporal.ordering import ordering
from platoscope.temporal.signs import PairProbe, protected_pairs
from platoscope.temporal.transfer import transfer
from platoscope.temporal.vectors import coherence, displacement

Floats = NDArray[np.float64]

PAGE = Path(__file__).with_name("time.md")
LAYERS, N, FLIPS = 13, 100, 199
_SPEED = (300, 384, 1000)  # samples, dim, flips
_SECONDS = 1.0
_INTRODUCTION = """\
# Whether the probes of time keep what they promise

Printed by `make study`. Differences of clips and their partners are made up so that their signs mean nothing: layers
that follow each other share most of what they are, samples of a source lie close together, and a random sign stands
before each source. A rate has its exact binomial interval of 95 % behind it; draws, N, layers and flips stand in each
line. What p is, of which null: [time.md](../docs/time.md). The last rows are seconds of one call, the best of three.
"""


def main() -> None:
    """Study and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.time_study", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"take {QUICK:.0%} of the draws: a try, no result")
    parser.add_argument("--threads", type=int, default=worker_count(), help="by default those of the machine")
    parser.add_argument("--write", action="store_true", help=f"save {PAGE.name} too")
    arguments = parser.parse_args()
    if arguments.write and arguments.quick:
        parser.error("--write saves all draws, but --quick is given")
    busy = busy_share()
    timed = speed()
    with threadpool_limits(1):
        lines = rows(Draws(QUICK if arguments.quick else 1.0, arguments.threads))
    text = "\n".join((_INTRODUCTION, markdown([*lines, *timed]), machine(max(busy, 0.0))))
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")


def rows(draws: Draws) -> list[Line]:
    """Give the lines of all studies."""
    return [*_layers(draws), *_sources(draws), *_others(draws)]


def nothing(rng: np.random.Generator, *, layers: int, samples: int) -> Floats:
    """Give differences `[layer, sample, dim]` of which the signs are drawn: as likely one way as the other."""
    signs = np.where(rng.random(samples) < 0.5, -1.0, 1.0)
    return walk(rng, layers=layers, samples=samples) * signs[:, None]


def _probe(d: Floats, seed: int, sources: NDArray[np.int64] | None = None) -> PairProbe:
    return protected_pairs(d, sources=sources, flips=FLIPS, repeats=1, draws=100, seed=seed)


def _layers(draws: Draws) -> list[Line]:
    def one(rng: np.random.Generator) -> tuple[float, float, float, float]:
        found = _probe(nothing(rng, layers=LAYERS, samples=N), int(rng.integers(1 << 32)))
        best = int(np.argmax(np.abs(found.curve - 0.5)))
        return found.curve_p[0], found.p, found.p_max, found.curve_p[best]

    alone, chosen, most, naive = np.array(draws.of(one, 2000, name="level of signs")).T
    setting = f"N = {N}, {LAYERS} layers, {FLIPS} flips, {len(alone):,} draws"
    beside = f"at 1 %: {rate(most <= 0.01)[1]}"
    return [
        level_line(f"type-I error at 5 %, one layer, {setting}", alone <= 0.05, must=True),
        level_line(f"type-I error at 5 %, layer chosen in training, {setting}", chosen <= 0.05, must=True),
        level_line(f"type-I error at 5 %, maximum of {LAYERS}, {setting}", most <= 0.05, beside=beside, must=True),
        level_line(f"type-I error at 5 %, best layer by its own null, {setting}", naive <= 0.05),
    ]


def _sources(draws: Draws) -> list[Line]:
    """Clips of one source are near-duplicates with one sign: flipped whole, and flipped apart."""
    sources = np.repeat(np.arange(25), 4)

    def one(rng: np.random.Generator) -> tuple[float, float, float]:
        d = nothing(rng, layers=3, samples=25)[:, sources]
        d = d + 0.3 * rng.standard_normal(d.shape)
        seed = int(rng.integers(1 << 32))
        whole, apart = _probe(d, seed, sources), _probe(d, seed)
        return whole.p, whole.p_max, apart.p

    whole, most, apart = np.array(draws.of(one, 1500, name="level by source")).T
    setting = f"25 sources of 4, 3 layers, {FLIPS} flips, {len(whole):,} draws"
    return [
        level_line(f"type-I error at 5 %, sources whole, {setting}", whole <= 0.05, must=True),
        level_line(f"type-I error at 5 %, maximum, sources whole, {setting}", most <= 0.05, must=True),
        level_line(f"type-I error at 5 %, sources taken apart, {setting}", apart <= 0.05),
    ]


def _others(draws: Draws) -> list[Line]:
    """The other tests: transfer, order, coherence, displacement, odd parts."""
    groups = np.repeat(["a", "b", "c"], 30)

    def one(rng: np.random.Generator) -> tuple[float, ...]:
        seed = int(rng.integers(1 << 32))
        d = nothing(rng, layers=3, samples=90)
        steps = [rng.standard_normal((40, 5, 12)) + rng.standard_normal((40, 1, 12)) for _ in range(3)]
        forward, other = (walk(rng, layers=3, samples=60).astype(np.float64) for _ in range(2))
        odd, turned = nothing(rng, layers=3, samples=60), nothing(rng, layers=3, samples=60)
        alike = odd_alignment(
            (forward + odd, forward - odd), (other + turned, other - turned), flips=FLIPS, permutations=19, seed=seed
        )
        assert alike.odd.flipped is not None
        return (
            transfer(d, groups.tolist(), flips=FLIPS, seed=seed).p_off,
            ordering(steps, permutations=FLIPS, draws=100, seed=seed).p,
            coherence(d, flips=FLIPS, seed=seed).p_max,
            displacement(d, flips=FLIPS, seed=seed).p_max,
            alike.odd.flipped.p,
        )

    found = np.array(draws.of(one, 1000, name="level of the others")).T
    names = (
        "transfer between 3 groups of 30 (mean off the diagonal)",
        "order of 5 steps of 40 clips",
        "coherence of 90 odd parts (maximum)",
        "displacement of 90 odd parts (maximum)",
        "alignment of 60 odd parts (maximum of 9 pairs of layers)",
    )
    setting = f"3 layers, {FLIPS} flips, {found.shape[1]:,} draws"
    return [
        level_line(f"type-I error at 5 %, {name}, {setting}", p <= 0.05, must=True)
        for name, p in zip(names, found, strict=True)
    ]


def speed() -> list[Line]:
    """Time one call of the null, and one with all repeated splits."""
    samples, dim, flips = _SPEED
    d = np.random.default_rng(0).standard_normal((LAYERS, samples, dim))
    lines = []
    for repeats in (1, 5):
        seconds, found = [], None
        for _ in range(3):
            start = perf_counter()
            found = protected_pairs(d, flips=flips, repeats=repeats)
            seconds.append(perf_counter() - start)
        assert found is not None
        what = f"{LAYERS} layers, 5 folds, {flips:,} flips, N = {samples}, dim {dim}, {repeats} split(s)"
        if repeats == 1:
            null = f"95 % point of the maximum {found.null95_max:.3f}"
            line = at_most(what, min(seconds), most=_SECONDS, unit="s")
            lines.append(Line(line.what, line.ours, null, goal=line.goal, reached=line.reached))
        else:
            lines.append(Line(what, f"{min(seconds):.3g} s"))
    return lines


if __name__ == "__main__":
    main()
