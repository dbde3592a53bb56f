//! No marks: every id of a row of `a` is compared with all ids of the rows of `b`, laid end to end, many by one
//! instruction. Best for few pairs of layers: nothing is looked up, so that no cache is too small for a gallery, and
//! the cost is `layer_a x k x layer_b x k x sample` over the width of the processor's vectors, whatever is shared.

use std::array::from_fn;
use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use crate::table::Table;

/// Vectors of ids of `b` that are compared at once: with their counters, the registers of any processor hold them.
const VECTORS: usize = 4;

/// Ids that the widest vectors hold: laid out rows are as long as so many, or a multiple.
const WIDEST: usize = 16;

/// Rows that are laid out together: with those of `a` they stay in a first-level cache.
const ROWS: usize = 32;

/// No id of a row: what fills the rest of a row that is laid out.
const NONE: u32 = u32::MAX;

/// Ids that a vector of `arch` holds.
pub(super) fn lanes(arch: Arch) -> usize {
    arch.dispatch(Lanes)
}

struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::U32_LANES
    }
}

/// Adds to `totals` `[layer_a, layer_b]` what the layers share in these rows, by the vectors of `arch`.
pub(super) fn add(arch: Arch, [a, b]: [&Table; 2], rows: Range<usize>, totals: &mut [u64]) {
    let width = (b.layers() * b.k()).next_multiple_of(WIDEST);
    let mut laid = vec![NONE; ROWS * width];
    let mut counters = vec![0; a.layers() * width];
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
    let layers = counters.chunks_exact(width);
    for (totals, counters) in totals.chunks_exact_mut(b.layers()).zip(layers) {
        for (total, ranks) in totals.iter_mut().zip(counters.chunks_exact(b.k())) {
            *total += ranks.iter().map(|&count| u64::from(count)).sum::<u64>();
        }
    }
}

/// Lays the rows of all layers end to end: `[row][layer, k]`.
fn lay(b: &Table, rows: &Range<usize>, laid: &mut [u32]) {
    for (sample, laid) in rows.clone().zip(laid.chunks_exact_mut(laid.len() / ROWS)) {
        let layers = laid.chunks_exact_mut(b.k()).take(b.layers());
        for (layer, places) in layers.enumerate() {
            for (place, id) in places.iter_mut().zip(b.ids(layer, sample)) {
                *place = id;
            }
        }
    }
}

/// Rows of `a`, and the same rows of `b` as they are laid out, with counters `[layer_a][layer_b, k]`.
struct Compare<'a> {
    a: &'a Table<'a>,
    rows: Range<usize>,
    laid: &'a [u32],
    counters: &'a mut [u32],
}

impl WithSimd for Compare<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.laid.len() / ROWS;
        for (layer, counters) in self.counters.chunks_exact_mut(width).enumerate() {
            let (counters, _) = S::as_mut_simd_u32s(counters);
            let (several, others) = counters.as_chunks_mut::<VECTORS>();
            let first_other = several.len() * VECTORS;
            let rows = self.rows.clone().zip(self.laid.chunks_exact(width));
            let rows = rows.map(|(sample, laid)| (self.a.raw_row(layer, sample), S::as_simd_u32s(laid).0));
            for (place, sums) in several.iter_mut().enumerate() {
                count(simd, rows.clone(), place * VECTORS, sums);
            }
            for (place, sum) in others.iter_mut().enumerate() {
                count(simd, rows.clone(), first_other + place, std::array::from_mut(sum));
            }
        }
    }
}

/// Adds one in every lane whose id, from the vector `first` on, is among those of `a`, in each of some rows.
#[inline(always)]
fn count<'a, S: Simd, const COUNT: usize>(
    simd: S,
    rows: impl Iterator<Item = (&'a [i32], &'a [S::u32s])>,
    first: usize,
    counters: &mut [S::u32s; COUNT],
) {
    let (one, zero) = (simd.splat_u32s(1), simd.splat_u32s(0));
    let mut sums = *counters;
    for (ids, laid) in rows {
        let laid: [_; COUNT] = from_fn(|place| laid[first + place]);
        for id in ids {
            let id = simd.splat_u32s(id.cast_unsigned());
            for (sum, laid) in sums.iter_mut().zip(laid) {
                let found = simd.select_u32s(simd.equal_u32s(laid, id), one, zero);
                *sum = simd.add_u32s(*sum, found);
            }
        }
    }
    *counters = sums;
}
