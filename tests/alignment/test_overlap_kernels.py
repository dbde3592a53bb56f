"""The kernels count what sets of neighbours count, and the null is that of tables relabelled one by one."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope import _native

ALGORITHMS = ("bytes", "bits", "hashed", "compared", None)


def random_table(*, layers: int, samples: int, depth: int, seed: int) -> np.ndarray:
    """Ids [layer, sample, depth]: distinct others of every sample, in random order."""
    order = np.random.default_rng(seed).random((layers, samples, samples))
    order[:, np.arange(samples), np.arange(samples)] = 2.0
    return np.ascontiguousarray(order.argsort(axis=2)[:, :, :depth].astype(np.int32))


@st.composite
def table_pairs(draw: st.DrawFn, most_layers: int = 5) -> tuple[np.ndarray, np.ndarray, int]:
    samples = draw(st.integers(2, 12))
    k = draw(st.integers(1, samples - 1))
    depths = st.integers(k, samples - 1)
    layers, seeds = st.integers(1, most_layers), st.integers(0, 2**32)
    a, b = (random_table(layers=draw(layers), samples=samples, depth=draw(depths), seed=draw(seeds)) for _ in range(2))
    return a, b, k


def shared(row_a: np.ndarray, row_b: np.ndarray) -> int:
    return len(set(row_a.tolist()) & set(row_b.tolist()))


def totals_of_sets(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Totals [layer_a, layer_b] of tables of the same depth."""
    return np.array(
        [[sum(shared(*rows) for rows in zip(layer_a, layer_b, strict=True)) for layer_b in b] for layer_a in a]
    )


def relabelled(table: np.ndarray, permutation: np.ndarray) -> np.ndarray:
    """The table [layer, sample, k] of samples in another order: `inv[knn[perm]]`."""
    return np.ascontiguousarray(np.argsort(permutation).astype(np.int32)[table[:, permutation]])


@given(table_pairs())
def test_totals_are_those_of_sets_by_every_algorithm(pair: tuple[np.ndarray, np.ndarray, int]) -> None:
    a, b, k = pair
    expected = totals_of_sets(a[:, :, :k], b[:, :, :k])
    for algorithm in ALGORITHMS:
        np.testing.assert_array_equal(_native.overlap_totals(a, b, k=k, algorithm=algorithm), expected)


@given(table_pairs())
def test_counts_are_those_of_sets_and_add_up_to_the_total(pair: tuple[np.ndarray, np.ndarray, int]) -> None:
    a, b, k = pair
    counts = _native.sample_values(a, b, measure="overlap", k=k)
    for i, j in itertools.product(range(len(a)), range(len(b))):
        expected = [shared(*rows) for rows in zip(a[i, :, :k], b[j, :, :k], strict=True)]
        assert counts[i, j].tolist() == expected
    np.testing.assert_array_equal(counts.sum(axis=2), _native.overlap_totals(a, b, k=k))


@given(table_pairs(), st.integers(0, 2**32))
def test_the_order_of_the_samples_and_their_labels_change_no_total(
    pair: tuple[np.ndarray, np.ndarray, int], seed: int
) -> None:
    a, b, k = pair
    permutation = np.random.default_rng(seed).permutation(a.shape[1])
    straight = _native.overlap_totals(a, b, k=k)
    moved = _native.overlap_totals(relabelled(a, permutation), relabelled(b, permutation), k=k)
    np.testing.assert_array_equal(moved, straight)
    np.testing.assert_array_equal(_native.overlap_totals(b, a, k=k), straight.T)


def test_rows_of_some_queries_are_counted_over_the_whole_gallery() -> None:
    a = random_table(layers=3, samples=40, depth=5, seed=1)
    b = random_table(layers=2, samples=40, depth=5, seed=2)
    halves = [
        _native.overlap_totals(np.ascontiguousarray(a[:, rows]), np.ascontiguousarray(b[:, rows]), gallery=40)
        for rows in (slice(0, 17), slice(17, 40))
    ]
    np.testing.assert_array_equal(halves[0] + halves[1], _native.overlap_totals(a, b))


def test_budgets_are_more_layers() -> None:
    a = random_table(layers=6, samples=30, depth=4, seed=1).reshape(2, 3, 30, 4)
    b = random_table(layers=8, samples=30, depth=4, seed=2).reshape(4, 2, 30, 4)
    whole = _native.overlap_totals(a.reshape(6, 30, 4), b.reshape(8, 30, 4)).reshape(2, 3, 4, 2)
    for budget_a, budget_b in itertools.product(range(2), range(4)):
        np.testing.assert_array_equal(whole[budget_a, :, budget_b], _native.overlap_totals(a[budget_a], b[budget_b]))


