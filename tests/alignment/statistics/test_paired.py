"""Two cells of the same samples: their difference and what belongs to it."""

from dataclasses import replace

import numpy as np
import pytest

from platoscope import nearest
from platoscope.alignment.statistics.bootstrap import bootstrap_interval
from platoscope.alignment.statistics.cells import CellTables
from platoscope.alignment.statistics.estimates import jackknife, sampling
from platoscope.alignment.statistics.heldout import heldout_score
from platoscope.alignment.statistics.paired import difference, shared_places
from platoscope.errors import InputError, UnavailableError

N, K = 80, 5
ASKED = {"draws": 200, "blocks": 8, "splits": 3, "level": 0.95, "seed": 0}


def layers(seed, share, count=2):
    common = np.random.default_rng(0).standard_normal((N, 6))
    rng = np.random.default_rng(seed)
    return [(share * common + rng.standard_normal((N, 6))).astype(np.float32) for _ in range(count)]


def cell(seed, share=1.0, depth=N - 1):
    sides = [np.stack([nearest(x, k=depth) for x in layers(seed + side, share)]) for side in (0, 10)]
    return CellTables.of(*sides, metric="mutual_knn", k=K)


STRONG, WEAK = cell(1), cell(2, share=0.4)


def test_a_cell_is_its_best_pair_of_layers():
    assert STRONG.score == STRONG.matrix.max() == pytest.approx(STRONG.values.mean())
    np.testing.assert_array_equal(STRONG.sides.a, STRONG.a[STRONG.best[0]])


def test_the_difference_and_what_belongs_to_it():
    found = difference(STRONG, WEAK, **ASKED)
    assert (found.first, found.second, found.n, found.k) == (STRONG.score, WEAK.score, N, K)
    assert found.value == STRONG.score - WEAK.score
    apart = STRONG.values - WEAK.values
    assert found.ci == bootstrap_interval(apart, draws=200, level=0.95, seed=0)
    assert found.jackknife == jackknife([STRONG.sides, WEAK.sides], blocks=8, seed=0)
    assert found.sampling == sampling([STRONG.sides, WEAK.sides])
    held = [heldout_score(c.a, c.b, metric="mutual_knn", k=K, splits=3, seed=0) for c in (STRONG, WEAK)]
    assert found.heldout == held[0] - held[1]
    assert found.p == found.sampling.p
    assert found.notes == ()


def test_the_other_way_round_only_signs_change():
    there, back = difference(STRONG, WEAK, **ASKED), difference(WEAK, STRONG, **ASKED)
    assert back.value == -there.value
    assert back.p == pytest.approx(there.p)
    assert back.jackknife.error == pytest.approx(there.jackknife.error)


def test_nothing_differs_from_itself():
    found = difference(WEAK, WEAK, **ASKED)
    assert (found.value, found.ci, found.p, found.heldout) == (0.0, (0.0, 0.0), 1.0, 0.0)


def test_shallow_tables_have_no_jackknife_and_say_so():
    found = difference(cell(1, depth=K), cell(2, depth=K), **ASKED)
    assert (found.jackknife, found.sampling, found.p) == (None, None, None)
    assert [note.split(":")[0] for note in found.notes[:2]] == ["no sampling error", "no jackknife"]


def test_another_metric_has_its_p_by_the_jackknife():
    one, other = (CellTables.of(c.a, c.b, metric="jaccard_knn", k=K) for c in (STRONG, WEAK))
    found = difference(one, other, **ASKED)
    assert found.sampling is None
    assert found.p == found.jackknife.p


def test_cells_that_cannot_be_compared_are_refused():
    with pytest.raises(InputError, match="k is 5 and 4, but must be the same"):
        difference(STRONG, replace(WEAK, k=4), **ASKED)
    with pytest.raises(InputError, match="80 and 79 samples"):
        difference(STRONG, WEAK.among(np.arange(N - 1)), **ASKED)


def test_among_fewer_samples_a_cell_is_searched_anew():
    kept = np.arange(0, N, 2)
    among = STRONG.among(kept)
    for side, found in ((0, among.a), (10, among.b)):
        expected = [nearest(x[kept], k=K) for x in layers(1 + side, 1.0)]
        np.testing.assert_array_equal(found[:, :, :K], expected)
    with pytest.raises(UnavailableError, match=r"among the 40 shared ones, and k is 5: neighbours\.depth"):
        cell(1, depth=K).among(kept)


def test_shared_ids_are_found_in_either_order():
    one, other = shared_places(["a", "b", "c", "d"], ["d", "x", "b"])
    assert one.tolist() == [1, 3]
    assert other.tolist() == [2, 0]
    with pytest.raises(InputError, match="no sample is in both: one has such as 'a', the other such as 'x'"):
        shared_places(["a"], ["x"])
