//! Whether rows of neighbours `[row, depth]` are sets of ids in range, told of many rows at once: short rows are laid
//! side by side, so that one instruction compares two ranks of several. What is told is sure; what is not may yet be.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined into a dispatched function is compiled for the least vectors alone"
)]

use pulp::{Arch, Simd, WithSimd, bytemuck};

/// Rows side by side.
pub(crate) const ROWS: usize = 64;

/// Whether of each of `ROWS` rows, `depth` apart, the first ids surely are distinct and from 0 to `last`.
pub(crate) type Check = fn(arch: Arch, rows: &[i32], depth: usize, last: i32) -> bool;

macro_rules! checks {
    ($($k:literal)*) => { [$(surely_sets::<$k>),*] };
}

/// A check of the first k ids, for k from 1: pairs of ranks are too many for more.
const CHECKS: [Check; 16] = checks![1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16];

/// The check for so many ids a row, if there is one.
pub(crate) fn check(k: usize) -> Option<Check> {
    k.checked_sub(1).and_then(|place| CHECKS.get(place)).copied()
}

fn surely_sets<const K: usize>(arch: Arch, rows: &[i32], depth: usize, last: i32) -> bool {
    arch.dispatch(Sets::<K> { rows, depth, last })
}

/// What is asked, to be compiled once for each width of vectors.
struct Sets<'a, const K: usize> {
    rows: &'a [i32],
    depth: usize,
    last: i32,
}

impl<const K: usize> WithSimd for Sets<'_, K> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> bool {
        are_sets::<K>(self.rows, self.depth, self.last)
    }
}

#[inline(always)]
fn are_sets<const K: usize>(rows: &[i32], depth: usize, last: i32) -> bool {
    let mut ranks = [[0; ROWS / 2]; K];
    let mut outside = 0;
    for (place, two) in rows.chunks_exact(2 * depth).enumerate().take(ROWS / 2) {
        let (first, second) = two.split_at(depth);
        let (Some(first), Some(second)) = (first.first_chunk::<K>(), second.first_chunk::<K>()) else {
            return false;
        };
        for (ids, (&first, &second)) in ranks.iter_mut().zip(first.iter().zip(second)) {
            ids[place] = lower_half(first) | lower_half(second) << 16;
        }
        if depth != K {
            outside |= signs(first, last) | signs(second, last);
        }
    }
    if depth == K {
        outside = signs(rows, last); // at one go, of rows that touch
    }
    outside >= 0 && !any_equal(ranks.each_ref().map(|ids| bytemuck::cast_slice(ids)))
}

/// Negative where an id is, or what it leaves to the last one.
#[inline(always)]
fn signs(ids: &[i32], last: i32) -> i32 {
    ids.iter()
        .fold(0, |signs, &id| signs | id | last.wrapping_sub(id))
}

/// Half an id is enough where no two halves are equal.
#[inline(always)]
fn lower_half(id: i32) -> u32 {
    id.cast_unsigned() & u32::from(u16::MAX)
}

#[expect(clippy::needless_range_loop, reason = "places of all ranks go together")]
#[inline(always)]
fn any_equal<const K: usize>(ranks: [&[u16]; K]) -> bool {
    let ranks = ranks.map(|ids| ids.first_chunk::<ROWS>().expect("ids of all rows"));
    let mut any = 0;
    for place in 0..ROWS {
        let mut equal = 0; // of this row, kept apart from the others': rows are compared side by side
        for rank in 1..K {
            for other in 0..rank {
                equal |= u16::from(ranks[rank][place] == ranks[other][place]);
            }
        }
        any |= equal;
    }
    any != 0
}
