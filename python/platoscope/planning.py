"""``platoscope plan``: what a params file will cost, from the data set and one timed batch of each encoder.

Forwards are counted as the engine runs them, once for what several budgets show: those of clips that have frames enough
and of captions that all differ, which is the most that there can be.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from platoscope.data.dataset import drawn, find
from platoscope.data.sampling import budgets_of, choose, most_shown
from platoscope.encoders.base import (
    ImageEncoder,
    Layers,
    VideoEncoder,
    blank,
    frames_at_once,
    load_text_encoder,
    load_video_encoder,
)
from platoscope.encoders.device import BATCH, batch_size, device
from platoscope.encoders.subclips import subclip_places
from platoscope.encoders.texts import TextBudget, most_texts, text_budgets
from platoscope.errors import PlatoscopeError
from platoscope.parallel import keep_heap
from platoscope.params import ClocksParams, Params, SyntheticParams, TextEncoderParams, VideoEncoderParams
from platoscope.project import Project

HALF = 2
LONG = 100_000  # frames of a clip in which no two places of a choice fall together
WORDS = "a dog runs over wet grass " * 4


class Cost(NamedTuple):
    """Forwards, vectors of each layer that come of them, one batch's layers, and the seconds of one forward."""

    n_forwards: int
    n_vectors: int
    layers: Layers
    seconds: float


def plan_table(params: Params, project: Project) -> str:
    """Samples, frames, forwards, gigabytes and hours; an encoder that cannot be loaded says why."""
    keep_heap()
    on = device()
    n_clips, n_asked = _counts(params, project)
    n = params.samples.n or n_asked
    budgets, p = params.budgets, params.frames
    n_frames = n_clips * most_shown(budgets=budgets.frames, samplers=p.samplers)
    video, text = params.encoders.video.items(), params.encoders.text.items()
    told = text_budgets(params.captions.variants, budgets.captions)
    return "\n".join(
        [
            f"samples   {n} of {n_clips} clips",
            f"grid      frames {_listed(budgets.frames)} x captions {_listed(budgets.captions)}",
            f"frames    at most {n_frames}, {n_frames * p.size**2 * 3 / 1e9:.2f} GB raw",
            "",
            f"{'encoder':24} {'forwards':>9} {'GB':>7} {'hours':>7}   at most",
            *(_line(f"video {key}", partial(_of_video, entry, params, n=n, on=on)) for key, entry in video),
            *(_line(f"text {key}", partial(_of_text, entry, told, n=n, on=on)) for key, entry in text),
        ]
    )


def forwards_of_clip(encoder: ImageEncoder | VideoEncoder, budgets: Sequence[int], *, sampler: str) -> int:
    """Frames or clips of one long video that an encoder is shown for all budgets, equal ones once."""
    if not isinstance(encoder, VideoEncoder):
        return most_shown(budgets=budgets, samplers=[sampler])
    shown = set()
    for n_f in budgets:
        chosen = choose(np.arange(LONG), n_f, sampler=sampler)
        shown |= {tuple(clip) for clip in chosen[subclip_places(n_f, frames_at_once(encoder, n_f))].tolist()}
    return len(shown)


def _of_video(entry: VideoEncoderParams, params: Params, *, n: int, on: str) -> Cost:
    shown, size = budgets_of(entry.sampler, params.budgets.frames), params.frames.size
    encoder = load_video_encoder(entry, frame_size=size, device=on)
    batch = max(1, (batch_size(on) or BATCH) // frames_at_once(encoder, max(shown)))
    black = blank(encoder, batch, frame_size=size, n_f=max(shown))
    layers, seconds = _timed(partial(encoder.encode, black))
    return Cost(n * forwards_of_clip(encoder, shown, sampler=entry.sampler), n * len(shown), layers, seconds / batch)


def _of_text(entry: TextEncoderParams, budgets: Sequence[TextBudget], *, n: int, on: str) -> Cost:
    encoder = load_text_encoder(entry, device=on)
    words = [WORDS] * (batch_size(on) or BATCH)
    layers, seconds = _timed(partial(encoder.encode, words))
    return Cost(n * most_texts(budgets), n * len(budgets), layers, seconds / len(words))


def _timed(encode: Callable[[], Layers]) -> tuple[Layers, float]:
    """The second of two runs, as the first makes what later ones find ready."""
    encode()
    start = time.perf_counter()
    layers = encode()
    return layers, time.perf_counter() - start


def _line(name: str, cost: Callable[[], Cost]) -> str:
    try:
        n_forwards, n_vectors, layers, seconds = cost()
    except PlatoscopeError as error:
        return f"{name:24} {error}"
    gigabytes = n_vectors * sum(layer.shape[1] for layer in layers) * HALF / 1e9
    return f"{name:24} {n_forwards:9} {gigabytes:7.3f} {n_forwards * seconds / 3600:7.3f}"


def _counts(params: Params, project: Project) -> tuple[int, int]:
    """Clips that are decoded, and how many of them are asked for as samples."""
    dataset, asked = params.dataset, set(params.samples.ids)
    if isinstance(dataset, SyntheticParams | ClocksParams):
        n = dataset.total if isinstance(dataset, ClocksParams) else dataset.n
        return n, len(asked) or n
    rows = drawn(find(dataset, project), dataset.n, seed=dataset.seed).rows
    return len(rows), sum(row.id in asked for row in rows) if asked else len(rows)


def _listed(budgets: tuple[int, ...]) -> str:
    return ", ".join(map(str, budgets))
