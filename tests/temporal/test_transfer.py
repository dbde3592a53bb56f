"""Transfer against single probes, groups that share a direction and groups that do not, and twins aside."""

import numpy as np
import pytest

from platoscope.errors import InputError
from platoscope.temporal.signs import protected_pairs
from platoscope.temporal.transfer import transfer

QUICK = {"flips": 99}


def clips(seed=0, layers=2, each=40, dim=16):
    """Three groups: `a` and `b` share a direction, `c` has one of its own, and a twin has none."""
    rng = np.random.default_rng(seed)
    d = rng.standard_normal((layers, 4 * each, dim))
    groups = np.repeat(["a", "b", "c", "twin"], each)
    d[:, groups == "a", 0] += 2
    d[:, groups == "b", 0] += 2
    d[:, groups == "c", 1] += 2
    return d, groups


def test_the_diagonal_is_the_probe_of_the_group_alone():
    d, groups = clips()
    found = transfer(d, groups, **QUICK)
    for place, name in enumerate(found.groups):
        alone = protected_pairs(d[:, groups == name], flips=99, draws=100, repeats=1)
        assert found.matrix[place, place] == alone.acc
        assert found.layers[place] == alone.layer


def test_what_groups_share_carries_over_and_twins_are_at_chance():
    d, groups = clips(each=60)
    found = transfer(d, groups, aside=["twin"], **QUICK)
    assert found.groups == ("a", "b", "c", "twin")
    assert found.matrix[0, 1] > 0.9
    assert found.matrix[1, 0] > 0.9
    assert found.p[0, 1] == 0.01
    assert found.p[[0, 1, 3], [3, 3, 0]].min() > 0.01
    between = [found.matrix[i, j] for i in range(3) for j in range(3) if i != j]
    assert found.off_diagonal == pytest.approx(np.mean(between))
    assert found.diagonal == pytest.approx(np.diag(found.matrix)[:3].mean())
    assert found.aside == ("twin",)
    assert found.p_off <= 0.05


def test_a_group_whose_arrow_points_the_other_way_is_told_wrongly_with_a_small_p():
    d, groups = clips()
    d[:, groups == "b"] *= -1
    found = transfer(d, groups, **QUICK)
    assert found.matrix[0, 1] < 0.1
    assert found.p[0, 1] == 0.01


def test_a_source_that_lies_in_two_groups_is_never_on_both_sides():
    """Each source has a sign and a direction of its own, which the other group would know by heart."""
    rng = np.random.default_rng(0)
    labels = np.tile(np.where(rng.random(50) < 0.5, -1.0, 1.0), 2)
    d = np.tile(rng.standard_normal((50, 80)), (2, 1)) + 0.1 * rng.standard_normal((100, 80))
    groups, sources = np.repeat(["a", "b"], 50), np.tile(np.arange(50), 2)
    shown = np.hstack((np.arange(50), 50 + rng.permutation(50)))
    d, labels, sources = d[shown], labels[shown], sources[shown]
    apart = transfer(d, groups, signs=labels, **QUICK)
    whole = transfer(d, groups, signs=labels, sources=sources, **QUICK)
    assert apart.matrix[0, 1] > 0.8
    assert whole.p[0, 1] > 0.05


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": ["a"] * 160}, "1 name"),
        ({"aside": ["z"]}, "aside names 'z', but the groups are a, b, c, twin"),
        ({"sources": np.repeat([0, 1, 2, 3], 40)}, "group 'a' has a single source"),
        ({"sources": np.repeat(np.arange(8), 20)}, "group 'a' has 2 sources"),
        ({"ridge": -1.0}, "ridge is -1.0"),
        ({"differences": np.zeros((2, 3, 4))}, "has 3 samples, but groups has 160"),
        ({"differences": []}, "is empty"),
    ],
)
def test_what_cannot_be_compared_is_refused(change, message):
    d, groups = clips()
    given = {"differences": d, "groups": groups, **QUICK} | change
    with pytest.raises(InputError, match=message):
        transfer(given.pop("differences"), given.pop("groups"), **given)
