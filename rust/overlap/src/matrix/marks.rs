//! The loop that all algorithms share: the rows of some layers of `a` are marked, id by id, then every row of `b`
//! adds up the marks of its ids, which counts what it shares with all of those layers at once. The cost is
//! `(layer_a + layer_a / LANES x layer_b) x sample x k`, whatever is shared.

use std::ops::Range;

use crate::table::Table;

/// What a counter of 8 bits holds.
const BYTE: usize = u8::MAX as usize;

/// For every id, which of up to `LANES` layers hold it in the row at hand.
pub(super) trait Marks {
    /// Layers at once.
    const LANES: usize;

    /// A counter of 8 bits for each lane.
    type Counters: Copy;

    /// Counters at zero.
    const ZERO: Self::Counters;

    /// Notes that the layer in `lane` holds `id`.
    fn mark(&mut self, id: u32, lane: usize);

    /// Forgets all marks, which are given.
    fn clear(&mut self, marks: impl Iterator<Item = (u32, usize)>);

    /// Adds one in every lane whose layer holds `id`.
    fn count(&self, id: u32, counters: Self::Counters) -> Self::Counters;

    /// The counter of a lane.
    fn lane(counters: &Self::Counters, lane: usize) -> u8;
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
            lanes(a, &layers, sample).for_each(|(id, lane)| marks.mark(id, lane));
            for first in (0..b.k()).step_by(BYTE) {
                let ranks = first..(first + BYTE).min(b.k());
                if counted + ranks.len() > BYTE {
                    flush::<M>(&mut counters, totals);
                    counted = 0;
                }
                counted += ranks.len();
                for (layer, counters) in counters.iter_mut().enumerate() {
                    let ids = b.ids(layer, sample).skip(first).take(ranks.len());
                    *counters = ids.fold(*counters, |sum, id| marks.count(id, sum));
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
            *total += u64::from(M::lane(counters, lane));
        }
    }
    counters.fill(M::ZERO);
}
