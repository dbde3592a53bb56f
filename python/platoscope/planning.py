"""``platoscope plan``: what a params file will cost, from the data set and one timed batch of each encoder."""

import time

from platoscope.data.dataset import drawn, find
from platoscope.data.sampling import budgets_of
from platoscope.encoders.base import Layers, blank, frames_at_once, load_text_encoder, load_video_encoder
from platoscope.encoders.device import BATCH, batch_size, device, keep_heap
from platoscope.errors import PlatoscopeError
from platoscope.params import Params, SyntheticParams
from platoscope.project import Project

HALF = 2


def plan_table(params: Params, project: Project) -> str:
    """Samples, frames, forwards, gigabytes and hours; an encoder that cannot be loaded says why."""
    keep_heap()
    on = device()
    n_clips, n_asked = _counts(params, project)
    n = params.samples.n or n_asked
    budgets = params.budgets
    most = {s: sum(budgets_of(s, budgets.frames)) for s in params.frames.samplers}
    n_frames = n_clips * sum(most.values())
    frame_bytes = params.frames.size**2 * 3
    lines = [
        f"samples   {n} of {n_clips} clips",
        f"grid      frames {_listed(budgets.frames)} x captions {_listed(budgets.captions)}",
        f"frames    at most {n_frames}, {n_frames * frame_bytes / 1e9:.2f} GB raw",
        "",
        f"{'encoder':24} {'forwards':>9} {'GB':>7} {'hours':>7}",
    ]
    for key, video in params.encoders.video.items():
        shown = budgets_of(video.sampler, budgets.frames)
        try:
            encoder = load_video_encoder(video, frame_size=params.frames.size, device=on)
            n_forwards = n * sum(-(-n_f // frames_at_once(encoder, n_f)) for n_f in shown)
            batch = max(1, (batch_size(on) or BATCH) // frames_at_once(encoder, shown[-1]))
            black = blank(encoder, batch, frame_size=params.frames.size, n_f=shown[-1])
            encoder.encode(black)
            start = time.perf_counter()
            layers = encoder.encode(black)
            seconds = (time.perf_counter() - start) / batch
        except PlatoscopeError as error:
            lines.append(f"video {key:18} {error}")
            continue
        lines.append(_line(f"video {key}", n_forwards, n * len(shown), layers, seconds))
    for key, text in params.encoders.text.items():
        n_forwards = n * len(budgets.captions)
        try:
            reader = load_text_encoder(text, device=on)
            words = ["a dog runs over wet grass " * 4] * (batch_size(on) or BATCH)
            reader.encode(words)
            start = time.perf_counter()
            layers = reader.encode(words)
            seconds = (time.perf_counter() - start) / len(words)
        except PlatoscopeError as error:
            lines.append(f"text {key:19} {error}")
            continue
        lines.append(_line(f"text {key}", n_forwards, n_forwards, layers, seconds))
    return "\n".join(lines)


def _line(name: str, n_forwards: int, n_vectors: int, layers: Layers, seconds: float) -> str:
    gigabytes = n_vectors * sum(layer.shape[1] for layer in layers) * HALF / 1e9
    return f"{name:24} {n_forwards:9} {gigabytes:7.3f} {n_forwards * seconds / 3600:7.3f}"


def _counts(params: Params, project: Project) -> tuple[int, int]:
    """Clips that are decoded, and how many of them are asked for as samples."""
    dataset, asked = params.dataset, set(params.samples.ids)
    if isinstance(dataset, SyntheticParams):
        return dataset.n, len(asked) or dataset.n
    rows = drawn(find(dataset, project), dataset.n, seed=dataset.seed).rows
    return len(rows), sum(row.id in asked for row in rows) if asked else len(rows)


def _listed(budgets: tuple[int, ...]) -> str:
    return ", ".join(map(str, budgets))
