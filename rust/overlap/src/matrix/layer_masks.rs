//! For every id of a row a mask of the layers of `a` that hold it; a row of `b` is looked up once for
//! all of them. The cost is `(layer_a + layer_b) x sample x k`, and one addition for every shared
//! neighbour: best where little is shared.

use std::ops::Range;

use crate::masks::{for_each_bit, layer_ranges};
use crate::table::Table;

pub(super) fn add(a: &Table, b: &Table, rows: Range<usize>, totals: &mut [u64]) {
    let mut masks = vec![0; a.gallery()];
    for layers in layer_ranges(a.layers()) {
        let totals = &mut totals[layers.start * b.layers()..layers.end * b.layers()];
        for sample in rows.clone() {
            add_row(a, layers.clone(), b, sample, &mut masks, totals);
        }
    }
}

fn add_row(a: &Table, layers: Range<usize>, b: &Table, sample: usize, masks: &mut [u64], totals: &mut [u64]) {
    for (bit, layer) in layers.clone().enumerate() {
        a.row(layer, sample).for_each(|id| masks[id] |= 1 << bit);
    }
    for layer_b in 0..b.layers() {
        for id in b.row(layer_b, sample) {
            for_each_bit(masks[id], |bit| totals[bit * b.layers() + layer_b] += 1);
        }
    }
    for layer in layers {
        a.row(layer, sample).for_each(|id| masks[id] = 0);
    }
}
