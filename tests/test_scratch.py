"""Scratch, locks and publication, with writers that are really killed at a known place."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections import namedtuple
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope import scratch
from platoscope.errors import StoreError
from platoscope.scratch import Work, digest_of, fingerprint, in_use, require_space, write_file
from platoscope.store.arrays import FORMATS

SPEC = {"seed": 1}
WAIT_S = 60

# A writer that stands still at a named place, says so, and goes on when its input ends.
WRITER = """
import sys
from pathlib import Path
from platoscope import scratch

def stand_still():
    print("here", flush=True)
    sys.stdin.read()

base = Path(sys.argv[1])
work = scratch.Work(base / "work", stage="s", spec={"seed": 1})
"""
BLOCK_WRITER = """
def make(name, part):
    part.write_text("half of ")
    stand_still()
    part.write_text("theirs")

list(work.compute(["a"], make))
"""
BUILDER = """
def build(folder):
    (folder / "out").mkdir()
    (folder / "out" / "new").write_text("theirs")

work.publish({"out": base / "data" / "out"}, build, staging=base / "staging")
"""


@contextmanager
def writer(base, *parts):
    """A process that has come to its place; killed at the end, as an outside kill would."""
    code = "".join(textwrap.dedent(part) for part in (WRITER, *parts))
    words = [sys.executable, "-c", code, str(base)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "here\n"
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=WAIT_S)


def kill(process):
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=WAIT_S) == -signal.SIGKILL


def work_in(base, spec=SPEC):
    return Work(base / "work", stage="s", spec=spec)


def recorder(made):
    def make(name, part):
        made.append(name)
        part.write_text(f"ours {name}")

    return make


def builder(content, built=None):
    def build(folder):
        if built is not None:
            built.append(content)
        (folder / "out").mkdir()
        for name, text in content.items():
            (folder / "out" / name).write_text(text)

    return build


def publish(base, content, *, spec=SPEC, built=None):
    out = base / "data" / "out"
    work_in(base, spec).publish({"out": out}, builder(content, built), staging=base / "staging")
    return out


def inodes(folder):
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in sorted(folder.rglob("*"))}


def never(*_):
    pytest.fail("this was done already")


def test_blocks_are_made_in_order_and_only_once(tmp_path):
    made = []
    assert list(work_in(tmp_path).compute(["a", "b", "c"], recorder(made))) == ["a", "b", "c"]
    assert list(work_in(tmp_path).compute(["a", "b", "c"], never)) == ["a", "b", "c"]
    assert made == ["a", "b", "c"]
    assert work_in(tmp_path).block("b").read_text() == "ours b"


def test_another_spec_or_stage_shares_no_block(tmp_path):
    list(work_in(tmp_path).compute(["a"], recorder([])))
    for other in (work_in(tmp_path, {"seed": 2}), Work(tmp_path / "work", stage="t", spec=SPEC)):
        made = []
        list(other.compute(["a"], recorder(made)))
        assert made == ["a"]


def test_a_block_whose_making_fails_is_not_there(tmp_path):
    def fail(_, part):
        part.write_text("half")
        raise RuntimeError("no more")

    work = work_in(tmp_path)
    with pytest.raises(RuntimeError, match="no more"):
        list(work.compute(["a"], fail))
    assert not work.block("a").exists()
    assert list(work.compute(["a"], recorder([]))) == ["a"]
    assert work.block("a").read_text() == "ours a"


def test_a_writer_that_is_killed_in_a_block_frees_its_lock_and_leaves_no_block(tmp_path):
    with writer(tmp_path, BLOCK_WRITER) as process:
        path = work_in(tmp_path).path  # the object itself would count as in use
        assert (path / "blocks" / "a.part").read_text() == "half of "
        assert in_use(path)
        kill(process)
        assert not in_use(path)
        work = work_in(tmp_path)
        assert not work.block("a").exists()
        made = []
        assert list(work.compute(["a"], recorder(made))) == ["a"]
    assert made == ["a"]
    assert work.block("a").read_text() == "ours a"


def test_a_busy_block_is_left_to_its_writer_and_waited_for_at_the_end(tmp_path):
    with writer(tmp_path, BLOCK_WRITER) as process:
        work, made = work_in(tmp_path), []
        names = work.compute(["a", "b", "c"], recorder(made))
        assert [next(names), next(names)] == ["b", "c"]
        process.stdin.close()  # the writer goes on
        assert list(names) == ["a"]
    assert made == ["b", "c"]
    assert work.block("a").read_text() == "theirs"


def test_a_busy_block_is_made_here_when_its_writer_is_killed(tmp_path):
    with writer(tmp_path, BLOCK_WRITER) as process:
        work, made = work_in(tmp_path), []
        names = work.compute(["a", "b"], recorder(made))
        assert next(names) == "b"
        kill(process)
        assert list(names) == ["a"]
    assert made == ["b", "a"]
    assert work.block("a").read_text() == "ours a"


def test_a_result_is_built_once_and_placed_wherever_it_is_missing(tmp_path):
    built = []
    out = publish(tmp_path, {"x": "1"}, built=built)
    scratch._remove(out)  # as dvc does before it runs a stage again
    assert publish(tmp_path, {"x": "1"}, built=built) == out
    assert (out / "x").read_text() == "1"
    assert len(built) == 1


@pytest.mark.parametrize("spec", [SPEC, {"seed": 2}], ids=["the same work", "other work"])
def test_an_out_with_equal_bytes_is_left_untouched(tmp_path, spec):
    before = inodes(publish(tmp_path, {"x": "1", "y": "2"}))
    assert inodes(publish(tmp_path, {"x": "1", "y": "2"}, spec=spec)) == before


def test_an_out_that_differs_is_replaced_whole(tmp_path):
    publish(tmp_path, {"x": "1", "old": "2"})
    out = publish(tmp_path, {"x": "3"}, spec={"seed": 2})
    assert {path.name: path.read_text() for path in out.iterdir()} == {"x": "3"}
    assert not (tmp_path / "staging").exists()


def test_a_file_that_differs_is_replaced(tmp_path):
    for seed in (1, 2):
        work = work_in(tmp_path, {"seed": seed})
        work.publish(
            {"one": tmp_path / "one"},
            lambda folder, seed=seed: (folder / "one").write_text(str(seed)),
            staging=tmp_path,
        )
        assert (tmp_path / "one").read_text() == str(seed)


def test_an_out_is_hard_linked_to_the_scratch_and_rewriting_it_leaves_the_scratch_alone(tmp_path):
    out = publish(tmp_path, {"x": "1"})
    kept = work_in(tmp_path).path / "result" / "out" / "x"
    assert (out / "x").stat().st_ino == kept.stat().st_ino
    write_file(out / "x", "2")
    assert (kept.read_text(), (out / "x").read_text()) == ("1", "2")


def test_an_out_on_another_file_system_is_a_copy(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EXDEV, "cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    out = publish(tmp_path, {"x": "1"})
    kept = work_in(tmp_path).path / "result" / "out"
    assert (out / "x").stat().st_ino != (kept / "x").stat().st_ino
    assert digest_of(out) == digest_of(kept)


def test_a_build_that_leaves_out_a_name_is_refused_and_built_again(tmp_path):
    work, outs = work_in(tmp_path), {"one": tmp_path / "one", "two": tmp_path / "two"}
    with pytest.raises(StoreError, match="stage s did not write two"):
        work.publish(outs, lambda folder: (folder / "one").write_text("1"), staging=tmp_path / "staging")
    assert not (tmp_path / "one").exists()
    work.publish(outs, lambda folder: [(folder / name).write_text(name) for name in outs], staging=tmp_path / "staging")
    assert ((tmp_path / "one").read_text(), (tmp_path / "two").read_text()) == ("one", "two")


def test_a_kill_in_the_middle_of_a_build_leaves_nothing_that_is_used(tmp_path):
    build = """
    def build(folder):
        (folder / "out").mkdir()
        (folder / "out" / "stray").write_text("half")
        stand_still()

    work.publish({"out": base / "data" / "out"}, build, staging=base / "staging")
    """
    with writer(tmp_path, build) as process:
        kill(process)
    out = publish(tmp_path, {"x": "1"})
    assert {path.name: path.read_text() for path in out.iterdir()} == {"x": "1"}


def test_a_kill_between_build_and_place_keeps_the_result(tmp_path):
    with writer(tmp_path, "scratch._place = lambda *_: stand_still()\n", BUILDER) as process:
        kill(process)
    out = tmp_path / "data" / "out"
    assert not out.exists()
    work_in(tmp_path).publish({"out": out}, never, staging=tmp_path / "staging")
    assert (out / "new").read_text() == "theirs"


def test_a_kill_between_the_two_renames_of_a_place_loses_nothing_and_leaves_nothing(tmp_path):
    publish(tmp_path, {"old": "1"}, spec={"seed": 0})
    stop_after_the_first = """
    rename = Path.rename

    def stopping(self, target):
        rename(self, target)
        if str(target).endswith(".old"):
            stand_still()

    Path.rename = stopping
    """
    with writer(tmp_path, stop_after_the_first, BUILDER) as process:
        kill(process)
    out = tmp_path / "data" / "out"
    assert not out.exists()
    work_in(tmp_path).publish({"out": out}, never, staging=tmp_path / "staging")
    assert {path.name: path.read_text() for path in out.iterdir()} == {"new": "theirs"}
    assert not (tmp_path / "staging").exists()


def test_a_second_publisher_waits_for_the_first(tmp_path):
    slow = """
    def build(folder):
        stand_still()
        (folder / "out").mkdir()
        (folder / "out" / "new").write_text("theirs")

    work.publish({"out": base / "data" / "out"}, build, staging=base / "staging")
    """
    out = tmp_path / "data" / "out"
    with writer(tmp_path, slow) as process:
        assert scratch._lock_if_free(scratch.publish_lock(work_in(tmp_path).path)) is None
        process.stdin.close()
        work_in(tmp_path).publish({"out": out}, never, staging=tmp_path / "staging")
    assert (out / "new").read_text() == "theirs"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def backwards(value):
    """The same value with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(one) for one in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), PLAIN, max_size=4))
