"""Back ends of the search: which samples of a gallery are most similar to some of them.

Samples int64 `[query]` of a `Gallery` become similarities float32, less a constant of each query, and ids int64
`[query, width]`, best first. An engine is exact but for float32's rounding, and orders equals as it likes:
`neighbours.py` settles both, so that every engine gives the same table.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from platoscope.alignment.blocks import blocks
from platoscope.alignment.search.blas import Blas, better, is_small, none_yet
from platoscope.encoders.device import device
from platoscope.errors import InputError

if TYPE_CHECKING:
    from platoscope.alignment.search.gallery import Gallery
    from platoscope.alignment.search.ties import Places, Singles

VARIABLE = "PLATOSCOPE_ENGINE"
_FAISS_GPU_WIDTH = 2048  # of so many neighbours FAISS can keep track on a GPU
_QUERIES = 1 << 10  # that torch multiplies at a time
_SCORES = {"cpu": 1 << 20, "cuda": 1 << 27}  # similarities that torch holds at a time


class Engine(Protocol):
    """A gallery that is held ready for queries."""

    def best(self, samples: Places, *, width: int) -> tuple[Singles, Places]:
        """Give the largest similarities of some samples, falling, and whose they are: float32, int64 `[query, width]`.

        samples: int64 `[query]`, rows of the gallery. `width` is at most the number of its samples. Similarities are
        cosines less a number that each query has.
        """


def open_engine(name: str, gallery: Gallery) -> Engine:
    """Give an engine that holds `gallery`, whose arrays must not change meanwhile.

    name: "blas" (NumPy's, on the processor), "faiss", "faiss-gpu" (the first GPU that it sees), "torch" (on the device
    of the encoders), or "auto" (see `engine_name`). Raises InputError for an engine that is not here.
    """
    makers: dict[str, Callable[[Gallery], Engine]] = {
        "blas": Blas,
        "faiss": Faiss,
        "faiss-gpu": FaissGpu,
        "torch": Torch,
    }
    chosen = engine_name(name)
    if name == "auto" and chosen == "blas" and not is_small(len(gallery.rows)) and "faiss" in engines_here():
        chosen = "faiss"  # a tenth quicker where no symmetry is used
    return makers[chosen](gallery)


def engine_name(name: str = "auto", *, called: str = "engine") -> str:
    """Give the engine that a name stands for on this machine.

    "auto" is "faiss-gpu" where FAISS has a GPU, else "torch" where the encoders' device is a CUDA GPU, else "blas",
    for which `open_engine` takes "faiss" beyond 4,096 samples where it is installed, as it is quicker there. `called`
    is what messages call the name. Raises InputError for a name that is none or whose engine is not here; the message
    lists those that are.
    """
    there = engines_here()
    if name != "auto":
        if name not in there:
            raise InputError(f"{called} is {name!r}, but here there are 'auto', {', '.join(map(repr, there))}")
        return name
    if "faiss-gpu" in there:
        return "faiss-gpu"
    return "torch" if _on_cuda() else "blas"


def engine_of_environment() -> str:
    """Give what ``$PLATOSCOPE_ENGINE`` names, else "auto"; raises InputError, as `engine_name` does."""
    name = os.environ.get(VARIABLE, "auto")
    engine_name(name, called=VARIABLE)
    return name


def engines_here() -> tuple[str, ...]:
    """Names of the engines that work on this machine."""
    if find_spec("faiss") is None:
        return ("blas", "torch")
    return ("blas", "faiss", "faiss-gpu", "torch") if _faiss_gpus() else ("blas", "faiss", "torch")


def described(name: str) -> str:
    """Say for people what an engine is and where it runs, such as "faiss on cpu, 2 threads"."""
    name = engine_name(name)
    if name == "torch":
        return f"torch on {device()}"
    if name == "blas":
        return "NumPy's blas on cpu"
    import faiss

    return f"faiss on cpu, {faiss.omp_get_max_threads()} threads" if name == "faiss" else "faiss on the first GPU"


def faiss_version() -> str:
    """Version of the FAISS build that is installed, for processors or GPUs, or "none"."""
    if find_spec("faiss") is None:
        return "none"
    import faiss

    return str(faiss.__version__)


def _faiss_gpus() -> int:
    import faiss

    return int(faiss.get_num_gpus()) if hasattr(faiss, "StandardGpuResources") else 0


def _on_cuda() -> bool:
    """Whether encoders run on CUDA; without a GPU's driver torch, which takes seconds to load, need not be asked."""
    if "PLATOSCOPE_DEVICE" not in os.environ and not _driver():
        return False
    return device().startswith("cuda")


