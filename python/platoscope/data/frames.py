"""The ``frames`` stage: every video is decoded once, for all budgets and samplers, into one store of square frames.

Clips that are arrays are copied.
A video that cannot be decoded stays in the store with no frames, status ``failed`` and its reason; it is never
replaced. Small pictures for the report go to a store of their own.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from platoscope import _native
from platoscope.data.array_clips import SUFFIX, read_array_clip
from platoscope.data.decode import decode_clip
from platoscope.data.reading import check_readable
from platoscope.data.rows import read_lines
from platoscope.data.sampling import budgets_of, most_shown
from platoscope.errors import DataError
from platoscope.parallel import Crash, Pool, Task, limit_of_environment, return_heap, worker_count
from platoscope.params import Params
from platoscope.progress import track
from platoscope.project import Project
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work, require_space
from platoscope.store import STATUS, ClipFrames, digest_ids, write_frames, write_thumbnails

BLOCK = 16
# What one video may take of a machine: wall-clock time, and memory in units of 10^9 bytes.
LIMIT_S = 300.0
LIMIT_GB = 4.0
SECONDS_VARIABLE = "PLATOSCOPE_DECODE_SECONDS"
MEMORY_VARIABLE = "PLATOSCOPE_DECODE_GB"
STRIP = (4, 64, 64, 3)  # step, height, width, channel


@dataclass(frozen=True)
class Job:
    """One video to decode, as it is sent to a worker."""

    path: Path
    budgets: tuple[int, ...]
    samplers: tuple[str, ...]
    size: int
    fit: str
    max_pixels: int
    max_seconds: float
    whole: bool


@dataclass(frozen=True)
class Limits:
    """What one video may take of this machine before it counts as failed: seconds, and gigabytes (10^9 bytes)."""

    seconds: float
    gigabytes: float


def decode_limits() -> Limits:
    """Limits of ``$PLATOSCOPE_DECODE_SECONDS`` and ``$PLATOSCOPE_DECODE_GB``, else 300 s and 4 GB."""
    seconds = limit_of_environment(SECONDS_VARIABLE, default=LIMIT_S)
    return Limits(seconds, limit_of_environment(MEMORY_VARIABLE, default=LIMIT_GB))


def run(params: Params, project: Project) -> str:
    """Decode ``data/dataset/videos.jsonl``; gives the summary line."""
    return_heap()
    videos = read_lines(project.dataset / "videos.jsonl")
    source, p, budgets, limits = params.dataset.path, params.frames, params.budgets.frames, decode_limits()
    files = [project.video(video["path"], made=video["made"], source=source) for video in videos]
    spec: dict[str, Any] = {
        "videos": [[video["id"], video["digest"]] for video in videos],
        "frames": p.model_dump(mode="json", exclude={"short"}),
        "budgets": budgets,
        # They decide who fails, so that with wider ones those are tried again.
        "limits": [limits.seconds, limits.gigabytes],
        "code": code_digest(closure("data.frames")),
        "rust": _native.source_digest(part="pictures"),
        "versions": versions("av", "numpy", "pillow"),
    }
    choices = [f"{sampler}/{n_f}" for sampler in p.samplers for n_f in budgets_of(sampler, budgets)]
    jobs = [Job(file, budgets, p.samplers, p.size, p.fit, p.max_pixels, p.max_seconds, p.whole) for file in files]
    _check_there(jobs)
    blocks = {f"{start:07d}.npz": jobs[start : start + BLOCK] for start in range(0, len(jobs), BLOCK)}
    work = Work(project.scratch, stage="frames", spec=spec)
    missing = sum(len(block) for name, block in blocks.items() if not work.block(name).exists())
    missing += 0 if (work.path / "result").exists() else len(jobs)  # as they are once more in the store
    clip_bytes = most_shown(budgets=budgets, samplers=p.samplers) * p.size * p.size * 3
    require_space(project.scratch, missing * clip_bytes)
    _decode_blocks(work, blocks, size=p.size, limits=limits)
    clips = ClipBlocks([work.block(name) for name in blocks])
    attributes = {"videos": digest_ids(video["id"] for video in videos), "size": p.size, "fit": p.fit}
    ids = [video["id"] for video in videos]

    def build(result: Path) -> None:
        counts = [len(told["frame_index"]) for told in clips.told()]
        described = {**attributes, "choices": choices}
        write_frames(result / "frames.zarr", clips, counts=counts, attributes=described)
        shown = clips if p.thumbnails else ()
        shape = (len(ids) if p.thumbnails else 0, *STRIP)
        write_thumbnails(result / "thumbnails.zarr", (_strip(clip.frames) for clip in shown), shape=shape, ids=ids)

    work.publish({"frames.zarr": project.frames, "thumbnails.zarr": project.thumbnails}, build, staging=project.staging)
    return _summary(clips)


def _decode_blocks(work: Work, blocks: Mapping[str, Sequence[Job]], *, size: int, limits: Limits) -> None:
    with Pool(workers=worker_count(), limit_s=limits.seconds, limit_gb=limits.gigabytes) as pool:
        decoding = _Decoding(pool, blocks, done=lambda name: work.block(name).exists())

        def make(name: str, part: Path) -> None:
            _save(part, [_or_failed(clip, size) for clip in decoding.block(name)])

        list(track(work.compute(list(blocks), make), "decode", total=len(blocks)))


def _check_there(jobs: Sequence[Job]) -> None:
    """Refuse files that are gone since the data set was read: nothing is wrong with these videos."""
    gone = [job.path for job in jobs if not job.path.is_file()]
    if gone:
        raise DataError(
            f"{len(gone)} of {len(jobs)} videos are missing, first {gone[0]}: put them back, or `dvc repro`"
        )


def decode(job: Job) -> ClipFrames:
    """Decode one video; a failure is a status with its reason.

    Raises
    ------
    DataError
        The file cannot be read: a status would stay the video's when the disk is back.
    """
    clip = _decoded(job)
    if clip.status != "ok" or not job.path.is_file():
        check_readable(job.path)
    return clip


def _decoded(job: Job) -> ClipFrames:
    shown: dict[str, Any] = {"budgets": job.budgets, "samplers": job.samplers, "size": job.size}
    try:
        if job.path.suffix == SUFFIX:
            clip = read_array_clip(job.path, **shown)
        else:
            limits: dict[str, Any] = {"max_pixels": job.max_pixels, "max_seconds": job.max_seconds}
            clip = decode_clip(job.path, **shown, **limits, fit=job.fit, whole=job.whole)
    except DataError as error:
        # The cause alone: the path of the file is not the same on another machine.
        return _failed(str(error.__cause__ or error), job.size)
    choice = {f"{sampler}/{n_f}": rows for (sampler, n_f), rows in clip.choice.items()}
    told = {
        name: getattr(clip, name) for name in ("frames", "frame_index", "pts_seconds", "n_decoded", "status", "note")
    }
    return ClipFrames(choice=choice, seconds=clip.duration_seconds, width=clip.width, height=clip.height, **told)


def _read_through(job: Job) -> None:
    check_readable(job.path)


class _Decoding:
    """Decodes block after block; workers that are done with one begin with the next."""

    def __init__(self, pool: Pool, blocks: Mapping[str, Sequence[Job]], *, done: Callable[[str], bool]) -> None:
        self._pool, self._blocks, self._done = pool, blocks, done
        self._following = dict(pairwise(blocks))
        self._begun: dict[str, list[Task]] = {}

    def block(self, name: str) -> list[ClipFrames | Crash]:
        """Give what the videos of a block gave."""
        for begin in (name, self._following.get(name)):
            if begin is not None and begin not in self._begun and not self._done(begin):
                self._begun[begin] = self._pool.submit(decode, self._blocks[begin])
        clips = self._pool.results(self._begun.pop(name))
        self._check_readable(
            [job for job, clip in zip(self._blocks[name], clips, strict=True) if isinstance(clip, Crash)]
        )
        return clips

    def _check_readable(self, jobs: Sequence[Job]) -> None:
        for job, read in zip(jobs, self._pool.results(self._pool.submit(_read_through, jobs)), strict=True):
            if isinstance(read, Crash):  # a disk may not answer at all
                raise DataError(f"{job.path} cannot be read, see to its disk: reading it {read.reason}")


class ClipBlocks:
    """The clips of the blocks in order, one block in memory at a time; can be gone through several times."""

    def __init__(self, blocks: Sequence[Path]) -> None:
        self._blocks = blocks

    def __iter__(self) -> Iterator[ClipFrames]:
        for block in self._blocks:
            yield from _load(block)

    def told(self) -> Iterator[dict[str, Any]]:
        """What is known of each clip besides its frames, which are left on the disk."""
        for block in self._blocks:
            with np.load(block) as content:
                yield from json.loads(content["clips"].tobytes())


def _or_failed(clip: ClipFrames | Crash, size: int) -> ClipFrames:
    return _failed(f"decoding {clip.reason}", size) if isinstance(clip, Crash) else clip


def _failed(reason: str, size: int) -> ClipFrames:
    nothing = np.empty((0, size, size, 3), np.uint8)
    return ClipFrames(nothing, np.empty(0, np.int32), np.empty(0), {}, 0, 0.0, 0, 0, "failed", reason)


def _save(part: Path, clips: Sequence[ClipFrames]) -> None:
    """Write the clips of a block; arrays end to end, the rest as JSON."""
    lines = []
    for clip in clips:
        fields = {key: value for key, value in vars(clip).items() if key != "frames"}
        fields["choice"] = {name: rows.tolist() for name, rows in clip.choice.items()}
        fields["frame_index"], fields["pts_seconds"] = clip.frame_index.tolist(), clip.pts_seconds.tolist()
        lines.append(fields)
    with part.open("wb") as handle:
        frames = np.concatenate([clip.frames for clip in clips])
        np.savez(handle, frames=frames, clips=np.frombuffer(json.dumps(lines).encode(), np.uint8))


def _load(block: Path) -> list[ClipFrames]:
    with np.load(block) as content:
        frames, lines = content["frames"], json.loads(content["clips"].tobytes())
    clips, start = [], 0
    for fields in lines:
        stop = start + len(fields["frame_index"])
        fields["frame_index"] = np.array(fields["frame_index"], np.int32)
        fields["pts_seconds"] = np.array(fields["pts_seconds"], np.float64)
        fields["choice"] = {name: np.array(rows, np.int32) for name, rows in fields["choice"].items()}
        clips.append(ClipFrames(frames=frames[start:stop], **fields))
        start = stop
    return clips


def _strip(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Four small pictures across a clip, uint8 [step, height, width, 3]; black where the video failed."""
    strip = np.zeros(STRIP, np.uint8)
    if len(frames):
        for step in range(STRIP[0]):
            frame = frames[(2 * step + 1) * len(frames) // (2 * STRIP[0])]
            strip[step] = np.asarray(Image.fromarray(frame).resize((STRIP[2], STRIP[1]), Image.Resampling.BICUBIC))
    return strip


def _summary(clips: ClipBlocks) -> str:
    told = [(clip["status"], len(clip["frame_index"])) for clip in clips.told()]
    counts = Counter(status for status, _ in told)
    shown = ", ".join(f"{counts[status]} {status}" for status in STATUS if counts[status])
    return f"frames: {sum(n for _, n in told)} frames of {len(told)} videos ({shown})"
