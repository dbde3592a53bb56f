//! The loop that all algorithms share: the rows of some layers of `a` are marked, id by id, then every row of `b`
//! adds up the marks of its ids, which counts what it shares with all of those layers at once. The cost is
//! `(layer_a + layer_a / LANES x layer_b) x sample x k`, whatever is shared.

use std::ops::Range;

use crate::table::Table;

/// Ids that a row usually has: for so many, loops over ids are written out.
pub(super) const USUAL: usize = 10;

/// For every id, which of up to `LANES` layers hold it in the row at hand.
pub(super) trait Marks {
    /// Layers at once.
    const LANES: usize;

    /// What a counter holds at most.
    const MOST: usize;

    /// A counter for each lane.
    type Counters: Copy;

    /// Counters at zero.
    const ZERO: Self::Counters;

    /// Notes that the layer in `lane` holds these ids.
    fn mark(&mut self, ids: &[i32], lane: usize);

    /// Forgets all marks, which are given.
    fn clear(&mut self, marks: impl Iterator<Item = (u32, usize)>);

    /// Adds one in every lane whose layer holds an id, for every id.
    fn count(&self, ids: &[i32], counters: &mut Self::Counters);

    /// The counter of a lane.
    fn lane(counters: &Self::Counters, lane: usize) -> u64;
}

/// Adds to `totals` `[layer_a, layer_b]` what the layers share in these rows.
#[inline]
pub(super) fn add<M: Marks>(mut marks: M, a: &Table, b: &Table, rows: Range<usize>, totals: &mut [u64]) {
    let mut counters = vec![M::ZERO; b.layers()];
    for start in (0..a.layers()).step_by(M::LANES) {
        let layers = start..(start + M::LANES).min(a.layers());
        let totals = &mut totals[start * b.layers()..layers.end * b.layers()];
        let mut counted = 0; // ids since the counters were at zero
        for sample in rows.clone() {
            for (lane, layer) in layers.clone().enumerate() {
                marks.mark(a.raw_row(layer, sample), lane);
            }
            for first in (0..b.k()).step_by(M::MOST) {
                let ranks = first..(first + M::MOST).min(b.k());
                if counted + ranks.len() > M::MOST {
                    flush::<M>(&mut counters, totals);
                    counted = 0;
                }
                counted += ranks.len();
                for (layer, counters) in counters.iter_mut().enumerate() {
                    marks.count(&b.raw_row(layer, sample)[ranks.clone()], counters);
                }
            }
            marks.clear(lanes(a, &layers, sample));
        }
        flush::<M>(&mut counters, totals);
    }
}

/// The ids of a row in each of some layers, each with the lane of its layer.
fn lanes(a: &Table, layers: &Range<usize>, sample: usize) -> impl Iterator<Item = (u32, usize)> {
    let rows = layers.clone().map(move |layer| a.ids(layer, sample));
    rows.zip(0..)
        .flat_map(|(ids, lane)| ids.map(move |id| (id, lane)))
}

/// Moves the counters `[layer_b][lane]` to `totals` `[lane, layer_b]`.
fn flush<M: Marks>(counters: &mut [M::Counters], totals: &mut [u64]) {
    for (lane, totals) in totals.chunks_exact_mut(counters.len()).enumerate() {
        for (total, counters) in totals.iter_mut().zip(counters.iter()) {
            *total += M::lane(counters, lane);
        }
    }
    counters.fill(M::ZERO);
}