def _driver() -> bool:
    with suppress(OSError):
        ctypes.CDLL("libcuda.so.1")
        return True
    return Path("/dev/kfd").exists()  # AMD's, which torch calls CUDA as well


class Faiss:
    """FAISS on the processor; it holds no copy of the gallery."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    def best(self, samples: Places, *, width: int) -> tuple[Singles, Places]:
        """See `Engine`."""
        import faiss

        units, best = self._gallery.units(samples), none_yet(len(samples))
        for part in self._gallery.parts():
            centred = self._gallery.centred(part)
            found, ids = faiss.knn(units, centred, min(width, len(centred)), metric=faiss.METRIC_INNER_PRODUCT)
            best = better(best, (found, ids + part.start), width=width)
        return best


class FaissGpu:
    """FAISS on the first GPU, whose memory holds the gallery in float32; searches too wide for it use the processor."""

    def __init__(self, gallery: Gallery) -> None:
        import faiss

        self._resources = faiss.StandardGpuResources()  # has to outlive the index
        self._index = faiss.GpuIndexFlatIP(self._resources, gallery.rows.shape[1], faiss.GpuIndexFlatConfig())
        for part in gallery.parts():
            self._index.add(gallery.centred(part))
        self._gallery, self._processor = gallery, Blas(gallery)

    def best(self, samples: Places, *, width: int) -> tuple[Singles, Places]:
        """See `Engine`."""
        if width > _FAISS_GPU_WIDTH:
            return self._processor.best(samples, width=width)
        found, ids = self._index.search(self._gallery.units(samples), width)
        return found, ids


class Torch:
    """torch on the encoders' device: blocks of queries by blocks of the gallery, of which the best are kept.

    A GPU holds the gallery if it takes at most half of the memory that is free there; else it is read in blocks.
    """

    def __init__(self, gallery: Gallery) -> None:
        import torch

        self._gallery, self._held = gallery, None
        self._device = torch.device(device())
        if self._device.type == "cuda" and gallery.rows.nbytes <= torch.cuda.mem_get_info(self._device)[0] // 2:
            self._held = torch.empty(gallery.rows.shape, device=self._device)
            for part in gallery.parts():
                self._held[part] = torch.from_numpy(gallery.centred(part)).to(self._device)

    def best(self, samples: Places, *, width: int) -> tuple[Singles, Places]:
        """See `Engine`."""
        import torch

        queries = self._gallery.units(samples)
        found = np.empty((len(queries), width), np.float32)
        ids = np.empty((len(queries), width), np.int64)
        with torch.no_grad(), torch.autocast(self._device.type, enabled=False), _plain_float32():
            for part in blocks(len(queries), width=1, size=_QUERIES):
                values, places = self._merged(torch.from_numpy(queries[part]).to(self._device), width)
                found[part], ids[part] = values.cpu().numpy(), places.cpu().numpy()
        return found, ids

    def _merged(self, queries: Any, width: int) -> tuple[Any, Any]:
        """Give the best values and their places, tensors `[query, width]`, of all blocks of the gallery."""
        import torch

        size = max(_SCORES.get(self._device.type, _SCORES["cpu"]), len(queries) * width)
        values = torch.empty((len(queries), 0), device=self._device)
        places = torch.empty((len(queries), 0), device=self._device, dtype=torch.int64)
        for part in blocks(len(self._gallery.rows), width=len(queries), size=size):
            scores = queries @ self._centred(part).T
            new, where = scores.topk(min(width, scores.shape[1]))
            values, places = torch.cat([values, new], 1), torch.cat([places, where + part.start], 1)
            values, order = values.topk(min(width, values.shape[1]))
            places = places.gather(1, order)
        return values, places

    def _centred(self, part: slice) -> Any:
        """Give centred rows of the gallery as a tensor `[sample, dim]` on the device."""
        import torch

        return (
            torch.from_numpy(self._gallery.centred(part)).to(self._device) if self._held is None else self._held[part]
        )


@contextmanager
def _plain_float32() -> Iterator[None]:
    """Multiply float32 as float32, whatever the process allows (TF32, bfloat16), and leave its flags as they were."""
    import torch

    if not hasattr(torch.backends.cuda.matmul, "fp32_precision"):  # before torch 2.9 one flag stands for all devices
        allowed = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(allowed)
        return
    processor: Any = torch.backends.mkldnn  # whose `matmul` type checkers do not see
    backends: list[Any] = [torch.backends.cuda.matmul, processor.matmul]
    before = [backend.fp32_precision for backend in backends]
    try:
        for backend in backends:
            backend.fp32_precision = "ieee"
        yield
    finally:
        for backend, precision in zip(backends, before, strict=True):
            backend.fp32_precision = precision
