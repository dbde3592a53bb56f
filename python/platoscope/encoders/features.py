"""The ``video_features`` and ``text_features`` stages: one encoder, all its layers, all budgets, in one process.

Each budget's frames are encoded one by one or as clips, its captions joined to one text. Work is cut into blocks of
samples by the spec alone, so that a killed run goes on where it was.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.data.rows import read_lines
from platoscope.data.samples import Samples, read_samples
from platoscope.data.sampling import budgets_of
from platoscope.encoders.base import Layers, blank, load_text_encoder, load_video_encoder
from platoscope.encoders.device import batch_size, device, keep_float32, keep_heap
from platoscope.encoders.sample_blocks import BLOCK, encode_texts, encode_video
from platoscope.encoders.weights import without_folders
from platoscope.errors import EncodingError, InputError, StoreError
from platoscope.params import EncoderParams, Params
from platoscope.progress import track
from platoscope.project import Project, Side
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work, fingerprint, require_space
from platoscope.store import FramesStore, write_features


@dataclass(frozen=True)
class Extraction:
    """What the engine needs to know of one encoder's run.

    ``block(rows)`` gives a block of samples, float32 [budget, len(rows), dim] a layer; ``spec`` is everything that can
    change a byte of it; ``attributes`` go into the store.
    """

    stage: str
    layers: tuple[str, ...]
    dims: tuple[int, ...]
    budgets: tuple[int, ...]
    ids: tuple[str, ...]
    block: Callable[[range], list[NDArray[np.float32]]]
    spec: dict[str, Any]
    attributes: dict[str, Any]


def run(params: Params, project: Project, side: Side, key: str) -> str:
    """Extract the features of one encoder; gives the summary line."""
    return _run_video(params, project, key) if side == "video" else _run_text(params, project, key)


def _run_video(params: Params, project: Project, key: str) -> str:
    keep_heap()
    keep_float32()
    entry = params.encoders.video[key]
    samples, frames, on, batch = read_samples(project.samples), FramesStore(project.frames), device(), batch_size()
    encoder = load_video_encoder(entry, frame_size=frames.attributes["size"], device=on)
    budgets = budgets_of(entry.sampler, params.budgets.frames)
    choices = [frames.choice(entry.sampler, n_f)[samples.rows] for n_f in budgets]
    seen = {"sampler": entry.sampler, "budgets": list(budgets), "entry": stored_entry(entry)}
    short = [float(np.mean(frames.n_decoded[samples.rows] < n_f)) for n_f in budgets]
    run = Extraction(
        stage=f"video_features@{key}",
        layers=encoder.layers,
        dims=_dims(encoder.encode(blank(encoder, 1, frame_size=frames.shape[0], n_f=budgets[0]))),
        budgets=budgets,
        ids=samples.ids,
        block=lambda rows: encode_video(encoder, frames, [c[rows.start : rows.stop] for c in choices], batch=batch),
        spec={"frames": frames.attributes["digest"], "rows": samples.rows.tolist(), **_how(entry.family, on, batch)},
        attributes={**seen, **_whose(samples), "short_share": short, "encoder": encoder.description},
    )
    n_frames = len(np.unique(np.concatenate([c.ravel() for c in choices])))
    return extract(run, project, project.features("video", key), f"{n_frames} frames on {on}")


def _run_text(params: Params, project: Project, key: str) -> str:
    keep_heap()
    keep_float32()
    entry, budgets = params.encoders.text[key], params.budgets.captions
    samples, on, batch = read_samples(project.samples), device(), batch_size()
    texts = joined_texts(samples, project.captions, budgets)
    encoder = load_text_encoder(entry, device=on)
    seen = {"budgets": list(budgets), "entry": stored_entry(entry)}
    lengths = [encoder.lengths([sample[budget] for sample in texts]) for budget in range(len(budgets))]
    if not entry.truncate:
        _refuse_long(f"text_features@{key}", samples, lengths[-1], n_c=budgets[-1], limit=encoder.max_tokens)
    truncated = [float(np.mean(row > encoder.max_tokens)) for row in lengths]
    run = Extraction(
        stage=f"text_features@{key}",
        layers=encoder.layers,
        dims=_dims(encoder.encode(["a"])),
        budgets=budgets,
        ids=samples.ids,
        block=lambda rows: encode_texts(encoder, texts[rows.start : rows.stop], batch=batch),
        spec={"texts": fingerprint({"texts": texts}), **_how(entry.family, on, batch)},
        attributes={**seen, **_whose(samples), "truncated_share": truncated, "encoder": encoder.description},
    )
    return extract(run, project, project.features("text", key), f"{len(texts) * len(budgets)} texts on {on}")


def extract(run: Extraction, project: Project, out: Path, what: str) -> str:
    """Compute the missing blocks of a run and publish its store; gives the summary line."""
    n = len(run.ids)
    work = Work(project.scratch, stage=run.stage, spec={**run.spec, "attributes": run.attributes})
    blocks = {f"{start:07d}.npz": range(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)}
    missing = sum(len(rows) for name, rows in blocks.items() if not work.block(name).exists())
    require_space(project.scratch, 4 * len(run.budgets) * (missing + n) * sum(run.dims))

    def make(name: str, part: Path) -> None:
        layers = run.block(blocks[name])
        _check_finite(layers, run, blocks[name])
        with part.open("wb") as handle:
            np.savez(handle, **{str(i): layer for i, layer in enumerate(layers)})  # type: ignore[arg-type]

    start = time.monotonic()
    list(track(work.compute(list(blocks), make), run.stage, total=len(blocks)))
    seconds = time.monotonic() - start
    files = [work.block(name) for name in blocks]
    name = f"{run.stage}.zarr"
    work.publish(
        {name: out},
        lambda folder: write_features(folder / name, _layers(files, run.layers), attributes=run.attributes),
        staging=project.staging,
    )
    return f"{run.stage}: {len(run.layers)} layers x {len(run.budgets)} budgets x {n} samples, {what}, {seconds:.0f} s"


def joined_texts(samples: Samples, captions: Path, budgets: Sequence[int]) -> list[list[str]]:
    """The text of every sample at every budget: its first n_c captions joined by one space.

    Raises
    ------
    StoreError
        If a sample has fewer captions than a budget asks for.
    """
    by_id = {row["id"]: [caption["text"] for caption in row["captions"]] for row in read_lines(captions)}
    short = [id_ for id_ in samples.ids if len(by_id.get(id_, ())) < max(budgets)]
    if short:
        raise StoreError(
            f"{captions}: sample {short[0]!r} has too few captions for budget {max(budgets)}: run `dvc repro`"
        )
    return [[" ".join(by_id[id_][:n_c]) for n_c in budgets] for id_ in samples.ids]


def stored_entry(entry: EncoderParams) -> dict[str, Any]:
    """An encoder's entry as a store holds it: without folders of this machine, since a digest says which weights."""
    content = entry.model_dump(mode="json")
    named = {name: without_folders(content[name]) for name in ("checkpoint", "weights") if content[name] is not None}
    return {**content, **named}


