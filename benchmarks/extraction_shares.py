"""Says where the time of a stage goes, and where that of a model's forward, each part beside its operations.

Printed by ``python -m benchmarks.extraction_shares``, as two tables of Markdown, from one run of each.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import nn

from benchmarks import extraction_stage
from benchmarks.extraction_floor import matrix_rate, operations
from benchmarks.extraction_project import mixed_texts, params_for, write_project
from benchmarks.extraction_rows import BATCH, LITE0, N_F, SAMPLES, SIZE, TEXTS
from platoscope.encoders import engine, sample_blocks, taps
from platoscope.encoders.base import load_text_encoder, load_video_encoder
from platoscope.encoders.hf_text import HfText
from platoscope.encoders.timm import Timm
from platoscope.store import FramesStore

_STEPS = ("read", "prepare", "forward", "pool", "average", "publish")
_TURNS = 5
_REST = "the rest: attention, activations, sums"


def shares(*, samples: int = SAMPLES, texts: int = TEXTS) -> str:
    """Give both tables; so many clips and texts are extracted."""
    captions = mixed_texts(texts)
    with TemporaryDirectory() as seen, TemporaryDirectory() as read:
        clips = write_project(Path(seen), samples=samples, n_f=N_F, size=SIZE)
        written = write_project(Path(read), samples=texts, n_f=1, size=8, captions=captions)
        video, text = params_for(n_f=N_F, size=SIZE, video=LITE0), params_for(n_f=1, size=8)
        runs = {"frames": lambda: extraction_stage.stage(video, clips, "video")}
        runs["texts"] = lambda: extraction_stage.stage(text, written, "text")
        stages = "".join(_stage(name, run) for name, run in runs.items())
        images = FramesStore(clips.frames).read(np.arange(min(BATCH, samples * N_F)))
    eye: Any = load_video_encoder(video.encoders.video["one"], frame_size=SIZE, device="cpu")
    reader: Any = load_text_encoder(text.encoders.text["one"], device="cpu")
    usual = sorted(captions, key=lambda caption: len(caption.split()))[texts // 2 :][:BATCH]
    pixels, (tokens, _) = eye.preprocess(images), reader._tokens(usual)  # noqa: SLF001
    rate = matrix_rate()
    parts = [
        *_parts("lite0", eye._model, lambda: eye._model(pixels), rate),  # noqa: SLF001
        *_parts("MiniLM", reader._model, lambda: reader._model(**tokens), rate),  # noqa: SLF001
    ]
    return f"{_STAGE_TITLES}{stages}\n{_PART_TITLES}{''.join(parts)}"


_STAGE_TITLES = f"| stage | seconds | {' | '.join(_STEPS)} | else |\n{'| --- ' * (len(_STEPS) + 3)}|\n"
_PART_TITLES = "| model | part | of its operations | of its time | of the matrix rate |\n" + "| --- " * 5 + "|\n"


def _stage(name: str, prepare: Callable[[], Callable[[], object]]) -> str:
    """Give the row of a stage: shares of its time by what the thread does that encodes."""
    taken: Counter[str] = Counter()
    run = prepare()
    run()
    with _watched(taken):
        start = time.perf_counter()
        run()
        total = time.perf_counter() - start
    taken["forward"] = taken["encode"] - taken["prepare"] - taken["pool"]
    steps = [taken[step] / total for step in _STEPS]
    return f"| {name} | {total:.1f} | {' | '.join(f'{share:.1%}' for share in (*steps, 1 - sum(steps)))} |\n"


@contextmanager
def _watched(taken: Counter[str]) -> Iterator[None]:
    """Add up the seconds of what a stage calls."""
    listening = taps.listening

    def heard(blocks: Any, keep: Callable[..., Any], *, from_input: bool) -> Any:
        return listening(blocks, _timed(keep, taken, "pool"), from_input=from_input)

    calls = [
        (engine._Ahead, "take", "read"),  # noqa: SLF001
        (Timm, "preprocess", "prepare"),
        (HfText, "_tokens", "prepare"),
        (Timm, "tensors", "encode"),
        (HfText, "tensors", "encode"),
        (sample_blocks, "mean_of", "average"),
        (extraction_stage, "publish", "publish"),
    ]
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(taps, "listening", heard))
        for owner, function, step in calls:
            timed = _timed(getattr(owner, function), taken, step)
            patches.enter_context(mock.patch.object(owner, function, timed))
        yield


def _timed(call: Callable[..., Any], taken: Counter[str], step: str) -> Callable[..., Any]:
    def timed(*arguments: object, **named: object) -> Any:
        start = time.perf_counter()
        try:
            return call(*arguments, **named)
        finally:
            taken[step] += time.perf_counter() - start  # type: ignore[assignment]

    return timed


@torch.inference_mode()
def _parts(name: str, model: nn.Module, forward: Callable[[], object], rate: float) -> list[str]:
    """Give the rows of a model: by kinds of the modules that have weights, and what is left of its forward."""
    counted: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    total = operations(forward)
    with _listening(model, before=lambda _: None, after=lambda kind, call: counted.update({kind: operations(call)})):
        forward()
    started = [0.0]

    def begin(_kind: str) -> None:
        started[0] = time.perf_counter()

    def end(kind: str, _call: object) -> None:
        taken[kind] += time.perf_counter() - started[0]  # type: ignore[assignment]

    with _listening(model, before=begin, after=end):
        start = time.perf_counter()
        for _ in range(_TURNS):
            forward()
        whole = (time.perf_counter() - start) / _TURNS
    rows = [(kind, counted[kind], taken[kind] / _TURNS) for kind in sorted(taken, key=lambda kind: -taken[kind])]
    rows.append((_REST, total - counted.total(), whole - sum(seconds for *_, seconds in rows)))
    rows.append(("all of it", total, whole))
    return [
        f"| {name} | {kind} | {n / total:.1%} | {seconds / whole:.1%} | {n / seconds / rate:.0%} |\n"
        for kind, n, seconds in rows
    ]


@contextmanager
def _listening(
    model: nn.Module, *, before: Callable[[str], object], after: Callable[[str, Callable[[], object]], object]
) -> Iterator[None]:
    """Tell when a module that has weights of its own begins and ends, by its kind; and a call that does it again."""
    hooks = []
    for module in model.modules():
        if any(True for _ in module.parameters(recurse=False)):
            kind = _kind(module)
            hooks.append(module.register_forward_pre_hook(lambda *_, kind=kind: before(kind)))
            hooks.append(
                module.register_forward_hook(
                    lambda module, given, _, kind=kind: after(kind, lambda: module.forward(*given))
                )
            )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _kind(module: nn.Module) -> str:
    if isinstance(module, nn.Conv2d):
        if module.groups > 1:
            return "depthwise convolutions"
        return "1 x 1 convolutions" if module.kernel_size == (1, 1) else "other convolutions"
    if isinstance(module, nn.Linear):
        return "linear layers"
    return "embeddings" if isinstance(module, nn.Embedding) else "norms, with their activations"


if __name__ == "__main__":
    print(shares())
