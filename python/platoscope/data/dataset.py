"""The ``dataset`` stage: a source becomes ``videos.jsonl`` and ``captions.jsonl``, in one order, and ``absent.csv``.

Videos and captions are written apart, each video with the SHA-256 of its bytes, so that editing a caption decodes
nothing again and moving a folder of videos changes nothing at all. Videos that were rendered here, or copied out of
shards, lie in ``videos/``; all others stay where they are.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from platoscope.data.datasets.folder import read_folder
from platoscope.data.datasets.found import Found, Packed
from platoscope.data.datasets.huggingface import read_huggingface
from platoscope.data.datasets.kinetics import read_kinetics
from platoscope.data.datasets.msrvtt import read_msrvtt
from platoscope.data.datasets.msvd import read_msvd
from platoscope.data.datasets.pvd import read_pvd
from platoscope.data.datasets.ssv2 import read_ssv2
from platoscope.data.datasets.test_of_time import read_test_of_time
from platoscope.data.datasets.vatex import read_vatex
from platoscope.data.datasets.videocomp import read_videocomp
from platoscope.data.datasets.webdataset import read_webdataset
from platoscope.data.exclusions import table_of
from platoscope.data.rendering import Rendering
from platoscope.data.rows import Absent, Row, ranked, write_lines
from platoscope.errors import DataError
from platoscope.params import ClocksParams, ListedParams, Params, SyntheticParams
from platoscope.progress import track
from platoscope.project import Project
from platoscope.provenance import closure, code_digest
from platoscope.scratch import Work, require_space, write_file

READERS: Mapping[str, Callable[..., Found]] = {
    "folder": read_folder,
    "huggingface": read_huggingface,
    "kinetics": read_kinetics,
    "msrvtt": read_msrvtt,
    "msvd": read_msvd,
    "pvd": read_pvd,
    "ssv2": read_ssv2,
    "test_of_time": read_test_of_time,
    "vatex": read_vatex,
    "videocomp": read_videocomp,
    "webdataset": read_webdataset,
}
OUTS = ("videos.jsonl", "captions.jsonl", "absent.csv", "videos")


def run(params: Params, project: Project) -> str:
    """Write the data set of ``params.dataset``; gives the summary line."""
    if isinstance(params.dataset, SyntheticParams | ClocksParams):
        rendering = Rendering(params.dataset, scratch=project.scratch, root=project.root)
        rendering.render()
        _publish(rendering.work, project, rendering.clips(), ())
        p = params.dataset
        length = f"{p.seconds:g} s" if isinstance(p, SyntheticParams) else f"{p.frames} frames"
        return f"dataset: {len(rendering)} rendered clips of {length}, {p.size} px"
    found = drawn(find(params.dataset, project), params.dataset.n, seed=params.dataset.seed)
    rows = found.rows
    if found.packed is None:
        _write_listed(project, project.root / params.dataset.path, rows, found.absent)
    else:
        _write_packed(project, rows, found.absent, found.packed)
    listed = len(rows) + len(found.absent)
    gone = f"; of the {listed} asked for {len(found.absent)} have no video" if found.absent else ""
    n_captions = sum(len(row.captions) for row in rows)
    return f"dataset: {len(rows)} clips of {Path(params.dataset.path).name}, {n_captions} captions{gone}"


def find(dataset: ListedParams, project: Project) -> Found:
    """Read what a source has of what is asked for; what is rendered has none."""
    options = dataset.model_dump(exclude={"source", "path", "n", "seed", "ids"})
    found = READERS[dataset.source](project.root / dataset.path, **options)
    return asked_for(found, dataset.ids) if dataset.ids else found


def asked_for(found: Found, ids: Sequence[str]) -> Found:
    """Those of a source that are named, in its own order, with their absent ones.

    Raises
    ------
    DataError
        If the source does not list one of them, or has a video of none.
    """
    asked = set(ids)
    rows = tuple(row for row in found.rows if row.id in asked)
    absent = tuple(one for one in found.absent if one.id in asked)
    strange = sorted(asked - {row.id for row in rows} - {one.id for one in absent})
    if strange:
        raise DataError(f"dataset.ids names {len(strange)} that the source does not list, first {strange[0]!r}")
    if not rows:
        raise DataError(f"dataset.ids names {len(ids)}, of which not one has a video: {absent[0].reason}")
    return replace(found, rows=rows, absent=absent)


def drawn(found: Found, n: int | None, *, seed: int) -> Found:
    """Ask for one after the other, in the order of a draw, until n with a video are found; all where n is null.

    The absent ones are those that were asked for on the way.

    Raises
    ------
    DataError
        If there are fewer with a video.
    """
    if n is None:
        return found
    if n > len(found.rows):
        listed = len(found.rows) + len(found.absent)
        raise DataError(f"dataset.n asks for {n} videos, of the {listed} listed {len(found.rows)} are there")
    ids = [row.id for row in found.rows] + [one.id for one in found.absent]
    order = ranked(ids, seed=seed)
    last = [place for place, at in enumerate(order) if at < len(found.rows)][n - 1]
    asked = {ids[at] for at in order[: last + 1]}
    return replace(
        found,
        rows=tuple(row for row in found.rows if row.id in asked),
        absent=tuple(one for one in found.absent if one.id in asked),
    )


def _write_listed(project: Project, folder: Path, rows: Sequence[Row], absent: Sequence[Absent]) -> None:
    with ThreadPoolExecutor() as threads:
        digests = list(threads.map(lambda row: _file_digest(folder / row.video), rows))
    copied = project.dataset / "videos"
    if copied.exists():
        shutil.rmtree(copied)
    copied.mkdir(parents=True)
    _write_manifest(project.dataset, rows, digests, absent=absent, made=False)


def _write_packed(project: Project, rows: Sequence[Row], absent: Sequence[Absent], packed: Packed) -> None:
    spec = {
        "videos": [hashlib.sha256(packed.read(row.id)).hexdigest() for row in track(rows, "read", total=len(rows))],
        "rows": [vars(row) for row in rows],
        "absent": [vars(row) for row in absent],
        "code": code_digest(closure("data.dataset")),
    }
    require_space(project.scratch, sum(packed.n_bytes(row.id) for row in rows))

    def clips() -> Iterator[tuple[Row, bytes]]:
        for number, row in enumerate(track(rows, "copy videos", total=len(rows))):
            name = f"videos/{number:07d}{PurePosixPath(row.video).suffix.lower()}"  # which any file system takes
            yield replace(row, video=name), packed.read(row.id)

    _publish(Work(project.scratch, stage="dataset", spec=spec), project, clips(), absent)


def _publish(work: Work, project: Project, clips: Iterable[tuple[Row, bytes]], absent: Sequence[Absent]) -> None:
    """Publish rows together with the bytes of their videos, one of them in memory at a time."""

    def build(folder: Path) -> None:
        (folder / "videos").mkdir()
        rows, digests = [], []
        for row, content in clips:
            (folder / row.video).write_bytes(content)
            rows.append(row)
            digests.append(hashlib.sha256(content).hexdigest())
        _write_manifest(folder, rows, digests, absent=absent, made=True)

    work.publish({name: project.dataset / name for name in OUTS}, build, staging=project.staging)


def _write_manifest(
    folder: Path, rows: Sequence[Row], digests: Sequence[str], *, absent: Sequence[Absent], made: bool
) -> None:
    videos: list[dict[str, Any]] = [
        {
            "id": row.id,
            "path": row.video,
            "made": made,
            "digest": digest,
            "source": row.source,
            "split": row.split,
            "labels": row.labels,
        }
        for row, digest in zip(rows, digests, strict=True)
    ]
    write_lines(folder / "videos.jsonl", videos)
    write_lines(folder / "captions.jsonl", (_captions(row) for row in rows))
    write_file(folder / "absent.csv", table_of(("id", "reason"), ((one.id, one.reason) for one in absent)))


def _captions(row: Row) -> dict[str, Any]:
    negatives = {"captions_negative": list(row.negatives)} if row.negatives else {}
    reworded = {"captions_paraphrase": [list(texts) for texts in row.paraphrases]} if row.paraphrases else {}
    return {"id": row.id, "captions": list(row.captions), **negatives, **reworded}


def _file_digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