def test_a_fingerprint_does_not_depend_on_the_order_of_keys(spec):
    assert fingerprint(backwards(spec)) == fingerprint(spec)


def test_a_fingerprint_tells_values_and_the_order_of_lists_apart():
    specs = [{"a": 1}, {"a": 2}, {"a": "1"}, {"a": True}, {"b": 1}, {"a": [1, 2]}, {"a": [2, 1]}, {"a": 1.5}, {}]
    assert len({fingerprint(spec) for spec in specs}) == len(specs)
    with pytest.raises(ValueError, match="not JSON compliant"):
        fingerprint({"a": float("nan")})


def test_a_digest_sees_names_and_contents_and_nothing_else(tmp_path):
    def tree(name, files):
        for file, text in files.items():
            write_file(tmp_path / name / file, text)
        return digest_of(tmp_path / name)

    first = tree("first", {"a/x": "1", "b": "2"})
    assert tree("same", {"b": "2", "a/x": "1"}) == first
    others = [tree("content", {"a/x": "1", "b": "3"}), tree("name", {"a/y": "1", "b": "2"})]
    others += [tree("swapped", {"a/x": "2", "b": "1"}), tree("more", {"a/x": "1", "b": "2", "c": ""})]
    others += [digest_of(tmp_path / "first" / "b")]
    assert len({first, *others}) == 6
    assert digest_of(tmp_path / "first" / "b") == digest_of(tmp_path / "name" / "b")
    with pytest.raises(StoreError, match=r"absent is missing"):
        digest_of(tmp_path / "absent")


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "folder" / "file"
    write_file(file, b"before")

    def full(*_):
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(type(file), "write_bytes", full)
    with pytest.raises(OSError, match="no space"):
        write_file(file, "after")
    assert file.read_bytes() == b"before"


