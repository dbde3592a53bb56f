//! One layer's row is marked in a map of bytes; every row of the other side is looked up in it.
//! The cost is `layer_a x layer_b x sample x k` lookups: best for one pair and for few layers.

use std::ops::Range;

use crate::table::Table;

pub(super) fn add(a: &Table, b: &Table, rows: Range<usize>, totals: &mut [u64]) {
    let mut marked = vec![0_u8; a.gallery()];
    for sample in rows {
        for (layer_a, totals) in totals.chunks_exact_mut(b.layers()).enumerate() {
            a.row(layer_a, sample).for_each(|id| marked[id] = 1);
            for (layer_b, total) in totals.iter_mut().enumerate() {
                *total += b
                    .row(layer_b, sample)
                    .map(|id| u64::from(marked[id]))
                    .sum::<u64>();
            }
            a.row(layer_a, sample).for_each(|id| marked[id] = 0);
        }
    }
}
