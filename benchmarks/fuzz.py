"""Mutated video files through the workers of the ``frames`` stage: each gives frames or a reason, whatever it holds.

Small clips of many formats (and real files, where a folder of them is given) have bytes flipped, zeroed, cut out,
repeated and spliced. ``python -m benchmarks.fuzz`` decodes 2,000 such files and prints what came of them.
"""

import argparse
import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from platoscope.data.frames import Job, decode
from platoscope.parallel import Crash, Pool

SIDE, FRAMES = 64, 12
HEAD = 1024  # bytes at either end of a file where its headers stand
LIMIT_S, LIMIT_GB = 60.0, 2.0
LARGEST = 400_000  # bytes of a real file to be mutated
SEEDS = {  # file: encoder, pixel format, options of the encoder
    "h264.mp4": ("libx264", "yuv420p", {"bf": "2", "g": "6"}),
    "wide.mp4": ("libx264", "yuv420p", {"aspect": "3/2", "g": "6"}),  # pixels wider than high
    "h264.mkv": ("libx264", "yuv444p", {"g": "5"}),
    "h264.ts": ("libx264", "yuv420p", {"bf": "2", "g": "6"}),
    "hevc.mp4": ("libx265", "yuv420p", {"x265-params": "log-level=none:pools=1:bframes=2"}),
    "vp9.webm": ("libvpx-vp9", "yuv420p", {"deadline": "realtime", "cpu-used": "8"}),
    "vp8.webm": ("libvpx", "yuv420p", {"deadline": "realtime", "cpu-used": "8"}),
    "mpeg4.avi": ("mpeg4", "yuv420p", {"bf": "1"}),
    "mpeg2.mpg": ("mpeg2video", "yuv420p", {"bf": "1"}),
    "mjpeg.mov": ("mjpeg", "yuvj420p", {}),
    "ffv1.mkv": ("ffv1", "bgr0", {}),
    "picture.gif": ("gif", "rgb8", {}),
}


class Outcome(NamedTuple):
    """What a file gave: its status, why, a digest of its frames and choices, and the seconds it took."""

    status: str
    note: str
    digest: str
    seconds: float


