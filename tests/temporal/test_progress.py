"""Time read off steps: against scikit-free arithmetic, backwards, of still clips, and of nothing."""

import numpy as np
import pytest

from platoscope.errors import InputError
from platoscope.temporal.progress import progress

QUICK = {"permutations": 39}


def events(n=60, steps=6, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    start = rng.random((n, 1))
    times = start + np.arange(steps) / steps
    x = noise * rng.standard_normal((n, steps, 7)) + rng.standard_normal((n, 1, 7))
    x[..., 0] += 2 * times
    return x, times


def test_event_time_is_read_and_windows_may_begin_anywhere():
    x, times = events(noise=0.05)
    found = progress([x], times, **QUICK)
    assert found.r2[0] > 0.9
    assert found.r[0] > 0.95
    assert found.spearman[0] > 0.9
    assert found.p[0] == found.p_max == 1 / 40


def test_reversed_clips_give_the_negative_and_still_ones_nothing():
    x, _ = events()
    forward = progress([x], **QUICK)
    back = progress([x], tested=[x[:, ::-1]], **QUICK)
    assert back.r[0] == pytest.approx(-forward.r[0])
    assert back.spearman[0] == pytest.approx(-forward.spearman[0])
    still = progress([x], tested=[np.repeat(x[:, :1], 6, axis=1)], **QUICK)
    assert (still.r[0], still.r2[0], still.spearman[0], still.p[0]) == (0.0, 0.0, 0.0, 1.0)


def test_where_nothing_moves_nothing_is_read():
    x = np.random.default_rng(0).standard_normal((60, 6, 7))
    found = progress([x, x[..., ::-1]], **QUICK)
    assert found.p.min() > 0.02
    assert found.r2.max() < 0.1


def test_times_that_do_not_rise_and_other_layers_are_refused():
    x, times = events()
    with pytest.raises(InputError, match="rise within each clip"):
        progress([x], times[:, ::-1], **QUICK)
    with pytest.raises(InputError, match=r"times has shape \(60, 5\)"):
        progress([x], times[:, :5], **QUICK)
    with pytest.raises(InputError, match="layer 1 is"):
        progress([x, x[:, :4]], **QUICK)
    with pytest.raises(InputError, match="is empty"):
        progress([], **QUICK)
    with pytest.raises(InputError, match="permutations is 3"):
        progress([x], permutations=3)
