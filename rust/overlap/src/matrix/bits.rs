//! A bit for every layer and id: 8 layers are counted by one addition, of a byte a layer spread from the bits.
//! Best for few layers and for galleries of up to some hundred thousand, whose byte an id lies in a near cache.

use pulp::Simd;

use super::marks::{Marks, USUAL};

/// Layers whose bits a mark holds.
pub(super) const LANES: usize = 8;

/// For every set of layers, a byte of 1 in the lane of each.
const SPREAD: [u64; 256] = spread();

const fn spread() -> [u64; 256] {
    let mut spread = [0; 256];
    let mut set = 0;
    while set < spread.len() {
        let mut lane = 0;
        while lane < LANES {
            spread[set] |= (set as u64 >> lane & 1) << (8 * lane);
            lane += 1;
        }
        set += 1;
    }
    spread
}

/// Adds one in every lane of `set`; no counter is at 255, so that none carries.
#[inline(always)]
pub(super) fn count(set: u8, counters: u64) -> u64 {
    counters + SPREAD[usize::from(set)]
}

pub(super) fn lane(counters: u64, lane: usize) -> u64 {
    u64::from(counters.to_le_bytes()[lane])
}

pub(super) struct Bits(Vec<u8>);

impl Bits {
    pub(super) fn new(gallery: usize) -> Self {
        Self(vec![0; gallery])
    }

    #[inline(always)]
    fn add_layer(&mut self, id: i32, lane: usize) {
        self.0[id.cast_unsigned() as usize] |= 1 << lane;
    }

    #[inline(always)]
    fn count_row(&self, ids: &[i32], counters: &mut u64) {
        let add = |sum, &id: &i32| count(self.0[id.cast_unsigned() as usize], sum);
        *counters = match <&[i32; USUAL]>::try_from(ids) {
            Ok(ids) => ids.iter().fold(*counters, add),
            Err(_) => ids.iter().fold(*counters, add),
        };
    }
}

impl Marks for Bits {
    const LANES: usize = LANES;
    const MOST: usize = u8::MAX as usize;
    type Counters = u64;
    const ZERO: u64 = 0;

    #[inline(always)]
    fn mark(&mut self, ids: &[i32], lane: usize) {
        if let Ok(ids) = <&[i32; USUAL]>::try_from(ids) {
            for &id in ids {
                self.add_layer(id, lane);
            }
        } else {
            for &id in ids {
                self.add_layer(id, lane);
            }
        }
    }

    #[inline(always)]
    fn clear(&mut self, marks: impl Iterator<Item = (u32, usize)>) {
        marks.for_each(|(id, _)| self.0[id as usize] = 0);
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

    fn lane(counters: &u64, _: usize, lane: usize) -> u64 {
        self::lane(*counters, lane)
    }
}
