"""Vectors that come in any order, read back as an array."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.store import spooled


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_every_place_has_the_vector_that_it_names(tmp_path_factory, data):
    n = data.draw(st.integers(1, 12))
    shape = data.draw(st.tuples(st.integers(1, 3), st.integers(1, 9)))
    places = np.array(
        data.draw(st.lists(st.integers(0, n - 1), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    )
    places = places.reshape(shape)
    cuts = sorted(data.draw(st.sets(st.integers(1, n - 1)))) if n > 1 else []
    vectors = np.arange(2 * n, dtype=np.float32).reshape(n, 2)
    blocks = [(start, vectors[start:stop]) for start, stop in zip([0, *cuts], [*cuts, n], strict=True)]
    with spooled(tmp_path_factory.mktemp("spool") / "file", blocks, places=places, dim=2) as layer:
        assert layer.shape == (*shape, 2)
        assert np.array_equal(layer[:, :], vectors[places])
        assert np.array_equal(layer[-1:, 1:], vectors[places][-1:, 1:])
