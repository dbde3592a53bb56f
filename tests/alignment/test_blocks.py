"""Blocks cover an axis once, in order, and are no larger than they may be."""

from hypothesis import given
from hypothesis import strategies as st

from platoscope.alignment.blocks import blocks


@given(st.integers(0, 200), st.integers(1, 50), st.integers(1, 500))
def test_blocks_cover_every_row_once_in_order_and_hold_at_least_one(count, width, size):
    parts = list(blocks(count, width=width, size=size))
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(count))
    rows = [part.stop - part.start for part in parts]
    assert all(n == 1 or n * width <= size for n in rows)
    assert len(set(rows[:-1])) <= 1
