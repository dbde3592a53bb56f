"""Renders the synthetic data set in blocks that survive being killed: rows, each with the bytes of its H.264 file."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from platoscope.data.rows import Row
from platoscope.errors import EncodingError
from platoscope.parallel import Crash, Pool, worker_count
from platoscope.params import SyntheticParams
from platoscope.progress import track
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work, require_space

BLOCK = 16
RENDER_LIMIT_S = 120.0
CLIP_BYTES = 200_000


class Rendering:
    """The scratch of one rendered data set; going through it renders what is not there yet."""

    def __init__(self, dataset: SyntheticParams, scratch: Path) -> None:
        spec = {
            "params": dataset.model_dump(mode="json", exclude={"n", "path"}),
            "n": dataset.n,
            "code": code_digest(closure("data.dataset", "data.datasets.synthetic")),
            "versions": versions("av", "numpy", "pillow"),
        }
        require_space(scratch, 2 * dataset.n * CLIP_BYTES)
        self.work = Work(scratch, stage="dataset", spec=spec)
        self._dataset = dataset

    def render(self) -> None:
        """Make the blocks that are not there yet, by all workers."""
        dataset = self._dataset
        starts = {_name(start): start for start in range(0, dataset.n, BLOCK)}
        with Pool(workers=worker_count(), limit_s=RENDER_LIMIT_S) as pool:

            def make(name: str, part: Path) -> None:
                indices = range(starts[name], min(starts[name] + BLOCK, dataset.n))
                _save_block(part, pool.map(_render, [(index, dataset) for index in indices]))

            list(track(self.work.compute(list(starts), make), "render clips", total=len(starts)))

    def clips(self) -> Iterator[tuple[Row, bytes]]:
        """Rows in order with the bytes of their videos, one block in memory at a time."""
        for start in range(0, self._dataset.n, BLOCK):
            with np.load(self.work.block(_name(start))) as content:
                for fields in json.loads(content["rows"].tobytes()):
                    captions, reworded = tuple(fields["captions"]), tuple(map(tuple, fields["paraphrases"]))
                    row = Row(**{**fields, "captions": captions, "paraphrases": reworded, "negatives": ()})
                    yield row, content[row.id].tobytes()


def _name(start: int) -> str:
    return f"{start:07d}.npz"


def _render(job: tuple[int, SyntheticParams]) -> tuple[Row, bytes]:
    """Render one clip, in a worker: its row and the bytes of its file."""
    from platoscope.data.datasets import synthetic

    index, p = job
    clip = synthetic.make_clip(index, seed=p.seed, size=p.size, seconds=p.seconds, beats=p.beats, coherence=p.coherence)
    name = synthetic.clip_id(index)
    row = Row(name, f"videos/{name}.mp4", clip.captions, labels=clip.labels, paraphrases=clip.paraphrases)
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
