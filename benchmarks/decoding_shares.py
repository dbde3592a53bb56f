"""Says where the time of one clip goes, and how much memory the `frames` stage takes at N and at 4 N videos."""

import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any
from unittest import mock

from benchmarks.decoding_clips import made_clip, real_clips
from benchmarks.decoding_readers import Wish, ours
from benchmarks.decoding_rows import FEW, MANY

_SIZE = 224
_CLIPS = 12
_MOST = 1.1
_MEGABYTE = 2**20


def shares() -> str:
    """Give a table of milliseconds of processor time: reading packets, decoding, making squares."""
    lines = ["| clip | chosen | read packets | decode | make squares | the rest |", "| --- " * 6 + "|"]
    cases = [("a real clip", real_clips(_CLIPS)[:: _CLIPS // 4 or 1]), *_made()]
    for name, paths in cases:
        for budgets in (FEW, MANY):
            lines += [_shares(name, paths, budgets)] if paths else []
    return "\n".join(lines) + "\n"


def _made() -> "list[tuple[str, list[Path]]]":
    return [(f"{s} s of 720p, GOP {gop}", [made_clip(s, gop)]) for s, gop in ((10, 250), (60, 48))]


def _shares(name: str, paths: list[Path], budgets: tuple[int, ...]) -> str:
    from platoscope.data import clip, decode, parts

    taken = dict.fromkeys(("read", "run", "square"), 0.0)
    frames = 0
    with ExitStack() as patches:
        for function, key in (("list_packets", "read"), ("square", "square")):
            timed = _timed(getattr(decode, function), taken, key)
            patches.enter_context(mock.patch.object(decode, function, timed))
        wrapped = _timed_steps(parts.frames_of, taken, "run")
        patches.enter_context(mock.patch.object(decode, "frames_of", wrapped))
        whole = _timed_steps(clip.trusted_frames, taken, "run")
        patches.enter_context(mock.patch.object(decode, "trusted_frames", whole))
        start = process_time()
        for path in paths:
            frames += len(ours(Wish(path, budgets, _SIZE, ())))
        total = process_time() - start
    cells = [f"{1000 * part / len(paths):.1f}" for part in (*taken.values(), total - sum(taken.values()))]
    return f"| {name} | {frames / len(paths):.0f} | {' | '.join(cells)} |"


def _timed(call: Callable[..., Any], taken: dict[str, float], key: str) -> Callable[..., Any]:
    def timed(*arguments: object, **named: object) -> Any:
        start = process_time()
        try:
            return call(*arguments, **named)
        finally:
            taken[key] += process_time() - start

    return timed


def _timed_steps(call: Callable[..., Iterator[Any]], taken: dict[str, float], key: str) -> Callable[..., Any]:
    def timed(*arguments: object, **named: object) -> Iterator[Any]:
        steps = _timed(call(*arguments, **named).__next__, taken, key)
        while True:
            try:
                yield steps()
            except StopIteration:
                return

    return timed


def memory() -> str:
    """Give a table of the peak of the stage's process and of the largest of its workers."""
    paths = real_clips(_CLIPS) or [made_clip(10, 48)]
    lines = ["| videos | the stage | its largest worker | grown | must reach |", "| --- " * 5 + "|"]
    first: tuple[int, int] | None = None
    for copies in (8, 32):  # fewer do not fill a shard of the store
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            peak = pool.submit(_stage_peaks, paths, copies).result()
        first = first or peak
        grown = [now / then for now, then in zip(peak, first, strict=True)]
        sizes = " | ".join(f"{size / _MEGABYTE:.0f} MiB" for size in peak)
        lines.append(f"| {copies * len(paths)} | {sizes} | {grown[0]:.2f}, {grown[1]:.2f} times | at most {_MOST:g} |")
    return "\n".join(lines) + "\n"


def _stage_peaks(paths: list[Path], copies: int) -> tuple[int, int]:
    """Run the `frames` stage over so many copies of the rows: bytes at the peak of this process, and of a worker."""
    from platoscope.data import frames
    from platoscope.data.rows import write_lines
    from platoscope.params import parse_params
    from platoscope.project import Project

    with _project() as (project, folder):
        rows = []
        for copy in range(copies):
            for path in paths:
                name = f"{copy}-{path.name}"
                (folder / name).symlink_to(path)
                rows.append({"id": name, "path": name, "made": False, "digest": name})
        write_lines(project.dataset / "videos.jsonl", rows)
        raw = {
            "dataset": {"source": "folder", "path": str(folder)},
            "frames": {"size": _SIZE, "samplers": ["center"]},
            "budgets": {"frames": list(FEW), "captions": [1]},
            "encoders": {
                "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
                "text": {"words": {"family": "hf_text"}},
            },
        }
        assert isinstance(project, Project)
        frames.run(parse_params(raw), project)
    text = Path("/proc/self/status").read_text()
    own = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM:"))
    return own * 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


@contextmanager
def _project() -> Iterator[Any]:
    from platoscope.project import Project

    with TemporaryDirectory() as place, TemporaryDirectory() as folder:
        yield Project(Path(place)), Path(folder)
