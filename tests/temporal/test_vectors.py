"""Odd energies, coherences and displacements against their definitions, and where they have to be nothing."""

import numpy as np
import pytest

from platoscope.errors import InputError, UnavailableError
from platoscope.temporal.readouts import bag
from platoscope.temporal.sign_flips import sign_vectors
from platoscope.temporal.vectors import coherence, displacement, displacements, odd_and_even, odd_energy


def odd_parts(n=40, dim=30, shift=0.0, seed=0):
    a = np.random.default_rng(seed).standard_normal((n, dim))
    a[:, 0] += shift
    return a


def test_a_clip_is_its_even_and_its_odd_part_and_reversal_turns_the_odd_one():
    f, back = odd_parts(seed=1), odd_parts(seed=2)
    odd, even = odd_and_even(f, back)
    np.testing.assert_allclose(even + odd, f)
    np.testing.assert_allclose(even - odd, back)
    np.testing.assert_array_equal(odd_and_even(back, f)[0], -odd)


def test_a_bag_has_no_odd_energy_and_its_vectors_are_undefined():
    steps = np.random.default_rng(0).standard_normal((10, 6, 4)).astype(np.float32)
    f, back = bag(steps), bag(steps[:, ::-1])
    assert odd_energy([f], [back]).tolist() == [0.0]
    odd = odd_and_even(f, back)[0]
    for measure in (coherence, displacement):
        with pytest.raises(UnavailableError, match="a bag has none: its vectors are undefined"):
            measure([odd], flips=19)


def test_odd_energy_by_hand_and_of_features_that_only_turn():
    f, back = np.array([[1.0, 2.0], [1.0, 4.0]]), np.array([[-1.0, 2.0], [-1.0, 4.0]])
    assert odd_energy([f, f], [back, -f]).tolist() == pytest.approx([1 / 2, 1.0])
    assert np.isnan(odd_energy([np.ones((3, 2))], [np.ones((3, 2))])).all()


def test_coherence_is_the_mean_product_of_clips_of_different_sources():
    a, sources = odd_parts(), np.repeat(np.arange(10), 4)
    found = coherence([a, 2 * a], sources=sources, flips=50)
    products = a @ a.T
    apart = sources[:, None] != sources
    assert found.value[0] == pytest.approx(products[apart].mean() / np.diag(products).mean())
    assert found.value[1] == pytest.approx(found.value[0])
    vectors = sign_vectors(np.ones(40), sources, flips=50, seed=0)
    for flip in (1, 7, 50):
        flipped = vectors[:, flip, None] * a
        value = (flipped @ flipped.T)[apart].mean() / np.diag(products).mean()
        assert found.null[0, flip - 1] == pytest.approx(value)


def test_coherence_is_unbiased_where_the_length_of_the_mean_is_not():
    values = [coherence([odd_parts(n=10, dim=200, seed=seed)], flips=19).value[0] for seed in range(60)]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(60)
    a = odd_parts(n=10, dim=200)
    assert (a.mean(axis=0) ** 2).sum() / (a**2).sum(axis=1).mean() > 0.08
    shifted = [coherence([odd_parts(dim=8, shift=2.0, seed=seed)], flips=19).value[0] for seed in range(60)]
    assert np.mean(shifted) == pytest.approx(4 / 12, abs=0.03)


def test_a_shared_direction_is_found_and_none_is_not():
    assert coherence([odd_parts(shift=2.0)], flips=199).p[0] == 1 / 200
    found = coherence([odd_parts(seed=3), odd_parts(seed=4)], flips=199)
    assert found.p.min() > 0.05
    assert found.p_max >= found.p.min()


def test_near_duplicates_of_a_source_share_a_direction_only_if_they_are_taken_apart():
    a = np.repeat(odd_parts(n=10), 8, axis=0)
    assert coherence([a], flips=199).p[0] == 1 / 200
    assert coherence([a], sources=np.repeat(np.arange(10), 8), flips=199).p[0] > 0.05


def test_displacement_is_the_cosine_with_the_mean_of_the_other_sources():
    a, sources = odd_parts(shift=0.5), np.repeat(np.arange(10), 4)
    found = displacement([a], sources=sources, flips=30)

    def by_hand(x):
        means = [x[sources != source].sum(axis=0) for source in sources]
        return np.mean([u @ v / np.linalg.norm(u) / np.linalg.norm(v) for u, v in zip(x, means, strict=True)])

    assert found.value[0] == pytest.approx(by_hand(a))
    vectors = sign_vectors(np.ones(40), sources, flips=30, seed=0)
    for flip in (1, 2, 30):
        assert found.null[0, flip - 1] == pytest.approx(by_hand(vectors[:, flip, None] * a))
    assert displacement([odd_parts(shift=3.0)], flips=199).p[0] == 1 / 200


def test_displacements_are_late_less_early_less_what_a_still_clip_does():
    steps = np.random.default_rng(0).standard_normal((4, 5, 3))
    moved = displacements(steps)
    np.testing.assert_allclose(moved, (steps[:, 3] + steps[:, 4] - steps[:, 0] - steps[:, 1]) / 2)
    code = np.arange(5.0)[None, :, None]
    np.testing.assert_allclose(displacements(steps + code, static=np.zeros((4, 5, 3)) + code), moved)
    np.testing.assert_array_equal(displacements(steps[:, ::-1]), -moved)


def test_other_shapes_and_single_sources_are_refused():
    with pytest.raises(InputError, match="at least 2 steps"):
        displacements(np.zeros((3, 1, 2)))
    with pytest.raises(InputError, match="of one source"):
        coherence([odd_parts()], sources=np.zeros(40), flips=19)
    with pytest.raises(InputError, match="layer 1 has 3 samples"):
        coherence([odd_parts(), odd_parts(n=3)], flips=19)
    with pytest.raises(InputError, match="no layer"):
        coherence([], flips=19)
