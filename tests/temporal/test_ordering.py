"""The probe of order against the pairwise one written out, what it must and must not order, and its spacing curve."""

import numpy as np
import pytest

from platoscope.errors import InputError
from platoscope.temporal.folds import folds_of, source_numbers
from platoscope.temporal.ordering import ordering, permuted_times, spaced_places, spacing_curve
from platoscope.temporal.step_ridge import StepRidge, centred_steps

QUICK = {"permutations": 39, "draws": 200}


def drifting(n=60, steps=5, dim=8, drift=1.0, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, steps, dim)) + 3 * rng.standard_normal((n, 1, dim))
    x[..., 0] += drift * np.arange(steps)
    return x


@pytest.mark.parametrize("dim", [8, 400])  # fewer dims than steps, and more
def test_scores_are_those_of_ridge_on_all_pairs_of_steps(dim):
    x = drifting(n=20, dim=dim)
    fold = folds_of(source_numbers(None, samples=20), folds=5, seed=0)
    times = permuted_times(np.arange(20), steps=5, permutations=19, seed=0)
    centred = centred_steps(x, "x")
    rows = fold == 2
    scores = StepRidge(centred, fold, 0.01).scores(times[:, :, :1], without=(2,), tested=centred[rows])[:, :, 0]
    one, other = np.triu_indices(5, 1)
    d = (x[~rows][:, other] - x[~rows][:, one]).reshape(-1, dim)
    mean = (centred[~rows] ** 2).sum() / (5 * (~rows).sum())
    # All pairs of a clip make 5 times the Gram matrix of its centred steps, and 5 times its product with times.
    w = np.linalg.solve(d.T @ d + 5 * 0.01 * mean * np.eye(dim), d.sum(axis=0))
    np.testing.assert_allclose(scores, centred[rows] @ w, rtol=1e-7, atol=1e-9)


def test_steps_that_drift_are_put_in_order_and_shuffled_ones_are_not():
    found = ordering([drifting(drift=2.0)], **QUICK)
    assert found.pairwise > 0.9
    assert found.p == 1 / 40
    assert found.tau == pytest.approx(2 * found.pairwise - 1)
    assert found.spearman > 0.9
    assert found.exact > 0.3 > found.exact_chance == pytest.approx(1 / 120)
    assert found.position_error < 0.3 < found.position_chance == pytest.approx(1.6)
    assert found.reversed_too == pytest.approx(found.exact)
    nothing = ordering([drifting(drift=0.0)], **QUICK)
    assert nothing.p > 0.025
    assert nothing.ci_low < 0.5 < nothing.ci_high


def test_reversed_clips_are_ordered_in_reverse_exactly():
    x = drifting(drift=1.0)
    found, back = ordering([x], **QUICK), ordering([x], tested=[x[:, ::-1]], **QUICK)
    np.testing.assert_allclose(back.outcomes, 1 - found.outcomes, atol=1e-12)
    assert back.spearman == pytest.approx(-found.spearman)


def test_a_still_clip_cannot_be_ordered():
    x = drifting(drift=2.0)
    still = np.repeat(x[:, 2:3], 5, axis=1)
    found = ordering([x], tested=[still], **QUICK)
    assert (found.outcomes == 0.5).all()
    assert found.exact == pytest.approx(1 / 120)
    found = ordering([still], **QUICK)
    assert (found.pairwise, found.p, found.spearman) == (0.5, 1.0, 0.0)


def test_the_layer_is_chosen_in_training():
    layers = [drifting(drift=0.0, seed=1), drifting(drift=2.0, seed=2), drifting(drift=0.3, seed=3)]
    found = ordering(layers, **QUICK)
    assert found.layers == (1,) * 5
    assert found.pairwise == pytest.approx(found.curve[1])
    assert found.pairwise == pytest.approx(found.outcomes.mean())


def test_permutations_are_those_of_whole_sources():
    times = permuted_times(np.array([0, 0, 1]), steps=4, permutations=50, seed=0)
    np.testing.assert_array_equal(times[0], times[1])
    assert (times[0] != times[2]).any()
    np.testing.assert_allclose(np.sort(times, axis=1), np.broadcast_to(times[:, :, :1], times.shape))
    np.testing.assert_allclose(times[0, :, 0], [-0.75, -0.25, 0.25, 0.75])


def test_what_is_far_apart_is_easier_to_order():
    rng = np.random.default_rng(0)
    walk = np.zeros((200, 33, 4))
    walk[..., 0] = 0.3 * np.arange(33)
    walk += rng.standard_normal(walk.shape)
    found = spacing_curve(lambda: iter([walk]), spacings=(1, 2, 4, 8, 16), permutations=19)
    assert list(found) == [1, 2, 4, 8]  # five steps 16 apart do not fit
    curve = [found[spacing].pairwise for spacing in found]
    assert curve == sorted(curve)
    assert curve[0] < 0.7 < 0.9 < curve[-1]


def test_windows_begin_anywhere_and_stay_inside():
    places = spaced_places(frames=20, count=4, spacing=5, samples=500, seed=0)
    assert (np.diff(places, axis=1) == 5).all()
    assert set(places[:, 0]) == {0, 1, 2, 3, 4}
    assert places.max() == 19
    with pytest.raises(InputError, match="5 steps 5 apart span 21 frames, but a clip has 20"):
        spaced_places(frames=20, count=5, spacing=5, samples=3, seed=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": []}, "is empty"),
        ({"steps": [np.zeros((4, 1, 2))]}, "at least 2 steps"),
        ({"steps": [np.zeros((9, 3, 2)), np.zeros((8, 3, 2))]}, r"steps\[1\] is \(8, 3, 2\)"),
        ({"permutations": 3}, "permutations is 3"),
        ({"ridge": 0.0}, "ridge is 0"),
        ({"steps": [np.ones((4, 3, 2))] * 2, "sources": [0, 0, 1, 1]}, "at least 3 sources"),
    ],
)
def test_what_cannot_be_ordered_is_refused(change, message):
    given = {"steps": [np.zeros((9, 3, 2))], **QUICK} | change
    with pytest.raises(InputError, match=message):
        ordering(given.pop("steps"), **given)
