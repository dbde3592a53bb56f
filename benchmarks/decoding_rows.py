"""Times every reader on the same clips by the same number of processes, and finds out who gives other frames."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.decoding_clips import made_clip, real_clips
from benchmarks.decoding_readers import READERS, SAMPLER, SEEKING, Wish
from benchmarks.peers import MissingPeerError

FEW, MANY = (8,), (1, 2, 4, 8, 16, 32)
SIDES = (224, 128)
LEAST = 0.85
REAL_CLIPS = 12
LONG = 60  # seconds
_CHECKED = 16  # side of the pictures by which frames are told apart


@dataclass(frozen=True)
class Setup:
    """What a row is about; clips are those of `../shared/clips` where no seconds are given."""

    budgets: tuple[int, ...]
    size: int
    workers: int
    seconds: int | None = None
    gop: int = 0

    @property
    def name(self) -> str:
        """Say what is read."""
        clips = f"{self.seconds} s of 720p, GOP {self.gop}" if self.seconds else f"{REAL_CLIPS} real clips"
        return f"{clips}; budgets {', '.join(map(str, self.budgets))}; {self.size} px; {self.workers}"

    def alike(self, other: "Setup") -> bool:
        """Whether both read the same clips."""
        return (self.seconds, self.gop) == (other.seconds, other.gop)

    def paths(self) -> list[Path]:
        """Give the files: a made clip once for each worker."""
        return [made_clip(self.seconds, self.gop)] * self.workers if self.seconds else real_clips(REAL_CLIPS)


@dataclass
class Row:
    """Frames a second by reader; what the readers that are missing lack; who gives how many other frames."""

    setup: Setup
    rates: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)  # looked at in one row for the same clips

    @property
    def ratio(self) -> float | None:
        """Ours over the best of the peers that give the right frames."""
        peers = [rate for name, rate in self.rates.items() if name != "ours" and not self.wrong.get(name)]
        return self.rates["ours"] / max(peers) if peers else None


def setups() -> list[Setup]:
    """List the rows: nearly everything for real clips, and for made ones what shows a difference."""
    return [
        *(Setup(budgets, size, 1) for size in SIDES for budgets in (FEW, MANY)),
        *(Setup(budgets, 224, 1, 10, gop) for gop in (250, 48) for budgets in (FEW, MANY)),
        Setup(MANY, 128, 1, 10, 250),
        *(Setup(FEW, 224, 1, LONG, gop) for gop in (250, 48)),
        Setup(MANY, 224, 1, LONG, 48),
        *(Setup(budgets, 224, 2) for budgets in (FEW, MANY)),
        *(Setup(budgets, 224, 2, 10, 48) for budgets in (FEW, MANY)),
    ]


def measure(pool: ProcessPoolExecutor, setup: Setup, rounds: int) -> Row | None:
    """Time all readers in the pool's processes, taking turns; None where the clips are absent.

    Seeking every frame by itself is left out where frames are many.
    """
    paths = setup.paths()
    if not paths:
        return None
    row, wishes = Row(setup), [wish(path, setup.budgets, setup.size) for path in paths]
    seconds: dict[str, list[float]] = {}
    for name in READERS:
        try:  # loads what is loaded once, on one clip for each worker
            if not (setup.budgets == MANY and name == SEEKING):
                list(pool.map(partial(count, name), wishes[:1] * setup.workers))
                seconds[name] = []
        except MissingPeerError as error:
            row.missing[name] = str(error)
    for _ in range(min(rounds, 2) if setup.seconds == LONG else rounds):
        for name, taken in seconds.items():
            start = perf_counter()
            list(pool.map(partial(count, name), wishes))
            taken.append(perf_counter() - start)
    frames = sum(len(one.ranks) for one in wishes)
    row.rates = {name: frames / median(taken) for name, taken in seconds.items()}
    if setup.budgets == FEW and setup.size == SIDES[0] and setup.workers == 1:
        found = pool.submit(strangers, wishes, tuple(row.rates)).result()
        row.wrong = {name: number for name, number in found.items() if number}
    return row


def wish(path: Path, budgets: tuple[int, ...], size: int) -> Wish:
    """Say which frames the budgets choose."""
    from platoscope.data.decode import decode_clip

    clip = decode_clip(path, budgets=budgets, samplers=[SAMPLER], size=8, fit="crop")
    return Wish(path, budgets, size, tuple(clip.frame_index.tolist()))


def count(name: str, one: Wish) -> int:
    """Read, and give the number of frames alone, as sending them is no part of the comparison."""
    return len(READERS[name](one))


def strangers(wishes: Sequence[Wish], readers: Sequence[str]) -> dict[str, int]:
    """Count, for each reader, the frames that are more alike another of the video than the one that was wanted."""
    found = dict.fromkeys(readers, 0)
    for one in wishes:
        everything = _all_frames(one.path)
        for name in readers:
            given = _coarse(READERS[name](one._replace(size=4 * _CHECKED)))
            tint = (given - everything[list(one.ranks)]).mean(axis=(0, 1, 2))  # readers make RGB in their own ways
            for picture, rank in zip(given - tint, one.ranks, strict=True):
                apart = np.abs(everything - picture).mean(axis=(1, 2, 3))
                found[name] += bool(apart[rank] > 1.5 * apart.min() + 0.1)
    return found


def _all_frames(path: Path) -> NDArray[np.float32]:
    """Give every frame, by decoding everything: [frame, side, side, 3]."""
    from platoscope.data.decode import decode_clip

    count = decode_clip(path, budgets=[1], samplers=["first"], size=8, fit="crop", whole=True).n_decoded
    side = 4 * _CHECKED
    whole = decode_clip(path, budgets=[count], samplers=["linspace"], size=side, fit="crop", whole=True)
    return _coarse(whole.frames)


def _coarse(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Average squares of 4 x 4 pixels."""
    shape = (len(pictures), _CHECKED, 4, _CHECKED, 4, 3)
    coarse: NDArray[np.float32] = pictures.reshape(shape).mean(axis=(2, 4), dtype=np.float32)
    return coarse
