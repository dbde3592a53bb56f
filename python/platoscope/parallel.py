"""A pool of spawned worker processes in which no job can stop the others: a crash or a hang is a result like any other.

Workers are spawned, never forked (decoders in forked children can stand still), and end when their parent is killed.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import Any, Self

from platoscope.errors import InputError


@dataclass(frozen=True)
class Crash:
    """What a job gives that killed its worker or did not end in time."""

    reason: str


class Pool:
    """Spawned workers; ``limit_s`` is the wall-clock time that one job may take."""

    def __init__(self, *, workers: int, limit_s: float) -> None:
        self._workers = workers
        self._limit = limit_s
        self._executor = self._start()

    def map(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> list[Any]:
        """Results in the order of the jobs; a :class:`Crash` where a job took its worker down.

        An exception that ``function`` raises is raised here. ``function`` and jobs have to be picklable.
        """
        results: list[Any] = []
        futures = [self._submit(function, job) for job in jobs]
        for future in futures:
            result = self._wait(future)
            if isinstance(result, Crash):
                # Who was at fault is not known: the jobs that are left run one at a time.
                return results + [self._alone(function, job) for job in jobs[len(results) :]]
            results.append(result)
        return results

    def _alone(self, function: Callable[[Any], Any], job: Any) -> Any:
        return self._wait(self._submit(function, job))

    def _submit(self, function: Callable[[Any], Any], job: Any) -> "Future[Any]":
        try:
            return self._executor.submit(function, job)
        except BrokenProcessPool:  # a worker died since: what it was at shows when that is waited for
            self._restart()
            return self._executor.submit(function, job)

    def _wait(self, future: "Future[Any]") -> Any:
        try:
            return future.result(timeout=self._limit)
        except (BrokenProcessPool, CancelledError):
            reason = "crashed its worker process"
        except TimeoutError:
            if future.done():  # the job's own error
                raise
            reason = f"did not end within {self._limit:g} s"
        self._restart()
        return Crash(reason)

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, mp_context=get_context("spawn"), initializer=_end_with_parent)

    def _restart(self) -> None:
        self._kill()
        self._executor = self._start()

    def _kill(self) -> None:
        for process in list((self._executor._processes or {}).values()):  # noqa: SLF001 (no public way to kill)
            process.kill()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._executor.shutdown(wait=True)
        else:
            self._kill()


def worker_count() -> int:
    """Number of workers: ``$PLATOSCOPE_WORKERS``, else the processors this process may use."""
    named = os.environ.get("PLATOSCOPE_WORKERS")
    if named is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not named.isdecimal() or int(named) < 1:
        raise InputError(f"PLATOSCOPE_WORKERS must be a whole number from 1, got {named!r}")
    return int(named)


def _end_with_parent() -> None:
    """A worker holds both ends of its queue, so that it would wait for ever after its parent was killed."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
