//! A bit for every layer and id as in `bits`, 64 layers at once: counters are added up as on paper, digit by digit,
//! of all layers by one operation of a word. Best for more than 8 layers: an id takes 8 bytes of a near cache.

use super::marks::{Marks, USUAL};

pub(super) const LANES: usize = 64;

/// Binary digits of a counter.
const DIGITS: usize = 12;

/// Digits that a row's ids are added to; what is left then is a carry into the others.
const LOW: usize = 4;

/// Ids that are added up at once: with a counter's low digits they carry once at most.
const TERMS: usize = 15;

/// Digits of one weight: terms, a counter's, and the sums of three that join them.
const ROOM: usize = 3 * TERMS;

/// For every id the set of layers that hold it.
pub(super) struct Planes {
    sets: Vec<u64>,
    /// Whether the sets of all ids are sooner cleared than those of a row.
    few: bool,
}

impl Planes {
    /// Up to `marks` ids of a row are marked.
    pub(super) fn new(gallery: usize, marks: usize) -> Self {
        Self {
            sets: vec![0; gallery],
            few: gallery <= 4 * marks,
        }
    }

    #[inline]
    fn set(&self, id: i32) -> u64 {
        self.sets[id.cast_unsigned() as usize]
    }

    #[inline]
    fn add_layer(&mut self, id: i32, lane: usize) {
        self.sets[id.cast_unsigned() as usize] |= 1 << lane;
    }
}

/// Adds three digits in every lane: gives the sum's digit and what is carried.
#[expect(clippy::inline_always, reason = "a call takes as long as the sum")]
#[inline(always)]
fn full_adder(a: u64, b: u64, c: u64) -> (u64, u64) {
    let half = a ^ b;
    (half ^ c, a & b | half & c)
}

/// Adds numbers of one digit to the counters, whose digits are `counters`, the lowest first.
#[expect(clippy::inline_always, reason = "a call takes as long as the sum")]
#[inline(always)]
fn add<const COUNT: usize>(counters: &mut [u64; DIGITS], terms: [u64; COUNT]) {
    let (mut queue, mut waiting) = ([0; ROOM], COUNT);
    queue[..COUNT].copy_from_slice(&terms);
    for digit in &mut counters[..LOW] {
        // First come, first served, until one digit of this weight is left; what is carried has the next weight.
        queue[waiting] = *digit;
        let (mut first, mut last) = (0, waiting + 1);
        let (mut carries, mut passed) = ([0; ROOM], 0);
        while last - first > 2 {
            let (sum, carry) = full_adder(queue[first], queue[first + 1], queue[first + 2]);
            queue[last] = sum;
            carries[passed] = carry;
            (first, last, passed) = (first + 3, last + 1, passed + 1);
        }
        *digit = queue[first];
        if last - first == 2 {
            *digit ^= queue[first + 1];
            carries[passed] = queue[first] & queue[first + 1];
            passed += 1;
        }
        (queue, waiting) = (carries, passed);
    }
    let mut carry = queue[0];
    for digit in &mut counters[LOW..] {
        let sum = *digit ^ carry;
        carry &= *digit;
        *digit = sum;
    }
}

impl Marks for Planes {
    const LANES: usize = LANES;
    const MOST: usize = (1 << DIGITS) - 1;
    type Counters = [u64; DIGITS];
    const ZERO: Self::Counters = [0; DIGITS];

    #[inline]
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

    #[inline]
    fn clear(&mut self, marks: impl Iterator<Item = (u32, usize)>) {
        if self.few {
            self.sets.fill(0);
        } else {
            marks.for_each(|(id, _)| self.sets[id as usize] = 0);
        }
    }

    #[inline]
    fn count(&self, ids: &[i32], counters: &mut Self::Counters) {
        if let Ok(ids) = <&[i32; USUAL]>::try_from(ids) {
            add(counters, ids.map(|id| self.set(id)));
            return;
        }
        for ids in ids.chunks(TERMS) {
            let mut terms = [0; TERMS];
            for (term, &id) in terms.iter_mut().zip(ids) {
                *term = self.set(id);
            }
            add(counters, terms);
        }
    }

    fn lane(counters: &Self::Counters, lane: usize) -> u64 {
        counters
            .iter()
            .rev()
            .fold(0, |sum, plane| sum << 1 | plane >> lane & 1)
    }
}
