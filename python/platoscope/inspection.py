"""``platoscope samples`` and ``platoscope doctor``: what a project and a machine hold, as text for people."""

import csv
import os
import platform
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
SHOWN = 20  # kinds of reasons for an exclusion
SHOWN_IDS = 3  # of each
SHOWN_SIZES = 4
STAGES = ("dataset", "frames", "captions", "samples")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def samples_table(project: Project) -> str:
    """Clips, lengths, rates, sizes, captions, and exclusions by stage and reason."""
    frames = FramesStore(project.frames)
    captions = [len(row["captions"]) for row in read_lines(project.captions)]
    kept = len(read_lines(project.samples))
    with project.excluded.open(encoding="utf-8", newline="") as file:
        excluded = list(csv.DictReader(file))
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
    if excluded:
        where = project.excluded.relative_to(project.root)
        lines += ["", f"excluded   {len(excluded)}, one by one in {where}", *_by_reason(excluded)]
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


def _by_reason(excluded: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """One line a kind of reason: stage, how many, the reason, up to three ids; the stages in their order."""
    kinds: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for row in excluded:
        kinds[row["stage"], NUMBER.sub("#", _without_id(row))].append(row)
    order = sorted(kinds, key=lambda kind: ((*STAGES, kind[0]).index(kind[0]), -len(kinds[kind]), kind[1]))
    for kind in order[:SHOWN]:
        rows = kinds[kind]
        ids = ", ".join(row["id"] for row in rows[:SHOWN_IDS]) + (", ..." if len(rows) > SHOWN_IDS else "")
        yield f"  {kind[0]:9} {len(rows):5}  {_in_one([_without_id(row) for row in rows])}  [{ids}]"
    if len(order) > SHOWN:
        yield f"  and {sum(len(kinds[kind]) for kind in order[SHOWN:])} for {len(order) - SHOWN} other reasons"


def _without_id(row: Mapping[str, str]) -> str:
    """Give the reason with the sample's own id, where it is long enough to be one and no common word, as "ID"."""
    if len(row["id"]) < 4:
        return row["reason"]
    return re.sub(rf"(?<!\w){re.escape(row['id'])}(?!\w)", "ID", row["reason"])


def _in_one(reasons: Sequence[str]) -> str:
    """Give reasons that differ in their numbers alone as one, with the range of each number."""
    ranges = [sorted(set(numbers), key=float) for numbers in zip(*map(NUMBER.findall, reasons), strict=True)]
    shown = iter(numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}" for numbers in ranges)
    return NUMBER.sub(lambda _: next(shown), reasons[0])


def doctor_table(project: Project) -> str:
    """Versions, devices, and what each step would run on."""
    import torch

    from platoscope.alignment.search.engines import VARIABLE, described, engine_of_environment
    from platoscope.data.frames import MEMORY_VARIABLE, SECONDS_VARIABLE, decode_limits
    from platoscope.encoders.device import batch_size, device

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    on, limits = device(), decode_limits()
    lines = [f"python         {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name:14} {found}" for name in PACKAGES if (found := _version(name))]
    lines += [
        f"compiled core  {_core(project)}",
        f"GPUs           {', '.join(gpus) or 'none'}",
        f"decoding       PyAV, {worker_count()} spawned workers (PLATOSCOPE_WORKERS)",
        f"a video        {limits.seconds:g} s and {limits.gigabytes:g} GB at most ({SECONDS_VARIABLE}, "
        f"{MEMORY_VARIABLE})",
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