def write_seeds(folder: Path) -> list[Path]:
    """Write a small clip of each format: a bright square that moves over noise."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 128, (SIDE, SIDE, 3), dtype=np.uint8)
    for name, (codec, pix_fmt, options) in SEEDS.items():
        # Matroska would hold random numbers else.
        with av.open(str(folder / name), "w", options={"fflags": "+bitexact"}) as container:
            stream = container.add_stream(codec, rate=25, options={"threads": "1", **options})
            stream.pix_fmt, stream.height, stream.width = pix_fmt, SIDE, SIDE
            for step in range(FRAMES):
                picture = noise.copy()
                picture[8:24, 4 * step : 4 * step + 16] = 255
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
    return [folder / name for name in SEEDS]


def _places(rng: np.random.Generator, content: bytearray) -> tuple[int, int]:
    """Give a run of bytes, short more often than long."""
    length = min(len(content), int(2 ** rng.uniform(0, np.log2(len(content)))))
    start = int(rng.integers(0, len(content) - length + 1))
    return start, start + length


def _flip(rng: np.random.Generator, content: bytearray, _: bytes) -> bytearray:
    for place in rng.integers(0, len(content), int(2 ** rng.uniform(0, 7))):
        content[place] ^= int(rng.integers(1, 256))
    return content


def _headers(rng: np.random.Generator, content: bytearray, _: bytes) -> bytearray:
    size = min(HEAD, len(content))
    for place in rng.integers(0, size, int(rng.integers(1, 9))):
        content[place if rng.random() < 0.6 else len(content) - size + place] = int(rng.choice([0, 1, 127, 128, 255]))
    return content


def _zero(rng: np.random.Generator, content: bytearray, _: bytes) -> bytearray:
    start, stop = _places(rng, content)
    content[start:stop] = bytes(stop - start)
    return content


def _cut(rng: np.random.Generator, content: bytearray, _: bytes) -> bytearray:
    return content[: int(rng.integers(1, len(content)))]


def _drop(rng: np.random.Generator, content: bytearray, _: bytes) -> bytearray:
    start, stop = _places(rng, content)
    return content[:start] + content[stop:] or content


def _repeat(rng: np.random.Generator, content: bytearray, _: bytes) -> bytearray:
    start, stop = _places(rng, content)
    return content[:stop] + content[start:]


def _splice(rng: np.random.Generator, content: bytearray, other: bytes) -> bytearray:
    return content[: int(rng.integers(1, len(content)))] + other[int(rng.integers(0, len(other))) :]


MUTATIONS: Mapping[str, Callable[[np.random.Generator, bytearray, bytes], bytearray]] = {
    "bytes flipped": _flip,
    "headers overwritten": _headers,
    "zeroed": _zero,
    "cut short": _cut,
    "part left out": _drop,
    "part repeated": _repeat,
    "spliced": _splice,
}


def write_mutants(folder: Path, seeds: Sequence[Path], *, count: int, seed: int) -> list[Path]:
    """Write mutated copies of the seeds in turn, by mutations drawn; a name says which number, mutation and seed."""
    rng, contents = np.random.default_rng(seed), [path.read_bytes() for path in seeds]
    paths = []
    for number in range(count):
        which, name = number % len(seeds), str(rng.choice(list(MUTATIONS)))
        other = contents[int(rng.integers(0, len(seeds)))]
        mutant = MUTATIONS[name](rng, bytearray(contents[which]), other)
        paths.append(folder / f"{number:05d} {name} {seeds[which].name}")
        paths[-1].write_bytes(mutant)
    return paths


def decode_here(path: Path) -> Outcome:
    """Decode one file as the stage does, in this process."""
    start = time.perf_counter()
    limits = {"max_pixels": 8192 * 8192, "max_seconds": 14400.0}
    job = Job(path, (1, 4, 9), ("center", "linspace"), 32, "crop", **limits, whole=True)
    clip = decode(job)
    total = hashlib.sha256(clip.frames.tobytes() + clip.pts_seconds.tobytes())
    for name in sorted(clip.choice):
        total.update(clip.choice[name].tobytes())
    return Outcome(clip.status, clip.note, total.hexdigest(), time.perf_counter() - start)


def outcomes(pool: Pool, paths: Sequence[Path]) -> Iterator[Outcome]:
    """What each file gives; one that took its worker down has the status "crash" and the pool's reason."""
    for result in pool.map(decode_here, paths):
        yield Outcome("crash", result.reason, "", 0.0) if isinstance(result, Crash) else result


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--files", type=Path, help="a folder of real videos, of which the small ones are mutated too")
    asked = parser.parse_args(words)
    with (
        tempfile.TemporaryDirectory() as folder,
        Pool(workers=asked.workers, limit_s=LIMIT_S, limit_gb=LIMIT_GB) as pool,
    ):
        seeds = write_seeds(Path(folder))
        if asked.files:
            seeds += sorted(
                file for file in asked.files.iterdir() if file.suffix != ".jsonl" and 0 < file.stat().st_size < LARGEST
            )
        paths = write_mutants(Path(folder), seeds, count=asked.count, seed=asked.seed)
        once, again = list(outcomes(pool, paths)), list(outcomes(pool, paths))
        report(paths, once, again, seeds=len(seeds))


def same(one: Outcome, other: Outcome) -> bool:
    """Whether two decodings gave the same but for the time they took."""
    return one[:3] == other[:3]


def report(paths: Sequence[Path], given: Sequence[Outcome], again: Sequence[Outcome], *, seeds: int) -> None:
    counts = Counter(one.status for one in given)
    print(f"{len(paths)} mutants of {seeds} files: {', '.join(f'{n} {status}' for status, n in counts.most_common())}")
    slowest = max(range(len(given)), key=lambda place: given[place].seconds)
    print(f"the slowest took {given[slowest].seconds:.2f} s: {paths[slowest].name}: {given[slowest].status}")
    for path, one in zip(paths, given, strict=True):
        if one.status == "crash":
            print(f"{path.name}: {one.note}")
    for path, one, other in zip(paths, given, again, strict=True):
        if not same(one, other):
            print(f"{path.name}: {one.status} ({one.note}), then {other.status} ({other.note})")


if __name__ == "__main__":
    main()
