"""The pool against jobs that crash, hang and raise, and against the death of its own process."""

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from platoscope.errors import InputError
from platoscope.parallel import Crash, Pool, worker_count

PLENTY_S = 120.0


@pytest.fixture(scope="module")
def pool():
    with Pool(workers=2, limit_s=PLENTY_S) as pool:
        yield pool


def doubled_or_crash(job):
    """Twice the number; -1 ends the worker with a code, -11 by a segmentation fault."""
    if job == -1:
        os._exit(3)
    if job == -11:
        os.kill(os.getpid(), signal.SIGSEGV)
    return 2 * job


def raised(error):
    raise error


def pid(_):
    return os.getpid()


def hang(_):
    threading.Event().wait()


def hold(pipe):
    """Write a byte to a pipe and hold it open for ever: its reader meets the end when this process is gone."""
    with Path(pipe).open("wb", buffering=0) as end:
        end.write(b"x")
        threading.Event().wait()


class CrashedMeanwhile(list):
    """Jobs of which the second is given only when the pool has broken over the first."""

    def __init__(self, jobs, pool):
        super().__init__(jobs)
        self._pool = pool

    def __iter__(self):
        yield self[0]
        self._pool._executor._executor_manager_thread.join(PLENTY_S)
        yield from self[1:]


def test_results_are_in_the_order_of_the_jobs(pool):
    assert pool.map(doubled_or_crash, range(40)) == [2 * job for job in range(40)]
    assert pool.map(doubled_or_crash, []) == []


def test_jobs_run_in_other_processes(pool):
    assert os.getpid() not in pool.map(pid, range(4))


@pytest.mark.parametrize("fatal", [-1, -11], ids=["os._exit", "SIGSEGV"])
def test_a_job_that_crashes_its_worker_gives_a_crash_and_the_others_their_results(pool, fatal):
    results = pool.map(doubled_or_crash, [1, 2, fatal, 3, fatal, 4])
    crash = Crash("crashed its worker process")
    assert results == [2, 4, crash, 6, crash, 8]
    assert pool.map(doubled_or_crash, [5]) == [10]


def test_a_crash_while_jobs_are_being_handed_out_is_the_same(pool):
    assert pool.map(doubled_or_crash, [1]) == [2]  # workers are there
    jobs = CrashedMeanwhile([-1, 1, 2], pool)
    assert pool.map(doubled_or_crash, jobs) == [Crash("crashed its worker process"), 2, 4]


def test_workers_that_were_killed_between_two_calls_are_replaced(pool):
    for worker in set(pool.map(pid, range(8))):
        os.kill(worker, signal.SIGKILL)
    pool._executor._executor_manager_thread.join(PLENTY_S)
    assert pool.map(doubled_or_crash, [1, 2]) == [2, 4]


def test_a_job_that_does_not_end_is_stopped_and_the_pool_goes_on():
    with Pool(workers=1, limit_s=0.5) as pool:
        assert pool.map(hang, [0]) == [Crash("did not end within 0.5 s")]
        pool._limit = PLENTY_S
        assert pool.map(doubled_or_crash, [3]) == [6]


@pytest.mark.parametrize("error", [InputError("no such thing"), TimeoutError("the disk"), KeyError("x")], ids=repr)
def test_an_exception_of_a_job_is_raised_here(pool, error):
    with pytest.raises(type(error)) as caught:
        pool.map(raised, [error])
    assert caught.value.args == error.args


def test_an_error_ends_the_pool_without_waiting_for_its_jobs(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def stop_in_the_middle():
        with Pool(workers=1, limit_s=PLENTY_S) as pool:
            pool._submit(hold, str(pipe))
            with pipe.open("rb", buffering=0) as end:
                assert end.read(1) == b"x"
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_in_the_middle()


def test_workers_end_when_their_parent_is_killed(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = (
        "import sys, test_parallel\n"
        "with test_parallel.Pool(workers=2, limit_s=1000) as pool:\n"
        "    pool.map(test_parallel.hold, [sys.argv[1]] * 2)\n"
    )
    words = [sys.executable, "-c", code, str(pipe)]
    with subprocess.Popen(words, cwd=Path(__file__).parent) as parent, pipe.open("rb", buffering=0) as end:
        try:
            assert end.read(1) == b"x"
            assert select.select([end], [], [], PLENTY_S)[0]
            assert end.read(1) == b"x"  # both workers are in their jobs
        finally:
            parent.send_signal(signal.SIGKILL)
            parent.wait()
        assert select.select([end], [], [], PLENTY_S)[0], "a worker lives on"
        assert end.read(1) == b""


def test_the_number_of_workers_is_that_of_processors_or_the_one_named(monkeypatch):
    monkeypatch.delenv("PLATOSCOPE_WORKERS", raising=False)
    assert worker_count() == len(os.sched_getaffinity(0))
    monkeypatch.setenv("PLATOSCOPE_WORKERS", "3")
    assert worker_count() == 3


@pytest.mark.parametrize("named", ["0", "-1", "two", "1.5", "", "²"])
def test_a_number_of_workers_that_is_none_is_refused(monkeypatch, named):
    monkeypatch.setenv("PLATOSCOPE_WORKERS", named)
    with pytest.raises(InputError, match=r"PLATOSCOPE_WORKERS must be a whole number from 1") as caught:
        worker_count()
    assert repr(named) in str(caught.value)
