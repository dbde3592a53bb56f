"""How fast a server is asked: so many requests a minute, none while it wants to be left alone, and later each time.

Times are seconds of a monotonic clock.
"""

import threading
import time
from collections.abc import Callable

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0


class Pace:
    """Turns of several threads, at least ``60 / per_minute`` seconds apart; null for no limit."""

    def __init__(
        self,
        per_minute: float | None,
        *,
        sleep: Callable[[float], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval = 60.0 / per_minute if per_minute else 0.0
        self._sleep, self._clock = sleep, clock
        self._lock, self._next = threading.Lock(), -float("inf")

    def turn(self) -> None:
        """Wait until it is this thread's turn."""
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._interval
        if start > now:
            self._sleep(start - now)

    def hold(self, seconds: float) -> None:
        """Give nobody a turn for so long."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)


def backoff_s(attempt: int, *, key: str) -> float:
    """How long to wait before the attempt after number ``attempt`` (from 0): twice as long each time, half of it drawn.

    Drawn by the digest ``key``, so that those which failed together do not come back together.
    """
    share = int(key[8 * (attempt % 8) : 8 * (attempt % 8) + 8], 16) / 2**32
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**attempt) * (0.5 + 0.5 * share)
