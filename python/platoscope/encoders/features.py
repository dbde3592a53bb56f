"""The ``video_features`` and ``text_features`` stages: one encoder, all its layers, all budgets.

Each budget's frames are encoded one by one or as clips, its captions joined to one text or one by one.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from platoscope.data.samples import read_samples
from platoscope.data.sampling import budgets_of
from platoscope.encoders.base import (
    blank,
    frames_at_once,
    load_text_encoder,
    load_video_encoder,
    open_stored,
)
from platoscope.encoders.batches import MOST, Batches
from platoscope.encoders.device import batch_size
from platoscope.encoders.engine import Extraction, Vectors, block_length, cut
from platoscope.encoders.running import (
    dims_of,
    each_in_turn,
    extract,
    extraction_of_texts,
    made_by,
    stored_entry,
    whose,
)
from platoscope.encoders.sample_blocks import Shown, encode_video, read_shown
from platoscope.encoders.texts import Texts, refuse_long, shown_texts, text_budgets
from platoscope.params import EncoderParams, Params
from platoscope.project import Project, Side
from platoscope.scratch import fingerprint
from platoscope.store import FramesStore

MODULE = "encoders.features"


def run(params: Params, project: Project, side: Side, key: str) -> str:
    """Extract the features of one encoder; gives the summary line."""
    return extract(partial(_prepared, params, project, side, key), project, project.features(side, key))


def _prepared(params: Params, project: Project, side: Side, key: str, on: str) -> Extraction:
    if params.encoders.of(side)[key].family == "stored":
        return _of_stored(params, project, side, key)
    return _of_video(params, project, key, on=on) if side == "video" else _of_text(params, project, key, on=on)


def _of_video(params: Params, project: Project, key: str, *, on: str) -> Extraction:
    entry = params.encoders.video[key]
    samples, frames = read_samples(project.samples), FramesStore(project.frames)
    encoder = load_video_encoder(entry, frame_size=frames.attributes["size"], device=on)
    budgets, n, side = budgets_of(entry.sampler, params.budgets.frames), len(samples.ids), frames.shape[0]
    choices = [frames.choice(entry.sampler, n_f)[samples.rows] for n_f in budgets]
    at_once = frames_at_once(encoder, budgets[-1])
    per_sample = len(np.unique(np.concatenate([choice.ravel() for choice in choices]))) / n

    def read(rows: range) -> Shown:
        return read_shown(frames, [choice[rows.start : rows.stop] for choice in choices], on=on)

    def encode(shown: Shown, batches: Batches) -> Vectors:
        return [_by_sample(layer) for layer in encode_video(encoder, shown, batches)]

    return Extraction(
        stage=f"video_features@{key}",
        layers=encoder.layers,
        dims=dims_of(encoder.encode(blank(encoder, 1, frame_size=side, n_f=budgets[0]))),
        budgets=budgets,
        ids=samples.ids,
        blocks=cut(n, block_length(per_sample, batch_size(on) or MOST)),
        read=read,
        encode=encode,
        rows=len(budgets),
        places=each_in_turn(n, len(budgets)),
        probe=lambda size: encoder.encode(blank(encoder, max(1, size // at_once), frame_size=side, n_f=budgets[-1])),
        count=per_sample,
        unit="frames",
        spec={"frames": frames.attributes["digest"], "rows": samples.rows.tolist(), **made_by(entry, stage=MODULE)},
        attributes={
            **whose(samples),
            "sampler": entry.sampler,
            "budgets": list(budgets),
            "entry": stored_entry(entry),
            "short_share": [float(np.mean(frames.n_decoded[samples.rows] < n_f)) for n_f in budgets],
            "encoder": encoder.description,
        },
    )


def _of_text(params: Params, project: Project, key: str, *, on: str) -> Extraction:
    entry, samples = params.encoders.text[key], read_samples(project.samples)
    budgets = text_budgets(params.captions.variants, params.budgets.captions)
    shown = shown_texts(samples, project.captions, budgets)
    encoder = load_text_encoder(entry, device=on)
    texts = Texts.sorted(shown, encoder)
    if not entry.truncate:
        refuse_long(f"text_features@{key}", texts, samples, budgets=budgets, limit=encoder.max_tokens)

    return extraction_of_texts(
        encoder,
        texts,
        on=on,
        stage=f"text_features@{key}",
        budgets=tuple(budget.n_c for budget in budgets),
        ids=samples.ids,
        spec={"texts": fingerprint({"texts": shown}), **made_by(entry, stage=MODULE)},
        attributes={
            **whose(samples),
            "budgets": [budget.n_c for budget in budgets],
            "variants": [list(budget.variant) for budget in budgets],
            "entry": stored_entry(entry),
            "truncated_share": texts.over(encoder.max_tokens),
            "encoder": encoder.description,
        },
    )


def _of_stored(params: Params, project: Project, side: Side, key: str) -> Extraction:
    samples = read_samples(project.samples)
    entry: EncoderParams = params.encoders.of(side)[key]
    if side == "video":
        numbers = budgets_of(params.encoders.video[key].sampler, params.budgets.frames)
        stored = open_stored(entry, ids=samples.ids, budgets=numbers)
    else:
        numbers, variants = params.budgets.captions, params.captions.variants
        stored = open_stored(entry, ids=samples.ids, budgets=numbers, variants=variants)
    budgets, n = numbers * len(stored.variants), len(samples.ids)
    of_each = [list(variant) for variant in stored.variants for _ in numbers]
    return Extraction(
        stage=f"{side}_features@{key}",
        layers=stored.layers,
        dims=stored.dims,
        budgets=budgets,
        ids=samples.ids,
        blocks=cut(n, 256),
        read=stored.rows,
        encode=lambda layers, _: [_by_sample(layer) for layer in layers],
        rows=len(budgets),
        places=each_in_turn(n, len(budgets)),
        probe=lambda _: None,
        count=len(budgets),
        unit="stored vectors",
        spec={"weights": stored.description["weights"], **made_by(entry, stage=MODULE)},
        attributes={
            **whose(samples),
            "budgets": list(budgets),
            **({"variants": of_each} if side == "text" else {}),
            "entry": stored_entry(entry),
            "encoder": stored.description,
        },
    )


def _by_sample(layer: NDArray[np.float32]) -> NDArray[np.float32]:
    """From [budget, sample, dim] to [sample * budget, dim]."""
    return layer.swapaxes(0, 1).reshape(-1, layer.shape[2])
