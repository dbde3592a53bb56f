//! Whether rows of neighbours `[row, depth]` are sets of ids in range, told of many rows at once: short rows are laid
//! side by side, so that one instruction compares two ranks of several. What is told is sure; what is not may yet be.

/// Rows side by side.
pub(crate) const ROWS: usize = 64;

/// Whether of each of `ROWS` rows, `depth` apart, the first ids surely are distinct and from 0 to `last`.
pub(crate) type Check = fn(rows: &[i32], depth: usize, last: i32) -> bool;

macro_rules! checks {
    ($($k:literal)*) => { [$(surely_sets::<$k>),*] };
}

/// A check of the first k ids, for k from 1: pairs of ranks are too many for more.
const CHECKS: [Check; 16] = checks![1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16];

/// The check for so many ids a row, if there is one.
pub(crate) fn check(k: usize) -> Option<Check> {
    k.checked_sub(1).and_then(|place| CHECKS.get(place)).copied()
}

fn surely_sets<const K: usize>(rows: &[i32], depth: usize, last: i32) -> bool {
    let mut ranks = [[0; ROWS]; K];
    let mut outside = 0;
    for (place, row) in rows.chunks_exact(depth).enumerate().take(ROWS) {
        let Some(row) = row.first_chunk::<K>() else {
            return false;
        };
        for (ids, &id) in ranks.iter_mut().zip(row) {
            ids[place] = lower_half(id);
        }
        if depth != K {
            outside |= signs(row, last);
        }
    }
    if depth == K {
        outside = signs(rows, last); // at one go, of rows that touch
    }
    outside >= 0 && !any_equal(&ranks)
}

/// Negative where an id is, or what it leaves to the last one.
#[inline]
fn signs(ids: &[i32], last: i32) -> i32 {
    ids.iter()
        .fold(0, |signs, &id| signs | id | last.wrapping_sub(id))
}

/// Half an id is enough where no two halves are equal.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "half is what is wanted"
)]
fn lower_half(id: i32) -> u16 {
    id as u16
}

#[expect(clippy::needless_range_loop, reason = "places of all ranks go together")]
fn any_equal<const K: usize>(ranks: &[[u16; ROWS]; K]) -> bool {
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
