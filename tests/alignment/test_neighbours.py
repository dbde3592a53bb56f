"""Neighbours against a slow oracle: Python loops in float64, with the tie hash written once more in plain integers."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.alignment.clip.outliers import ClipRule
from platoscope.alignment.search import blas, neighbours
from platoscope.alignment.search.neighbours import nearest, neighbour_table, neighbour_tables
from platoscope.alignment.search.ties import salt_of
from platoscope.errors import InputError


def splitmix(state):
    word = (1 << 64) - 1
    state = (state + 0x9E3779B97F4A7C15) & word
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & word
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & word
    return state ^ (state >> 31)


def drawn(salt, query, candidate):
    golden = 0x9E3779B97F4A7C15
    return splitmix(splitmix(splitmix(salt) + query * golden) + candidate * golden)


def oracle(x, *, salt=0):
    """Give the whole order of the others for every row, and whether each ties with the next."""
    rows = x.astype(np.float32).astype(np.float64)
    rows = rows / np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    orders, ties = [], []
    for query, row in enumerate(rows):
        cosine = {other: math.fsum(row * rows[other]) for other in range(len(rows)) if other != query}
        falling = sorted(cosine, key=lambda other: -cosine[other])
        groups = [[falling[0]]]
        for other in falling[1:]:
            if cosine[groups[-1][-1]] - cosine[other] <= 1e-12:
                groups[-1].append(other)
            else:
                groups.append([other])
        orders.append([c for group in groups for c in sorted(group, key=lambda c: drawn(salt, query, c))])
        ties.append([place + 1 < len(group) for group in groups for place in range(len(group))])
    return np.array(orders), np.array(ties)


def normal(samples, dim, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, dim))


def with_duplicates(samples, dim, *, distinct, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(distinct, dim))[rng.integers(0, distinct, samples)]


@st.composite
def tied_layers(draw):
    """Small integers: cosines tie massively, between duplicates, multiples and rows that have nothing in common."""
    samples, dim = draw(st.integers(2, 12)), draw(st.integers(1, 4))
    value = st.integers(-2, 2)
    row = st.lists(value, min_size=dim, max_size=dim).filter(any)
    return np.array(draw(st.lists(row, min_size=samples, max_size=samples)), np.float32)


@settings(deadline=None)
@given(tied_layers(), st.integers(0, (1 << 64) - 1))
def test_tied_integers_have_the_oracles_order_at_every_depth(x, salt):
    order, tied = oracle(x, salt=salt)
    for depth in range(1, len(x)):
        table = neighbour_table(x, depth=depth, salt=salt)
        np.testing.assert_array_equal(table.ids, order[:, :depth])
        np.testing.assert_array_equal(table.tie_share, tied[:, :depth].mean(axis=0))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(20, 90), st.integers(1, 60), st.integers(1, 40))
def test_duplicates_have_the_oracles_order_and_a_deeper_table_begins_with_it(seed, samples, distinct, dim):
    x = with_duplicates(samples, dim, distinct=distinct, seed=seed)
    order, _ = oracle(x, salt=seed)
    for k in (1, 2, samples // 3, samples - 1):
        np.testing.assert_array_equal(nearest(x, k=k, salt=seed), order[:, :k])


HARD = {
    "a common mean, differences of 1e-3": lambda rng: 1 + 1e-3 * rng.normal(size=(150, 384)),
    "a sink": lambda rng: np.hstack([np.full((150, 1), 1e3), rng.normal(size=(150, 383))]),
    "ones and twos": lambda rng: rng.integers(1, 3, size=(150, 1024)),
    "constant rows of two signs with four marks": lambda rng: np.hstack(
        [rng.integers(1, 3, size=(150, 4)), np.repeat([[1.0], [-1.0]], 75, axis=0) * np.ones((150, 1280))]
    ),
    "six tight clusters": lambda rng: (
        np.repeat(rng.normal(size=(6, 384)), 25, axis=0) + 1e-3 * rng.normal(size=(150, 384))
    ),
    "the same rows a billionth apart": lambda rng: (
        np.float32(rng.normal(size=(50, 8)))[np.arange(150) % 50] * (1 + 1e-7 * rng.integers(0, 3, size=(150, 8)))
    ),
    "tiny and huge rows": lambda rng: rng.normal(size=(150, 20)) * np.repeat([1e-30, 1.0, 1e37], 50)[:, None],
    "all rows equal": lambda _: np.full((150, 384), 0.1),
}


@pytest.mark.parametrize("kind", HARD)
def test_where_float32_is_not_enough_the_order_is_that_of_float64(kind):
    x = HARD[kind](np.random.default_rng(5)).astype(np.float32)
    order, tied = oracle(x, salt=3)
    for depth in (1, 10, 40, 149):
        table = neighbour_table(x, depth=depth, salt=3)
        np.testing.assert_array_equal(table.ids, order[:, :depth])
        np.testing.assert_allclose(table.tie_share, tied[:, :depth].mean(axis=0), rtol=1e-12)


@pytest.mark.parametrize("samples", [150, 151, 258])
@pytest.mark.parametrize("depth", [1, 2, 12])
def test_errors_of_a_few_columns_that_part_exact_ties_are_noticed(samples, depth):
    """The last columns of a product are summed in another order, here by more than the margin: two groups of equals."""
    x = np.ones((samples, 1284), np.float32)
    x[samples // 2 :] = -1
    table = neighbour_table(x, depth=depth, salt=3)
    for query in range(samples):
        same = [other for other in range(samples) if other != query and x[other, 0] == x[query, 0]]
        assert table.ids[query].tolist() == sorted(same, key=lambda other: drawn(3, query, other))[:depth]
    assert table.tie_share.tolist() == [1.0] * depth


def test_float32_that_is_worse_than_expected_is_noticed_and_more_is_compared_again(monkeypatch):
    margins = []
    ranked = neighbours._Search.ranked

    def spy(search, queries, *, width, margin):
        margins.append(margin / search.margin)
        return ranked(search, queries, width=width, margin=margin)

    monkeypatch.setattr(neighbours._Search, "ranked", spy)
    nearest(normal(150, 384), k=10)
    assert set(margins) == {1}
    nearest(HARD["constant rows of two signs with four marks"](np.random.default_rng(5)), k=10)
    assert max(margins) > 1


def test_a_sample_beyond_its_duplicates_is_no_neighbour_of_itself():
    x = with_duplicates(80, 6, distinct=2)
    ids = nearest(x, k=3)
    assert (ids != np.arange(80)[:, None]).all()
    assert all(len(set(row)) == 3 for row in ids.tolist())
    np.testing.assert_array_equal(x[ids], np.broadcast_to(x[:, None], (80, 3, 6)))


def test_two_samples_are_each_others_neighbour_whatever_they_are():
    for x in (np.array([[1.0, 0], [-1, 0]]), np.ones((2, 3))):
        table = neighbour_table(x, depth=1)
        assert table.ids.tolist() == [[1], [0]]
        assert table.tie_share.tolist() == [0.0]


def test_of_equal_candidates_each_is_drawn_equally_often():
    ids = np.concatenate([nearest(np.ones((401, 2)), k=5, salt=salt) for salt in range(4)])
    count = np.bincount(ids.ravel(), minlength=401)  # each is drawn by 400 queries, 5 of 400, 4 times
    spread = ((count - 20) ** 2).sum() / (20 * (1 - 5 / 400))  # chi-squared with some 400 degrees of freedom
    assert abs(spread - 400) < 4 * math.sqrt(2 * 400)


def test_all_equal_rows_tie_at_every_rank_but_the_last():
    assert neighbour_table(np.ones((6, 2)), depth=5).tie_share.tolist() == [1, 1, 1, 1, 0]
    assert neighbour_table(np.ones((6, 2)), depth=3).tie_share.tolist() == [1, 1, 1]


TIED = {
    "two values, 94 % of queries tied": lambda rng: rng.integers(0, 2, size=(512, 7)) + 0.0625,
    "300 of 512 rows in groups of 20": lambda rng: rng.normal(size=(512, 16))[
        np.concatenate([np.repeat(np.arange(15), 20), np.arange(300, 512)])
    ][rng.permutation(512)],
}


@pytest.mark.parametrize("kind", TIED)
def test_independent_spaces_with_ties_stay_at_chance_and_a_deeper_table_begins_with_theirs(kind):
    k, chance, overlaps, tied = 10, 10 / 511, [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        a, b = (neighbour_table(TIED[kind](rng), depth=30, salt=salt_of(side)) for side in ("video/a", "text/b"))
        rng = np.random.default_rng(seed)
        for table, side in ((a, "video/a"), (b, "text/b")):
            np.testing.assert_array_equal(table.ids[:, :k], nearest(TIED[kind](rng), k=k, salt=salt_of(side)))
        shuffle = np.random.default_rng(seed).permutation(512)
        there, back = b.ids[:, :k], np.argsort(shuffle)
        elsewhere = back[there[shuffle]]  # the same space with its samples exchanged: what chance gives here
        score, null = (
            np.mean([len(set(p) & set(q)) / k for p, q in zip(a.ids[:, :k].tolist(), other.tolist(), strict=True)])
            for other in (there, elsewhere)
        )
        overlaps.append(score - null)
        tied.append(a.tie_share[k - 1])
        assert null == pytest.approx(chance, abs=0.01)
    error = np.std(overlaps, ddof=1) / len(overlaps) ** 0.5
    assert np.mean(tied) > (0.9 if "two values" in kind else 0.7)
    assert error < 0.0012
    assert abs(np.mean(overlaps)) < 3 * error


def test_a_salt_changes_the_order_of_ties_and_nothing_else():
    x = with_duplicates(60, 5, distinct=40)
    one, other = neighbour_table(x, depth=59, salt=1), neighbour_table(x, depth=59, salt=2)
    np.testing.assert_array_equal(one.tie_share, other.tie_share)
    moved = one.ids != other.ids
    assert moved.any()
    np.testing.assert_array_equal(x[one.ids[moved]], x[other.ids[moved]])


def test_the_salt_of_a_name_is_64_bits_of_its_sha256():
    assert salt_of("") == int.from_bytes(bytes.fromhex("e3b0c44298fc1c14"), "little")
    assert salt_of("video/lite0") != salt_of("text/lite0")


def test_relabelling_the_samples_relabels_their_neighbours():
    x = normal(200, 12)
    shuffle = np.random.default_rng(1).permutation(200)
    ids = nearest(x, k=20)
    np.testing.assert_array_equal(shuffle[nearest(x[shuffle], k=20)], ids[shuffle])


@pytest.mark.parametrize("entries", [1, 700, 5000])
def test_the_blocks_of_the_search_change_nothing(monkeypatch, entries):
    x = with_duplicates(90, 7, distinct=30)
    whole = neighbour_table(x, depth=11, salt=4)
    monkeypatch.setattr(neighbours, "_ENTRIES", entries)
    cut = neighbour_table(x, depth=11, salt=4)
    np.testing.assert_array_equal(cut.ids, whole.ids)
    np.testing.assert_array_equal(cut.tie_share, whole.tie_share)


def test_a_run_repeats_itself():
    x = with_duplicates(300, 33, distinct=250)
    np.testing.assert_array_equal(nearest(x, k=50), nearest(x, k=50))


def test_positive_scales_of_rows_change_nothing():
    x = with_duplicates(100, 9, distinct=60)
    scale = 2.0 ** np.random.default_rng(0).integers(-20, 20, size=(100, 1))
    np.testing.assert_array_equal(nearest(x * scale, k=30), nearest(x, k=30))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_tensor_has_the_neighbours_of_its_float32_array(dtype):
    tensor = torch.from_numpy(normal(50, 8)).to(dtype)
    np.testing.assert_array_equal(nearest(tensor, k=9), nearest(tensor.float().numpy(), k=9))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_ids_are_contiguous_int32_for_every_float_type(dtype):
    x = np.asfortranarray(normal(50, 8).astype(dtype))
    ids = nearest(x, k=9)
    assert ids.dtype == np.int32
    assert ids.shape == (50, 9)
    assert ids.flags.c_contiguous
    np.testing.assert_array_equal(ids, oracle(x)[0][:, :9])


def test_a_clip_comes_before_the_rows_are_normalised():
    x = normal(60, 10)
    x[:, 3] *= 50
    threshold = np.float32(np.quantile(np.abs(x.astype(np.float32)).astype(np.float64), 0.8))
    expected = oracle(np.clip(x.astype(np.float32), -threshold, threshold))[0][:, :7]
    np.testing.assert_array_equal(nearest(x, k=7, clip=0.8), expected)
    np.testing.assert_array_equal(nearest(x, k=7, clip=ClipRule("per_layer", 0.8)), expected)
    np.testing.assert_array_equal(nearest(x, k=7, clip=ClipRule("prh", 0.8, float(threshold))), expected)
    assert (nearest(x, k=7, clip="none") != expected).any()


def test_the_input_is_left_as_it_was():
    x = normal(30, 4).astype(np.float32)
    before = x.copy()
    nearest(x, k=3, clip=0.9)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("first", ["faiss, torch", "torch, faiss"])
def test_faiss_and_torch_work_in_one_process_in_either_order(first):
    code = f"""
