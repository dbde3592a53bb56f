//! Bits as in `bits`, in a table of the ids of a row by their lower bits: what an id costs does not grow with the
//! gallery. Ids that meet there are few, and are kept in a list beside it.

use super::bits;
use pulp::Simd;

use super::marks::{Marks, USUAL};
use crate::table::Table;

/// Slots for every id that a row can hold: of 40 ids two meet in one row of six.
const ROOM: usize = 64;

/// An id and its set of layers in one word: what was just stored in two parts could not be loaded at once. An empty set
/// is no id.
#[derive(Clone, Copy)]
struct Slot(u32);

impl Slot {
    const EMPTY: Self = Self(0);

    /// Zero where the slot has `id`.
    #[inline(always)]
    fn other_than(self, id: u32) -> u32 {
        self.0 >> bits::LANES ^ id
    }

    /// The layers that hold `id`, none where the slot has another: by a mask, as nobody can foretell which.
    #[inline(always)]
    fn set_of(self, id: u32) -> u8 {
        let mask = u8::from(self.other_than(id) != 0).wrapping_sub(1);
        self.0.to_le_bytes()[0] & mask
    }

    /// Whether the slot is free or has `id`: one branch, which is seldom missed.
    #[inline(always)]
    fn is_for(self, id: u32) -> bool {
        self.0.min(self.other_than(id)) == 0
    }

    /// The slot with one more layer of `id`, which it is for; a gallery has at most 2^24 ids.
    #[inline(always)]
    fn with(self, id: u32, lane: usize) -> Self {
        Self(self.0 | id << bits::LANES | 1 << lane)
    }
}

pub(super) struct Hashed {
    /// As many as a power of two.
    slots: Vec<Slot>,
    /// Ids whose slots others took before.
    met: Vec<(u32, u8)>,
}

impl Hashed {
    pub(super) fn new(a: &Table) -> Self {
        let ids = a.layers().min(bits::LANES) * a.k();
        let size = (ROOM * ids).min(a.gallery()).next_power_of_two();
        Self {
            slots: vec![Slot::EMPTY; size],
            met: Vec::new(),
        }
    }

    #[inline(always)]
    fn place(&self, id: u32) -> usize {
        id as usize & (self.slots.len() - 1)
    }

    #[cold]
    fn meet(&mut self, id: u32, lane: usize) {
        match self.met.iter_mut().find(|(other, _)| *other == id) {
            Some((_, set)) => *set |= 1 << lane,
            None => self.met.push((id, 1 << lane)),
        }
    }

    #[inline(always)]
    fn add(&self, sum: u64, id: i32) -> u64 {
        let id = id.cast_unsigned();
        bits::count(self.slots[self.place(id)].set_of(id), sum)
    }

    #[cold]
    fn add_met(&self, ids: &[i32], sum: u64) -> u64 {
        let sets = ids.iter().flat_map(|id| {
            let of_id = self.met.iter().filter(|(other, _)| *other == id.cast_unsigned());
            of_id.map(|&(_, set)| set)
        });
        sets.fold(sum, |sum, set| bits::count(set, sum))
    }

    #[inline(always)]
    fn count_row(&self, ids: &[i32], counters: &mut u64) {
        let sum = match <&[i32; USUAL]>::try_from(ids) {
            Ok(ids) => ids.iter().fold(*counters, |sum, &id| self.add(sum, id)),
            Err(_) => ids.iter().fold(*counters, |sum, &id| self.add(sum, id)),
        };
        *counters = if self.met.is_empty() {
            sum
        } else {
            self.add_met(ids, sum)
        };
    }
}

impl Marks for Hashed {
    const LANES: usize = bits::LANES;
    const MOST: usize = u8::MAX as usize;
    type Counters = u64;
    const ZERO: u64 = 0;

    #[inline(always)]
    fn mark(&mut self, ids: &[i32], lane: usize) {
        for id in ids {
            let id = id.cast_unsigned();
            let place = self.place(id);
            let slot = self.slots[place];
            if slot.is_for(id) {
                self.slots[place] = slot.with(id, lane);
            } else {
                self.meet(id, lane);
            }
        }
    }

    #[inline(always)]
    fn clear(&mut self, marks: impl Iterator<Item = (u32, usize)>) {
        marks.for_each(|(id, _)| {
            let place = self.place(id);
            self.slots[place] = Slot::EMPTY;
        });
        self.met.clear();
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
        bits::lane(*counters, lane)
    }
}
