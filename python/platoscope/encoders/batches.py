"""Items are encoded in batches of one size, since another size moves the last bits: the last batch is filled up.

Where memory runs out the size is halved, and stays so; a size that nobody gave is searched for. Both are kept with
the scratch, so that what goes on later goes on alike.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.device import free_memory, memory_held, on_its_way, out_of_memory
from platoscope.errors import EncodingError
from platoscope.progress import say
from platoscope.scratch import Work

MOST = 256
FIRST = 8
GAIN = 1.05  # twice the batch has to bring this, or it is not worth its memory
SHARE = 0.8  # of what is free
KEPT = "batch"


@dataclass
class Batches:
    """How many things are encoded at once; ``shrunk(size)`` is told when that has to be fewer."""

    size: int
    shrunk: Callable[[int], object] = str

    @classmethod
    def kept_with(cls, work: Work, given: int | None, probe: Callable[[int], object], *, on: str) -> "Batches":
        """The size that is kept with the scratch, else the one that is given, else one that is searched for."""
        kept = work.kept(KEPT)
        size = int(kept) if kept else given or search(probe, on=on)

        def shrunk(smaller: int) -> None:
            say(f"{work.stage}: out of memory, goes on with batches of {smaller}")
            work.keep(KEPT, str(smaller))

        if given is None and not kept:
            work.keep(KEPT, str(size))
        return cls(size, shrunk)

    def encode(
        self, encode: Callable[[Any], Any], n: int, pick: Callable[[Any], Any], *, weight: int = 1
    ) -> list[NDArray[np.float32]]:
        """Encode items 0 .. n-1, each of which counts as ``weight``; ``pick`` gives those of a slice or of places.

        Raises
        ------
        EncodingError
            If memory does not suffice for one.
        """
        parts: list[list[NDArray[np.float32]]] = []
        coming, start = None, 0
        while start < n:
            size = max(1, self.size // weight)
            stop = start + size
            which: Any = slice(start, stop) if stop <= n else np.minimum(np.arange(start, stop), n - 1)
            try:
                started = on_its_way(encode(pick(which)), stop=n - start)
            except (RuntimeError, MemoryError) as error:
                self._shrink(error, size, weight)
                continue
            # A device computes this batch while the last one is taken from it.
            if coming:
                parts.append(coming())
            coming, start = started, stop
        if coming:
            parts.append(coming())
        return [np.concatenate(layer) for layer in zip(*parts, strict=True)]

    def _shrink(self, error: Exception, size: int, weight: int) -> None:
        if not out_of_memory(error):
            raise error
        if size == 1:
            raise EncodingError(
                f"memory does not suffice for one at a time ({str(error).splitlines()[0]}): what is finished is kept; "
                "use a larger device (PLATOSCOPE_DEVICE), or a smaller dtype or image_size in the encoder's entry"
            ) from error
        self.size = size * weight // 2
        self.shrunk(self.size)


def search(probe: Callable[[int], object], *, on: str) -> int:
    """The size of batches that is worth it on a device: twice as much as long as it is quicker an item and fits."""
    best, rate, size = 1, 0.0, FIRST
    limit = SHARE * free_memory(on) + memory_held(on)
    while size <= MOST:
        try:
            probe(size)
            start = time.perf_counter()
            probe(size)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            break
        now = size / (time.perf_counter() - start)
        if now < GAIN * rate:
            break
        best, rate = size, now
        if 2 * memory_held(on) > limit:
            break
        size *= 2
    return best