def test_work_that_does_not_fit_is_refused_and_what_just_fits_is_not(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda _: usage(10**10, 0, 3 * 10**9))
    require_space(tmp_path / "work", 3 * 10**9)
    with pytest.raises(StoreError, match=r"work has 3\.0 GB free, this stage needs about 4\.5 GB.*PLATOSCOPE_WORK"):
        require_space(tmp_path / "work", 45 * 10**8)


def test_a_stage_that_outlived_its_dvc_publishes_nothing_and_keeps_its_result(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    work = Work(tmp_path / ".work", stage="make", spec={"k": 5})
    monkeypatch.setattr(work, "_parent", -1)
    out = tmp_path / "data/out"
    with pytest.raises(StoreError, match="the dvc that started make is gone"):
        work.publish(
            {"out": out}, lambda folder: (folder / "out").write_text("old"), staging=tmp_path / "data/.staging"
        )
    assert not out.exists()
    assert (work.path / "result/out").read_text() == "old"


def test_the_format_of_the_stores_is_part_of_every_fingerprint(tmp_path, monkeypatch):
    before = Work(tmp_path, stage="make", spec={}).fingerprint
    monkeypatch.setitem(FORMATS, "features", FORMATS["features"] + 1)
    assert Work(tmp_path, stage="make", spec={}).fingerprint != before
