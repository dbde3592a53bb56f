"""A pool of spawned worker processes in which no job can stop the others: a crash or a hang is a result like any other.

Workers are spawned, never forked (decoders in forked children can stand still), and end when their parent is killed.
Each has one job at a time and a pipe of its own, so that who is at fault is always known.
"""

import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from platoscope.errors import InputError

END_S = 10.0
START_S = 120.0  # to start a worker and import what its first job needs, which is no part of the job's time
BEGUN, DONE, RAISED, MEMORY = "begun", "done", "raised", "memory"


@dataclass(frozen=True)
class Crash:
    """What a job gives that killed its worker, did not end in time or wanted too much memory."""

    reason: str


@dataclass(eq=False)
class Task:
    """A submitted job."""

    message: bytes  # the pickled function and its job
    outcome: tuple[str, Any] | None = None  # DONE with the result, or RAISED with the error
    handed_out: int = 0


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    pipe: "Connection[Any, Any]"
    task: Task | None = None
    deadline: float = inf
    begun: bool = False


class Pool:
    """Spawned workers for jobs of at most ``limit_s`` of wall-clock time each.

    ``limit_gb`` (of 10^9 bytes) is the memory that a worker may take for its jobs; it is enforced on Linux alone.
    """

    def __init__(self, *, workers: int, limit_s: float, limit_gb: float | None = None) -> None:
        self._most = workers
        self._limit_s = limit_s
        self._limit_gb = limit_gb
        self._workers: list[_Worker] = []
        self._waiting: deque[Task] = deque()

    def map(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> list[Any]:
        """Results in the order of the jobs; a :class:`Crash` where a job took its worker down.

        An exception that ``function`` raises is raised here. ``function`` and jobs have to be picklable.
        """
        return self.results(self.submit(function, jobs))

    def submit(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> list[Task]:
        """Queue jobs, to be started as workers become free while results are waited for."""
        tasks = [Task(pickle.dumps((function, job))) for job in jobs]
        self._waiting.extend(tasks)
        return tasks

    def results(self, tasks: Sequence[Task]) -> list[Any]:
        """Wait for what was submitted; results as of :meth:`map`."""
        try:
            return [self._result(task) for task in tasks]
        finally:  # after an error some may be left
            ours = set(tasks)
            self._waiting = deque(task for task in self._waiting if task not in ours)

    def _result(self, task: Task) -> Any:
        while task.outcome is None:
            self._turn()
        kind, value = task.outcome
        if kind == RAISED:
            raise value
        return value

    def _turn(self) -> None:
        """Hand out jobs, then wait until a worker says something or is to be stopped."""
        self._hand_out()
        busy = {worker.pipe: worker for worker in self._workers if worker.task}
        patience = max(0.0, min(worker.deadline for worker in busy.values()) - time.monotonic())
        ready = connection.wait(list(busy), timeout=min(patience, 1e6))  # more overflows on some systems
        now = time.monotonic()  # what is heard later than this may still have been in time
        for pipe, worker in busy.items():
            if pipe in ready:
                self._hear(worker)
            elif now >= worker.deadline:
                self._stop(worker, f"did not end within {self._limit_s:g} s")

    def _hand_out(self) -> None:
        for worker in [worker for worker in self._workers if not worker.task]:
            if worker.pipe.poll():  # nothing but its end is to be heard of an idle worker
                self._dismiss(worker)
        idle = deque(worker for worker in self._workers if not worker.task)
        while self._waiting and (idle or len(self._workers) < self._most):
            self._give(idle.popleft() if idle else self._start(), self._waiting.popleft())

    def _give(self, worker: _Worker, task: Task) -> None:
        worker.task, worker.begun = task, False
        worker.deadline = time.monotonic() + START_S + self._limit_s
        task.handed_out += 1
        try:
            worker.pipe.send_bytes(task.message)
        except OSError:
            return  # it died since, which shows when it is listened to

    def _hear(self, worker: _Worker) -> None:
        task = worker.task
        assert task is not None
        try:
            kind, value = worker.pipe.recv()
        except (EOFError, OSError):
            self._lose(worker, task)
            return
        if kind == BEGUN:
            worker.begun, worker.deadline = True, time.monotonic() + self._limit_s
        elif kind == MEMORY:
            # Its heap is in pieces now, and what the next job gets must not depend on that.
            self._stop(worker, f"needs more than {self._limit_gb or inf:g} GB of memory")
        else:
            task.outcome, worker.task = (kind, value), None

    def _lose(self, worker: _Worker, task: Task) -> None:
        """Note the death of a worker. Its job is tried once more: it may have been killed from outside."""
        worker.process.join(END_S)
        cause = _cause(worker.process.exitcode)
        if task.handed_out < 2:
            worker.task = None
            self._waiting.appendleft(task)
            self._dismiss(worker)
        elif worker.begun:
            self._stop(worker, f"crashed its worker process ({cause})")
        else:  # what its job needs is imported then, and no job has been looked at
            task.outcome = RAISED, RuntimeError(f"worker processes end before they begin their work ({cause})")
            self._dismiss(worker)

    def _stop(self, worker: _Worker, reason: str) -> None:
        assert worker.task is not None
        worker.task.outcome = DONE, Crash(reason)
        self._dismiss(worker)

    def _start(self) -> _Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._limit_s, self._limit_gb), daemon=True)
        process.start()
        theirs.close()  # so that its death is the end of the pipe
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.pipe.close()
        worker.process.join(END_S)  # a process may wait for a disk that never answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for worker in list(self._workers):
            self._dismiss(worker)


