//! A byte for every layer and id: 64 layers are counted by one addition of vectors. Best for many layers, as long
//! as a line of 64 bytes for every id of the gallery lies in a near cache.

use pulp::Simd;

use super::marks::Marks;

const LANES: usize = 64;

/// The layers that hold an id, or a counter for each: a line of the cache, and never a part of two.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Line([u8; LANES]);

pub(super) struct Bytes(Vec<Line>);

impl Bytes {
    pub(super) fn new(gallery: usize) -> Self {
        Self(vec![Self::ZERO; gallery])
    }

    #[inline(always)]
    fn count_row(&self, ids: &[i32], counters: &mut Line) {
        let mut sums = *counters;
        for id in ids {
            for (counter, held) in sums.0.iter_mut().zip(&self.0[id.cast_unsigned() as usize].0) {
                *counter = counter.wrapping_add(*held);
            }
        }
        *counters = sums;
    }
}

impl Marks for Bytes {
    const LANES: usize = LANES;
    const MOST: usize = u8::MAX as usize;
    type Counters = Line;
    const ZERO: Line = Line([0; LANES]);

    #[inline(always)]
    fn mark(&mut self, ids: &[i32], lane: usize) {
        for id in ids {
            let id = id.cast_unsigned();
            self.0[id as usize].0[lane] = 1;
        }
    }

    #[inline(always)]
    fn clear(&mut self, marks: impl Iterator<Item = (u32, usize)>) {
        marks.for_each(|(id, lane)| self.0[id as usize].0[lane] = 0);
    }

    #[inline(always)]
    fn count<'a, S: Simd>(
        &mut self,
        _: S,
        rows: impl Iterator<Item = &'a [i32]> + Clone,
        counters: &mut [Self::Counters],
    ) {
        for (ids, counters) in rows.zip(counters) {
            self.count_row(ids, counters);
        }
    }

    fn lane(counters: &Line, _: usize, lane: usize) -> u64 {
        u64::from(counters.0[lane])
    }
}
