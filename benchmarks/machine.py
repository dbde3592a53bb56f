"""What was measured on: processor, cores, versions, and how much of the machine others used meanwhile."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from time import sleep

_PACKAGES = ("numpy", "torch", "faiss-cpu")
_QUIET = 0.05  # of the machine's time: what a desktop does by itself


def machine(busy: float) -> str:
    """Name the machine; `busy` is the share of its time that others used, which may spoil what was measured."""
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    cores = len(os.sched_getaffinity(0))
    python = f"Python {platform.python_version()}"
    line = f"Machine: {_cpu()}, {cores} cores; {platform.system()}, {python}, {versions}, rustc {rustc}.\n"
    if busy <= _QUIET:
        return line
    return f"{line}\n**The machine was up to {busy:.0%} busy with other work: these times are not final.**\n"


def busy_share(seconds: float = 0.5) -> float:
    """Give the share of the time of all cores that is not idle now, while this process sleeps."""
    idle, whole = _jiffies()
    sleep(seconds)
    later_idle, later_whole = _jiffies()
    return 1 - (later_idle - idle) / (later_whole - whole)


def _jiffies() -> tuple[int, int]:
    """Give idle and all time of all cores: the columns user nice system idle iowait irq softirq steal."""
    columns = [int(column) for column in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return columns[3] + columns[4], sum(columns)


def _cpu() -> str:
    """Give the model's name, and family and model, which tell apart what virtual machines call by one name."""
    lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = fields["flags"].split()
    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "SSE2")
    return f"{fields['model name']} (family {fields['cpu family']}, model {fields['model']}, {vectors})"
