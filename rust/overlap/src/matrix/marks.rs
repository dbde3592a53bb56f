//! The loop that all algorithms share: the rows of some layers of `a` are marked, id by id, then every row of `b`
//! adds up the marks of its ids, which counts what it shares with all of those layers at once. The cost is
//! `(layer_a + layer_a / LANES x layer_b) x sample x k`, whatever is shared.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use crate::table::Table;

/// Ids that a row usually has: for so many, loops over ids are written out.
pub(super) const USUAL: usize = 10;

/// For every id, which of up to `LANES` layers hold it in the row at hand.
///
/// Methods are inlined, so that they are compiled for the vectors of the processor at hand.
pub(super) trait Marks {
    /// Layers at once.
    const LANES: usize;

    /// What a counter holds at most.
    const MOST: usize;

    /// A counter for each lane and each of `LAYERS` layers of `b`.
    type Counters: Copy;

    /// Layers of `b` that are counted together.
    const LAYERS: usize = 1;

    /// Counters at zero.
    const ZERO: Self::Counters;

    /// Notes that the layer in `lane` holds these ids.
    fn mark(&mut self, ids: &[i32], lane: usize);

    /// Forgets all marks, which are given.
    fn clear(&mut self, marks: impl Iterator<Item = (u32, usize)>);

    /// Adds one in every lane whose layer holds an id, for every id: the rows of all layers of `b` are given.
    fn count<'a, S: Simd>(
        &mut self,
        simd: S,
        rows: impl Iterator<Item = &'a [i32]> + Clone,
        counters: &mut [Self::Counters],
    );

    /// The counter of a lane and of a layer among those that are counted together.
    fn lane(counters: &Self::Counters, layer: usize, lane: usize) -> u64;
}

/// Adds to `totals` `[layer_a, layer_b]` what the layers share in these rows, by the vectors of `arch`.
pub(super) fn add<M: Marks>(
    arch: Arch,
    marks: M,
    [a, b]: [&Table; 2],
    rows: Range<usize>,
    totals: &mut [u64],
) {
    arch.dispatch(Add {
        marks,
        a,
        b,
        rows,
        totals,
    });
}

/// What [`add`] does, to be compiled once for each width of vectors.
struct Add<'a, M> {
    marks: M,
    a: &'a Table<'a>,
    b: &'a Table<'a>,
    rows: Range<usize>,
    totals: &'a mut [u64],
}

impl<M: Marks> WithSimd for Add<'_, M> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let layers_b = self.b.layers();
        let mut counters = vec![M::ZERO; layers_b.div_ceil(M::LAYERS)];
        for start in (0..self.a.layers()).step_by(M::LANES) {
            let layers = start..(start + M::LANES).min(self.a.layers());
            let mut counted = 0; // ids since the counters were at zero
            for sample in self.rows.clone() {
                for (lane, layer) in layers.clone().enumerate() {
                    self.marks.mark(self.a.raw_row(layer, sample), lane);
                }
                for first in (0..self.b.k()).step_by(M::MOST) {
                    let ranks = first..(first + M::MOST).min(self.b.k());
                    if counted + ranks.len() > M::MOST {
                        flush::<M>(
                            &mut counters,
                            &mut self.totals[start * layers_b..layers.end * layers_b],
                            layers_b,
                        );
                        counted = 0;
                    }
                    counted += ranks.len();
                    let rows = (0..layers_b).map(|layer| &self.b.raw_row(layer, sample)[ranks.clone()]);
                    self.marks.count(simd, rows, &mut counters);
                }
                self.marks.clear(lanes(self.a, &layers, sample));
            }
            flush::<M>(
                &mut counters,
                &mut self.totals[start * layers_b..layers.end * layers_b],
                layers_b,
            );
        }
    }
}

/// The ids of a row in each of some layers, each with the lane of its layer.
fn lanes(a: &Table, layers: &Range<usize>, sample: usize) -> impl Iterator<Item = (u32, usize)> {
    let rows = layers.clone().map(move |layer| a.ids(layer, sample));
    rows.zip(0..)
        .flat_map(|(ids, lane)| ids.map(move |id| (id, lane)))
}

/// Moves the counters `[layer_b][lane]` to `totals` `[lane, layer_b]`.
fn flush<M: Marks>(counters: &mut [M::Counters], totals: &mut [u64], layers_b: usize) {
    for (lane, totals) in totals.chunks_exact_mut(layers_b).enumerate() {
        for (layer, total) in totals.iter_mut().enumerate() {
            *total += M::lane(&counters[layer / M::LAYERS], layer % M::LAYERS, lane);
        }
    }
    counters.fill(M::ZERO);
}
