"""A gallery: which centred rows it holds, and that those made again are the same."""

import numpy as np
import pytest

from platoscope.alignment.search import gallery as module
from platoscope.alignment.search.engines import engines_here
from platoscope.alignment.search.gallery import Gallery
from platoscope.alignment.search.neighbours import neighbour_table

LIMIT = np.float32(1.5)


def rows(samples=300, dim=20):
    return (np.random.default_rng(0).normal(size=(samples, dim)) + 1).astype(np.float32)


@pytest.fixture
def nothing_held(monkeypatch):
    monkeypatch.setattr(module, "_HELD", 0)
    monkeypatch.setattr(module, "_BLOCK", 7 * 20)


@pytest.mark.usefixtures("nothing_held")
@pytest.mark.parametrize("samples", [slice(None), slice(3, 290), np.array([5, 299, 5])])
def test_centred_rows_that_are_made_again_are_those_that_would_be_held(monkeypatch, samples):
    made = Gallery.of(rows(), limit=LIMIT, name="x")
    assert made.held is None
    monkeypatch.setattr(module, "_HELD", 300 * 20)
    held = Gallery.of(rows(), limit=LIMIT, name="x")
    assert held.held is not None
    np.testing.assert_array_equal(made.centred(samples), held.centred(samples))
    np.testing.assert_array_equal(made.bias, held.bias)
    assert made.radius == held.radius


@pytest.mark.usefixtures("nothing_held")
def test_parts_cover_a_gallery_and_what_is_held_is_one(monkeypatch):
    parts = Gallery.of(rows(), limit=None, name="x").parts()
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(300))
    assert max(part.stop - part.start for part in parts) == 7
    monkeypatch.setattr(module, "_HELD", 300 * 20)
    assert Gallery.of(rows(), limit=None, name="x").parts() == [slice(0, 300)]


@pytest.mark.parametrize("engine", engines_here())
def test_neighbours_are_the_same_whether_centred_rows_are_held_or_not(monkeypatch, engine):
    x = np.round(rows() * 4)[np.random.default_rng(1).integers(0, 250, 300)]
    wanted = neighbour_table(x, depth=30, salt=2, clip=0.95, engine=engine)
    monkeypatch.setattr(module, "_HELD", 0)
    monkeypatch.setattr(module, "_BLOCK", 23 * 20)
    found = neighbour_table(x, depth=30, salt=2, clip=0.95, engine=engine)
    np.testing.assert_array_equal(found.ids, wanted.ids)
    np.testing.assert_array_equal(found.tie_share, wanted.tie_share)
