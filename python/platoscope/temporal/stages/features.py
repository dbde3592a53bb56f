"""The ``temporal_features`` and ``temporal_texts`` stages: one encoder, all its layers, steps of time kept apart.

Videos: the passes of :mod:`~platoscope.temporal.passes`. Texts: each caption of a sample as a step, and each of those
that tell of the same backwards.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from platoscope.data.rows import read_lines
from platoscope.data.samples import Samples, read_samples
from platoscope.encoders.base import VideoEncoder, blank, load_text_encoder, load_video_encoder
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
from platoscope.encoders.sample_blocks import Shown, read_shown
from platoscope.encoders.texts import Texts
from platoscope.errors import DataError, InputError
from platoscope.params import Params
from platoscope.project import Project, Side
from platoscope.scratch import fingerprint
from platoscope.store import FramesStore, write_temporal
from platoscope.temporal.passes import Pass, clip_passes, frame_passes, orders, still_passes
from platoscope.temporal.shown import encode_passes_of_clips, encode_passes_of_frames, step_encode

MODULE = "temporal.stages.features"
TEXTS = {"captions": "captions", "antonyms": "captions_negative"}  # pass: what data sets call it


def run(params: Params, project: Project, side: Side, key: str) -> str:
    """Extract the step features of one encoder; gives the summary line."""
    prepare = partial(_of_video if side == "video" else _of_text, params, project, key)
    return extract(prepare, project, project.temporal_features(side, key))


def _of_video(params: Params, project: Project, key: str, on: str) -> Extraction:
    p, stage = params.temporal, f"temporal_features@{key}"
    entry, changes = p.video[key], p.changes_for(key)
    samples, frames = read_samples(project.samples), FramesStore(project.frames)
    encoder = load_video_encoder(entry, frame_size=frames.attributes["size"], device=on)
    choice = frames.choice(p.sampler, p.chosen)[samples.rows]
    n, size = len(samples.ids), frames.shape[0]
    stills: list[Pass] = []
    if isinstance(encoder, VideoEncoder):
        _check_length(encoder, p.frames, stage)
        passes = clip_passes(frames=p.frames, chosen=p.chosen, changes=changes)
        if encoder.n_frames is not None:
            stills = still_passes(frames=p.frames, chosen=p.chosen, changes=changes)
        black = blank(encoder, 1, frame_size=size, n_f=p.frames)
        dims = dims_of(encoder.encode(black))
        n_steps = dims_of(step_encode(encoder)(black))[0] // dims[0]
    else:
        edges = entry.kind == "artefact"
        passes = frame_passes(frames=p.frames, chosen=p.chosen, changes=changes, edges=edges)
        dims, n_steps = dims_of(encoder.encode(blank(encoder, 1, frame_size=size, n_f=1))), p.frames
    rows = [f"{one.name} {step}" for one in passes for step in range(n_steps)] + [f"{one.name} alone" for one in stills]

    def read(block: range) -> Shown:
        return read_shown(frames, [choice[block.start : block.stop]], on=on)

    def encode(shown: Shown, batches: Batches) -> Vectors:
        if isinstance(encoder, VideoEncoder):
            return encode_passes_of_clips(encoder, shown, passes, stills, batches)
        return encode_passes_of_frames(encoder, shown, passes, batches)

    def probe(batch: int) -> object:
        if not isinstance(encoder, VideoEncoder):
            return encoder.encode(blank(encoder, batch, frame_size=size, n_f=1))
        return step_encode(encoder)(blank(encoder, max(1, batch // p.frames), frame_size=size, n_f=p.frames))

    n_shown = (len(passes) + len(stills)) * p.frames
    return Extraction(
        stage=stage,
        layers=encoder.layers,
        dims=dims,
        budgets=tuple(rows),
        ids=samples.ids,
        blocks=cut(n, block_length(n_shown, batch_size(on) or MOST)),
        read=read,
        encode=encode,
        rows=len(rows),
        places=each_in_turn(n, len(rows)),
        probe=probe,
        count=n_shown,
        unit="frames",
        spec={
            "frames": frames.attributes["digest"],
            "rows": samples.rows.tolist(),
            "shown": [[one.name, one.places.tolist(), one.change] for one in [*passes, *stills]],
            **made_by(entry, stage=MODULE),
        },
        attributes={
            **_told(
                samples,
                rows=rows,
                passes=[one.name for one in passes],
                steps=n_steps,
                alone=list(dict.fromkeys(one.name for one in stills)),
            ),
            "orders": orders(p.frames),
            "sampler": p.sampler,
            "frames": p.frames,
            "out_of": p.chosen,
            "entry": stored_entry(entry),
            "short_share": float(np.mean(frames.n_decoded[samples.rows] < p.chosen)),
            "encoder": encoder.description,
        },
        axis="row",
        write=write_temporal,
    )


def _check_length(encoder: VideoEncoder, frames: int, stage: str) -> None:
    if encoder.n_frames not in (None, frames):
        raise InputError(
            f"{stage}: the encoder sees clips of {encoder.n_frames} frames, temporal.frames is {frames}: they must be "
            "equal (n_o of its entry, where it takes other numbers), since frames that are repeated or averaged lose "
            "their order"
        )


def _of_text(params: Params, project: Project, key: str, on: str) -> Extraction:
    entry, samples, stage = params.temporal.text[key], read_samples(project.samples), f"temporal_texts@{key}"
    shown = _told_texts(samples, read_lines(project.dataset / "captions.jsonl"))
    n_steps = len(shown["captions"][0])
    encoder = load_text_encoder(entry, device=on)
    budgets = [[[texts[step]] for texts in told] for told in shown.values() for step in range(n_steps)]
    texts = Texts.sorted(budgets, encoder)
    if not entry.truncate and texts.lengths[0] > encoder.max_tokens:
        raise InputError(
            f"{stage}: a caption has {texts.lengths[0]} tokens, the model takes {encoder.max_tokens}: say truncate: "
            "true in the encoder's entry"
        )
    rows = [f"{name} {step}" for name in shown for step in range(n_steps)]

    return extraction_of_texts(
        encoder,
        texts,
        on=on,
        stage=stage,
        budgets=tuple(rows),
        ids=samples.ids,
        spec={"texts": fingerprint({"texts": budgets}), **made_by(entry, stage=MODULE)},
        attributes={
            **_told(samples, rows=rows, passes=list(shown), steps=n_steps, alone=()),
            "orders": {},
            "entry": stored_entry(entry),
            "truncated_share": float(np.mean(texts.over(encoder.max_tokens))),
            "encoder": encoder.description,
        },
        axis="row",
        write=write_temporal,
    )


def _told(
    samples: Samples, *, rows: Sequence[str], passes: Sequence[str], steps: int, alone: Sequence[str]
) -> dict[str, Any]:
    """What every store of step features says; ``budgets`` name its rows and are not kept."""
    return {**whose(samples), "budgets": rows, "passes": passes, "steps": steps, "alone": alone}


def _told_texts(samples: Samples, lines: Sequence[Mapping[str, Any]]) -> dict[str, list[list[str]]]:
    """As many captions of every sample as all have, and their antonyms where all samples have them."""
    of = {line["id"]: line for line in lines}
    there = {name: [of[id_].get(field, []) for id_ in samples.ids] for name, field in TEXTS.items()}
    if not all(there["antonyms"]):
        del there["antonyms"]
    fewest = min(len(texts) for told in there.values() for texts in told)
    if fewest < 1:
        raise DataError(f"sample {samples.ids[[len(t) for t in there['captions']].index(0)]!r} has no caption")
    return {name: [texts[:fewest] for texts in told] for name, told in there.items()}
