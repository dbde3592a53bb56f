"""Answers are kept on the disk before they count, and a file that a kill left torn loses the torn line alone."""

import json
import multiprocessing

import pytest

from platoscope.data.captions.kept import Kept, Reply


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers" / "captions.jsonl"


def test_what_was_put_is_there_in_another_process(path):
    kept = Kept(path)
    kept.put("k1", Reply("one\nline \u2028 é", 3, 4))
    kept.put("k2", Reply("two"))
    again = Kept(path)
    assert (again.get("k1"), again.get("k2"), again.get("k3"), len(again)) == ("one\nline \u2028 é", "two", None, 2)
    assert [json.loads(line)["tokens_in"] for line in path.read_text().splitlines()] == [3, None]


def test_nothing_is_made_before_there_is_an_answer(path):
    assert len(Kept(path)) == 0
    assert not path.parent.exists()


@pytest.mark.parametrize("torn", range(1, 60, 7))
def test_a_torn_last_line_is_an_answer_that_never_came_and_spoils_no_other(path, torn):
    kept = Kept(path)
    kept.put("k1", Reply("one"))
    kept.put("k2", Reply("two"))
    path.write_bytes(path.read_bytes()[:-torn])
    again = Kept(path)
    assert again.get("k1") == "one"
    # Without its end of line alone the line is whole.
    assert again.get("k2") == ("two" if torn == 1 else None)
    again.put("k3", Reply("three"))
    assert {key: Kept(path).get(key) for key in ("k1", "k3")} == {"k1": "one", "k3": "three"}


def test_the_last_of_two_answers_counts(path):
    kept = Kept(path)
    kept.put("k", Reply("first"))
    kept.put("k", Reply("second"))
    assert Kept(path).get("k") == "second"


def test_others_may_not_read_it(path):
    Kept(path).put("k", Reply("x"))
    assert path.stat().st_mode & 0o077 == 0


def put_many(path, name):
    kept = Kept(path)
    for i in range(200):
        kept.put(f"{name}{i}", Reply("text " * 50))


def test_two_processes_add_to_one_file(path):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=put_many, args=(path, name)) for name in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(Kept(path)) == 400