def test_threads_change_no_total_of_a_table_that_takes_several_blocks() -> None:
    a = random_table(layers=20, samples=500, depth=10, seed=1)
    b = random_table(layers=9, samples=500, depth=10, seed=2)
    for algorithm in ALGORITHMS:
        one, many = (_native.overlap_totals(a, b, threads=t, algorithm=algorithm) for t in (1, 3))
        np.testing.assert_array_equal(one, many)


def test_unrelated_spaces_share_what_chance_says() -> None:
    n, k, layers = 400, 10, 6
    a, b = (random_table(layers=layers, samples=n, depth=k, seed=seed) for seed in (1, 2))
    scores = _native.overlap_totals(a, b) / (n * k)
    # Hypergeometric: variance of one overlap k (k/m) (1 - k/m) (m - k)/(m - 1) with m = n - 1 others.
    m = n - 1
    deviation = np.sqrt(k * (k / m) * (1 - k / m) * (m - k) / (m - 1) / n) / k
    assert abs(scores.mean() - k / m) < 4 * deviation / layers
    assert scores.std() == pytest.approx(deviation, rel=0.5)


def test_the_total_is_that_of_another_library() -> None:
    evaluation = pytest.importorskip("faiss.contrib.evaluation")
    a, b = (random_table(layers=1, samples=200, depth=20, seed=seed) for seed in (1, 2))
    # FAISS gives the shared neighbours over all neighbours: our score.
    expected = evaluation.knn_intersection_measure(a[0].astype(np.int64), b[0].astype(np.int64))
    assert _native.overlap_totals(a, b)[0, 0] / (200 * 20) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=50)
@given(table_pairs(most_layers=4), st.integers(0, 2**64 - 1))
def test_the_null_is_the_maximum_over_relabelled_tables(pair: tuple[np.ndarray, np.ndarray, int], seed: int) -> None:
    a, b, k = pair
    samples, permutations = a.shape[1], 2
    null = _native.max_null(a, b, k=k, permutations=permutations, seed=seed)
    for index in range(permutations):
        moved = relabelled(b, _native.permutation(samples, seed=seed, index=index))
        expected = totals_of_sets(a[:, :, :k], moved[:, :, :k]).max() / (samples * k)
        assert null[index] == pytest.approx(expected, abs=1e-15)


@given(st.lists(st.integers(0, 5), min_size=4, max_size=20), st.integers(0, 2**64 - 1))
def test_blocks_are_kept_in_the_null(labels: list[int], seed: int) -> None:
    blocks = np.array(labels + labels[:1])
    a, b = (random_table(layers=3, samples=len(blocks), depth=3, seed=s) for s in (1, 2))
    moved = relabelled(b, _native.permutation(len(blocks), seed=seed, index=0, blocks=blocks))
    null = _native.max_null(a, b, permutations=1, seed=seed, blocks=blocks)
    assert null[0] == pytest.approx(totals_of_sets(a, moved).max() / (3 * len(blocks)), abs=1e-15)


def test_the_null_depends_on_seed_and_index_alone() -> None:
    a, b = (random_table(layers=layers, samples=80, depth=5, seed=layers) for layers in (7, 4))
    null = _native.max_null(a, b, permutations=100, seed=3, threads=1)
    np.testing.assert_array_equal(_native.max_null(a, b, permutations=100, seed=3, threads=4), null)
    np.testing.assert_array_equal(_native.max_null(a, b, permutations=33, seed=3), null[:33])
    assert (_native.max_null(a, b, permutations=100, seed=4) != null).any()


def test_the_null_of_more_layers_is_nowhere_smaller() -> None:
    a, b = (random_table(layers=layers, samples=80, depth=5, seed=layers) for layers in (7, 4))
    few, all_ = (_native.max_null(a[:n], b, permutations=50, seed=3) for n in (2, 7))
    assert (few <= all_).all()
    assert few.mean() < all_.mean()


def test_the_null_of_one_pair_has_the_mean_that_chance_says() -> None:
    n, k, permutations = 100, 10, 2000
    a = random_table(layers=1, samples=n, depth=k, seed=1)
    null = _native.max_null(a, a, permutations=permutations, seed=0)
    # A table against itself, permuted: no more alike than any other.
    assert abs(null.mean() - k / (n - 1)) < 4 * null.std() / np.sqrt(permutations)


def split_mix(seed: int, index: int) -> Callable[[], int]:
    """The stream of 64-bit words that belongs to a seed and an index."""
    gamma, mask = 0x9E3779B97F4A7C15, 2**64 - 1

    def mix(z: int) -> int:
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    state = mix(seed ^ mix((index + gamma) & mask))

    def word() -> int:
        nonlocal state
        state = (state + gamma) & mask
        return mix(state)

    return word