def _check_finite(layers: Sequence[NDArray[np.float32]], run: Extraction, rows: range) -> None:
    """Refuse a block at once: left to the end, the run would have been for nothing."""
    for name, layer in zip(run.layers, layers, strict=True):
        if not np.isfinite(layer).all():
            budget, row, dim = np.argwhere(~np.isfinite(layer))[0]
            raise EncodingError(
                f"{run.stage}: layer {name!r} gave {layer[budget, row, dim]} for sample {run.ids[rows[row]]!r} at "
                f"budget {run.budgets[budget]}: a wider dtype may help (float16 ends at 65504)"
            )


def _refuse_long(run_of: str, samples: Samples, n_tokens: NDArray[np.int64], *, n_c: int, limit: int) -> None:
    """Refuse texts that would be cut off before any is encoded; ``n_tokens`` is of the largest budget."""
    longest = int(n_tokens.argmax())
    if n_tokens[longest] > limit:
        raise InputError(
            f"{run_of}: sample {samples.ids[longest]!r} has {n_tokens[longest]} tokens in {n_c} captions, the model "
            f"takes {limit}: use smaller budgets.captions, or say truncate: true in the encoder's entry"
        )


def _how(family: str, on: str, batch: int) -> dict[str, Any]:
    """The part of a spec that is the same for both sides: code, libraries, device and batch size."""
    code = code_digest(closure("encoders.features", f"encoders.{family}"))
    return {"code": code, "versions": versions("numpy", "timm", "torch", "transformers"), "on": on, "batch": batch}


def _whose(samples: Samples) -> dict[str, Any]:
    return {"samples": samples.digest, "ids": list(samples.ids)}


def _dims(layers: Layers) -> tuple[int, ...]:
    return tuple(layer.shape[1] for layer in layers)


def _layers(blocks: Sequence[Path], names: Sequence[str]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Put the blocks of each layer together, one layer in memory at a time."""
    for index, name in enumerate(names):
        parts = []
        for block in blocks:
            with np.load(block) as content:
                parts.append(content[str(index)])
        yield name, np.concatenate(parts, axis=1)
