"""Vectors in a file, read back as an array, and their means."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

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


