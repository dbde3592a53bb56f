"""What a probe has beyond its bag, and answers that must not change when a clip runs backwards."""

import numpy as np
import pytest

from platoscope.errors import InputError
from platoscope.temporal.readouts import bag, differences, moment
from platoscope.temporal.signs import protected_pairs
from platoscope.temporal.unprotected import backwards, gap_over

QUICK = {"flips": 99, "draws": 200, "repeats": 1}


def flights(n=120, frames=8, seed=0, *, rising=0.0):
    """Heights of balls in flight `[clip, frame, dim]`, which fall, or rise more often; and a nuisance."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) - (frames - 1) / 2
    speed = rng.standard_normal((n, 1)) + rising
    height = speed * t - 0.15 * t**2
    height -= (height.max(axis=1, keepdims=True) + height.min(axis=1, keepdims=True)) / 2
    return np.stack((height, height**2, rng.standard_normal((n, frames))), axis=-1)


def upside_down(steps):
    return steps * np.array([-1.0, 1.0, 1.0])


def test_a_stroboscopic_picture_shows_which_way_is_down_and_the_gap_over_it_is_none():
    clips = flights()
    probe = protected_pairs(differences(bag(clips), bag(upside_down(clips))), **QUICK)
    assert probe.acc == 1.0
    found = gap_over(probe, probe)
    assert (found.gap, found.ci_low, found.ci_high) == (0.0, 0.0, 0.0)


def test_a_probe_of_where_things_go_falls_on_clips_backwards_and_one_of_their_bag_does_not():
    clips = flights(rising=2.0)
    found = {}
    for name, read in (("bag", bag), ("moment", moment)):
        d, back = (differences(read(x), read(upside_down(x))) for x in (clips, clips[:, ::-1]))
        forward, reversed_ = protected_pairs(d, **QUICK), protected_pairs(d, tested=back, **QUICK)
        found[name] = backwards(forward, reversed_)
        assert found[name].fall.gap == pytest.approx(forward.acc - reversed_.acc)
    assert found["bag"].agreement == 1.0
    assert found["bag"].fall.gap == 0.0
    assert found["moment"].acc < 0.2
    assert found["moment"].fall.ci_low > 0.5
    assert found["moment"].agreement < 0.2


def test_ties_agree_by_half():
    zeros = protected_pairs(np.zeros((30, 2)), **QUICK)
    assert backwards(zeros, zeros).agreement == 0.5


def test_probes_of_other_pairs_are_refused():
    one, other = (protected_pairs(np.ones((n, 2)), **QUICK) for n in (20, 30))
    with pytest.raises(InputError, match="20 and 30 pairs"):
        gap_over(one, other)
    with pytest.raises(InputError, match="20 and 30 pairs"):
        backwards(one, other)
