"""The figures that pairs of known kinds must have: bags, pairs that know order, texts that go by their words."""

from itertools import combinations

import numpy as np
import pytest

from platoscope.alignment.metrics import mutual_knn
from platoscope.errors import InputError
from platoscope.temporal.order_test import cosines, fractional_neighbours, fractional_overlap, order_test

COLOURS = 10
ITEMS = [(*order, word) for pair in combinations(range(COLOURS), 2) for order in (pair, pair[::-1]) for word in "ba"]
FIRST, SECOND, WORDS = (np.array(column) for column in zip(*ITEMS, strict=True))
LABELS = {"first": FIRST, "second": SECOND, "words": WORDS}


def onehot(places, count=COLOURS):
    return np.eye(count)[places]


def bags():
    return 10 * (onehot(FIRST) + onehot(SECOND))


def aware(size=1.0):
    """Knows which event came first, and says it in a place of its own for each colour."""
    return np.hstack((bags(), size * onehot(FIRST)))


def lexical():
    """A caption goes by the places of its words: "A before B" is nearest to "A after B"."""
    named = np.where(WORDS == "b", FIRST, SECOND)  # "A before B", "B after A": what is named first
    return np.hstack((bags(), onehot(named)))


@pytest.mark.parametrize(
    ("video", "text", "overlap"),
    [
        (bags, bags, [1 / 3, 2 / 3, 1]),
        (aware, aware, [1, 3 / 4, 1]),
        (aware, lexical, [0, 5 / 8, 1]),
        (aware, bags, [1 / 3, 2 / 3, 1]),
    ],
)
def test_the_figures_of_pairs_of_known_kinds(video, text, overlap):
    found = order_test(video(), text(), **LABELS)
    assert found.n == 180
    np.testing.assert_allclose(found.overlap, overlap, atol=1e-9)
    np.testing.assert_allclose(found.chance, [1 / 3, 2 / 3, 1], atol=1e-9)
    assert found.bag == pytest.approx(1.0)


def test_what_each_side_knows_of_order():
    assert order_test(bags(), aware(), **LABELS).siblings_video == pytest.approx(1 / 3)
    assert order_test(bags(), aware(), **LABELS).siblings_text == 1.0
    assert order_test(lexical(), aware(), **LABELS).siblings_video == 0.0


def test_ties_as_fractions_are_the_mean_over_ties_at_random():
    exact = fractional_overlap(*(cosines(x, "x") for x in (bags(), aware())), k=2)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(60):
        x, y = (features + 1e-3 * rng.standard_normal(features.shape) for features in (bags(), aware()))
        drawn.append(mutual_knn(x, y, k=2))
    assert np.mean(drawn) == pytest.approx(exact, abs=4 * np.std(drawn) / np.sqrt(60))


def test_without_ties_fractions_are_mutual_knn():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 60, 8))
    for k in (1, 2, 3):
        assert fractional_overlap(cosines(x, "x"), cosines(y, "y"), k=k) == pytest.approx(mutual_knn(x, y, k=k))
        np.testing.assert_allclose(fractional_neighbours(cosines(x, "x"), k=k).sum(axis=1), k)


def latent(seed, *, knows_order):
    """Colours of three shared dims, seen by each side through a map of its own."""
    colours = np.random.default_rng(0).standard_normal((COLOURS, 3))
    seen = np.hstack((colours[FIRST] + colours[SECOND], knows_order * (colours[FIRST] - colours[SECOND])))
    return seen @ np.random.default_rng(seed).standard_normal((6, 20))


@pytest.mark.parametrize("mapping", ["ridge", "procrustes"])
def test_sides_that_know_order_agree_on_colours_that_the_map_has_not_seen(mapping):
    found = order_test(latent(1, knows_order=1), latent(2, knows_order=1), mapping=mapping, **LABELS)
    assert found.agreement > 0.85
    assert found.agreement_low > 0.75
    assert found.agreement_low <= found.agreement <= found.agreement_high


def test_a_side_that_does_not_know_order_agrees_with_none():
    for video, text in ((0, 1), (1, 0), (0, 0)):
        found = order_test(latent(1, knows_order=video), latent(2, knows_order=text), **LABELS)
        assert found.agreement == pytest.approx(0.5)


def test_a_text_that_means_the_opposite_agrees_with_the_wrong_order_alone_where_the_map_cannot_see_it():
    """The map is fitted by order, so that a code for order that is turned in all captions is no error."""
    turned = latent(2, knows_order=-1)
    assert order_test(latent(1, knows_order=1), turned, **LABELS).agreement > 0.85


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"words": np.array(["b"] * 180)}, "both orders with each of two words"),
        ({"first": SECOND}, "both orders with each of two words"),
        ({"first": FIRST[:4]}, "have 4, 180, 180 of 180 items"),
        ({"mapping": "cca"}, "mapping is 'cca'"),
        ({"text": np.ones((4, 2))}, "video has 180 items and text 4"),
        ({"text": np.zeros((180, 2))}, "text has a row of zeros, number 0"),
    ],
)
def test_groups_of_another_form_are_refused(change, message):
    given = {"video": bags(), "text": bags(), **LABELS} | change
    with pytest.raises(InputError, match=message):
        order_test(given.pop("video"), given.pop("text"), **given)


def test_a_map_needs_other_colours():
    some = np.array([max(a, b) < 3 for a, b, _ in ITEMS])
    labels = {name: column[some] for name, column in LABELS.items()}
    with pytest.raises(InputError, match="neither of two colours"):
        order_test(bags()[some], bags()[some], **labels)