def _cause(exitcode: int | None) -> str:
    return signal.Signals(-exitcode).name if exitcode is not None and exitcode < 0 else f"exit code {exitcode}"


def worker_count() -> int:
    """Number of workers: ``$PLATOSCOPE_WORKERS``, else the processors this process may use."""
    named = os.environ.get("PLATOSCOPE_WORKERS")
    if named is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not named.isdecimal() or int(named) < 1:
        raise InputError(f"PLATOSCOPE_WORKERS must be a whole number from 1, got {named!r}")
    return int(named)


def limit_of_environment(variable: str, *, default: float) -> float:
    """Give the number above 0 that an environment variable holds, else the default.

    Raises
    ------
    InputError
        If it holds anything else.
    """
    named = os.environ.get(variable)
    try:
        limit = default if named is None else float(named)
    except ValueError:
        limit = -inf
    if limit <= 0 or not isfinite(limit):
        raise InputError(f"{variable} must be a number above 0, got {named!r}")
    return limit


def _work(pipe: "Connection[Any, Any]", limit_s: float, limit_gb: float | None) -> None:
    """Do jobs as they come, until the pipe ends."""
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's business
    limited = False
    while True:
        try:
            message = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(_answer(pipe, message, limit_s, None if limited else limit_gb))
        limited = True


def _answer(pipe: "Connection[Any, Any]", message: bytes, limit_s: float, limit_gb: float | None) -> bytes:
    try:
        function, job = pickle.loads(message)  # noqa: S301 (our parent's)
        if limit_gb is not None and sys.platform == "linux":
            _limit_memory(limit_gb)
        pipe.send((BEGUN, None))
        # A job that holds the interpreter for ever would outlive a parent that was killed, but for this alarm.
        signal.setitimer(signal.ITIMER_REAL, min(2 * limit_s, 1e6))
        return pickle.dumps((DONE, function(job)))
    except MemoryError:
        return pickle.dumps((MEMORY, None))
    except Exception as error:  # noqa: BLE001 (raised again by the parent)
        error.add_note(f"In a worker process:\n{traceback.format_exc()}")
        return pickle.dumps((RAISED, error))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit_memory(limit_gb: float) -> None:
    """Let this process hold so much more than it does, which is its libraries (and differs with the processors)."""
    import resource

    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData"))
    # Of Linux's limits this one counts what can be filled, wherever malloc takes it from, and neither code nor files.
    most = int(held.split()[1]) * 1024 + round(limit_gb * 1e9)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _end_with_parent() -> None:
    """A job that goes on would not notice that its parent was killed."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
