"""The parts of a gain: their sum, their names where modes are missing, their shares against what was planted."""

import numpy as np
import pytest

from platoscope.alignment.statistics.gains import gain_of

RNG = np.random.default_rng(0)
N = 400
START = RNG.uniform(0.1, 0.3, N)
SCORES = {
    "repeat": START + 0.02,
    "paraphrase": START + 0.10 + RNG.normal(0, 0.01, N),
    "distinct": START + 0.40 + RNG.normal(0, 0.01, N),
    "shuffled": START * 0,
}


def gain(names=SCORES, **options):
    return gain_of(START, {name: SCORES[name] for name in names}, **{"draws": 500, "level": 0.95, "seed": 0} | options)


def test_parts_add_up_to_the_gain_and_have_the_planted_shares():
    found = gain()
    assert found.value == pytest.approx(float(np.mean(SCORES["distinct"] - START)))
    assert sum(part.value for part in found.parts) == pytest.approx(found.value)
    shares = {part.name: part.share for part in found.parts}
    assert shares == {
        "length": pytest.approx(0.05, abs=0.005),
        "wording": pytest.approx(0.20, abs=0.01),
        "coverage": pytest.approx(0.75, abs=0.01),
    }
    assert all(part.interval[0] <= part.share <= part.interval[1] for part in found.parts)


@pytest.mark.parametrize(
    ("modes", "names"),
    [
        (("distinct", "paraphrase"), ["length and wording", "coverage"]),
        (("distinct", "repeat"), ["length", "wording and coverage"]),
    ],
)
def test_a_mode_that_is_missing_leaves_its_part_to_the_next(modes, names):
    assert [part.name for part in gain(modes).parts] == names


@pytest.mark.parametrize("modes", [("distinct",), ("distinct", "shuffled"), ("repeat", "paraphrase")])
def test_there_is_nothing_to_part_without_distinct_captions_and_another_step(modes):
    assert gain(modes) is None


def test_a_gain_that_other_queries_would_undo_has_no_shares():
    noise = {name: START + RNG.normal(0, 0.5, N) for name in ("repeat", "distinct")}
    found = gain_of(START, noise, draws=500, level=0.95, seed=0)
    assert found.interval[0] <= 0
    assert [part.share for part in found.parts] == [None, None]


def test_sources_are_drawn_whole():
    groups = np.arange(N) // 100
    offsets = np.array([0.0, 0.1, 0.2, 0.7])[groups]
    scores = {"repeat": START, "distinct": START + offsets}
    alone, together = (gain_of(START, scores, draws=500, level=0.95, seed=0, groups=g) for g in (None, groups))
    assert together.interval[1] - together.interval[0] > 2 * (alone.interval[1] - alone.interval[0])
