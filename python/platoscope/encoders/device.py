"""Where and how fast encoders run: devices, batch size and memory, none of which changes what is measured.

They come from the environment (``PLATOSCOPE_DEVICE``, ``PLATOSCOPE_BATCH``) or the command line, not from params.
"""

import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from platoscope.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 32
DEVICE_VARIABLE = "PLATOSCOPE_DEVICE"
BATCH_VARIABLE = "PLATOSCOPE_BATCH"
SEARCHED = "search"


def devices() -> tuple[str, ...]:
    """``$PLATOSCOPE_DEVICE``, a device or several with commas between, else the first GPU, else the processor.

    Raises
    ------
    InputError
        If a device is asked for that is not there, or devices are not alike, which would give other last bits.
    """
    import torch

    named = os.environ.get(DEVICE_VARIABLE)
    if named is None:
        return ("cuda" if torch.cuda.is_available() else "cpu",)
    return _listed(named, named_by=DEVICE_VARIABLE)


@contextmanager
def chosen_devices(named: str | None) -> Iterator[None]:
    """Have :func:`devices` give those that ``--devices`` names, whatever the environment says; None leaves it alone.

    Raises
    ------
    InputError
        As :func:`devices`.
    """
    if named is None:
        yield
        return
    _listed(named, named_by="--devices")
    before = os.environ.get(DEVICE_VARIABLE)
    os.environ[DEVICE_VARIABLE] = named
    try:
        yield
    finally:
        del os.environ[DEVICE_VARIABLE]
        os.environ.update({} if before is None else {DEVICE_VARIABLE: before})


def _listed(named: str, *, named_by: str) -> tuple[str, ...]:
    """Split devices with commas between, which have to be there and alike."""
    import torch

    asked = tuple(part.strip() for part in named.split(","))
    for one in asked:
        try:
            torch.zeros(1, device=one).item()  # `meta` makes tensors too, but holds no values
        except (RuntimeError, AssertionError) as error:
            raise InputError(f"{named_by} is {named!r}: {one!r} is not there: {_first_line(error)}") from error
    kinds = sorted(set(map(kind_of, asked)))
    if len(kinds) > 1:
        raise InputError(f"{named_by} is {named!r}: these are {' and '.join(kinds)}, wanted devices of one kind")
    return asked


def device() -> str:
    """The first of :func:`devices`."""
    return devices()[0]


def kind_of(on: str) -> str:
    """What a device is called that computes alike: ``cpu``, or a GPU's name."""
    import torch

    return torch.cuda.get_device_name(on) if on.startswith("cuda") else on


def batch_size(on: str) -> int | None:
    """``$PLATOSCOPE_BATCH``; None where a size is to be searched for, as on a GPU unless one is given.

    Raises
    ------
    InputError
        If it is neither a whole number from 1 nor ``search``.
    """
    named = os.environ.get(BATCH_VARIABLE, SEARCHED if on.startswith("cuda") else str(BATCH))
    if named == SEARCHED:
        return None
    if not named.isdecimal() or int(named) < 1:
        raise InputError(f"{BATCH_VARIABLE} must be a whole number from 1 or {SEARCHED!r}, got {named!r}")
    return int(named)


def share_cores(n_processes: int) -> None:
    """Leave the cores that other processes of a run on processors compute on to them."""
    import torch

    torch.set_num_threads(max(1, torch.get_num_threads() // n_processes))


def keep_float32() -> None:
    """Make GPUs compute float32 as float32: convolutions use TF32 unless told, and its 10 bits show in the features."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def pinned(values: NDArray[Any], on: str) -> NDArray[Any]:
    """The same values where a GPU takes them from while it computes; as they are where there is none."""
    import torch

    return torch.from_numpy(values).pin_memory().numpy() if on.startswith("cuda") else values


def on_its_way(
    vectors: "Sequence[NDArray[np.float32] | Tensor]", *, stop: int
) -> Callable[[], list[NDArray[np.float32]]]:
    """Begin to take the first ``stop`` vectors of each layer from their device; calling what is given waits for them.

    All layers at once, and without waiting for what the device was told to compute before they are asked for.
    """
    import torch

    tensors = [vector for vector in vectors if isinstance(vector, torch.Tensor)]
    if not tensors or not tensors[0].is_cuda:
        arrays = [np.asarray(vector[:stop], np.float32) for vector in vectors]
        return lambda: arrays
    joined = torch.cat([tensor[:stop].float() for tensor in tensors], dim=1).to("cpu", non_blocking=True)
    arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
    arrived.record()

    ends = np.cumsum([tensor.shape[1] for tensor in tensors])[:-1]

    def taken() -> list[NDArray[np.float32]]:
        arrived.synchronize()
        return [part.copy() for part in np.split(joined.numpy(), ends, axis=1)]

    return taken


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, after which what was held for it is free again."""
    import torch

    words = "out of memory", "not enough memory", "can't allocate memory"
    full = isinstance(error, MemoryError | torch.OutOfMemoryError) or any(word in str(error) for word in words)
    if full and torch.cuda.is_available():
        torch.cuda.empty_cache()
    return full


def free_memory(on: str) -> float:
    """Bytes that are free for a device's tensors."""
    import torch

    if on.startswith("cuda"):
        return float(torch.cuda.mem_get_info(on)[0])
    return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def memory_held(on: str) -> float:
    """Bytes that this process has held on a device at most."""
    import torch

    if on.startswith("cuda"):
        return float(torch.cuda.max_memory_allocated(on))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1024.0 if sys.platform == "linux" else 1.0)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0]
