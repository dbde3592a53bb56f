//! No marks: every id of a row of `a` is compared with all ids of the rows of `b`, laid end to end, many by one
//! instruction. Best for few pairs of layers: nothing is looked up, so that no cache is too small for a gallery, and
//! the cost is `layer_a x k x layer_b x k x sample` over the width of the processor's vectors, whatever is shared.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::table::Table;

/// Ids of `b` that are compared at once, their counters in registers: two vectors of AVX-512, eight of SSE2.
const WIDTH: usize = 32;

/// Rows that are laid out together: with those of `a` they stay in a first-level cache.
const ROWS: usize = 32;

/// No id of a row: what fills the last place of a row that is no multiple of `WIDTH`.
const NONE: i32 = -1;

/// Some ids of a row of `b`, or a counter for each.
type Lanes = [i32; WIDTH];

/// Adds to `totals` `[layer_a, layer_b]` what the layers share in these rows, by the vectors that `arch` has.
pub(super) fn add(arch: pulp::Arch, a: &Table, b: &Table, rows: Range<usize>, totals: &mut [u64]) {
    let width = (b.layers() * b.k()).div_ceil(WIDTH);
    let mut laid = vec![[NONE; WIDTH]; ROWS * width];
    let mut counters = vec![[0; WIDTH]; a.layers() * width];
    for start in rows.clone().step_by(ROWS) {
        let rows = start..(start + ROWS).min(rows.end);
        lay(b, &rows, &mut laid);
        arch.dispatch(Compare {
            a,
            rows,
            laid: &laid,
            counters: &mut counters,
        });
    }
    for (totals, counters) in totals
        .chunks_exact_mut(b.layers())
        .zip(counters.chunks_exact(width))
    {
        let layers = counters.as_flattened().chunks_exact(b.k());
        for (total, ranks) in totals.iter_mut().zip(layers) {
            *total += ranks.iter().map(|&count| u64::from(count.cast_unsigned())).sum::<u64>();
        }
    }
}

/// Lays the rows of all layers end to end: `[row][layer, k]`.
fn lay(b: &Table, rows: &Range<usize>, laid: &mut [Lanes]) {
    for (sample, laid) in rows.clone().zip(laid.chunks_exact_mut(laid.len() / ROWS)) {
        let layers = laid.as_flattened_mut().chunks_exact_mut(b.k());
        for (layer, ids) in layers.enumerate().take(b.layers()) {
            ids.copy_from_slice(b.raw_row(layer, sample));
        }
    }
}

/// Rows of `a`, and the same rows of `b` as they are laid out, with counters `[layer_a][layer_b, k]`.
struct Compare<'a> {
    a: &'a Table<'a>,
    rows: Range<usize>,
    laid: &'a [Lanes],
    counters: &'a mut [Lanes],
}

impl WithSimd for Compare<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let width = self.laid.len() / ROWS;
        for (place, counters) in self.counters.iter_mut().enumerate() {
            let (layer, part) = (place / width, place % width);
            let mut sums = *counters;
            for (sample, laid) in self.rows.clone().zip(self.laid.chunks_exact(width)) {
                count(self.a.raw_row(layer, sample), &laid[part], &mut sums);
            }
            *counters = sums;
        }
    }
}

/// Adds one in every lane whose id is among `ids`. What is below 2^32 at last may be negative between.
#[inline(always)]
fn count(ids: &[i32], laid: &Lanes, sums: &mut Lanes) {
    for &id in ids {
        for (sum, &other) in sums.iter_mut().zip(laid) {
            *sum = sum.wrapping_add(i32::from(id == other));
        }
    }
}
