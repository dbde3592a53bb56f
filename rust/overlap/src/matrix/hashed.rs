//! Bits as in `bits`, in a hash table no larger than a row needs: the cost of an id does not grow with the gallery.

use super::bits;
use super::marks::Marks;
use crate::table::Table;

/// No id: a gallery has fewer.
const EMPTY: u32 = u32::MAX;

/// Slots for every id that a row can hold: few ids meet.
const ROOM: usize = 16;

pub(super) struct Hashed {
    /// Id and set of layers.
    slots: Vec<(u32, u8)>,
    used: Vec<usize>,
    shift: u32,
}

impl Hashed {
    pub(super) fn new(a: &Table) -> Self {
        let ids = (a.layers().min(bits::LANES) * a.k()).min(a.gallery());
        let size = (ROOM * ids).next_power_of_two();
        Self {
            slots: vec![(EMPTY, 0); size],
            used: Vec::with_capacity(ids),
            shift: u32::BITS - size.trailing_zeros(),
        }
    }

    /// The slot that holds `id`, or the free one where it would be.
    #[inline]
    fn slot(&self, id: u32) -> usize {
        // Multiplicative hashing: the upper bits of the product with 2^32 / golden ratio.
        let mut slot = (id.wrapping_mul(0x9E37_79B1) >> self.shift) as usize;
        while self.slots[slot].0 != id && self.slots[slot].0 != EMPTY {
            slot = (slot + 1) % self.slots.len();
        }
        slot
    }
}

impl Marks for Hashed {
    const LANES: usize = bits::LANES;
    type Counters = u64;
    const ZERO: u64 = 0;

    #[inline]
    fn mark(&mut self, id: u32, lane: usize) {
        let slot = self.slot(id);
        if self.slots[slot].0 == EMPTY {
            self.used.push(slot);
        }
        self.slots[slot] = (id, self.slots[slot].1 | 1 << lane);
    }

    #[inline]
    fn clear(&mut self, _marks: impl Iterator<Item = (u32, usize)>) {
        for slot in self.used.drain(..) {
            self.slots[slot] = (EMPTY, 0);
        }
    }

    #[inline]
    fn count(&self, id: u32, counters: u64) -> u64 {
        bits::count(self.slots[self.slot(id)].1, counters)
    }

    fn lane(counters: &u64, lane: usize) -> u8 {
        bits::lane(*counters, lane)
    }
}
