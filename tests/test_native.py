"""The compiled module takes what its stub says and refuses everything else by `InputError`, never by a panic."""

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from platoscope import _native
from platoscope.errors import InputError

ROOT = Path(__file__).parents[1]

MEASURES = ("overlap", "lcs", "edit", "cycle")


def sample_values(a: Any, b: Any, **options: Any) -> Any:
    return _native.sample_values(a, b, **{"measure": "lcs"} | options)


def value_counts(a: Any, b: Any, **options: Any) -> Any:
    return _native.value_counts(a, b, **{"measure": "cycle"} | options)


def max_null(a: Any, b: Any, **options: Any) -> Any:
    return _native.max_null(a, b, **{"permutations": 2, "seed": 0} | options)


CRATES = ("bindings", "overlap", "pictures")
EVERY = [_native.overlap_totals, max_null, sample_values, value_counts]


def ring() -> np.ndarray:
    """Ids [layer=1, sample=4, k=2]: the next samples of a ring."""
    return ((np.arange(4)[:, None] + [1, 2]) % 4).astype(np.int32)[None]


def test_the_module_carries_the_digests_of_the_sources_beside_it() -> None:
    rust = ROOT / "rust"
    names = {path.relative_to(rust).as_posix() for path in rust.glob("*/src/**/*") if path.is_file()}
    names |= {"Cargo.toml", "Cargo.lock", "bindings/build.rs", *(f"{crate}/Cargo.toml" for crate in CRATES)}
    assert _native.source_digest() == digest(names), "the build is stale: make setup"
    of_overlap = {f"bindings/src/{file}.rs" for file in ("ids", "overlaps", "search")}
    of_pictures = {"bindings/src/pictures.rs"}
    for part, others in (("overlap", of_pictures), ("pictures", of_overlap)):
        (other,) = {"overlap", "pictures"} - {part}
        own = {name for name in names - others if not name.startswith(f"{other}/")}
        assert _native.source_digest(part=part) == digest(own)
    with pytest.raises(InputError, match='part is "video"; there are overlap, pictures'):
        _native.source_digest(part="video")


def digest(names: set[str]) -> str:
    total = hashlib.sha256()
    for name in sorted(names):
        content = (ROOT / "rust" / name).read_bytes()
        total.update(name.encode() + b"\0" + len(content).to_bytes(8, "little") + content)
    return total.hexdigest()


def test_results_have_the_shapes_and_dtypes_of_the_stub() -> None:
    one, two = ring(), np.concatenate([ring()] * 2)
    for measure in MEASURES:
        values = _native.sample_values(two, one, measure=measure)
        assert (values.dtype, values.shape) == (np.int32, (2, 1, 4))
        counts = _native.value_counts(two, one, measure=measure)
        assert (counts.dtype, counts.shape) == (np.int64, (2, 1, 3))
    totals = _native.overlap_totals(two, one)
    assert (totals.dtype, totals.shape) == (np.int64, (2, 1))
    null = _native.max_null(two, one, permutations=3, seed=1)
    assert (null.dtype, null.shape) == (np.float64, (3,))
    drawn = _native.permutation(4, seed=1, index=0)
    assert (drawn.dtype, drawn.shape) == (np.int32, (4,))


@pytest.mark.parametrize("function", EVERY)
def test_what_is_no_int32_array_in_c_order_is_refused_by_name(function: Callable[..., Any]) -> None:
    good = ring()
    unaligned = np.frombuffer(b"\0" + good.tobytes(), np.uint8)[1:].view(np.int32).reshape(good.shape)
    assert not unaligned.flags.aligned
    bad = {
        "of type list": good.tolist(),
        "of type NoneType": None,
        "of dtype int64": good.astype(np.int64),
        "of dtype uint32": good.astype(np.uint32),
        "of dtype float32": good.astype(np.float32),
        "of dtype object": good.astype(object),
        "of dtype >i4": good.astype(">i4"),
        f"of shape {[1, *good.shape]}": good[None],
        f"of shape {list(good.shape[1:])}": np.ascontiguousarray(good[0]),
        "not contiguous": np.repeat(good, 2, axis=-1)[..., ::2],
        "in C order": np.asfortranarray(np.repeat(good, 2, axis=0)[: good.shape[0]][..., ::-1]),
        "or not aligned": unaligned,
    }
    for found, value in bad.items():
        with pytest.raises(InputError, match=r"b is .*int32 array \[") as refused:
            function(good, value)
        assert found in str(refused.value)
        with pytest.raises(InputError, match=r"a is .*int32 array \["):
            function(value, good)


@pytest.mark.parametrize("function", EVERY)
def test_ids_that_name_no_sample_or_come_twice_are_refused_with_their_place(function: Callable[..., Any]) -> None:
    good = ring()
    for id_, message in ((-1, "holds the id -1;"), (4, "holds the id 4;"), (int(good[..., 2, 0].item()), "twice")):
        bad = good.copy()
        bad[..., 2, 1] = id_
        with pytest.raises(InputError, match=rf"b\[0, 2\].*{message}"):
            function(good, bad)


@pytest.mark.parametrize("function", EVERY)
def test_k_must_be_from_one_to_the_depth(function: Callable[..., Any]) -> None:
    good = ring()
    for k in (0, 3, -1, 2**70, 1.0, "1", True, np.float64(1)):
        with pytest.raises(InputError, match="k is "):
            function(good, good, k=k)
    np.testing.assert_array_equal(function(good, good, k=np.int64(2)), function(good, good))


