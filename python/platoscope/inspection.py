"""``platoscope samples`` and ``platoscope doctor``: what a project and a machine hold, as text for people."""

import csv
import os
import platform
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

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
SHOWN = 20


def samples_table(project: Project) -> str:
    """Clips, lengths, captions and exclusions by reason."""
    frames = FramesStore(project.frames)
    captions = [len(row["captions"]) for row in read_lines(project.captions)]
    kept = len(read_lines(project.samples))
    with project.excluded.open(encoding="utf-8", newline="") as file:
        excluded = list(csv.DictReader(file))
    decoded = [row for row, status in enumerate(frames.status) if status != "failed"]
    lines = [
        f"clips      {len(captions)}, of which {kept} take part",
        f"status     {_counts(frames.status)}",
        f"seconds    {_spread(frames.seconds[decoded])}",
        f"frames     {_spread(frames.n_decoded[decoded])}",
        f"captions   {_spread(np.array(captions))}",
    ]
    if excluded:
        lines += ["", f"excluded   {_counts([row['stage'] for row in excluded])}"]
        lines += [f"  {row['id']}: {row['stage']}: {row['reason']}" for row in excluded[:SHOWN]]
        if len(excluded) > SHOWN:
            lines.append(f"  and {len(excluded) - SHOWN} more in {project.excluded.relative_to(project.root)}")
    return "\n".join(lines)


def doctor_table(project: Project) -> str:
    """Versions, devices, and what each step would run on."""
    import torch

    from platoscope.alignment.search.engines import VARIABLE, described, engine_of_environment
    from platoscope.encoders.device import batch_size, device

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    on = device()
    lines = [f"python         {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name:14} {found}" for name in PACKAGES if (found := _version(name))]
    lines += [
        f"compiled core  {_core(project)}",
        f"GPUs           {', '.join(gpus) or 'none'}",
        f"decoding       PyAV, {worker_count()} spawned workers (PLATOSCOPE_WORKERS)",
        f"encoders       torch on {on}, batches of {batch_size()} (PLATOSCOPE_DEVICE, PLATOSCOPE_BATCH)",
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
