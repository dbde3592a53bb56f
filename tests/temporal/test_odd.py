"""Odd parts are compared by their neighbours; flips find who points which way, and a bag is undefined."""

import numpy as np
import pytest

from platoscope.alignment.metrics import mutual_knn
from platoscope.alignment.search.neighbours import nearest
from platoscope.errors import InputError, UnavailableError
from platoscope.temporal.directed import direction_gap
from platoscope.temporal.odd import cosines_of, nearest_of, odd_alignment

QUICK = {"flips": 39, "permutations": 39, "k": 5}


def seen(seed, odd, even, *, noise=0.3):
    """Clips and their reversals as one encoder sees them: a map of its own of what is odd and what is even."""
    rng = np.random.default_rng(seed)
    a = odd @ rng.standard_normal((odd.shape[1], 24))
    e = even @ rng.standard_normal((even.shape[1], 24))
    a += noise * rng.standard_normal(a.shape)
    return [e + a], [e - a]


def latents(n=80, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, 4)), rng.standard_normal((n, 4))


def test_encoders_that_share_both_parts_are_alike_in_both():
    odd, even = latents()
    found = odd_alignment(seen(1, odd, even), seen(2, odd, even), clip="none", **QUICK)
    assert found.n == 80
    assert found.chance == pytest.approx(5 / 79)
    assert found.odd.score > 0.3
    assert found.odd.flipped.p == found.odd.permuted.p == 1 / 40
    assert found.even.score > 0.3
    assert found.even.flipped is None
    (f, back), (g, back_g) = seen(1, odd, even), seen(2, odd, even)
    assert found.odd.score == pytest.approx(mutual_knn(f[0] - back[0], g[0] - back_g[0], k=5))


def test_encoders_that_agree_on_axes_and_not_on_directions_are_told_by_the_flips():
    """The second sees each clip's odd part with a sign of its own: the same axes, other neighbours."""
    odd, even = latents()
    signs = np.where(np.random.default_rng(5).random((80, 1)) < 0.5, -1.0, 1.0)
    found = odd_alignment(seen(1, odd, even), seen(2, signs * odd, even), **QUICK)
    assert found.odd.flipped.p > 0.05
    assert found.even.permuted.p == 1 / 40


def test_odd_parts_that_are_noise_are_at_chance_while_the_even_ones_agree():
    odd, even = latents()
    other, _ = latents(seed=1)
    found = odd_alignment(seen(1, odd, even), seen(2, other, even), **QUICK)
    assert found.odd.flipped.p > 0.05
    assert found.odd.permuted.p > 0.05
    assert found.even.permuted.p == 1 / 40


def test_a_bag_is_undefined_and_not_a_row_of_zeros():
    odd, even = latents()
    with pytest.raises(UnavailableError, match="y has no odd part in any layer"):
        odd_alignment(seen(1, odd, even), (([even], [even])), **QUICK)


def test_layers_and_clips_without_an_odd_part_are_left_out():
    odd, even = latents()
    (f, back), (g, back_g) = seen(1, odd, even), seen(2, odd, even)
    f[0][:7] = back[0][:7]
    found = odd_alignment((f, back), ([even, g[0]], [even, back_g[0]]), **QUICK)
    assert found.kept.tolist() == [False] * 7 + [True] * 73
    assert np.isnan(found.odd.matrix).tolist() == [[True, False]]
    assert found.odd.layers == (0, 1)
    f[0][:] = back[0]
    f[0][:41] += odd[:41] @ np.ones((4, 24))
    with pytest.raises(UnavailableError, match="41 samples have an odd part in all layers, but 52"):
        odd_alignment((f, back), (g, back_g), **(QUICK | {"k": 50}))


def test_clips_of_a_source_flip_together():
    odd, even = latents(n=20)
    odd, even = np.repeat(odd, 4, axis=0), np.repeat(even, 4, axis=0)
    other = np.repeat(latents(n=20, seed=1)[0], 4, axis=0)
    sources = np.repeat(np.arange(20), 4)
    apart = odd_alignment(seen(1, odd, even), seen(2, other, even), **QUICK)
    whole = odd_alignment(seen(1, odd, even), seen(2, other, even), sources=sources, **QUICK)
    assert apart.odd.flipped.p == 1 / 40  # near-duplicates find each other in both spaces
    assert whole.odd.flipped.p > 0.05


@pytest.mark.parametrize("quantile", [0.9, 1.0])
def test_neighbours_of_flipped_rows_are_those_that_a_search_finds(quantile):
    rng = np.random.default_rng(0)
    layer = rng.standard_normal((50, 12)).astype(np.float32)
    limit = None if quantile == 1.0 else float(np.quantile(np.abs(layer), quantile))
    for signs in (np.ones(50), np.where(rng.random(50) < 0.5, -1.0, 1.0)):
        found = nearest_of(cosines_of(layer, limit), signs, k=5)
        searched = nearest(signs[:, None].astype(np.float32) * layer, k=5, clip=quantile)
        np.testing.assert_array_equal(np.sort(found, axis=1), np.sort(searched, axis=1))


def test_sides_of_other_samples_are_refused():
    odd, even = latents()
    with pytest.raises(InputError, match="layers have 40, 80 samples"):
        odd_alignment(seen(1, odd, even), seen(2, odd[:40], even[:40]), **QUICK)


def test_texts_that_know_the_direction_are_nearer_to_clips_forward():
    odd, even = latents(n=100)
    view, words = np.random.default_rng(1).standard_normal((2, 4, 24))
    f, back = [(even + odd) @ view], [(even - odd) @ view]  # in the same dims: else all reversed clips lie as before
    text = [(even + odd) @ words]
    found = direction_gap(f, back, text, k=5, flips=39, clip="none")
    scores = [mutual_knn(x[0], text[0], k=5) for x in (f, back)]
    assert (found.forward, found.backward) == pytest.approx(tuple(scores))
    assert found.between == pytest.approx(mutual_knn(f[0], back[0], k=5))
    assert found.gap > 0.1
    assert found.p == 1 / 40
    assert found.gap == pytest.approx(found.forward - found.backward)
    assert found.gap == pytest.approx(found.values.mean())
    turned = direction_gap(back, f, text, k=5, flips=39, clip="none")
    assert turned.gap == pytest.approx(-found.gap)


def test_texts_of_what_there_is_alone_know_no_direction():
    odd, even = latents(n=100)
    f, back = seen(1, odd, even)
    text = [even @ np.random.default_rng(3).standard_normal((4, 24))]
    assert direction_gap(f, back, text, k=5, flips=39).p > 0.05
    with pytest.raises(InputError, match="of the same samples"):
        direction_gap(f, back, [text[0][:50]], k=5, flips=39)
    with pytest.raises(InputError, match="row 103 is all zeros"):
        direction_gap(f, [np.where(np.arange(100)[:, None] == 3, 0.0, back[0])], text, k=5, flips=39)
