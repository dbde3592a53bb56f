//! A bit for every layer and id as in `bits`, 64 layers at once: counters are added up as on paper, digit by digit,
//! of all layers by one operation of a word. Best for more than 8 layers: an id takes 8 bytes of a near cache.

use pulp::Simd;

use super::marks::{Marks, USUAL};

pub(super) const LANES: usize = 64;

/// Layers of `b` that are counted together.
const LAYERS: usize = 8;

/// Binary digits of a counter.
const DIGITS: usize = 12;

/// Digits that a row's ids are added to: with what they hold, these carry once at most into the others.
const LOW: usize = 4;

/// The words of eight layers of `b`: two vectors of AVX2.
type Words = [u64; LAYERS];

/// Sets of layers that hold the ids of some ranks: `[rank][layer]`.
type Terms = [Words; USUAL];

/// For every id the set of layers that hold it.
pub(super) struct Planes {
    sets: Vec<u64>,
    /// The sets of the ids of all layers of `b` in a row; a layer that is none has none.
    terms: Vec<Terms>,
    /// Whether the sets of all ids are sooner cleared than those of a row.
    few: bool,
}

impl Planes {
    /// Up to `marks` ids of a row are marked, and counted for so many layers.
    pub(super) fn new(gallery: usize, marks: usize, layers: usize) -> Self {
        Self {
            sets: vec![0; gallery],
            terms: vec![[[0; LAYERS]; USUAL]; layers.div_ceil(LAYERS)],
            few: gallery <= 4 * marks,
        }
    }

    #[inline(always)]
    fn add_layer(&mut self, id: i32, lane: usize) {
        self.sets[id.cast_unsigned() as usize] |= 1 << lane;
    }
}

#[inline(always)]
fn load<S: Simd>(words: &Words, part: usize) -> S::u64s {
    S::as_simd_u64s(words).0[part]
}

/// Adds two digits to one, in every lane: gives what is carried.
#[inline(always)]
fn add_two<S: Simd>(simd: S, digit: &mut S::u64s, a: S::u64s, b: S::u64s) -> S::u64s {
    let half = simd.xor_u64s(a, b);
    let carry = simd.or_u64s(simd.and_u64s(a, b), simd.and_u64s(half, *digit));
    *digit = simd.xor_u64s(half, *digit);
    carry
}

/// Adds terms `[rank][layer]` to counters `[digit][layer]`, of as many layers as a vector has words.
#[inline(always)]
fn add<S: Simd>(simd: S, counters: &mut [Words; DIGITS], terms: &Terms, part: usize) {
    let mut digits = [simd.splat_u64s(0); LOW];
    for (digit, words) in digits.iter_mut().zip(counters.iter()) {
        *digit = load::<S>(words, part);
    }
    let mut carry = add_low(simd, &mut digits, terms, part);
    for (digit, words) in digits.into_iter().zip(counters.iter_mut()) {
        S::as_mut_simd_u64s(words).0[part] = digit;
    }
    for words in &mut counters[LOW..] {
        let digit = load::<S>(words, part);
        S::as_mut_simd_u64s(words).0[part] = simd.xor_u64s(digit, carry);
        carry = simd.and_u64s(digit, carry);
    }
}

/// Adds the terms to the lowest digits: what is carried is of one more. Written out, so that registers hold it all.
#[inline(always)]
fn add_low<S: Simd>(
    simd: S,
    [ones, twos, fours, eights]: &mut [S::u64s; LOW],
    terms: &Terms,
    part: usize,
) -> S::u64s {
    let zero = simd.splat_u64s(0);
    let a = add_two(simd, ones, load::<S>(&terms[0], part), load::<S>(&terms[1], part));
    let b = add_two(simd, ones, load::<S>(&terms[2], part), load::<S>(&terms[3], part));
    let a = add_two(simd, twos, a, b);
    let b = add_two(simd, ones, load::<S>(&terms[4], part), load::<S>(&terms[5], part));
    let c = add_two(simd, ones, load::<S>(&terms[6], part), load::<S>(&terms[7], part));
    let b = add_two(simd, twos, b, c);
    let a = add_two(simd, fours, a, b);
    let b = add_two(simd, ones, load::<S>(&terms[8], part), load::<S>(&terms[9], part));
    let b = add_two(simd, twos, b, zero);
    let b = add_two(simd, fours, b, zero);
    add_two(simd, eights, a, b)
}

impl Planes {
    /// Sets that are found for up to `USUAL` of the ids of every row of `b`, from the rank `first` on.
    #[inline(always)]
    fn find<'a>(&mut self, rows: impl Iterator<Item = &'a [i32]>, first: usize) {
        for (layer, ids) in rows.enumerate() {
            let terms = &mut self.terms[layer / LAYERS];
            let lane = layer % LAYERS;
            let ids = &ids[first..];
            if let Some(ids) = ids.first_chunk::<USUAL>() {
                for (words, &id) in terms.iter_mut().zip(ids) {
                    words[lane] = self.sets[id.cast_unsigned() as usize];
                }
            } else {
                for (rank, words) in terms.iter_mut().enumerate() {
                    words[lane] = ids
                        .get(rank)
                        .map_or(0, |id| self.sets[id.cast_unsigned() as usize]);
                }
            }
        }
    }
}

impl Marks for Planes {
    const LANES: usize = LANES;
    const MOST: usize = (1 << DIGITS) - 1;
    type Counters = [Words; DIGITS];
    const LAYERS: usize = LAYERS;
    const ZERO: Self::Counters = [[0; LAYERS]; DIGITS];

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
        if self.few {
            self.sets.fill(0);
        } else {
            marks.for_each(|(id, _)| self.sets[id as usize] = 0);
        }
    }

    #[inline(always)]
    fn count<'a, S: Simd>(
        &mut self,
        simd: S,
        rows: impl Iterator<Item = &'a [i32]> + Clone,
        counters: &mut [Self::Counters],
    ) {
        let ranks = rows.clone().next().map_or(0, <[i32]>::len);
        for first in (0..ranks).step_by(USUAL) {
            self.find(rows.clone(), first);
            for (counters, terms) in counters.iter_mut().zip(&self.terms) {
                for part in 0..LAYERS / S::U64_LANES {
                    add(simd, counters, terms, part);
                }
            }
        }
    }

    fn lane(counters: &Self::Counters, layer: usize, lane: usize) -> u64 {
        let digits = counters.iter().rev();
        digits.fold(0, |sum, words| sum << 1 | words[layer] >> lane & 1)
    }
}
