"""A run of one encoder on the devices of this machine: each takes blocks of it, and the first publishes the whole.

Several devices of one kind share the blocks, a process each. What a store says of an encoder and of the code that made
it is the same for every stage that runs encoders, and stands here too.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from platoscope.data.samples import Samples
from platoscope.encoders.base import Layers, TextEncoder, on_device
from platoscope.encoders.batches import MOST, Batches
from platoscope.encoders.device import DEVICE_VARIABLE, batch_size, devices, keep_float32, share_cores
from platoscope.encoders.engine import (
    Extraction,
    Vectors,
    Writer,
    block_length,
    compute,
    cut,
    publish,
    scratch_of,
    summary,
)
from platoscope.encoders.texts import Texts
from platoscope.encoders.weights import without_folders
from platoscope.parallel import keep_heap
from platoscope.params import EncoderParams
from platoscope.project import Project
from platoscope.provenance import closure, code_digest, versions
from platoscope.store import write_features

# From a device to what the engine needs; made anew in each process, so that it can be pickled.
Prepare: TypeAlias = Callable[[str], Extraction]


def extract(prepare: Prepare, project: Project, out: Path) -> str:
    """Compute what is missing on all devices and publish it as ``out``; gives the summary line."""
    start, on = time.monotonic(), devices()
    with _others(prepare, project, on=on):
        extraction = prepared(prepare, on=on[0], n_devices=len(on))
        work = scratch_of(extraction, project, on=on[0])
        compute(extraction, work, on=on[0])
    publish(extraction, work, project, out)
    n = round(extraction.count * sum(map(len, extraction.blocks)))
    return summary(extraction, f"{n} {extraction.unit} on {', '.join(on)}", start)


def prepared(prepare: Prepare, *, on: str, n_devices: int) -> Extraction:
    """Load an encoder on one of so many devices."""
    keep_heap()
    keep_float32()
    if on == "cpu":
        share_cores(n_devices)
    return prepare(on)


@contextmanager
def _others(prepare: Prepare, project: Project, *, on: tuple[str, ...]) -> Iterator[None]:
    """Let the devices after the first compute blocks meanwhile; what one of them leaves is made by the first."""
    spawn = get_context("spawn")
    others = [spawn.Process(target=_share, args=(prepare, project, one, len(on)), daemon=True) for one in on[1:]]
    for other in others:
        other.start()
    try:
        yield
        for other in others:
            other.join()
    finally:
        for other in others:
            other.terminate()


def _share(prepare: Prepare, project: Project, on: str, n_devices: int) -> None:
    """Compute blocks on one device, in a process of its own."""
    os.environ[DEVICE_VARIABLE] = on
    extraction = prepared(prepare, on=on, n_devices=n_devices)
    compute(extraction, scratch_of(extraction, project, on=on), on=on)


def extraction_of_texts(
    encoder: TextEncoder,
    texts: Texts,
    *,
    on: str,
    stage: str,
    budgets: tuple[int | str, ...],
    ids: tuple[str, ...],
    spec: dict[str, Any],
    attributes: dict[str, Any],
    axis: str = "budget",
    write: Writer = write_features,
) -> Extraction:
    """What the engine needs to encode texts, each once; ``stage`` to ``write`` are as in :class:`Extraction`."""

    def encode(some: tuple[str, ...], batches: Batches) -> Vectors:
        every = np.array(some, object)
        return batches.encode(on_device(encoder), len(some), lambda at: every[at].tolist())

    return Extraction(
        stage=stage,
        layers=encoder.layers,
        dims=dims_of(encoder.encode(["a"])),
        budgets=budgets,
        ids=ids,
        blocks=cut(len(texts.texts), block_length(1, batch_size(on) or MOST)),
        read=lambda items: texts.texts[items.start : items.stop],
        encode=encode,
        rows=1,
        places=texts.places,
        probe=lambda size: encoder.encode([texts.texts[0]] * size),
        count=1,
        unit="texts",
        spec=spec,
        attributes=attributes,
        axis=axis,
        write=write,
    )


def each_in_turn(samples: int, rows: int) -> list[NDArray[np.int64]]:
    """Where the vectors of a sample follow each other, so many of them, and every place has its own."""
    return [np.arange(row, samples * rows, rows)[:, None] for row in range(rows)]


def stored_entry(entry: EncoderParams) -> dict[str, Any]:
    """An encoder's entry as a store holds it: without folders of this machine, since a digest says which weights."""
    content = entry.model_dump(mode="json")
    named = {name: without_folders(content[name]) for name in ("checkpoint", "weights") if content[name] is not None}
    return {**content, **named}


def made_by(entry: EncoderParams, *, stage: str) -> dict[str, Any]:
    """The code and the libraries of a run; ``stage`` is the dotted name of its module."""
    code = code_digest(closure(stage, f"encoders.{entry.family}"))
    return {"code": code, "versions": versions("numpy", "timm", "torch", "transformers")}


def whose(samples: Samples) -> dict[str, Any]:
    """What a store says of its rows."""
    return {"samples": samples.digest, "ids": list(samples.ids)}


def dims_of(layers: Layers) -> tuple[int, ...]:
    """The width of each layer [row, dim]."""
    return tuple(layer.shape[1] for layer in layers)
