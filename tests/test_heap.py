"""What is done about freed memory, each way in a process of its own."""

import subprocess
import sys

import pytest

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs glibc")
# Buffers of growing sizes are freed in an order that leaves holes; then what the process still holds, in MiB.
CHURN = """
import sys
import numpy as np
from platoscope import parallel
getattr(parallel, sys.argv[1])()
held = [np.ones(3 << 19, np.uint8) for _ in range(60)]
del held
status = open("/proc/self/status").read()
size = lambda name: int(status.split(name + ":")[1].split()[0]) // 1024
print(size("VmHWM") - size("VmRSS"))
"""
COMPUTE = """
import sys
import torch
from platoscope import parallel
def compute():
    x = torch.linspace(-1, 1, 3 * 64 * 64).reshape(1, 3, 64, 64)
    return torch.nn.functional.interpolate(x, scale_factor=8.0, mode="bicubic").numpy()
before = compute()
for _ in range(2):
    getattr(parallel, sys.argv[1])()
    assert (compute() == before).all()
"""


def run(code: str, way: str) -> str:
    return subprocess.run([sys.executable, "-c", code, way], check=True, capture_output=True, text=True).stdout


@LINUX
def test_a_heap_that_is_returned_gives_back_what_one_that_is_kept_holds():
    given_back = {way: int(run(CHURN, way)) for way in ("return_heap", "keep_heap")}
    assert given_back["return_heap"] >= 80
    assert given_back["keep_heap"] <= 10


@pytest.mark.parametrize("way", ["return_heap", "keep_heap"])
def test_what_is_done_about_the_heap_changes_no_result(way):
    run(COMPUTE, way)
