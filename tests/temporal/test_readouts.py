"""What each readout knows of the order of steps: nothing to the last bit, the sign of reversal, or all of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.errors import InputError
from platoscope.temporal.readouts import FLOOR, READOUTS, bag, concat, differences, moment, native, readout
from platoscope.temporal.variants import variant


def steps(seed=0, dtype=np.float32, shape=(2, 5, 8, 6)):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 6, shape)).astype(dtype)


@given(st.integers(0, 1000), st.permutations(range(8)), st.sampled_from([np.float16, np.float32, np.float64]))
def test_a_bag_is_equal_to_the_last_bit_for_every_order(seed, order, dtype):
    x = np.clip(steps(seed), -6e4, 6e4).astype(dtype)
    assert bag(x).tobytes() == bag(x[..., order, :]).tobytes()


def test_a_bag_does_not_tell_signed_zeros_apart():
    x = np.array([[[0.0], [-0.0]], [[-0.0], [-0.0]]])
    assert bag(x).tobytes() == np.zeros((2, 1)).tobytes()


def test_a_bag_is_the_mean_over_steps():
    x = steps(1)
    np.testing.assert_allclose(bag(x), x.astype(float).mean(axis=-2), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 7, 8])
def test_the_moment_is_its_formula_and_odd_under_reversal_to_the_last_bit(n):
    x = steps(2, np.float64, (3, n, 4))
    times = np.arange(n)
    formula = sum((t - times.mean()) * x[:, t] for t in times) / n
    np.testing.assert_allclose(moment(x), formula, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(moment(x[:, ::-1]), -moment(x))


def test_concat_and_native_keep_the_steps_in_their_order():
    x = steps(3)
    np.testing.assert_array_equal(concat(x)[..., 6:12], x[..., 1, :])
    np.testing.assert_allclose(native(x), x.astype(float).mean(axis=-2))


def test_readouts_have_names_and_other_names_are_refused():
    x = steps(4)
    for name, function in READOUTS.items():
        np.testing.assert_array_equal(readout(x, name), function(x))
    with pytest.raises(InputError, match="bag, moment, concat, native"):
        readout(x, "mean")


def test_a_bag_sees_no_difference_between_permuted_variants_and_the_others_do():
    x = steps(5, shape=(5, 8, 6))
    for name in ("rev", "swap", "shuf@3"):
        y = x[:, variant(name, frames=8)]
        assert not differences(bag(x), bag(y)).any()
        assert differences(concat(x), concat(y)).any(axis=1).all()
        assert differences(moment(x), moment(y)).any(axis=1).all()


def test_differences_that_rounding_can_make_are_none():
    a = np.ones((3, 4))
    b = a.copy()
    b[0] += 0.5 * FLOOR
    b[1] += 3 * FLOOR
    d = differences(a, b)
    np.testing.assert_array_equal(d.any(axis=1), [False, True, False])
    np.testing.assert_array_equal(d[1], a[1] - b[1])
    np.testing.assert_array_equal(differences(a, b, floor=0.0), a - b)


def test_steps_and_features_that_are_no_numbers_or_of_other_shapes_are_refused():
    with pytest.raises(InputError, match="not finite"):
        bag(np.full((2, 3, 4), np.nan))
    with pytest.raises(InputError, match="step > 0"):
        moment(np.zeros((2, 0, 4)))
    with pytest.raises(InputError, match=r"\(2, 3\) and partners \(2, 4\)"):
        differences(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(InputError, match="dtype"):
        concat(np.full((2, 3, 4), "a"))
