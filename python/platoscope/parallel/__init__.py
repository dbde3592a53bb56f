"""Jobs in processes of their own, none of which can stop the others."""

from platoscope.parallel.pool import Crash, Pool, Task
from platoscope.parallel.settings import limit_of_environment, worker_count

__all__ = ["Crash", "Pool", "Task", "limit_of_environment", "worker_count"]
