"""Turns are so far apart, a wish to be left alone holds all, and waits grow."""

import hashlib

from platoscope.data.captions.pace import LONGEST_WAIT_S, Pace, backoff_s


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def turns(pace, clock, n):
    times = []
    for _ in range(n):
        pace.turn()
        times.append(clock.now)
    return times


def test_turns_are_a_minute_divided_by_the_rate_apart():
    clock = Clock()
    assert turns(Pace(30, sleep=clock.sleep, clock=clock), clock, 4) == [100, 102, 104, 106]


def test_time_that_passed_counts_and_is_not_saved_up():
    clock = Clock()
    pace = Pace(60, sleep=clock.sleep, clock=clock)
    turns(pace, clock, 1)
    clock.now += 10
    assert turns(pace, clock, 3) == [110, 111, 112]


def test_without_a_rate_nobody_waits():
    clock = Clock()
    turns(Pace(None, sleep=clock.sleep, clock=clock), clock, 100)
    assert clock.slept == []


def test_a_server_that_wants_to_be_left_alone_is():
    clock = Clock()
    pace = Pace(None, sleep=clock.sleep, clock=clock)
    pace.hold(7)
    pace.hold(3)  # the longer wish counts
    assert turns(pace, clock, 2) == [107, 107]


def test_waits_double_to_a_limit_and_differ_between_samples():
    keys = [hashlib.sha256(bytes([i])).hexdigest() for i in range(50)]
    for attempt in range(12):
        waits = [backoff_s(attempt, key=key) for key in keys]
        whole = min(LONGEST_WAIT_S, 2.0**attempt)
        assert all(whole / 2 <= wait <= whole for wait in waits)
        assert max(waits) - min(waits) > whole / 4
        assert waits == [backoff_s(attempt, key=key) for key in keys]
