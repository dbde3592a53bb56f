//! Ordered comparisons are those of the textbook recursions.

mod common;

use common::{Pair, pairs, square_pairs};
use overlap::{Side, cycle_hits, edit_distances, lcs_lengths};
use proptest::prelude::*;

fn lcs(a: &[i32], b: &[i32]) -> u32 {
    match (a, b) {
        ([x, a_rest @ ..], [y, b_rest @ ..]) if x == y => 1 + lcs(a_rest, b_rest),
        ([_, a_rest @ ..], [_, b_rest @ ..]) => lcs(a_rest, b).max(lcs(a, b_rest)),
        _ => 0,
    }
}

fn edits(a: &[i32], b: &[i32]) -> u32 {
    match (a, b) {
        ([x, a_rest @ ..], [y, b_rest @ ..]) if x == y => edits(a_rest, b_rest),
        ([_, a_rest @ ..], [_, b_rest @ ..]) => {
            1 + edits(a_rest, b_rest).min(edits(a_rest, b)).min(edits(a, b_rest))
        }
        _ => u32::try_from(a.len() + b.len()).expect("short lists"),
    }
}

/// One result for each row of tables of one layer.
fn by_row<T>(pair: &Pair, result: impl Fn(&[i32], &[i32]) -> T) -> Vec<T> {
    let rows = 0..pair.a.shape.samples;
    rows.map(|sample| result(pair.a.row(0, sample, pair.k), pair.b.row(0, sample, pair.k)))
        .collect()
}

proptest! {
    #[test]
    fn common_subsequences_and_edits_are_those_of_the_recursion(mut pair in pairs(1)) {
        pair.k = pair.k.min(6);
        let (a, b) = (pair.a.table(Side::A, pair.k), pair.b.table(Side::B, pair.k));
        let (a, b) = (a.expect("no fault"), b.expect("no fault"));
        prop_assert_eq!(lcs_lengths(&a, &b).expect("no fault"), by_row(&pair, lcs));
        prop_assert_eq!(edit_distances(&a, &b).expect("no fault"), by_row(&pair, edits));
    }

    #[test]
    fn a_cycle_closes_where_a_neighbour_of_a_neighbour_is_the_sample(pair in square_pairs(1)) {
        let (a, b) = (pair.a.table(Side::A, pair.k), pair.b.table(Side::B, pair.k));
        let hits = cycle_hits(&a.expect("no fault"), &b.expect("no fault")).expect("no fault");
        for (sample, hit) in hits.into_iter().enumerate() {
            let found = pair.a.row(0, sample, pair.k).iter().any(|&neighbour| {
                let neighbour = usize::try_from(neighbour).expect("no negative id");
                pair.b.row(0, neighbour, pair.k).iter().any(|&id| usize::try_from(id) == Ok(sample))
            });
            prop_assert_eq!(hit, found);
        }
    }

    #[test]
    fn a_list_has_all_of_itself_in_order_and_no_edit(pair in square_pairs(3)) {
        let a = pair.a.table(Side::A, pair.k).expect("no fault");
        prop_assert!(lcs_lengths(&a, &a).expect("no fault").iter().all(|&length| length as usize == pair.k));
        prop_assert!(edit_distances(&a, &a).expect("no fault").iter().all(|&distance| distance == 0));
    }
}
