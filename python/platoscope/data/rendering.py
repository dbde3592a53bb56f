"""Renders the synthetic data sets in blocks that survive being killed: rows, each with the bytes of its file.

Stories become H.264, clocks arrays (``.npy``) as they are.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from platoscope.data.rows import Row
from platoscope.errors import EncodingError
from platoscope.parallel import Crash, Pool, worker_count
from platoscope.params import ClocksParams, SyntheticParams
from platoscope.progress import track
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work, digest_of, require_space

BLOCK = 16
RENDER_LIMIT_S = 120.0
CLIP_BYTES = 200_000


class Rendering:
    """The scratch of one rendered data set; going through it renders what is not there yet."""

    def __init__(self, dataset: SyntheticParams | ClocksParams, *, scratch: Path, root: Path) -> None:
        spec: dict[str, Any] = {
            "params": dataset.model_dump(mode="json", exclude={"n", "path"}),
            "n": dataset.n,
            "code": code_digest(closure("data.dataset", f"data.datasets.{dataset.source}")),
            "versions": versions("av", "numpy", "pillow"),
        }
        self._dataset = dataset
        self._render: Callable[[Any], tuple[Row, bytes]]
        self._jobs: Sequence[Any]
        if isinstance(dataset, SyntheticParams):
            self._render, self._jobs, clip_bytes = _story, [(index, dataset) for index in range(dataset.n)], CLIP_BYTES
        else:
            from platoscope.data.datasets import clocks

            stills = None if dataset.stills is None else root / dataset.stills
            if stills is not None:
                spec["stills"] = [[file.name, digest_of(file)] for file in clocks.pictures_of(stills)]
            listed = clocks.listing(dataset.counts, twins=dataset.twins)
            self._render, self._jobs = _clock, [(*clip, dataset, stills) for clip in listed]
            clip_bytes = dataset.frames * dataset.size**2 * 3
        require_space(scratch, 2 * len(self._jobs) * clip_bytes)
        self.work = Work(scratch, stage="dataset", spec=spec)

    def __len__(self) -> int:
        return len(self._jobs)

    def render(self) -> None:
        """Make the blocks that are not there yet, by all workers."""
        starts = {_name(start): start for start in range(0, len(self), BLOCK)}
        with Pool(workers=worker_count(), limit_s=RENDER_LIMIT_S) as pool:

            def make(name: str, part: Path) -> None:
                _save_block(part, pool.map(self._render, self._jobs[starts[name] : starts[name] + BLOCK]))

            list(track(self.work.compute(list(starts), make), "render clips", total=len(starts)))

    def clips(self) -> Iterator[tuple[Row, bytes]]:
        """Rows in order with the bytes of their videos, one block in memory at a time."""
        for start in range(0, len(self), BLOCK):
            with np.load(self.work.block(_name(start))) as content:
                for fields in json.loads(content["rows"].tobytes()):
                    texts = {name: tuple(fields[name]) for name in ("captions", "negatives")}
                    row = Row(**{**fields, **texts, "paraphrases": tuple(map(tuple, fields["paraphrases"]))})
                    yield row, content[row.id].tobytes()


def _name(start: int) -> str:
    return f"{start:07d}.npz"


def _story(job: tuple[int, SyntheticParams]) -> tuple[Row, bytes]:
    """Render one story, in a worker: its row and the bytes of its file."""
    from platoscope.data.datasets import synthetic

    index, p = job
    clip = synthetic.make_clip(index, seed=p.seed, size=p.size, seconds=p.seconds, beats=p.beats, coherence=p.coherence)
    name = synthetic.clip_id(index)
    row = Row(name, f"videos/{name}.mp4", clip.captions, labels=clip.labels, paraphrases=clip.paraphrases)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        synthetic.write_mp4(file, frames=clip.frames, fps=clip.fps)
        return row, file.read_bytes()


def _clock(job: tuple[str, int, bool, ClocksParams, Path | None]) -> tuple[Row, bytes]:
    """Render one clip of clocks, in a worker: its row and the bytes of its array."""
    from platoscope.data.datasets import clocks

    family, index, twin, p, stills = job
    shape = {"frames": p.frames, "size": p.size, "templates": p.templates}
    clip = clocks.make_clip(family, index, twin=twin, seed=p.seed, rungs=p.rungs, stills=stills, **shape)
    name = clocks.clip_id(family, index, twin=twin)
    row = Row(
        name,
        f"videos/{name}.npy",
        clip.captions,
        source=clip.source,
        labels=clip.labels,
        negatives=clip.antonyms,
    )
    array = BytesIO()
    np.save(array, clip.frames, allow_pickle=False)
    return row, array.getvalue()


def _save_block(part: Path, clips: Sequence[tuple[Row, bytes] | Crash]) -> None:
    for clip in clips:
        if isinstance(clip, Crash):
            raise EncodingError(f"rendering a clip {clip.reason}")
    rows = json.dumps([vars(row) for row, _ in clips]).encode()  # type: ignore[misc]
    files = {row.id: np.frombuffer(content, np.uint8) for row, content in clips}  # type: ignore[misc]
    with part.open("wb") as handle:
        np.savez(handle, rows=np.frombuffer(rows, np.uint8), **files)  # type: ignore[arg-type]
