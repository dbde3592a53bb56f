"""The frames of every video, end to end, with the tables of which frame each budget shows; and small pictures."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import StoreError
from platoscope.store.arrays import (
    Array,
    Attributes,
    Rows,
    create,
    describe,
    digest_ids,
    new_array,
    open_group,
    read,
    write_whole,
)

STATUS = ("ok", "truncated", "damaged", "failed")
READ_BYTES = 64_000_000  # at a time, where all is read


@dataclass(frozen=True)
class ClipFrames:
    """What one video gave.

    frames: uint8 [frame, size, size, 3]; frame_index: int32 [frame]; pts_seconds: float64 [frame];
    choice: {"<sampler>/<n_f>": int32 [n_f]}, rows into ``frames``; n_decoded and seconds: frames
    and length of the whole video; width and height: of its picture as displayed, in pixels, 0 where it failed.
    """

    frames: Array
    frame_index: Array
    pts_seconds: Array
    choice: Mapping[str, Array]
    n_decoded: int
    seconds: float
    width: int
    height: int
    status: str
    note: str


def write_frames(path: Path, clips: Iterable[ClipFrames], *, counts: Sequence[int], attributes: Attributes) -> None:
    """Write a frames store from clips that come one at a time; ``counts`` are their numbers of frames."""
    offset = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    size = int(attributes["size"])
    group = create(path, "frames")
    frames = new_array(group, "frames", (int(offset[-1]), size, size, 3), np.uint8, fill=0)
    writer = Rows(frames)
    total = hashlib.sha256()
    rows: list[ClipFrames] = []
    for clip in clips:
        writer.append(clip.frames)
        total.update(clip.frames.tobytes())
        rows.append(replace(clip, frames=clip.frames[:0].copy()))  # no view, which would hold the frames
    writer.close()
    write_whole(group, "offset", offset)
    write_whole(group, "frame_index", _joined([clip.frame_index for clip in rows], np.int32))
    write_whole(group, "pts_seconds", _joined([clip.pts_seconds for clip in rows], np.float64))
    for name in ("n_decoded", "width", "height"):
        write_whole(group, name, np.array([getattr(clip, name) for clip in rows], np.int32))
    write_whole(group, "seconds", np.array([clip.seconds for clip in rows], np.float64))
    write_whole(group, "status", np.array([STATUS.index(clip.status) for clip in rows], np.uint8))
    for name, n_f in ((name, int(name.split("/")[1])) for name in attributes["choices"]):
        table = np.full((len(rows), n_f), -1, np.int32)
        for sample, clip in enumerate(rows):
            if name in clip.choice:
                table[sample] = clip.choice[name] + offset[sample]
        total.update(table.tobytes())
        write_whole(group, f"choice/{name}", table)
    notes = {str(sample): clip.note for sample, clip in enumerate(rows) if clip.note}
    describe(group, "frames", {**attributes, "status": list(STATUS), "notes": notes, "digest": total.hexdigest()})


class FramesStore:
    """A frames store opened for reading; rows of ``choice`` tables point into :meth:`read`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._group = open_group(path, "frames", "dvc pull data/frames.zarr")
        self.attributes: Attributes = dict(self._group.attrs)
        self.offset: NDArray[np.int64] = self._get("offset")
        self.n_decoded: NDArray[np.int32] = self._get("n_decoded")
        self.seconds: NDArray[np.float64] = self._get("seconds")
        self.width: NDArray[np.int32] = self._get("width")
        self.height: NDArray[np.int32] = self._get("height")
        self.status: list[str] = [self.attributes["status"][code] for code in self._get("status")]
        self.notes: dict[int, str] = {int(row): note for row, note in self.attributes["notes"].items()}

    def choice(self, sampler: str, n_f: int) -> NDArray[np.int32]:
        """Rows of the frames chosen for a budget, int32 [sample, n_f]; -1 where the video gave none."""
        name = f"{sampler}/{n_f}"
        if name not in self.attributes["choices"]:
            raise StoreError(f"{self.path} has no choice {name}, only {', '.join(self.attributes['choices'])}")
        return self._get(f"choice/{name}")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of every frame."""
        size = int(self.attributes["size"])
        return size, size, 3

    def read(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
        """Frames at growing rows, uint8 [frame, size, size, 3].

        Raises
        ------
        StoreError
            If a row is that of a video which gave no frames.
        """
        if rows[0] < 0:
            raise StoreError(f"{self.path}: row {rows[0]} stands for a video that gave no frames")
        start, stop = int(rows[0]), int(rows[-1]) + 1
        frames: NDArray[np.uint8] = read(self._group, "frames", slice(start, stop))[rows - start]
        return frames

    def verify(self) -> bool:
        """Whether the content still has the digest it was written with."""
        total, step = hashlib.sha256(), max(1, READ_BYTES // (3 * self.shape[0] ** 2))
        for start in range(0, int(self.offset[-1]), step):
            total.update(read(self._group, "frames", slice(start, start + step)).data)
        for name in self.attributes["choices"]:
            total.update(self._get(f"choice/{name}").data)
        return bool(total.hexdigest() == self.attributes["digest"])

    def _get(self, name: str) -> Array:
        return read(self._group, name)


def write_thumbnails(path: Path, strips: Iterable[Array], *, shape: tuple[int, ...], ids: Sequence[str]) -> None:
    """Write small pictures, uint8 [sample, step, height, width, 3], from ``shape[0]`` strips that come one at a time.

    There are no samples where a data set wants none.
    """
    group = create(path, "thumbnails")
    writer = Rows(new_array(group, "thumbnails", shape, np.uint8, fill=0))
    for strip in strips:
        writer.append(strip[None])
    writer.close()
    describe(group, "thumbnails", {"samples": digest_ids(ids)})


def read_thumbnails(path: Path) -> NDArray[np.uint8] | None:
    """Small pictures in the order of the data set, uint8 [sample, step, height, width, 3]; none if left out."""
    thumbnails = read(open_group(path, "thumbnails", f"dvc pull data/{path.name}"), "thumbnails")
    return thumbnails if len(thumbnails) else None


def _joined(parts: Sequence[Array], dtype: Any) -> Array:
    return np.concatenate([np.asarray(part, dtype) for part in parts]) if parts else np.empty(0, dtype)
