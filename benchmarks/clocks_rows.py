"""Rows about clocks: pairs of clips as grey pictures, float64 `[sample, step, dim]`, become shares and their nulls."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.table import Line, at_most
from platoscope.data.datasets.clocks import FAMILIES, clip_id, listing, make_clip
from platoscope.parallel import Pool, worker_count
from platoscope.temporal.readouts import READOUTS, differences
from platoscope.temporal.signs import PairProbe, protected_pairs
from platoscope.temporal.variants import variant

Floats = NDArray[np.float64]

GREY = np.array((0.299, 0.587, 0.114))
SIDE = 16
LEVEL = 0.99
# What grey pictures side by side must reach, by family.
LEAST = {"G": 0.9, "E2": 0.9, "E3": 0.9, "C2": 0.9, "D": 0.9, "F": 0.9, "E": 0.8}
PAIRS = 1000
CLIPS, SECONDS = 10_000, 180
_CHUNK = 50
_SHORT = 600  # clips that are timed in place of CLIPS, for a quick look


@dataclass(frozen=True)
class Pairs:
    """Both clips of each pair as steps `[sample, step, dim]`, their signs and sources."""

    clips: Floats
    partners: Floats
    signs: NDArray[np.int64]
    sources: NDArray[np.str_]

    def probe(self, readout: str, *, tested: float = 1, signs: Any = None, **options: Any) -> PairProbe:
        """Probe by a readout; `tested` -1 tests pairs with their clips exchanged."""
        read = READOUTS[readout]
        d = differences(read(self.clips), read(self.partners))
        options = {"repeats": 1, "flips": 1000, "draws": 100, **options}
        labels = self.signs if signs is None else signs
        return protected_pairs([d], signs=labels, sources=self.sources, tested=[tested * d], **options)


def grey(frames: NDArray[np.uint8]) -> Floats:
    """Give frames [frame, size, size, 3] as grey pictures of 16 x 16, [frame, 256]; size is a multiple of 16."""
    n, size = frames.shape[:2]
    step = size // SIDE
    return (frames @ GREY).reshape(n, SIDE, step, SIDE, step).mean(axis=(2, 4)).reshape(n, -1)


def pairs(family: str, *, twin: bool, n: int, seed: int, by: str | None = None, **options: Any) -> Pairs:
    """Render pairs of a family, by its own variant or another one."""
    jobs = [(family, start, min(start + _CHUNK, n), twin, seed, options) for start in range(0, n, _CHUNK)]
    with Pool(workers=worker_count(), limit_s=600) as pool:
        parts = pool.map(_steps, jobs)
    steps, signs, sources = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return Pairs(steps, partner(steps, by or FAMILIES[family].variant), signs, sources)


def partner(steps: Floats, name: str) -> Floats:
    """Give the other clips of the pairs, [sample, step, 256]."""
    if name == "flip":
        n, frames = steps.shape[:2]
        return steps.reshape(n, frames, SIDE, SIDE)[:, :, ::-1].reshape(n, frames, -1)
    return steps[:, variant(name, frames=steps.shape[1])]


def acceptance(rounds: int) -> list[Line]:
    """Judge every family and every twin by trends and by pictures side by side."""
    lines = []
    for family, entry in FAMILIES.items():
        for twin in (False, True):
            if entry.twins_alone and not twin:
                continue
            found = [pairs(family, twin=twin, n=PAIRS, seed=seed, size=64) for seed in range(rounds)]
            for readout in ("bag", "moment", "concat"):
                if readout == "bag" and entry.variant == "flip":
                    continue  # unprotected: a bag may know
                probes = [one.probe(readout) for one in found]
                name = f"{family}{' twin' if twin else ''}, {entry.variant}, {readout}"
                lines.append(_judged(name, probes, family=family, twin=twin, readout=readout))
            if family == "C" and not twin:  # whose arrow is its own twin
                ones = np.ones(PAIRS, np.int64)
                for readout in ("moment", "concat"):
                    probes = [one.probe(readout, signs=ones) for one in found]
                    lines.append(_judged(f"C, arrow, {readout}", probes, family="C", twin=True, readout=readout))
    return lines


def accepted(probes: Sequence[PairProbe]) -> tuple[float, float, float]:
    """Give the mean share over seeds and the ends of its interval under sign flips."""
    null = np.mean([probe.null for probe in probes], axis=0)
    low, high = np.quantile(null, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(np.mean([probe.acc for probe in probes])), float(low), float(high)


def _judged(name: str, probes: Sequence[PairProbe], *, family: str, twin: bool, readout: str) -> Line:
    acc, low, high = accepted(probes)
    if readout == "bag":
        return Line(name, f"{acc:.4f}", goal="exactly 0.5", reached=all(probe.acc == 0.5 for probe in probes))
    if twin:
        return Line(name, f"{acc:.3f}", goal=f"{low:.3f} to {high:.3f}", reached=bool(low <= acc <= high))
    least = LEAST.get(family) if readout == "concat" else None
    if least is None:
        return Line(name, f"{acc:.3f}")
    return Line(name, f"{acc:.3f}", goal=f"over {least}", reached=acc > least)


def speed(rounds: int) -> list[Line]:
    """Time the rendering and writing of clips of all families and twins, by two workers; of one round fewer."""
    clips = CLIPS if rounds > 1 else _SHORT
    counts = dict.fromkeys(FAMILIES, -(-clips // len(list(listing(dict.fromkeys(FAMILIES, 1))))))
    listed = list(listing(counts))[:clips]
    jobs = [listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK)]
    with TemporaryDirectory() as folder, Pool(workers=2, limit_s=600) as pool:
        pool.map(partial(_written, folder=folder), [listed[:1]] * 2)
        start = time.perf_counter()
        pool.map(partial(_written, folder=folder), jobs)
        took = (time.perf_counter() - start) * CLIPS / len(listed)
    name = f"{CLIPS:,} clips of 16 frames of 96 px, all families alike, written, 2 workers"
    return [at_most(name, took, most=SECONDS, unit="s")]


def _steps(job: tuple[str, int, int, bool, int, dict[str, Any]]) -> tuple[Floats, NDArray[np.int64], NDArray[np.str_]]:
    family, start, stop, twin, seed, options = job
    clips = [make_clip(family, index, twin=twin, seed=seed, **options) for index in range(start, stop)]
    signs = np.array([clip.labels["sign"] for clip in clips])
    return np.stack([grey(clip.frames) for clip in clips]), signs, np.array([clip.source for clip in clips])


def _written(listed: Sequence[tuple[str, int, bool]], folder: str) -> None:
    for family, index, twin in listed:
        np.save(Path(folder) / f"{clip_id(family, index, twin=twin)}.npy", make_clip(family, index, twin=twin).frames)
