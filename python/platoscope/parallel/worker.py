"""The worker's side of the pool: jobs come through a pipe, and what they gave goes back, until the pipe ends.

It answers in pairs: BEGUN once a job and its function are there, then DONE with the result, RAISED with the error or
MEMORY where that ran out.
"""

import os
import pickle
import signal
import sys
import threading
import traceback
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

BEGUN, DONE, RAISED, MEMORY = "begun", "done", "raised", "memory"


def work(pipe: "Connection[Any, Any]", limit_s: float, limit_gb: float | None) -> None:
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