import {first}
import numpy as np
from platoscope.alignment.search.neighbours import nearest
x = np.random.default_rng(0).normal(size=(700, 64)).astype(np.float32)
for _ in range(3):
    unit = torch.nn.functional.normalize(torch.from_numpy(x), dim=1)
    cosine = unit @ unit.T
    cosine.fill_diagonal_(-2)
    assert np.mean(nearest(torch.from_numpy(x), k=5) == cosine.topk(5).indices.numpy()) > 0.999
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_importing_the_module_loads_neither_faiss_nor_torch():
    code = (
        "import sys, platoscope.alignment.search.neighbours; "
        "assert not {'faiss', 'torch', 'platoscope._native'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("k", [0, -1, 8, 100])
def test_a_k_that_the_samples_do_not_have_is_refused_not_clamped(k):
    with pytest.raises(InputError, match=rf"k is {k}, but must be in 1\.\.7, as there are 8 samples"):
        nearest(normal(8, 3), k=k)
    with pytest.raises(InputError, match=rf"depth is {k}, but must be in 1\.\.7"):
        neighbour_table(normal(8, 3), depth=k)


def test_a_k_that_is_no_integer_is_refused():
    with pytest.raises(InputError, match=r"k is 2\.0, but must be an integer"):
        nearest(normal(8, 3), k=2.0)


def test_a_single_sample_has_no_neighbours():
    with pytest.raises(InputError, match="there is 1 sample, but neighbours need at least 2"):
        nearest(normal(1, 3), k=1)


@pytest.mark.parametrize("zero", [0.0, 1e-60])
def test_a_row_of_zeros_is_refused_by_its_number(zero):
    x = normal(40, 3)
    x[[23, 31]] = zero
    with pytest.raises(InputError, match="row 23 of layer 7 is zero in float32"):
        neighbour_table(x, depth=1, name="layer 7")


@pytest.mark.parametrize("salt", [-1, 1 << 64, 0.5, "video/lite0"])
def test_a_salt_that_is_no_64_bit_integer_is_refused(salt):
    with pytest.raises(InputError, match=r"salt is .*, but must be an integer in 0\.\.2\^64 - 1"):
        nearest(normal(8, 3), k=1, salt=salt)


@pytest.mark.parametrize("held_bytes", [0, 1 << 26])
def test_several_layers_have_the_tables_that_each_has_alone(monkeypatch, held_bytes):
    monkeypatch.setattr(blas, "_HELD_BYTES", held_bytes)
    rng = np.random.default_rng(3)
    layers = [np.round(rng.normal(size=(150, dim)), 1) for dim in (3, 40, 7, 300)]
    for engine in ("blas", "auto", "torch"):
        tables = neighbour_tables(layers, depth=20, clip=0.95, salt=5, engine=engine)
        for layer, table in zip(layers, tables, strict=True):
            alone = neighbour_table(layer, depth=20, clip=0.95, salt=5)
            np.testing.assert_array_equal(table.ids, alone.ids)
            np.testing.assert_array_equal(table.tie_share, alone.tie_share)


def test_the_first_of_several_bad_layers_is_named():
    good = np.random.default_rng(0).normal(size=(30, 4))
    layers = [good, good * np.inf, good, np.zeros((30, 4))]
    for _ in range(5):
        with pytest.raises(InputError, match=r"^x\[1\] is -?(inf|nan)"):
            neighbour_tables(layers, depth=3)
