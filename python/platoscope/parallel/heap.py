"""What glibc does with freed memory, for the rest of a process; nothing elsewhere than on Linux."""

import ctypes
import sys
from contextlib import suppress

# Of mallopt(3).
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -2, -3, -4


def keep_heap() -> None:
    """Keep what is freed: giving each big tensor back to the system costs more than computing it.

    The same as MALLOC_MMAP_MAX_=0 with large MALLOC_TRIM_THRESHOLD_ and MALLOC_TOP_PAD_.
    """
    _set({_MMAP_MAX: 0, _TRIM_THRESHOLD: 2**31 - 1, _TOP_PAD: 2**28})


def return_heap() -> None:
    """Give large buffers back at once: a heap that many of them went through grows with their number, full of holes.

    The same as MALLOC_MMAP_THRESHOLD_ of 1 MiB, which is no longer raised when such a buffer is freed.
    """
    _set({_MMAP_MAX: 2**16, _MMAP_THRESHOLD: 2**20, _TRIM_THRESHOLD: 2**20, _TOP_PAD: 2**17})


def _set(options: dict[int, int]) -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            libc = ctypes.CDLL("libc.so.6")
            for option, value in options.items():
                libc.mallopt(option, value)
