"""The estimator against one written out by hand, its exact symmetries, its null, and what it must not be able to do."""

import numpy as np
import pytest

from platoscope.errors import InputError
from platoscope.temporal.folds import folds_of, source_numbers
from platoscope.temporal.readouts import bag, concat, differences
from platoscope.temporal.signs import protected_pairs
from platoscope.temporal.variants import variant

QUICK = {"flips": 199, "draws": 200, "repeats": 2}


def noise(layers=3, samples=60, dim=20, seed=0):
    return np.random.default_rng(seed).standard_normal((layers, samples, dim))


def by_hand(d, labels, fold, ridge=0.01):
    """Held-out outcomes by primal ridge on both (d, y) and (-d, -y), an intercept being 0 by symmetry."""
    outcomes = np.empty(len(d))
    for held in range(fold.max() + 1):
        train, test = fold != held, fold == held
        x, y = np.vstack((d[train], -d[train])), np.hstack((labels[train], -labels[train]))
        scale = np.trace(d[train] @ d[train].T) / train.sum()
        # (K + c I)^-1 of n rows is the primal with X'X + c I, and twice the rows make twice of X'X and X'y
        w = np.linalg.solve(x.T @ x / 2 + ridge * scale * np.eye(d.shape[1]), x.T @ y / 2)
        outcomes[test] = np.where(d[test] @ w == 0, 0.5, (d[test] @ w) * labels[test] > 0)
    return outcomes


def nested_by_hand(layers, labels, fold):
    """Choose the layer by cross-validation over the training folds alone, as it is said."""
    told = np.empty(len(labels))
    for held in range(fold.max() + 1):
        train = np.flatnonzero(fold != held)
        inner = np.unique(fold[train], return_inverse=True)[1]
        best = np.argmax([by_hand(d[train], labels[train], inner).mean() for d in layers])
        told[fold == held] = by_hand(layers[best], labels, fold)[fold == held]
    return told


def test_outcomes_are_those_of_ridge_written_out_with_the_layer_chosen_in_training():
    layers = noise()
    layers[1, :, 0] += 0.6
    layers[2, :, 1] += 0.5
    labels = np.where(np.random.default_rng(1).random(60) < 0.5, -1.0, 1.0)
    layers *= labels[:, None]
    found = protected_pairs(layers, signs=labels, **QUICK)
    fold = folds_of(source_numbers(None, samples=60), folds=5, seed=0)
    for d, outcomes, acc in zip(layers, found.curve_outcomes, found.curve, strict=True):
        np.testing.assert_array_equal(outcomes, by_hand(d, labels, fold))
        assert acc == pytest.approx(outcomes.mean())
    np.testing.assert_array_equal(found.outcomes, nested_by_hand(layers, labels, fold))
    assert found.acc == pytest.approx(found.outcomes.mean())
    assert found.layer in found.layers
    assert found.calibrated == pytest.approx(2 * found.acc - 1)


def test_the_null_is_what_flipped_labels_give_with_the_layer_chosen_anew():
    layers, sources = noise(samples=40), np.repeat(np.arange(20), 2)
    found = protected_pairs(layers, sources=sources, **QUICK)
    from platoscope.temporal.sign_flips import sign_vectors

    vectors = sign_vectors(np.ones(40), sources, flips=199, seed=0)
    assert (vectors[0::2] == vectors[1::2]).all()
    fold = folds_of(sources, folds=5, seed=0)
    for flip in (1, 2, 3, 100):
        labels = vectors[:, flip]
        assert found.null[flip - 1] == pytest.approx(nested_by_hand(layers, labels, fold).mean())
        most = max(by_hand(d, labels, fold).mean() for d in layers)
        assert found.null_max[flip - 1] == pytest.approx(most)


def test_pairs_that_are_swapped_when_tested_turn_acc_into_one_minus_acc_exactly():
    layers = noise()
    layers[:, :, 0] += 1.2
    layers[:, 5] = 0.0  # a tie
    found, swapped = protected_pairs(layers, **QUICK), protected_pairs(layers, tested=-layers, **QUICK)
    assert 0.5 < found.acc < 1
    np.testing.assert_array_equal(swapped.outcomes, 1 - found.outcomes)
    np.testing.assert_array_equal(swapped.curve_outcomes, 1 - found.curve_outcomes)
    assert swapped.acc == pytest.approx(1 - found.acc, abs=1e-15)


def test_pairs_and_labels_that_are_swapped_together_change_nothing():
    layers = noise()
    labels = np.where(np.random.default_rng(1).random(60) < 0.5, -1.0, 1.0)
    one, other = protected_pairs(layers, signs=labels, **QUICK), protected_pairs(-layers, signs=-labels, **QUICK)
    np.testing.assert_array_equal(one.outcomes, other.outcomes)
    assert one.p == other.p


def test_a_bag_has_exactly_one_half_with_variance_nought():
    steps = np.random.default_rng(0).standard_normal((2, 30, 6, 5)).astype(np.float32)
    d = differences(bag(steps), bag(steps[:, :, variant("rev", frames=6)]))
    found = protected_pairs(d, **QUICK)
    assert (found.acc, found.ci_low, found.ci_high, found.spread, found.p) == (0.5, 0.5, 0.5, 0.0, 1.0)
    assert (found.outcomes == 0.5).all()
    assert found.p_max == 1.0
    assert found.null95_max == 0.5


