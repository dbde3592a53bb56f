"""The ``dataset`` stage: a source becomes ``videos.jsonl`` and ``captions.jsonl``, in one order, and rendered videos.

Videos and captions are written apart, each video with the SHA-256 of its bytes, so that editing a caption decodes
nothing again and moving a folder of videos changes nothing at all.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from platoscope.data.datasets.folder import read_folder
from platoscope.data.rows import Row, write_lines
from platoscope.errors import EncodingError
from platoscope.parallel import Crash, Pool, worker_count
from platoscope.params import DatasetParams, Params
from platoscope.progress import track
from platoscope.project import Project
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work, require_space

BLOCK = 16
RENDER_LIMIT_S = 120.0
CLIP_BYTES = 200_000


def run(params: Params, project: Project) -> str:
    """Write the data set of ``params.dataset``; gives the summary line."""
    if params.dataset.source == "folder":
        return _write_folder(project.videos("folder", params.dataset.path), project)
    return _write_synthetic(params.dataset, project)


def _write_folder(folder: Path, project: Project) -> str:
    rows = read_folder(folder)
    with ThreadPoolExecutor() as threads:
        digests = list(threads.map(lambda row: _file_digest(folder / row.video), rows))
    rendered = project.dataset / "videos"
    if rendered.exists():
        shutil.rmtree(rendered)
    rendered.mkdir(parents=True)
    _write_manifest(project.dataset, rows, digests)
    return f"dataset: {len(rows)} clips of {folder.name}, {sum(len(row.captions) for row in rows)} captions"


def _write_synthetic(dataset: DatasetParams, project: Project) -> str:
    spec = {
        "params": dataset.model_dump(mode="json", exclude={"n", "path"}),
        "n": dataset.n,
        "code": code_digest(closure("data.dataset", "data.datasets.synthetic")),
        "versions": versions("av", "numpy", "pillow"),
    }
    require_space(project.scratch, 2 * dataset.n * CLIP_BYTES)
    work = Work(project.scratch, stage="dataset", spec=spec)
    starts = {f"{start:07d}.npz": start for start in range(0, dataset.n, BLOCK)}
    with Pool(workers=worker_count(), limit_s=RENDER_LIMIT_S) as pool:

        def make(name: str, part: Path) -> None:
            indices = range(starts[name], min(starts[name] + BLOCK, dataset.n))
            _save_block(part, pool.map(_render, [(index, dataset) for index in indices]))

        list(track(work.compute(list(starts), make), "render clips", total=len(starts)))
    outs = {name: project.dataset / name for name in ("videos.jsonl", "captions.jsonl", "videos")}
    work.publish(outs, lambda folder: _unpack(folder, [work.block(name) for name in starts]), staging=project.staging)
    return f"dataset: {dataset.n} rendered clips of {dataset.seconds:g} s, {dataset.size} px"


def _render(job: tuple[int, DatasetParams]) -> tuple[Row, bytes]:
    """Render one clip, in a worker: its row and the bytes of its file."""
    from platoscope.data.datasets import synthetic

    index, p = job
    clip = synthetic.make_clip(index, seed=p.seed, size=p.size, seconds=p.seconds, beats=p.beats, coherence=p.coherence)
    name = synthetic.clip_id(index)
    row = Row(id=name, video=f"videos/{name}.mp4", captions=clip.captions, labels=clip.labels)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        synthetic.write_mp4(file, frames=clip.frames, fps=clip.fps)
        return row, file.read_bytes()


def _save_block(part: Path, clips: Sequence[tuple[Row, bytes] | Crash]) -> None:
    for clip in clips:
        if isinstance(clip, Crash):
            raise EncodingError(f"rendering a clip {clip.reason}")
    rows = json.dumps([vars(row) for row, _ in clips]).encode()  # type: ignore[misc]
    files = {row.id: np.frombuffer(content, np.uint8) for row, content in clips}  # type: ignore[misc]
    with part.open("wb") as handle:
        np.savez(handle, rows=np.frombuffer(rows, np.uint8), **files)  # type: ignore[arg-type]


def _unpack(folder: Path, blocks: Sequence[Path]) -> None:
    (folder / "videos").mkdir()
    rows: list[Row] = []
    for block in blocks:
        with np.load(block) as content:
            for fields in json.loads(content["rows"].tobytes()):
                row = Row(**{**fields, "captions": tuple(fields["captions"])})
                (folder / row.video).write_bytes(content[row.id].tobytes())
                rows.append(row)
    _write_manifest(folder, rows, [_file_digest(folder / row.video) for row in rows])


def _write_manifest(folder: Path, rows: Sequence[Row], digests: Sequence[str]) -> None:
    videos: list[dict[str, Any]] = [
        {"id": r.id, "path": r.video, "digest": digest, "source": r.source, "split": r.split, "labels": r.labels}
        for r, digest in zip(rows, digests, strict=True)
    ]
    write_lines(folder / "videos.jsonl", videos)
    write_lines(folder / "captions.jsonl", ({"id": row.id, "captions": list(row.captions)} for row in rows))


def _file_digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
