"""``platoscope samples`` and ``platoscope doctor``: what a project and a machine hold, as text for people."""

import os
import platform
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from platoscope.data.exclusions import Out, lines_of_kinds, read_excluded
from platoscope.data.rows import read_lines
from platoscope.errors import StoreError
from platoscope.parallel import worker_count
from platoscope.project import Project
from platoscope.provenance import rust_digest
from platoscope.store import FramesStore

PACKAGES = (
    "platoscope",
    "av",
    "dvc",
    "faiss-cpu",
    "faiss-gpu-cu12",
    "numpy",
    "scipy",
    "timm",
    "torch",
    "transformers",
    "zarr",
)
SHOWN_SIZES = 4


def samples_table(project: Project) -> str:
    """Clips, lengths, rates, sizes, captions, and exclusions by stage and reason."""
    frames = FramesStore(project.frames)
    captions = [len(row["captions"]) for row in read_lines(project.captions)]
    ids = [row["id"] for row in read_lines(project.dataset / "videos.jsonl")]
    kept = len(read_lines(project.samples))
    excluded = read_excluded(project.excluded)
    decoded = [row for row, status in enumerate(frames.status) if status != "failed"]
    timed = [row for row in decoded if frames.seconds[row] > 0]  # a picture may have no duration
    lines = [
        f"clips      {len(captions)}, of which {kept} take part",
        f"status     {_counts(frames.status)}",
        f"seconds    {_spread(frames.seconds[decoded])}",
        f"frames     {_spread(frames.n_decoded[decoded])}",
        f"rate       {_spread(frames.n_decoded[timed] / frames.seconds[timed])} frames a second",
        f"size       {_sizes(frames.width[decoded], frames.height[decoded])}",
        f"captions   {_spread(np.array(captions))} a clip",
    ]
    out = {one.id for one in excluded}
    lossy = [
        Out(id_, "frames", frames.notes.get(row, ""))
        for row, (id_, status) in enumerate(zip(ids, frames.status, strict=True))
        if status in ("truncated", "damaged") and id_ not in out
    ]
    if lossy:
        lines += ["", f"lost frames, and take part: {len(lossy)}", *lines_of_kinds(lossy)]
    if excluded:
        where = project.excluded.relative_to(project.root)
        lines += ["", f"excluded   {len(excluded)}, one by one in {where}", *lines_of_kinds(excluded)]
    return "\n".join(lines)


def _sizes(width: NDArray[np.int32], height: NDArray[np.int32]) -> str:
    """Say which sizes are the most common, and between which all are by area."""
    sizes = Counter(zip(width.tolist(), height.tolist(), strict=True))
    shown = ", ".join(f"{w} x {h} ({n})" for (w, h), n in sizes.most_common(SHOWN_SIZES))
    if len(sizes) <= SHOWN_SIZES:
        return shown
    (w, h), (wide, high) = (
        min(sizes, key=lambda size: size[0] * size[1]),
        max(sizes, key=lambda size: size[0] * size[1]),
    )
    return f"{w} x {h} to {wide} x {high}, {len(sizes)} different, most often {shown}"


def doctor_table(project: Project) -> str:
    """Versions, devices, and what each step would run on."""
    import torch

    from platoscope.alignment.search.engines import VARIABLE, described, engine_of_environment
    from platoscope.data.frames import MEMORY_VARIABLE, SECONDS_VARIABLE, decode_limits
    from platoscope.encoders.device import batch_size, device, devices

    batch = batch_size(device()) or "a size that is searched for"
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    limits = decode_limits()
    lines = [f"python         {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name:14} {found}" for name in PACKAGES if (found := _version(name))]
    lines += [
        f"compiled core  {_core(project)}",
        f"GPUs           {', '.join(gpus) or 'none'}",
        f"decoding       PyAV, {worker_count()} spawned workers (PLATOSCOPE_WORKERS)",
        f"a video        {limits.seconds:g} s and {limits.gigabytes:g} GB at most ({SECONDS_VARIABLE}, "
        f"{MEMORY_VARIABLE})",
        f"encoders       torch on {', '.join(devices())}, batches of {batch} (PLATOSCOPE_DEVICE, PLATOSCOPE_BATCH)",
        f"neighbours     {described(engine_of_environment())} ({VARIABLE})",
        f"overlaps       Rust, {len(os.sched_getaffinity(0))} threads",
        f"scratch        {project.scratch} (PLATOSCOPE_WORK)",
    ]
    return "\n".join(lines)


def _core(project: Project) -> str:
    from platoscope import _native

    digest, rust = _native.source_digest(), project.root / "rust"
    if not rust.is_dir():
        return f"{digest[:12]} (no sources beside it)"
    return f"{digest[:12]} ({'of these sources' if rust_digest(rust) == digest else 'STALE: run `make setup`'})"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _counts(values: Sequence[str]) -> str:
    return ", ".join(f"{n} {value}" for value, n in Counter(values).most_common())


def _spread(values: NDArray[np.number]) -> str:
    if not len(values):
        raise StoreError("no video decoded: `platoscope samples` has nothing to show")
    low, middle, high = np.percentile(values, (0, 50, 100))
    return f"{low:g} to {high:g}, median {middle:g}"