def fisher_yates(length: int, word: Callable[[], int]) -> list[int]:
    order = list(range(length))
    for last in range(length - 1, 0, -1):
        product = word() * (last + 1)
        while product % 2**64 < 2**64 % (last + 1):
            product = word() * (last + 1)
        order[last], order[product >> 64] = order[product >> 64], order[last]
    return order


@given(st.integers(1, 60), st.integers(0, 2**64 - 1), st.integers(0, 2**24 - 1))
def test_permutations_are_those_of_split_mix_and_fisher_yates(samples: int, seed: int, index: int) -> None:
    index %= math.factorial(min(samples, 20))  # there are no more
    drawn = _native.permutation(samples, seed=seed, index=index)
    assert drawn.tolist() == fisher_yates(samples, split_mix(seed, index))


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=20), st.integers(0, 2**64 - 1))
def test_blocks_move_as_wholes_and_a_block_of_unique_size_within(labels: list[int], seed: int) -> None:
    drawn = _native.permutation(len(labels), seed=seed, index=0, blocks=np.array(labels))
    members = {label: [i for i, other in enumerate(labels) if other == label] for label in labels}
    sizes = [len(block) for block in members.values()]
    for block in members.values():
        images = drawn[block].tolist()
        if sizes.count(len(block)) == 1:
            assert sorted(images) == block
        else:
            assert images in members.values()
    assert sorted(drawn.tolist()) == list(range(len(labels)))


def lcs_length(x: list[int], y: list[int]) -> int:
    table = np.zeros((len(x) + 1, len(y) + 1), int)
    for i, j in itertools.product(range(len(x)), range(len(y))):
        table[i + 1, j + 1] = table[i, j] + 1 if x[i] == y[j] else max(table[i, j + 1], table[i + 1, j])
    return int(table[-1, -1])


def edit_distance(x: list[int], y: list[int]) -> int:
    table = np.add.outer(np.arange(len(x) + 1), np.arange(len(y) + 1))
    for i, j in itertools.product(range(len(x)), range(len(y))):
        table[i + 1, j + 1] = min(table[i, j] + (x[i] != y[j]), table[i, j + 1] + 1, table[i + 1, j] + 1)
    return int(table[-1, -1])


@settings(max_examples=50)
@given(table_pairs(most_layers=2))
def test_ordered_comparisons_are_those_of_the_textbook(pair: tuple[np.ndarray, np.ndarray, int]) -> None:
    a, b, k = pair
    lcs, edit = (_native.sample_values(a, b, measure=measure, k=k) for measure in ("lcs", "edit"))
    for i, j in itertools.product(range(len(a)), range(len(b))):
        rows = list(zip(a[i, :, :k].tolist(), b[j, :, :k].tolist(), strict=True))
        assert lcs[i, j].tolist() == [lcs_length(*row) for row in rows]
        assert edit[i, j].tolist() == [edit_distance(*row) for row in rows]


def test_a_list_read_backwards_keeps_one_in_order() -> None:
    a = random_table(layers=1, samples=20, depth=6, seed=1)
    backwards = np.ascontiguousarray(a[:, :, ::-1])
    for measure, value in (("lcs", 1), ("edit", 6), ("overlap", 6)):
        assert (_native.sample_values(a, backwards, measure=measure) == value).all()


@given(table_pairs(most_layers=2))
def test_a_cycle_closes_where_the_sample_is_a_neighbour_of_a_neighbour(
    pair: tuple[np.ndarray, np.ndarray, int],
) -> None:
    a, b, k = pair
    hits = _native.sample_values(a, b, measure="cycle", k=k)
    for i, j in itertools.product(range(len(a)), range(len(b))):
        # As Huh et al. have it: is a sample anywhere in knn_a[knn_b[sample]]?
        expected = (a[i, :, :k][b[j, :, :k]] == np.arange(a.shape[1])[:, None, None]).any(axis=(1, 2))
        np.testing.assert_array_equal(hits[i, j], expected)


@given(table_pairs(most_layers=3), st.sampled_from(["overlap", "lcs", "edit", "cycle"]), st.integers(1, 3))
def test_counts_of_values_are_those_of_the_samples(
    pair: tuple[np.ndarray, np.ndarray, int], measure: str, threads: int
) -> None:
    a, b, k = pair
    values = _native.sample_values(a, b, measure=measure, k=k, threads=threads)
    expected = (values[..., None] == np.arange(k + 1)).sum(axis=2)
    np.testing.assert_array_equal(_native.value_counts(a, b, measure=measure, k=k, threads=threads), expected)
