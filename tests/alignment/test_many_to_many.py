"""Samples with several captions each, against a loop over captions, and the null against spaces that share nothing."""

import numpy as np
import pytest

from platoscope.alignment.metrics import many_to_many, mutual_knn
from platoscope.errors import InputError


def spaces(n=60, dim=8, seed=0):
    return np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)


def told(x, counts, noise, seed=1):
    """Captions near their samples, in another basis: features and owners, shuffled."""
    rng = np.random.default_rng(seed)
    owners = rng.permutation(np.repeat(np.arange(len(x)), counts))
    turn = np.linalg.qr(rng.standard_normal((x.shape[1], x.shape[1])))[0]
    return (x[owners] + noise * rng.standard_normal((len(owners), x.shape[1]))) @ turn, owners


def by_hand(x, captions, owners, k):
    def ranking(features, query):
        cosine = features @ features[query] / np.linalg.norm(features, axis=1)
        return [int(at) for at in np.argsort(-cosine) if at != query]

    scores = []
    for sample in range(len(x)):
        near = set(ranking(x, sample)[:k])
        own = []
        for caption in np.flatnonzero(owners == sample):
            others = dict.fromkeys(owners[at] for at in ranking(captions, caption) if owners[at] != sample)
            own.append(len(near & set(list(others)[:k])) / k)
        scores.append(np.mean(own))
    return np.mean(scores)


@pytest.mark.parametrize("k", [1, 5])
def test_the_score_is_that_of_a_loop_over_captions(k):
    x = spaces()
    captions, owners = told(x, np.random.default_rng(2).integers(1, 5, len(x)), 0.7)
    found = many_to_many(x, captions, owners, k=k, permutations=5)
    assert found.score == pytest.approx(by_hand(x, captions, owners, k), abs=1e-12)


def test_with_one_caption_each_it_is_mutual_knn():
    x = spaces()
    captions, owners = told(x, np.ones(len(x), int), 0.5)
    assert many_to_many(x, captions, owners, k=5).score == pytest.approx(
        mutual_knn(x, captions[np.argsort(owners)], k=5)
    )


def test_captions_that_are_all_their_sample_itself_score_one():
    x = spaces()
    captions, owners = told(x, np.full(len(x), 4), 0.0)
    assert many_to_many(x, captions, owners, k=6, permutations=20).score > 0.98  # equal captions are ties


def test_unrelated_captions_stay_at_chance_and_related_ones_do_not():
    x = spaces(200)
    captions, owners = told(spaces(200, seed=5), np.full(200, 3), 0.3)
    unrelated = many_to_many(x, captions, owners, k=10, permutations=100)
    assert unrelated.chance == pytest.approx(10 / 199, abs=0.003)
    assert unrelated.score < unrelated.chance + 0.02
    assert unrelated.p > 0.01
    related = many_to_many(x, *told(x, np.full(200, 3), 0.3), k=10, permutations=100)
    assert related.score > 3 * related.null95
    assert related.p == pytest.approx(1 / 101)


@pytest.mark.parametrize(
    ("owners", "words"),
    [
        (np.zeros(3, int), r"integers \[caption\], of 4 captions"),
        (np.zeros(4), "float64"),
        (np.array([0, 1, 2, 9]), "names sample 9, but x has 3"),
        (np.array([0, 1, 2, -1]), "names sample -1"),
        (np.array([0, 0, 1, 1]), "sample 2 has no caption"),
    ],
)
def test_owners_that_do_not_fit_are_refused(owners, words):
    with pytest.raises(InputError, match=words):
        many_to_many(spaces(3), spaces(4), owners, k=1)


def test_a_bad_number_of_permutations_is_refused():
    with pytest.raises(InputError, match="permutations is 0"):
        many_to_many(spaces(3), spaces(3), np.arange(3), k=1, permutations=0)