def test_steps_through_a_random_projection_tell_the_arrow_and_their_average_cannot():
    rng = np.random.default_rng(3)
    clips = np.cumsum(rng.random((80, 6, 12)), axis=1) + rng.random((80, 1, 12))  # everything grows
    rev = clips[:, variant("rev", frames=6)]
    projection = rng.standard_normal((72, 40))
    found = protected_pairs(differences(concat(clips) @ projection, concat(rev) @ projection), **QUICK)
    assert found.acc > 0.97
    assert found.p == 1 / 200
    average = protected_pairs(differences(bag(clips) @ projection[:12], bag(rev) @ projection[:12]), **QUICK)
    assert average.acc == 0.5


def test_features_of_any_scale_and_any_rotation_give_the_same_outcomes():
    layers = noise()
    layers[:, :, 0] += 0.4
    rotation = np.linalg.qr(np.random.default_rng(5).standard_normal((20, 20)))[0]
    found = protected_pairs(layers, **QUICK)
    for changed in (1e-6 * layers, 1e6 * layers, layers @ rotation):
        np.testing.assert_array_equal(protected_pairs(changed, **QUICK).outcomes, found.outcomes)


def test_the_order_of_the_classes_of_samples_and_of_flips_is_of_the_seed_alone():
    layers = noise()
    one, again = (protected_pairs(layers, **QUICK) for _ in range(2))
    np.testing.assert_array_equal(one.null, again.null)
    assert (one.acc, one.p, one.ci_low, one.spread) == (again.acc, again.p, again.ci_low, again.spread)
    assert (protected_pairs(layers, seed=1, **QUICK).null != one.null).any()


def test_clips_of_one_source_that_are_taken_apart_learn_each_other_and_kept_together_do_not():
    """Each source has its own direction and its own sign: nothing that another source could know."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.where(rng.random(30) < 0.5, -1.0, 1.0), 4)
    d = np.repeat(rng.standard_normal((30, 60)), 4, axis=0) + 0.1 * rng.standard_normal((120, 60))
    apart = protected_pairs(d, signs=labels, **QUICK)
    whole = protected_pairs(d, signs=labels, sources=np.repeat(np.arange(30), 4), **QUICK)
    assert apart.acc > 0.95
    assert apart.p < 0.05
    assert whole.p > 0.05
    assert whole.n_sources == 30


def test_templates_that_stay_together_are_told_by_other_templates_alone():
    """A direction of each template's own is worth everything within it and nothing on an unseen one."""
    rng = np.random.default_rng(0)
    templates = np.repeat(np.arange(10), 20)
    d = np.repeat(2 * rng.standard_normal((10, 30)), 20, axis=0) + 0.2 * rng.standard_normal((200, 30))
    signs = np.tile([1.0, -1.0], 100)  # of each clip: flips stay those of clips
    d *= signs[:, None]
    seen, unseen = (protected_pairs(d, signs=signs, together=kept, **QUICK) for kept in (None, templates))
    assert seen.acc == 1.0
    assert unseen.acc < 0.9
    assert unseen.n_sources == 200
    with pytest.raises(InputError, match="are of one source, but lie in folds"):
        protected_pairs(d, sources=np.repeat(np.arange(100), 2), together=np.tile(np.arange(5), 40), **QUICK)


def test_layers_may_come_one_at_a_time_and_differ_in_dim():
    layers = noise()
    by_one = protected_pairs((layer for layer in layers), **QUICK)
    assert by_one.acc == protected_pairs(layers, **QUICK).acc
    wider = protected_pairs([layers[0], np.hstack((layers[1], layers[1]))], **QUICK)
    assert len(wider.curve) == 2
    assert protected_pairs(layers[0], **QUICK).layers == (0,) * 5


def test_an_answer_that_is_always_right_has_an_interval_that_is_no_point():
    d = np.ones((50, 3))
    found = protected_pairs(d, **QUICK)
    assert found.acc == 1.0
    assert found.ci_low == pytest.approx(0.025 ** (1 / 50))
    assert found.ci_high == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"signs": np.zeros(60)}, "-1 or \\+1 for each of 60"),
        ({"signs": np.ones(3)}, "-1 or \\+1"),
        ({"sources": np.zeros(60)}, "all samples are of one source"),
        ({"sources": np.arange(60) % 2}, "at least 3 sources"),
        ({"ridge": 0.0}, "ridge is 0.0"),
        ({"flips": 10}, "flips is 10"),
        ({"repeats": 0}, "repeats is 0"),
        ({"folds": 1}, "folds is 1"),
        ({"draws": 10}, "draws is 10"),
        ({"tested": np.zeros((3, 60, 2))}, r"tested\[0\] is \(60, 2\), but must be \(60, 20\)"),
        ({"tested": np.zeros((1, 60, 20))}, r"tested\[1\] has shape None"),
    ],
)
def test_what_cannot_be_probed_is_refused_by_name(change, message):
    with pytest.raises(InputError, match=message):
        protected_pairs(noise(), **(QUICK | change))


def test_differences_of_other_shapes_are_refused():
    with pytest.raises(InputError, match="is empty"):
        protected_pairs([], **QUICK)
    with pytest.raises(InputError, match=r"shape \(3,\)"):
        protected_pairs(np.zeros(3), **QUICK)
    with pytest.raises(InputError, match=r"differences\[1\] is \(5, 4\), but must be \(6, 4\)"):
        protected_pairs([np.ones((6, 4)), np.ones((5, 4))], **QUICK)
    with pytest.raises(InputError, match="not finite"):
        protected_pairs(np.full((6, 4), np.inf), **QUICK)