@pytest.mark.parametrize("function", EVERY)
def test_tables_of_other_samples_or_depths_are_refused(function: Callable[..., Any]) -> None:
    good = ring()
    fewer = np.zeros_like(good[..., :3, :1])
    with pytest.raises(InputError, match="4 samples and b has 3"):
        function(good, np.ascontiguousarray(fewer), k=1)
    with pytest.raises(InputError, match="2 neighbours of a and 1 of b"):
        function(good, np.ascontiguousarray(good[..., :1]))


@pytest.mark.parametrize("function", EVERY)
def test_an_empty_array_is_refused(function: Callable[..., Any]) -> None:
    good = ring()
    for axis in range(good.ndim):
        empty = np.ascontiguousarray(good.take([], axis=axis))
        with pytest.raises(InputError, match="a is empty"):
            function(empty, good)


def test_numbers_that_are_none_are_refused_by_name() -> None:
    table = ring()
    for name, value in (("permutations", 0), ("permutations", -1), ("permutations", 2**62), ("seed", -1)):
        with pytest.raises(InputError, match=f"{name} is "):
            max_null(table, table, **{name: value})
    for threads in (0, -1, 10**6, 1.5):
        for function in EVERY:
            with pytest.raises(InputError, match="threads is "):
                function(table, table, threads=threads)
    for gallery in (0, 2**40, -3):
        for function in (_native.overlap_totals, sample_values, value_counts):
            with pytest.raises(InputError, match="gallery "):
                function(table, table, gallery=gallery)
    for samples in (0, 2**40, -3):
        with pytest.raises(InputError, match=r"samples is|gallery has"):
            _native.permutation(samples, seed=0, index=0)


def test_an_algorithm_and_a_measure_are_one_of_a_few_names() -> None:
    table = ring()
    for name in ("", "Bits", "fast", "\udc80", 3):
        with pytest.raises(InputError, match=r"there are bytes, bits, hashed, compared|algorithm is .* must be a name"):
            _native.overlap_totals(table, table, algorithm=name)  # type: ignore[arg-type]
        for function in (sample_values, value_counts):
            with pytest.raises(InputError, match=r"there are overlap, lcs, edit, cycle|measure is .* must be a name"):
                function(table, table, measure=name)


def test_a_cycle_needs_ids_that_name_the_samples() -> None:
    for function in (sample_values, value_counts):
        with pytest.raises(InputError, match="4 samples, but a gallery of 9"):
            function(ring(), ring(), measure="cycle", gallery=9)


def test_blocks_are_one_int64_label_for_each_sample() -> None:
    table = ring()
    labels = np.zeros(4, np.int64)
    assert max_null(table, table, blocks=labels).shape == (2,)
    for blocks in (labels.astype(np.int32), labels[None], labels.tolist(), np.zeros(8, np.int64)[::2]):
        with pytest.raises(InputError, match=r"blocks is .* int64 array \[sample\]"):
            max_null(table, table, blocks=blocks)
    with pytest.raises(InputError, match="3 labels for 4 samples"):
        max_null(table, table, blocks=labels[:3])


def test_more_permutations_than_there_are_is_an_error() -> None:
    table = ring()
    pairs = np.array([0, 0, 1, 1])
    assert max_null(table, table, permutations=2, blocks=pairs).shape == (2,)
    with pytest.raises(InputError, match="only 2 distinct"):
        max_null(table, table, permutations=3, blocks=pairs)
    with pytest.raises(InputError, match="only 24 distinct"):
        max_null(table, table, permutations=25)


def test_an_input_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="k is 0"):
        _native.overlap_totals(ring(), ring(), k=0)


ANY_INT32 = arrays.arrays(
    np.int32,
    arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    elements=st.integers(-2, 5) | st.sampled_from([-(2**31), 2**31 - 1]),
)
ANY_ARRAY = ANY_INT32 | arrays.arrays(
    arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
)
ANY_ORDER = st.sampled_from([lambda x: x, np.asfortranarray, lambda x: x[::-1] if x.ndim else x, lambda x: x.T])
ANY_NUMBER = st.none() | st.integers(-2, 6) | st.sampled_from([2**31, 2**63, 2**64, -(2**64), 0.5, "2", b"", [], True])


# A panic of the core would be no Exception, and no InputError: it would end the test.
@settings(max_examples=300)
@given(st.sampled_from(EVERY), ANY_ARRAY, ANY_ARRAY, ANY_ORDER, ANY_NUMBER, st.booleans())
@example(_native.overlap_totals, np.zeros((1, 1, 1), np.int32), np.zeros((1, 1, 1), np.int32), np.copy, 1, True)
def test_whatever_is_given_as_tables_is_counted_or_refused(
    function: Callable[..., Any], a: np.ndarray, b: np.ndarray, order: Callable[..., Any], k: Any, alike: bool
) -> None:
    with contextlib.suppress(InputError):
        assert isinstance(function(order(a), order(a if alike else b), k=k), np.ndarray)


@settings(max_examples=200)
@given(*[ANY_NUMBER] * 4, st.none() | ANY_ARRAY | arrays.arrays(np.int64, 4), st.none() | st.text(max_size=3))
def test_whatever_is_given_as_options_is_used_or_refused(
    permutations: Any, seed: Any, threads: Any, gallery: Any, blocks: Any, algorithm: Any
) -> None:
    table = ring()
    calls = [
        lambda: max_null(table, table, permutations=permutations, seed=seed, threads=threads, blocks=blocks),
        lambda: _native.overlap_totals(table, table, threads=threads, gallery=gallery, algorithm=algorithm),
        lambda: sample_values(table, table, threads=threads, gallery=gallery, measure=algorithm),
        lambda: value_counts(table, table, threads=threads, gallery=gallery, measure=algorithm),
        lambda: _native.permutation(permutations, seed=seed, index=gallery, blocks=blocks),
    ]
    for call in calls:
        with contextlib.suppress(InputError):
            assert isinstance(call(), np.ndarray)
