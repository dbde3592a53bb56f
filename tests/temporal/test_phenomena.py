"""Vectors of phenomena: who tells whom, what noise takes from cosines, and one arrow for all or none."""

import numpy as np
import pytest

from platoscope.errors import InputError, UnavailableError
from platoscope.temporal.phenomena import phenomenon_vectors


def parts(seed=0, each=50, dim=20, size=2.0):
    """`a` and `b` point one way with an angle of 60 degrees between, `twin` nowhere."""
    rng = np.random.default_rng(seed)
    names = np.repeat(["a", "b", "twin"], each)
    x = rng.standard_normal((3 * each, dim))
    x[names == "a", 0] += size
    x[names == "b", 0] += size / 2
    x[names == "b", 1] += size * np.sqrt(3) / 2
    return x, names


def test_phenomena_that_share_a_direction_tell_each_other_and_twins_are_at_chance():
    found = phenomenon_vectors(*parts(), aside=["twin"], flips=199)
    assert found.names == ("a", "b", "twin")
    assert found.acc[0, 0] > 0.9
    assert found.acc[0, 1] > 0.7
    assert abs(found.acc[0, 2] - 0.5) < 0.25
    assert found.shared == pytest.approx(found.cosines[0, 1])
    assert found.p_shared == 1 / 200
    assert found.reliability[:2].min() > 0.8


def test_cosines_are_corrected_for_noise():
    found = [phenomenon_vectors(*parts(seed, each=30, dim=60), flips=19, splits=10) for seed in range(40)]
    raw = np.mean([one.cosines[0, 1] for one in found])
    corrected = np.mean([one.corrected[0, 1] for one in found])
    assert raw < 0.42
    assert corrected == pytest.approx(0.5, abs=0.04)


def test_directions_that_have_nothing_in_common_share_no_arrow():
    x, names = parts()
    x[names == "b"] = np.random.default_rng(9).standard_normal((50, 20))
    x[names == "b", 5] += 2
    found = phenomenon_vectors(x, names, aside=["twin"], flips=199)
    assert found.p_shared > 0.02
    assert found.acc[1, 1] > 0.9


def test_on_itself_a_phenomenon_is_told_by_other_sources():
    """One direction a source, which its own clips know and no other does."""
    rng = np.random.default_rng(0)
    sources = np.tile(np.repeat(np.arange(10), 5), 2)
    names = np.repeat(["a", "b"], 50)
    sources[names == "b"] += 10
    x = rng.standard_normal((20, 500))[sources]
    seen = phenomenon_vectors(x, names, flips=19)
    unseen = phenomenon_vectors(x, names, sources=sources, flips=19)
    assert np.diag(seen.acc).min() == 1.0
    assert np.diag(unseen.acc).max() < 0.9


def test_a_vector_that_holds_only_inside_its_template_is_not_reliable():
    rng = np.random.default_rng(0)
    templates = np.tile(np.repeat(np.arange(10), 5), 2)
    names = np.repeat(["a", "b"], 50)
    x = rng.standard_normal((10, 300))[templates] + 0.1 * rng.standard_normal((100, 300))
    apart = phenomenon_vectors(x, names, flips=19).reliability
    whole = phenomenon_vectors(x, names, halves=templates, flips=19).reliability
    assert apart.min() > 0.7
    assert whole.max() < 0.5


def test_what_has_no_vector_is_refused():
    x, names = parts()
    with pytest.raises(UnavailableError, match="'twin' has no odd part"):
        phenomenon_vectors(np.where((names == "twin")[:, None], 0.0, x), names, flips=19)
    with pytest.raises(InputError, match="150 samples have 1 phenomena"):
        phenomenon_vectors(x, ["a"] * 150, flips=19)
    with pytest.raises(InputError, match="'a' has a single source"):
        phenomenon_vectors(x, names, sources=names, flips=19)
