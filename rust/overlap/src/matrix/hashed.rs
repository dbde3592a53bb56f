//! Bits as in `bits`, in a hash table no larger than a row needs: the cost of an id does not grow with the gallery.

use super::bits;
use super::marks::Marks;
use crate::table::Table;

/// Slots for every id that a row can hold: few ids meet.
const ROOM: usize = 16;

/// An id and its set of layers in one word: what was just stored in two parts could not be loaded at once.
#[derive(Clone, Copy)]
struct Slot(u64);

impl Slot {
    /// No id: a gallery has fewer than 2^32.
    const EMPTY: Self = Self((u32::MAX as u64) << bits::LANES);

    /// Zero where the slot holds `id`.
    #[inline]
    fn other_than(self, id: u32) -> u64 {
        self.0 >> bits::LANES ^ u64::from(id)
    }

    #[inline]
    fn is_empty(self) -> bool {
        self.other_than(u32::MAX) == 0
    }

    /// The slot with one more layer, or a free one with that alone, for `id`.
    #[inline]
    fn with(self, id: u32, lane: usize) -> Self {
        Self(u64::from(id) << bits::LANES | u64::from(self.set()) | 1 << lane)
    }

    #[inline]
    fn set(self) -> u8 {
        self.0.to_le_bytes()[0]
    }
}

pub(super) struct Hashed {
    slots: Vec<Slot>,
    /// Slots that are taken, the first so many.
    used: Vec<usize>,
    taken: usize,
    shift: u32,
}

impl Hashed {
    pub(super) fn new(a: &Table) -> Self {
        let ids = (a.layers().min(bits::LANES) * a.k()).min(a.gallery());
        let size = (ROOM * ids).next_power_of_two();
        Self {
            slots: vec![Slot::EMPTY; size],
            used: vec![0; ids + 1],
            taken: 0,
            shift: u32::BITS - size.trailing_zeros(),
        }
    }

    /// The slot that holds `id`, or the free one where it would be.
    #[inline]
    fn slot(&self, id: u32) -> usize {
        // Multiplicative hashing: the upper bits of the product with 2^32 / golden ratio.
        let mut slot = (id.wrapping_mul(0x9E37_79B1) >> self.shift) as usize;
        loop {
            let held = self.slots[slot];
            // One branch, which is seldom missed: nobody can foretell which of the two it is.
            if held.other_than(id).min(held.other_than(u32::MAX)) == 0 {
                return slot;
            }
            slot = (slot + 1) % self.slots.len();
        }
    }
}

impl Marks for Hashed {
    const LANES: usize = bits::LANES;
    const MOST: usize = u8::MAX as usize;
    type Counters = u64;
    const ZERO: u64 = 0;

    #[inline]
    fn mark(&mut self, ids: &[i32], lane: usize) {
        for id in ids {
            let id = id.cast_unsigned();
            let slot = self.slot(id);
            // Written in any case and kept by the count: see above.
            self.used[self.taken] = slot;
            self.taken += usize::from(self.slots[slot].is_empty());
            self.slots[slot] = self.slots[slot].with(id, lane);
        }
    }

    #[inline]
    fn clear(&mut self, _marks: impl Iterator<Item = (u32, usize)>) {
        for &slot in &self.used[..self.taken] {
            self.slots[slot] = Slot::EMPTY;
        }
        self.taken = 0;
    }

    #[inline]
    fn count(&self, ids: &[i32], counters: &mut u64) {
        let sets = ids
            .iter()
            .map(|id| self.slots[self.slot(id.cast_unsigned())].set());
        *counters = sets.fold(*counters, |sum, set| bits::count(set, sum));
    }

    fn lane(counters: &u64, lane: usize) -> u64 {
        bits::lane(*counters, lane)
    }
}
