"""Where and how fast encoders run: device, batch size and memory settings, none of which changes what is measured.

They come from the environment (``PLATOSCOPE_DEVICE``, ``PLATOSCOPE_BATCH``), not from params.
"""

import ctypes
import os
import sys
from contextlib import suppress

from platoscope.errors import InputError

BATCH = 32


def device() -> str:
    """``$PLATOSCOPE_DEVICE``, else the first GPU, else the processor.

    Raises
    ------
    InputError
        If a device is asked for that is not there.
    """
    import torch

    named = os.environ.get("PLATOSCOPE_DEVICE")
    if named is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=named).item()  # `meta` makes tensors too, but holds no values
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"PLATOSCOPE_DEVICE is {named!r}, which is not there: {str(error).splitlines()[0]}") from error
    return named


def batch_size() -> int:
    """``$PLATOSCOPE_BATCH``, else 32.

    Raises
    ------
    InputError
        If it is not a whole number from 1.
    """
    named = os.environ.get("PLATOSCOPE_BATCH", str(BATCH))
    if not named.isdecimal() or int(named) < 1:
        raise InputError(f"PLATOSCOPE_BATCH must be a whole number from 1, got {named!r}")
    return int(named)


def keep_float32() -> None:
    """Make GPUs compute float32 as float32: convolutions use TF32 unless told, and its 10 bits show in the features."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def keep_heap() -> None:
    """Make glibc keep freed memory: giving each big tensor back to the system costs more than computing it.

    The same as MALLOC_MMAP_MAX_=0 with large MALLOC_TRIM_THRESHOLD_ and MALLOC_TOP_PAD_; nothing elsewhere than Linux.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            libc = ctypes.CDLL("libc.so.6")
            for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 2**28)):
                libc.mallopt(option, value)
