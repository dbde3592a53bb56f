"""The compiled passes of a search take what their stub says and refuse all else by `InputError`, never by a panic."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from platoscope import _native
from platoscope.errors import InputError


def rows(samples: int = 5, dim: int = 3) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(samples, dim)).astype(np.float32)


def largest(scores: Any, **options: Any) -> Any:
    return _native.largest(scores, **{"width": 1} | options)


def cosines(x: Any, **options: Any) -> Any:
    pairs = np.array([0, 1]), np.array([1, 0])
    return _native.cosines(x, *pairs, norms=np.ones(len(x) if isinstance(x, np.ndarray) and x.ndim else 1), **options)


def centred(x: Any, **options: Any) -> Any:
    samples, dim = x.shape if isinstance(x, np.ndarray) and x.ndim == 2 else (1, 1)
    return _native.centred_rows(x, **{"norms": np.ones(samples), "mean": np.zeros(dim)} | options)


EVERY = {"rows": _native.measured_rows, "rows ": centred, "scores": largest, "rows  ": cosines}


def test_results_have_the_shapes_and_dtypes_of_the_stub() -> None:
    x = rows()
    norms, mean = _native.measured_rows(x, limit=np.float32(1), name="x", threads=2)
    assert (norms.dtype, norms.shape) == (np.float64, (5,))
    assert (mean.dtype, mean.shape) == (np.float64, (3,))
    made, bias, radius = _native.centred_rows(x, norms=norms, mean=mean, limit=np.float32(1), threads=2)
    assert (made.dtype, made.shape) == (np.float32, (5, 3))
    assert (bias.dtype, bias.shape) == (np.float32, (5,))
    assert isinstance(radius, float)
    found, places = _native.largest(x, width=2, bias=np.zeros(3, np.float32))
    assert (found.dtype, found.shape, places.dtype, places.shape) == (np.float32, (5, 2), np.int64, (5, 2))
    cosine = _native.cosines(x, np.array([4, 0]), np.array([4, 1]), norms=np.linalg.norm(x.astype(float), axis=1))
    assert (cosine.dtype, cosine.shape) == (np.float64, (2,))
    assert cosine[0] == pytest.approx(1, abs=1e-15)


@given(st.integers(0, 99), st.integers(1, 6), st.integers(1, 400), st.data())
def test_the_largest_are_those_of_a_stable_sort(seed: int, queries: int, samples: int, data: Any) -> None:
    rng = np.random.default_rng(seed)
    scores, bias = (rng.integers(-9, 9, size).astype(np.float32) for size in ((queries, samples), samples))
    width = data.draw(st.integers(1, samples))
    found, places = _native.largest(scores, width=width, bias=bias)
    order = np.argsort(-(scores + bias), axis=1, kind="stable")[:, :width]
    np.testing.assert_array_equal(places, order)
    np.testing.assert_array_equal(found, np.take_along_axis(scores + bias, order, axis=1))


@pytest.mark.parametrize("limit", [None, 0.7])
def test_centred_rows_and_cosines_are_those_of_numpy_in_float64(limit: float | None) -> None:
    x = rows(700, 90)
    wide = x.astype(np.float64) if limit is None else np.clip(x, -np.float32(limit), np.float32(limit)).astype(float)
    length = np.linalg.norm(wide, axis=1)
    unit = wide / length[:, None]
    mean = unit.mean(axis=0)
    norms, found_mean = _native.measured_rows(x, limit=limit)
    np.testing.assert_allclose(norms, length, rtol=1e-14)
    np.testing.assert_allclose(found_mean, mean, atol=1e-15)
    made, bias, radius = _native.centred_rows(x, norms=norms, mean=found_mean, limit=limit)
    np.testing.assert_allclose(made, unit - mean, atol=1e-7)
    np.testing.assert_allclose(bias, (unit - mean) @ mean, atol=1e-8)
    assert radius == pytest.approx(np.linalg.norm(unit - mean, axis=1).max(), rel=1e-12)
    left, right = np.arange(700), np.arange(700)[::-1].copy()
    found = _native.cosines(x, left, right, norms=norms, limit=limit)
    np.testing.assert_allclose(found, (unit[left] * unit[right]).sum(axis=1), atol=1e-14)


@pytest.mark.parametrize("name", EVERY)
def test_what_is_no_float32_matrix_in_c_order_is_refused_by_name(name: str) -> None:
    function, good = EVERY[name], rows()
    unaligned = np.frombuffer(b"\0" + good.tobytes(), np.uint8)[1:].view(np.float32).reshape(good.shape)
    bad = {
        "of type list": good.tolist(),
        "of type NoneType": None,
        "of dtype float64": good.astype(np.float64),
        "of dtype float16": good.astype(np.float16),
        "of dtype >f4": good.astype(">f4"),
        "of shape [1, 5, 3]": good[None],
        "of shape [3]": good[0],
        "not contiguous": np.asfortranarray(good),
        "in C order": np.repeat(good, 2, axis=1)[:, ::2],
        "or not aligned": unaligned,
    }
    for found, value in bad.items():
        with pytest.raises(InputError, match=rf"{name.strip()} is .*float32 array \[") as refused:
            function(value)
        assert found in str(refused.value)
    for shape in ((0, 3), (5, 0)):
        with pytest.raises(InputError, match="is empty"):
            function(np.zeros(shape, np.float32))


def test_values_that_are_not_finite_are_refused_with_their_place() -> None:
    for value in (np.nan, np.inf, -np.inf):
        bad = rows()
        bad[3, 1] = value
        with pytest.raises(InputError, match="row 3 of layer 7 is not finite"):
            _native.measured_rows(bad, name="layer 7", limit=1.0)
    bad[3, 1] = np.nan
    with pytest.raises(InputError, match="score of query 3 for sample 1 is not a number"):
        largest(bad)


def test_a_row_of_zeros_is_refused_by_its_number() -> None:
    bad = rows()
    bad[[2, 4]] = 0
    with pytest.raises(InputError, match="row 2 of rows is zero in float32, but a cosine needs a length"):
        _native.measured_rows(bad)


def test_numbers_that_are_none_are_refused_by_name() -> None:
    x, norms = rows(), np.ones(5)
    for limit in (0, -1.0, float("nan"), 1e-60, "1", True, [1]):
        with pytest.raises(InputError, match="limit is "):
            _native.measured_rows(x, limit=limit)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="limit is "):
            centred(x, limit=limit)
        with pytest.raises(InputError, match="limit is "):
            cosines(x, limit=limit)
    for width in (0, 4, -1, 2**70, 1.0, "1", True):
        with pytest.raises(InputError, match="width is "):
            largest(x, width=width)
    for function in EVERY.values():
        for threads in (0, -1, 10**6, 1.5):
            with pytest.raises(InputError, match="threads is "):
                function(x, threads=threads)
    with pytest.raises(InputError, match="name is of type int; it must be a name"):
        _native.measured_rows(x, name=7)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="bias has 2 entries; it must have 3, one for each sample"):
        largest(x, bias=np.zeros(2, np.float32))
    with pytest.raises(InputError, match=r"bias is of dtype float64; it must be .* float32 array \[sample\]"):
        largest(x, bias=np.zeros(3))
    with pytest.raises(InputError, match="mean has 2 entries; it must have 3, one for each column"):
        centred(x, mean=np.zeros(2))
    with pytest.raises(InputError, match="norms has 4 entries; it must have 5, one for each row"):
        centred(x, norms=np.ones(4))
    with pytest.raises(InputError, match=r"left\[1\] is 5; it must be from 0 to 4"):
        _native.cosines(x, np.array([0, 5]), np.array([0, 0]), norms=norms)
    with pytest.raises(InputError, match="right has 1 entries; it must have 2, one for each entry of left"):
        _native.cosines(x, np.array([0, 1]), np.array([0]), norms=norms)
    with pytest.raises(InputError, match="norms has 4 entries; it must have 5, one for each row"):
        _native.cosines(x, np.array([0]), np.array([0]), norms=norms[:4])


ANY_ARRAY = arrays.arrays(
    np.float32, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)
) | arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
ANY_ORDER = st.sampled_from([lambda x: x, np.asfortranarray, lambda x: x[::-1] if x.ndim else x, lambda x: x.T])
ANY_NUMBER = st.none() | st.integers(-2, 6) | st.floats() | st.sampled_from([2**31, 2**64, "2", b"", [], True])


# A panic of the core would be no Exception, and no InputError: it would end the test.
@settings(max_examples=300)
@given(ANY_ARRAY, ANY_ARRAY, ANY_ORDER, ANY_NUMBER, ANY_NUMBER, st.integers(0, 3))
def test_whatever_is_given_is_computed_or_refused(
    x: np.ndarray, other: np.ndarray, order: Callable[..., Any], number: Any, threads: Any, which: int
) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: _native.measured_rows(order(x), limit=number, threads=threads),
        lambda: _native.centred_rows(order(x), norms=other, mean=np.zeros(2), limit=number, threads=threads),
        lambda: _native.largest(order(x), width=number, bias=other if threads else None, threads=threads),
        lambda: _native.cosines(order(x), other, other, norms=np.ones(len(x) if x.ndim else 1), limit=number),
    ]
    with contextlib.suppress(InputError):
        calls[which]()
