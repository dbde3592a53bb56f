"""Mutated video files through real workers: each gives frames or a reason, the same each time, and leaves nothing."""

import os
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from conftest import ROOT, SHARED
from platoscope.parallel import Pool
from platoscope.store import STATUS

COUNT = 200
OF_ODD = 40
LIMIT_S = 120.0
LIMIT_GB = 2.0
LARGEST = 200_000  # bytes of an odd file that is mutated here
LEAK_GB = 0.1

linux = pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")


@pytest.fixture(scope="module")
def fuzz():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield import_module("benchmarks.fuzz")


@pytest.fixture(scope="module")
def pool(fuzz):  # noqa: ARG001 (workers find the module where this process does)
    with Pool(workers=1, limit_s=LIMIT_S, limit_gb=LIMIT_GB) as pool:
        yield pool


@pytest.fixture(scope="module")
def mutants(fuzz, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mutants")
    return fuzz.write_mutants(folder, fuzz.write_seeds(folder), count=COUNT, seed=1)


@pytest.fixture(scope="module")
def decoded(fuzz, pool, mutants):
    """What each mutant gave, and what the worker held before and after."""
    list(fuzz.outcomes(pool, mutants[:20]))  # libraries are loaded, tables are built
    before = pool.map(held, [0])[0]
    once = list(fuzz.outcomes(pool, mutants))
    again = list(fuzz.outcomes(pool, mutants))
    return once, again, before, pool.map(held, [0])[0]


def held(_):
    """Process id, numbers of open files and threads, and gigabytes in memory of a worker."""
    lines = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    gigabytes = int(lines["VmRSS"].split()[0]) * 1024 / 1e9
    return os.getpid(), len(list(Path("/proc/self/fd").iterdir())), int(lines["Threads"]), gigabytes


def test_every_mutated_file_gives_frames_or_a_reason(fuzz, mutants, decoded):
    once = decoded[0]
    for path, one in zip(mutants, once, strict=True):
        assert one.status in (*STATUS, "crash"), path.name
        assert one.note or one.status == "ok", path.name
    counts = Counter(one.status for one in once)
    assert counts["crash"] == 0
    assert counts.keys() == set(STATUS)  # mutations that are all harmless, or all fatal, would show nothing
    assert {path.name.split(" ", 1)[1].rsplit(" ", 1)[0] for path in mutants} == set(fuzz.MUTATIONS)


def test_a_mutated_file_gives_the_same_twice(fuzz, mutants, decoded):
    once, again = decoded[:2]
    assert [path.name for path, *two in zip(mutants, once, again, strict=True) if not fuzz.same(*two)] == []


@linux
def test_mutated_files_leave_no_open_file_no_thread_and_no_memory_behind(decoded):
    _, _, before, after = decoded
    assert before[:3] == after[:3]
    assert after[3] < before[3] + LEAK_GB


def test_mutants_are_a_matter_of_their_seed(fuzz, mutants, tmp_path):
    seeds = fuzz.write_seeds(tmp_path)
    same, other = tmp_path / "same", tmp_path / "other"
    same.mkdir()
    other.mkdir()
    for path, again in zip(mutants, fuzz.write_mutants(same, seeds, count=COUNT, seed=1), strict=True):
        assert path.read_bytes() == again.read_bytes()
    others = fuzz.write_mutants(other, seeds, count=COUNT, seed=2)
    assert sum(a.read_bytes() != b.read_bytes() for a, b in zip(mutants, others, strict=True)) > COUNT // 2


@pytest.mark.skipif(not (SHARED / "odd").is_dir(), reason="../shared/odd is absent")
def test_mutated_odd_files_give_frames_or_a_reason_and_the_same_twice(fuzz, pool, tmp_path):
    files = [file for file in sorted((SHARED / "odd").iterdir()) if file.suffix != ".jsonl"]
    small = [file for file in files if file.stat().st_size < LARGEST]
    mutants = fuzz.write_mutants(tmp_path, small, count=OF_ODD, seed=3)
    once, again = list(fuzz.outcomes(pool, mutants)), list(fuzz.outcomes(pool, mutants))
    for path, one, other in zip(mutants, once, again, strict=True):
        assert one.status in STATUS, path.name
        assert one.note or one.status == "ok", path.name
        assert fuzz.same(one, other), path.name
