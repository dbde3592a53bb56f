"""What clocks must be, at 300 pairs a family: pixels see the arrow, twins are at chance, a bag of frames sees nothing.

`python -m benchmarks.clocks` asks the same at full size.
"""

from functools import cache
from importlib import import_module

import numpy as np
import pytest

from conftest import ROOT
from platoscope.data.datasets.clocks import FAMILIES

N = 300
# One run of 300: a twin lies outside its interval in one of a hundred, so that the seed is fixed.
SEED = 0
TWINS = list(FAMILIES)
PROTECTED = [name for name in FAMILIES if FAMILIES[name].variant != "flip"]


@pytest.fixture(scope="module")
def rows():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield import_module("benchmarks.clocks_rows")


@pytest.fixture(scope="module")
def pairs(rows):
    """Pairs of a family or of its twin, rendered once."""

    @cache
    def rendered(family, twin):
        return rows.pairs(family, twin=twin, n=N, seed=SEED, size=32)

    return rendered


@pytest.mark.parametrize("family", ["G", "E", "E2", "E3", "C2", "D", "F"])
def test_pixels_side_by_side_see_the_arrow(rows, pairs, family):
    assert pairs(family, False).probe("concat").acc > rows.LEAST[family]


@pytest.mark.parametrize("readout", ["moment", "concat"])
@pytest.mark.parametrize("family", TWINS)
def test_twins_are_at_chance(rows, pairs, family, readout):
    acc, low, high = rows.accepted([pairs(family, True).probe(readout)])
    assert low <= acc <= high


@pytest.mark.parametrize("readout", ["moment", "concat"])
def test_launching_is_its_own_twin_as_to_the_arrow_and_the_agent_is_seen(rows, pairs, readout):
    clips = pairs("C", False)
    acc, low, high = rows.accepted([clips.probe(readout, signs=np.ones(N, np.int64))])
    assert low <= acc <= high
    assert clips.probe(readout).acc > 0.9


def test_a_bag_of_frames_knows_which_way_gravity_points_but_not_that_it_turned(pairs):
    assert pairs("G1", False).probe("bag").acc > 0.9
    assert pairs("G2", False).probe("bag").acc == 0.5
    assert pairs("G2", False).probe("moment").acc > 0.9


@pytest.mark.parametrize("twin", [False, True])
@pytest.mark.parametrize("family", PROTECTED)
def test_a_bag_of_frames_is_at_chance_exactly(pairs, family, twin):
    if FAMILIES[family].twins_alone and not twin:
        pytest.skip("twins alone")
    probe = pairs(family, twin).probe("bag")
    assert probe.acc == 0.5
    assert set(probe.outcomes) == {0.5}


@pytest.mark.parametrize("family", ["G", "E", "O"])
def test_exchanging_forward_and_reversed_turns_acc_into_its_complement_exactly(pairs, family):
    for readout in ("moment", "concat"):
        one, other = (pairs(family, False).probe(readout, tested=tested) for tested in (1, -1))
        assert np.array_equal(other.outcomes, 1 - one.outcomes)


def test_grey_pictures_are_means_of_their_parts_and_turn_over_with_their_frames(rows):
    frames = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.uint8)
    grey = rows.grey(frames)
    assert grey.shape == (4, 256)
    assert grey[0, 0] == pytest.approx((frames[0, :2, :2] @ rows.GREY).mean())
    assert rows.partner(grey[None], "flip")[0] == pytest.approx(rows.grey(frames[:, ::-1]))
    assert np.array_equal(rows.partner(grey[None], "rev")[0], grey[::-1])
