"""Rows about extraction on an NVIDIA GPU: whole stages, compiled, beside one compiled forward of the same model.

A bare forward takes bfloat16 pixels, or token ids, that lie on the GPU already, and gives its last output alone. Ours
reads frames or tokenises texts, pools every layer and publishes a store. Weights are random, which a GPU multiplies as
fast as any; batches are of one size, and those of texts the same texts.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import numpy as np
import torch
import transformers

from benchmarks.extraction_floor import beside_floor, finish, matrix_rate, operations
from benchmarks.extraction_project import WORDS, mixed_texts, params_for, write_project
from benchmarks.extraction_stage import stage
from benchmarks.table import Line, against
from benchmarks.timing import medians, once
from platoscope.encoders.base import load_text_encoder, load_video_encoder
from platoscope.encoders.device import BATCH_VARIABLE, kind_of
from platoscope.store import FramesStore

GPU = "cuda"
LEAST = 0.85
_BARE = "bare forward, compiled whole, of resident tensors"
Batches = Sequence[tuple[tuple[torch.Tensor, ...], dict[str, Any]]]  # what a model is called with
_FAST = {"random_init": True, "dtype": "bfloat16", "compile": True}


@dataclass(frozen=True)
class Frames:
    """Clips of n_f frames for a vision transformer of timm."""

    samples: int = 2048
    n_f: int = 8
    size: int = 224
    checkpoint: str = "vit_large_patch14_clip_224"
    batch: int = 256

    @property
    def entry(self) -> dict[str, Any]:
        """Its entry in params."""
        sized = {"image_size": self.size, "crop_pct": 1.0}
        return {"family": "timm", "checkpoint": self.checkpoint, "attention": "sdpa", **sized, **_FAST}


@dataclass(frozen=True)
class Texts:
    """Texts of so many words for a language model built as Qwen2 is; by default as its smallest, of 0.5e9 weights."""

    texts: int = 8192
    words: tuple[int, int] = (32, 480)
    hidden: int = 896
    intermediate: int = 4864
    layers: int = 24
    heads: tuple[int, int] = (14, 2)  # of queries, of keys and values
    vocabulary: int = 151_936  # most of which no text has
    batch: int = 256

    def write(self, folder: Path) -> dict[str, Any]:
        """Write configuration and tokenizer, to which a word is a token; gives the entry in params."""
        transformers.Qwen2Config(
            vocab_size=self.vocabulary,
            hidden_size=self.hidden,
            intermediate_size=self.intermediate,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads[0],
            num_key_value_heads=self.heads[1],
            max_position_embeddings=32_768,
        ).save_pretrained(folder)
        learned = transformers.Qwen2Tokenizer().train_new_from_iterator([" ".join(WORDS)] * 2, vocab_size=1000)
        learned.save_pretrained(folder)
        return {"family": "hf_text", "checkpoint": str(folder), "attention": "sdpa", **_FAST}


def frames(rounds: int) -> list[Line]:
    """Time ViT-L/14."""
    return (
        frame_lines(Frames(), rounds, on=GPU) if torch.cuda.is_available() else _skipped("frames, ViT-L/14 at 224 px")
    )


def texts(rounds: int) -> list[Line]:
    """Time the language model."""
    return text_lines(Texts(), rounds, on=GPU) if torch.cuda.is_available() else _skipped("texts, 0.5e9 weights")


def _skipped(what: str) -> list[Line]:
    goal = f"at least {LEAST:g} times"
    return [Line(f"GPU, {what}, bfloat16", "skipped: PyTorch finds no NVIDIA GPU here", goal=goal)]


def frame_lines(job: Frames, rounds: int, *, on: str) -> list[Line]:
    """Time the stage over frames on a device, beside the bare forward."""
    with TemporaryDirectory() as folder, _batches_of(job.batch):
        project = write_project(Path(folder), samples=job.samples, n_f=job.n_f, size=job.size)
        params = params_for(n_f=job.n_f, size=job.size, video=job.entry)
        entry = params.encoders.video["one"].model_copy(update={"compile": False})
        encoder: Any = load_video_encoder(entry, frame_size=job.size, device=on)
        store, n = FramesStore(project.frames), job.samples * job.n_f
        rows = [np.arange(at, min(at + job.batch, n)) for at in range(0, n, job.batch)]
        batches: Batches = [((encoder.preprocess(store.read(some)).to(torch.bfloat16),), {}) for some in rows]
        whole = stage(params, project, "video", on=on)
        seconds, n_operations = _seconds(whole, encoder, batches, rounds, on=on, lengths_vary=False)
    what = f"{kind_of(on)}, frames, {job.samples:,} x {job.n_f}, {job.checkpoint} at {job.size} px, bfloat16"
    return _lines(what, seconds, n=n, unit="frames", n_operations=n_operations, on=on)


def text_lines(job: Texts, rounds: int, *, on: str) -> list[Line]:
    """Time the stage over texts on a device, beside the bare forward of the same batches."""
    captions = mixed_texts(job.texts, words=job.words)
    with TemporaryDirectory() as folder, TemporaryDirectory() as checkpoint, _batches_of(job.batch):
        project = write_project(Path(folder), samples=job.texts, n_f=1, size=8, captions=captions)
        params = params_for(n_f=1, size=8, text=job.write(Path(checkpoint)))
        entry = params.encoders.text["one"].model_copy(update={"compile": False})
        encoder: Any = load_text_encoder(entry, device=on)
        lengths = encoder.lengths(captions)
        order = np.argsort(-lengths, kind="stable")
        cut = [[captions[row] for row in order[at : at + job.batch]] for at in range(0, job.texts, job.batch)]
        batches = [((), dict(encoder._tokens(some)[0])) for some in cut]  # noqa: SLF001
        whole = stage(params, project, "text", on=on)
        seconds, n_operations = _seconds(whole, encoder, batches, rounds, on=on, lengths_vary=True)
        size = encoder.description["parameters"] / 1e9
    what = f"{kind_of(on)}, texts, {job.texts:,} of mixed length, a Qwen2 of {size:.2g}e9 weights, bfloat16"
    return _lines(what, seconds, n=int(lengths.sum()), unit="tokens", n_operations=n_operations, on=on)


def _batches_of(size: int) -> Any:
    """Have the stage take batches of a size, rather than search for one each time."""
    return mock.patch.dict(os.environ, {BATCH_VARIABLE: str(size)})


def _seconds(
    whole: Callable[[], object],
    encoder: Any,
    batches: Batches,
    rounds: int,
    *,
    on: str,
    lengths_vary: bool,
) -> tuple[dict[str, float], int]:
    """Time the stage and a bare loop over batches, in turns; gives the operations of the loop too."""

    @torch.inference_mode()
    def loop(model: Callable[..., object]) -> None:
        for given, named in batches:
            model(*given, **named)
        finish(on)

    n_operations = operations(lambda: loop(encoder._model))  # noqa: SLF001
    compiled = torch.compile(encoder._model, dynamic=lengths_vary or None)  # noqa: SLF001
    calls = {"ours": whole, "bare": lambda: loop(compiled)}
    return medians(once(calls), (None,), rounds=rounds, shortest=0), n_operations


def _lines(what: str, seconds: dict[str, float], *, n: int, unit: str, n_operations: int, on: str) -> list[Line]:
    rate = matrix_rate(on=on, dtype=torch.bfloat16)
    ours = seconds["ours"]
    return [
        against(what, ours=ours, peer=seconds["bare"], named=_BARE, least=LEAST),
        beside_floor(what, seconds=ours, n=n, unit=unit, n_operations=n_operations, rate=rate),
    ]
