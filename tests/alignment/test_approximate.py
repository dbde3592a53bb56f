"""Approximate indexes: they reach the recall that is asked for and say how, or say that they do not."""

import faiss
import numpy as np
import pytest

from platoscope.alignment.search import approximate
from platoscope.alignment.search.neighbours import neighbour_table
from platoscope.errors import InputError

KINDS = ("ivf", "hnsw")


def clustered(samples=2000, dim=12, *, clusters=20, seed=0):
    rng = np.random.default_rng(seed)
    centres = 2 * rng.normal(size=(clusters, dim)) + 30  # a mean that plain cosines would drown in
    return (centres[rng.integers(0, clusters, samples)] + rng.normal(size=(samples, dim))).astype(np.float32)


def share(ids, wanted):
    return np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(ids.tolist(), wanted.tolist(), strict=True)])


@pytest.mark.parametrize("index", KINDS)
@pytest.mark.parametrize("target", [0.9, 0.99])
def test_the_recall_that_is_reached_is_that_of_the_whole_table(index, target):
    x = clustered()
    exact = neighbour_table(x, depth=10).ids
    table = neighbour_table(x, depth=10, index=index, recall=target)
    assert table.recall.sample == approximate.SAMPLE == 1000
    assert table.recall.reached >= target
    assert share(table.ids, exact) == pytest.approx(table.recall.reached, abs=0.01)
    itself = table.ids == np.arange(len(x))[:, None]
    assert not itself.any()


@pytest.mark.parametrize("index", KINDS)
def test_with_few_samples_recall_is_measured_on_them_all(index):
    x = clustered(1000)
    table = neighbour_table(x, depth=20, index=index, recall=0.9)
    exact = neighbour_table(x, depth=20).ids
    assert table.recall.reached == pytest.approx(share(table.ids, exact), rel=1e-12)


@pytest.mark.parametrize("index", KINDS)
def test_more_recall_takes_more_effort(index, monkeypatch):
    monkeypatch.setattr(approximate, "_LINKS", 4)  # a poor graph
    monkeypatch.setattr(approximate, "_BUILD_EFFORT", 8)
    x = np.random.default_rng(0).normal(size=(2000, 24)).astype(np.float32)
    some, most = (neighbour_table(x, depth=5, index=index, recall=target).recall for target in (0.5, 0.99))
    assert most.effort > some.effort
    assert most.reached >= 0.99 > some.reached >= 0.5


def test_looking_at_every_list_is_the_exact_search():
    x = np.random.default_rng(0).normal(size=(1200, 40)).astype(np.float32)
    table = neighbour_table(x, depth=7, index="ivf", recall=1.0)
    np.testing.assert_array_equal(table.ids, neighbour_table(x, depth=7).ids)
    assert table.recall.reached == 1


@pytest.mark.parametrize("index", KINDS)
@pytest.mark.parametrize("engine", ["faiss", "torch"])
def test_a_run_repeats_itself_and_engines_agree(index, engine):
    x = clustered()
    one = neighbour_table(x, depth=10, index=index, recall=0.95)
    other = neighbour_table(x, depth=10, index=index, recall=0.95, engine=engine)
    np.testing.assert_array_equal(one.ids, other.ids)
    np.testing.assert_array_equal(one.tie_share, other.tie_share)
    assert one.recall == other.recall


def test_a_graph_is_built_by_one_thread_and_the_others_are_given_back(monkeypatch):
    threads = faiss.omp_get_max_threads()
    inside = []
    add = faiss.IndexHNSWFlat.add

    def spy(index, rows):
        inside.append(faiss.omp_get_max_threads())
        return add(index, rows)

    monkeypatch.setattr(faiss.IndexHNSWFlat, "add", spy)
    faiss.omp_set_num_threads(2)
    try:
        neighbour_table(clustered(1000), depth=3, index="hnsw", recall=0.5)
        assert faiss.omp_get_max_threads() == 2
    finally:
        faiss.omp_set_num_threads(threads)
    assert inside == [1]


def test_what_is_found_is_ordered_by_float64_and_ties_by_the_salt():
    x = np.repeat(clustered(600, 8), 2, axis=0)  # every row has one exact duplicate
    one, other = (neighbour_table(x, depth=8, index="ivf", recall=0.5, salt=salt) for salt in (1, 2))
    assert (one.ids[:, 0] == np.arange(len(x)) ^ 1).all()
    assert (one.ids != other.ids).any()
    unit = x.astype(np.float64) / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True)
    cosine = np.einsum("id,ijd->ij", unit, unit[one.ids])
    assert (np.diff(cosine, axis=1) <= 1e-12).all()
    assert one.tie_share[1] > 0.9  # ranks 2 and 3 are duplicates of each other


@pytest.mark.parametrize("index", KINDS)
def test_a_query_for_which_too_few_are_found_is_searched_exactly(index, monkeypatch):
    monkeypatch.setattr(approximate, "_efforts", lambda *_, **__: iter([1]))
    monkeypatch.setattr(approximate, "_LINKS", 2)
    x = clustered(1500, clusters=150)
    table = neighbour_table(x, depth=60, index=index, recall=0.01)
    assert table.ids.min() >= 0
    assert all(len(set(row)) == 60 for row in table.ids.tolist())
    right = (table.ids == neighbour_table(x, depth=60).ids).all(axis=1)
    assert right.any()


@pytest.mark.parametrize("index", KINDS)
def test_a_recall_that_cannot_be_reached_is_an_error_that_says_what_would_do(index, monkeypatch):
    monkeypatch.setattr(approximate, "_HNSW_MOST", 64)
    x = np.repeat(clustered(4, 5, clusters=4), 300, axis=0)  # of 300 equals it finds some, but not the drawn ones
    with pytest.raises(
        InputError, match=rf"index '{index}' reaches a recall of 0\.\d{{4}} at most, but 0\.99 is wanted"
    ):
        neighbour_table(x, depth=10, index=index)


@pytest.mark.parametrize("index", KINDS)
def test_few_samples_are_refused_as_the_exact_search_is_quicker(index):
    with pytest.raises(InputError, match=rf"'{index}' for 999 samples, .* at least 1000: index 'exact' is quicker"):
        neighbour_table(clustered(999), depth=3, index=index)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"index": "flat"}, "index is 'flat', but must be 'exact', 'ivf' or 'hnsw'"),
        ({"recall": 0.0}, r"recall is 0\.0, but must be above 0 and at most 1"),
        ({"recall": 1.5, "index": "ivf"}, r"recall is 1\.5"),
        ({"recall": float("nan")}, "recall is nan"),
    ],
)
def test_an_index_or_a_recall_that_is_none_is_refused(more, message):
    with pytest.raises(InputError, match=message):
        neighbour_table(clustered(1000), depth=3, **more)


def test_an_exact_table_has_no_recall():
    assert neighbour_table(clustered(50), depth=3).recall is None
