"""A pool of spawned worker processes in which no job can stop the others: a crash or a hang is a result like any other.

Workers are spawned, never forked (decoders in forked children can stand still), and end when their parent is killed.
Each has one job at a time and a pipe of its own, so that who is at fault is always known. A worker that dies may have
been killed by the machine, for others' use of its memory say: its job is done again when no other runs, and is at
fault if that ends the same way. Where workers cannot even begin, the machine is, and no job.
"""

import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from platoscope.errors import WorkerError
from platoscope.parallel.worker import BEGUN, DONE, MEMORY, RAISED, work

END_S = 10.0
STARTS = 3  # of workers for one job, before the machine is taken to be at fault
START_S = 120.0  # to start a worker and import what its first job needs, which is no part of the job's time


@dataclass(frozen=True)
class Crash:
    """What a job gives that twice killed its worker, did not end in time or wanted too much memory."""

    reason: str


@dataclass(eq=False)
class Task:
    """A submitted job."""

    message: bytes  # the pickled function and its job
    outcome: tuple[str, Any] | None = None  # DONE with the result, or RAISED with the error
    in_vain: int = 0  # handed to workers that ended before they began with it
    killed: bool = False  # a worker, which may have been by chance


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
        self._alone: deque[Task] = deque()  # those that are to be done while no other is

    def map(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> list[Any]:
        """Results in the order of the jobs; a :class:`Crash` where a job took its worker down.

        An exception that ``function`` raises is raised here. ``function`` and jobs have to be picklable.

        Raises
        ------
        WorkerError
            If workers end, again and again, before they begin with a job.
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
            self._alone = deque(task for task in self._alone if task not in ours)

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
            elif now >= worker.deadline and worker.begun:
                self._stop(worker, f"did not end within {self._limit_s:g} s")
            elif now >= worker.deadline:
                self._again(worker, f"did not start within {START_S + self._limit_s:g} s")

    def _hand_out(self) -> None:
        for worker in [worker for worker in self._workers if not worker.task]:
            if worker.pipe.poll():  # nothing but its end is to be heard of an idle worker
                self._dismiss(worker)
        idle = deque(worker for worker in self._workers if not worker.task)
        while self._waiting and (idle or len(self._workers) < self._most):
            self._give(idle.popleft() if idle else self._start(), self._waiting.popleft())
        if self._alone and not any(worker.task for worker in self._workers):
            self._give(idle.popleft() if idle else self._start(), self._alone.popleft())

    def _give(self, worker: _Worker, task: Task) -> None:
        worker.task, worker.begun = task, False
        worker.deadline = time.monotonic() + START_S + self._limit_s
        try:
            worker.pipe.send_bytes(task.message)
        except OSError:
            return  # it died since, which shows when it is listened to

    def _hear(self, worker: _Worker) -> None:
        assert worker.task is not None
        try:
            kind, value = worker.pipe.recv()
        except (EOFError, OSError):
            self._lose(worker)
            return
        if kind == BEGUN:
            worker.begun, worker.deadline = True, time.monotonic() + self._limit_s
        elif kind == MEMORY and not worker.begun:
            self._again(worker, "memory ran out")
        elif kind == MEMORY:
            # Its heap is in pieces now, and what the next job gets must not depend on that.
            self._stop(worker, f"needs more than {self._limit_gb or inf:g} GB of memory")
        else:
            worker.task.outcome, worker.task = (kind, value), None

    def _lose(self, worker: _Worker) -> None:
        """Note the death of a worker."""
        assert worker.task is not None
        worker.process.join(END_S)
        cause = _cause(worker.process.exitcode)
        if not worker.begun:
            self._again(worker, cause)
        elif worker.task.killed:
            self._stop(worker, f"crashed its worker process ({cause})")
        else:
            worker.task.killed = True
            self._alone.append(worker.task)
            self._dismiss(worker)

    def _again(self, worker: _Worker, cause: str) -> None:
        """Give the job of a worker that never began with it to another, so many times."""
        task = worker.task
        assert task is not None
        self._dismiss(worker)
        task.in_vain += 1
        if task.in_vain == STARTS:
            raise WorkerError(
                f"worker processes end before they begin their work ({cause}), {STARTS} of them with one job, in which "
                "nothing is wrong: has this machine enough memory, may it start processes, is this program whole?"
            )
        self._waiting.appendleft(task)

    def _stop(self, worker: _Worker, reason: str) -> None:
        assert worker.task is not None
        worker.task.outcome = DONE, Crash(reason)
        self._dismiss(worker)

    def _start(self) -> _Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, self._limit_s, self._limit_gb), daemon=True)
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
