"""Runs items through an encoder block by block and publishes the features, float ``[budget, sample, dim]`` a layer.

While one block is encoded the next is read and the one before it is written, each by a thread of its own. Blocks are
cut by the spec alone, lie in the scratch under locks, and are shared by all processes that work on the same spec.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.batches import Batches
from platoscope.encoders.device import batch_size, kind_of
from platoscope.errors import EncodingError
from platoscope.progress import track
from platoscope.project import Project
from platoscope.scratch import Claim, Work, require_space
from platoscope.store import Places, Spool, write_features

BATCHES = 16  # of a block

Vectors = list[NDArray[np.float32]]


@dataclass(frozen=True)
class Extraction:
    """What the engine needs to know of one encoder's run.

    Attributes
    ----------
    blocks
        Items of each block: samples, or texts.
    read, encode
        What a block needs, made by another thread while others are encoded; and from that its vectors, one float32
        [row, dim] a layer.
    rows
        Vectors of an item.
    budgets, axis
        What each place of a sample's vectors is called, and what such places are called.
    places
        Which vectors a sample's are the mean of, int64 [sample, vector] of each budget; numbered through all blocks.
    probe
        Encodes so many of the largest things that are encoded at once, to find out whether they fit.
    count, unit
        How many forwards an item takes on average, and of what.
    spec
        Everything that can change a byte of the features.
    attributes
        What the store says of them.
    write
        Writes the store.
    """

    stage: str
    layers: tuple[str, ...]
    dims: tuple[int, ...]
    budgets: tuple[int | str, ...]
    ids: tuple[str, ...]
    blocks: tuple[range, ...]
    read: Callable[[range], Any]
    encode: Callable[[Any, Batches], Vectors]
    rows: int
    places: Places
    probe: Callable[[int], object]
    count: float
    unit: str
    spec: dict[str, Any]
    attributes: dict[str, Any]
    axis: str = "budget"
    write: "Writer" = write_features


class Writer(Protocol):
    """Writes a store layer by layer; a layer is read like float32 [budget, sample, dim]."""

    def __call__(self, path: Path, layers: Iterable[tuple[str, Spool]], *, attributes: dict[str, Any]) -> None:
        """Write it."""
        ...


def scratch_of(run: Extraction, project: Project, *, on: str) -> Work:
    """The scratch of a run on a device; those on devices of one kind share it."""
    machine = {"on": kind_of(on), "batch": batch_size(on)}
    return Work(project.scratch, stage=run.stage, spec={**run.spec, **machine, "attributes": run.attributes})


def compute(run: Extraction, work: Work, *, on: str) -> None:
    """Make the blocks that are missing and that no other process makes."""
    blocks = {f"{items.start:07d}.npz": items for items in run.blocks}
    missing = {name: items for name, items in blocks.items() if not work.block(name).exists()}
    if missing:
        n_rows = run.rows * sum(map(len, missing.values()))
        n_stored = len(run.places) * len(run.ids)
        require_space(work.path, 4 * sum(run.dims) * (n_rows + n_stored))
        amounts = {name: round(run.count * len(items)) for name, items in missing.items()}
        batches = Batches.kept_with(work, batch_size(on), run.probe, on=on)
        done = _computed(run, work, missing, batches)
        for _ in track(done, run.stage, total=sum(amounts.values()), amount=amounts.__getitem__, unit=run.unit):
            pass


def publish(run: Extraction, work: Work, project: Project, out: Path) -> None:
    """Put the blocks together, layer by layer."""
    name = f"{run.stage}.zarr"

    def build(folder: Path) -> None:
        spool = folder.with_name("spool")
        run.write(folder / name, _layers(run, work, spool), attributes=run.attributes)
        spool.unlink()

    work.publish({name: out}, build, staging=project.staging)


def summary(run: Extraction, what: str, since: float) -> str:
    """The line with which the stage ends; ``since`` is when it began, by the monotonic clock."""
    shape = f"{len(run.layers)} layers x {len(run.budgets)} {run.axis}s x {len(run.ids)} samples"
    return f"{run.stage}: {shape}, {what}, {time.monotonic() - since:.0f} s"


def _computed(run: Extraction, work: Work, missing: Mapping[str, range], batches: Batches) -> Iterator[str]:
    """Make blocks; yield each name when it is whole."""
    with ThreadPoolExecutor(1, "read") as reader, ThreadPoolExecutor(1, "write") as writer:
        ahead = _Ahead(reader, run.read, missing)
        writing: Future[str] | None = None
        for claim in work.claims(list(missing)):
            if claim.whole:
                yield claim.name
                continue
            with claim.until_it_fails():
                vectors = run.encode(ahead.take(claim.name), batches)
                _check_finite(vectors, run, missing[claim.name])
            if writing is not None:
                yield writing.result()
            writing = writer.submit(_save, claim, vectors)
        if writing is not None:
            yield writing.result()


class _Ahead:
    """Reads the block that is next in line while another is encoded."""

    def __init__(self, pool: ThreadPoolExecutor, read: Callable[[range], Any], blocks: Mapping[str, range]) -> None:
        self._pool, self._read, self._blocks = pool, read, blocks
        self._next = dict(zip(blocks, list(blocks)[1:], strict=False))
        self._held: tuple[str, Future[Any]] | None = None

    def take(self, name: str) -> Any:
        """Give what a block needs, and begin to read the next one."""
        held, self._held = self._held, None
        # Where another process took the block that was read ahead, this one has to be read first.
        read = held[1] if held and held[0] == name else self._pool.submit(self._read, self._blocks[name])
        content = read.result()
        if follows := self._next.get(name):
            self._held = follows, self._pool.submit(self._read, self._blocks[follows])
        return content


def _save(claim: Claim, vectors: Vectors) -> str:
    with claim, claim.part.open("wb") as handle:
        np.savez(handle, **{str(i): layer for i, layer in enumerate(vectors)})  # type: ignore[arg-type]
        handle.flush()
        claim.finish()
    return claim.name


def _check_finite(vectors: Vectors, run: Extraction, items: range) -> None:
    """Refuse a block at once: left to the end, the run would have been for nothing."""
    for name, layer in zip(run.layers, vectors, strict=True):
        if not np.isfinite(layer).all():
            row, dim = np.argwhere(~np.isfinite(layer))[0]
            which = run.rows * items.start + row
            budget = next(budget for budget, table in enumerate(run.places) if (table == which).any())
            sample = np.argwhere(run.places[budget] == which)[0, 0]
            raise EncodingError(
                f"{run.stage}: layer {name!r} gave {layer[row, dim]} for sample {run.ids[sample]!r} at "
                f"{run.axis} {run.budgets[budget]}: a wider dtype may help (float16 ends at 65504)"
            )


def _layers(run: Extraction, work: Work, file: Path) -> Iterator[tuple[str, Spool]]:
    """Put the blocks of each layer together in a file, one block in memory at a time."""
    for index, (name, dim) in enumerate(zip(run.layers, run.dims, strict=True)):
        yield name, Spool(file, _parts(run, work, index), places=run.places, dim=dim)


def _parts(run: Extraction, work: Work, index: int) -> Iterator[NDArray[np.float32]]:
    for items in run.blocks:
        with np.load(work.block(f"{items.start:07d}.npz")) as content:
            yield content[str(index)]


def cut(n: int, length: int) -> tuple[range, ...]:
    """Cut n items into blocks of a length, the last of which may be shorter."""
    return tuple(range(start, min(start + length, n)) for start in range(0, n, length))


def block_length(per_item: float, batch: int) -> int:
    """Items of a block: so many that filling up its last batch, reading it and writing it are little beside it."""
    return max(1, round(BATCHES * batch / per_item))
