"""The pool against jobs that crash, hang and raise, and against the death of its own process."""

import ctypes
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from platoscope.errors import InputError, WorkerError
from platoscope.parallel import Crash, Pool

PLENTY_S = 120.0
STOPPED = Crash("did not end within 1 s")


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


class Deadly:
    """A job that ends the worker which unpickles it, before it begins."""

    def __reduce__(self):
        return os._exit, (4,)


class TooLarge:
    """A job that has no room in the worker which unpickles it."""

    def __reduce__(self):
        return raised, (MemoryError(),)


def killed_at_first(folder):
    """Be killed, as the machine may do; if that has been so, the jobs that run beside this one."""
    if not (folder / "killed").exists():
        (folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return sorted(file.name for file in folder.glob("running*"))


def leave_a_mark_while_it_runs(job):
    """Give the number of seconds to be busy, or what a job that is killed at first gives."""
    folder, seconds = job
    if not seconds:
        return killed_at_first(folder)
    mark = folder / f"running{os.getpid()}"
    mark.touch()
    time.sleep(seconds)
    mark.unlink()
    return seconds


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


def hang_for_ever_if(job):
    """The number; 0 waits without ever letting another thread of its interpreter run."""
    if job == 0:
        ctypes.PyDLL(None).pause()
    return job


def fill(gigabytes):
    """Write to as much memory."""
    return len(b"x" * round(gigabytes * 1e9))


def asleep(seconds):
    time.sleep(seconds)
    return seconds


def written(pipe):
    return Path(pipe).write_bytes(b"x")


def read(pipe):
    return Path(pipe).read_bytes()


def raised_if_text(job):
    if isinstance(job, str):
        raise KeyError(job)
    return job


def test_results_are_in_the_order_of_the_jobs(pool):
    assert pool.map(doubled_or_crash, range(40)) == [2 * job for job in range(40)]
    assert pool.map(doubled_or_crash, []) == []


def test_jobs_run_in_other_processes(pool):
    assert os.getpid() not in pool.map(pid, range(4))


@pytest.mark.parametrize("fatal", [-1, -11], ids=["os._exit", "SIGSEGV"])
def test_a_job_that_crashes_its_worker_gives_a_crash_and_the_others_their_results(pool, fatal):
    results = pool.map(doubled_or_crash, [1, 2, fatal, 3, fatal, 4])
    crash = Crash(f"crashed its worker process ({'exit code 3' if fatal == -1 else 'SIGSEGV'})")
    assert results == [2, 4, crash, 6, crash, 8]
    assert pool.map(doubled_or_crash, [5]) == [10]


def test_a_job_whose_worker_was_killed_is_done_again_when_no_other_runs(pool, tmp_path):
    jobs = [(tmp_path, 0), *[(tmp_path, 0.3)] * 6]
    assert pool.map(leave_a_mark_while_it_runs, jobs) == [[], *[0.3] * 6]
    assert (tmp_path / "killed").exists()


def test_memory_that_runs_out_before_a_job_begins_is_no_fault_of_the_job(pool):
    with pytest.raises(WorkerError, match="memory ran out"):
        pool.map(doubled_or_crash, [TooLarge()])


def test_a_worker_that_does_not_start_in_time_is_no_fault_of_the_job(monkeypatch):
    monkeypatch.setattr("platoscope.parallel.pool.START_S", 0.0)
    with Pool(workers=1, limit_s=0.01) as pool, pytest.raises(WorkerError, match=r"did not start within 0\.01 s"):
        pool.map(doubled_or_crash, [1])


def test_workers_that_were_killed_between_two_calls_are_replaced(pool):
    pool.map(pid, range(8))
    for worker in pool._workers:
        worker.process.kill()
        worker.process.join()
    assert pool.map(doubled_or_crash, [1, 2]) == [2, 4]


def test_workers_that_cannot_begin_are_an_error_and_no_fault_of_a_job(pool):
    with pytest.raises(RuntimeError, match=r"worker processes end before they begin their work \(exit code 4\)"):
        pool.map(pid, [Deadly()])
    assert not pool._waiting
    assert pool.map(doubled_or_crash, [1, 2]) == [2, 4]


def test_a_job_that_does_not_end_is_stopped_and_the_pool_goes_on():
    with Pool(workers=1, limit_s=1.0) as pool:
        assert pool.map(hang, [0]) == [STOPPED]
        assert pool.map(doubled_or_crash, [3]) == [6]


def test_a_job_that_holds_its_interpreter_for_ever_is_stopped_too_and_no_other_is():
    with Pool(workers=2, limit_s=1.0) as pool:
        assert pool.map(hang_for_ever_if, [1, 0, 2, 3, 0, 4]) == [1, STOPPED, 2, 3, STOPPED, 4]


def test_time_is_that_of_the_job_alone_not_of_those_before_it():
    with Pool(workers=1, limit_s=2.0) as pool:
        assert pool.map(asleep, [0.5] * 5) == [0.5] * 5


def test_a_worker_that_dies_before_it_begins_is_replaced_and_its_job_done(pool):
    pool.map(doubled_or_crash, range(4))
    tasks = pool.submit(doubled_or_crash, [4])
    for worker in pool._workers:  # between the look at it and the message to it
        worker.process.kill()
        worker.process.join()
    worker = pool._workers[0]
    pool._give(worker, pool._waiting.popleft())
    assert pool.results(tasks) == [8]


def test_jobs_that_were_submitted_are_begun_while_others_are_waited_for(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with Pool(workers=2, limit_s=PLENTY_S) as pool:
        later = pool.submit(written, [str(pipe)])
        assert pool.map(read, [str(pipe)]) == [b"x"]  # a pipe is opened by both or by none
        assert pool.results(later) == [1]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_job_that_wants_more_memory_than_allowed_is_refused_it_and_the_others_go_on():
    with Pool(workers=2, limit_s=PLENTY_S, limit_gb=0.5) as pool:
        greedy = Crash("needs more than 0.5 GB of memory")
        assert pool.map(fill, [0.2, 0.6, 0.2, 5.0, 0.3]) == [200_000_000, greedy, 200_000_000, greedy, 300_000_000]


@pytest.mark.parametrize("error", [InputError("no such thing"), TimeoutError("the disk"), KeyError("x")], ids=repr)
def test_an_exception_of_a_job_is_raised_here(pool, error):
    with pytest.raises(type(error)) as caught:
        pool.map(raised, [error])
    assert caught.value.args == error.args
    assert "in raised" in caught.value.__notes__[0]  # where it was raised


def test_an_error_leaves_no_job_behind(pool):
    with pytest.raises(KeyError):
        pool.map(raised_if_text, ["x", *range(100)])
    assert not pool._waiting
    assert pool.map(doubled_or_crash, [1]) == [2]


def test_an_error_ends_the_pool_without_waiting_for_its_jobs(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def stop_in_the_middle():
        with Pool(workers=1, limit_s=PLENTY_S) as pool:
            pool.submit(hold, [str(pipe)])
            pool._hand_out()
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
