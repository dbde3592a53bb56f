"""Vectors in a file, read back as an array, and their means."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from platoscope.store import Spool, mean_of


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_every_place_has_the_mean_of_the_vectors_that_it_names(tmp_path_factory, data):
    n = data.draw(st.integers(1, 12))
    samples, counts = data.draw(st.integers(1, 9)), data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    drawn = st.integers(0, n - 1)
    places = [
        np.array(data.draw(st.lists(drawn, min_size=samples * count, max_size=samples * count))).reshape(samples, -1)
        for count in counts
    ]
    cuts = sorted(data.draw(st.sets(st.integers(1, n - 1)))) if n > 1 else []
    vectors = np.arange(2 * n, dtype=np.float32).reshape(n, 2)
    blocks = [vectors[start:stop] for start, stop in zip([0, *cuts], [*cuts, n], strict=True)]
    layer = Spool(tmp_path_factory.mktemp("spool") / "file", blocks, places=places, dim=2)
    wanted = np.stack([vectors.astype(np.float64)[table].mean(axis=1).astype(np.float32) for table in places])
    assert layer.shape == wanted.shape
    assert np.allclose(layer[:, :], wanted, rtol=1e-6)
    assert np.array_equal(layer[-1:, 1:], layer[:, :][-1:, 1:])


exact = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 4)),
    elements=st.floats(-(2.0**60), 2.0**60, width=32),
)


# Values that cancel, since elsewhere a sum in float64 comes out right in float32 by luck.
big = 2.0**50 * np.array([2, 6, 10, 12, 12])
cancelling = np.concatenate([big, [-24, -8, 22, 52, 60, 98], -big]).astype(np.float32)
cancelling = np.tile(cancelling[None, :, None], (2, 1, 3))


@settings(deadline=None, max_examples=200)
@example(vectors=cancelling, seed=0)
@example(vectors=cancelling, seed=1)
@given(vectors=exact, seed=st.integers(0, 99))
def test_a_mean_is_the_same_to_the_last_bit_in_any_order_and_memory_layout(vectors, seed):
    order = np.random.default_rng(seed).permutation(vectors.shape[1])
    mean = mean_of(vectors)
    assert mean.dtype == np.float32
    shown = vectors[:, order]
    vectors_innermost = np.ascontiguousarray(shown.swapaxes(1, 2)).swapaxes(1, 2)
    for other in (shown, shown.copy(), np.asfortranarray(shown), vectors_innermost, vectors[:, ::-1]):
        assert np.array_equal(mean_of(other), mean)


@settings(deadline=None, max_examples=100)
@given(exact)
def test_a_mean_is_the_mean(vectors):
    wanted = vectors.astype(np.longdouble).mean(1)
    scale = np.abs(vectors).max(1).astype(np.longdouble)
    assert (np.abs(mean_of(vectors) - wanted) <= 1e-6 * scale + 2.0**-149).all()


def test_the_mean_of_one_vector_is_that_vector():
    vectors = np.random.default_rng(0).standard_normal((5, 1, 3)).astype(np.float32)
    assert np.array_equal(mean_of(vectors), vectors[:, 0])
