"""What the environment says of the pool, and what it may not say."""

import os

import pytest

from platoscope.errors import InputError
from platoscope.parallel import limit_of_environment, worker_count


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


def test_a_limit_is_the_one_named_or_the_default(monkeypatch):
    monkeypatch.delenv("PLATOSCOPE_LIMIT", raising=False)
    assert limit_of_environment("PLATOSCOPE_LIMIT", default=4.0) == 4.0
    monkeypatch.setenv("PLATOSCOPE_LIMIT", "0.5")
    assert limit_of_environment("PLATOSCOPE_LIMIT", default=4.0) == 0.5


@pytest.mark.parametrize("named", ["0", "-1", "two", "", "nan", "inf"])
def test_a_limit_that_is_none_is_refused(monkeypatch, named):
    monkeypatch.setenv("PLATOSCOPE_LIMIT", named)
    with pytest.raises(InputError, match=f"PLATOSCOPE_LIMIT must be a number above 0, got '{named}'"):
        limit_of_environment("PLATOSCOPE_LIMIT", default=4.0)
