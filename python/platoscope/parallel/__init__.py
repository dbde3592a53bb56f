"""Jobs in processes of their own, none of which can stop the others."""

from platoscope.parallel.heap import keep_heap, return_heap
from platoscope.parallel.pool import Crash, Pool, Task
from platoscope.parallel.settings import limit_of_environment, worker_count

__all__ = ["Crash", "Pool", "Task", "keep_heap", "limit_of_environment", "return_heap", "worker_count"]
