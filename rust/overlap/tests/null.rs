//! The null of the maximum is that of tables that are relabelled one by one.

mod common;

use common::{Neighbours, Pair, square_pairs};
use overlap::{Error, MAX_PERMUTATIONS, Permutations, Side, Threads, max_null, overlap_totals};
use proptest::prelude::*;

/// Row i of the result holds `inverse[b[p[i]]]`.
fn relabelled(table: &Neighbours, permutation: &[u32]) -> Neighbours {
    let mut inverse = vec![0; permutation.len()];
    for (to, &from) in permutation.iter().enumerate() {
        inverse[from as usize] = i32::try_from(to).expect("a small gallery");
    }
    let rows = (0..table.shape.layers).flat_map(|layer| {
        permutation
            .iter()
            .flat_map(move |&from| table.row(layer, from as usize, table.shape.depth))
    });
    let ids = rows
        .map(|&id| inverse[usize::try_from(id).expect("no negative id")])
        .collect();
    Neighbours { ids, ..table.clone() }
}

fn null(pair: &Pair, permutations: &Permutations, count: usize, threads: usize) -> Result<Vec<u64>, Error> {
    let (a, b) = (pair.a.table(Side::A, pair.k)?, pair.b.table(Side::B, pair.k)?);
    max_null(&a, &b, permutations, count, 11, Threads::Exactly(threads))
}

fn null_of_relabelled_tables(pair: &Pair, permutations: &Permutations, count: usize) -> Vec<u64> {
    let maximum = |index| {
        let b = relabelled(&pair.b, &permutations.permutation(11, index));
        let (a, b) = (pair.a.table(Side::A, pair.k), b.table(Side::B, pair.k));
        let totals = overlap_totals(
            &a.expect("no fault"),
            &b.expect("no fault"),
            Threads::Exactly(1),
            None,
        );
        totals.expect("no fault").into_iter().max().expect("a pair")
    };
    (0..count).map(maximum).collect()
}

proptest! {
    #[test]
    fn the_null_is_the_maximum_over_relabelled_tables(pair in square_pairs(4)) {
        let permutations = Permutations::new(pair.a.shape.samples, None).expect("samples");
        let count = permutations.distinct().min(21);
        let expected = null_of_relabelled_tables(&pair, &permutations, count);
        prop_assert_eq!(null(&pair, &permutations, count, 1).expect("no fault"), expected);
    }

    #[test]
    fn blocks_are_kept_in_the_null(pair in square_pairs(3), labels in prop::collection::vec(0_i64..4, 10)) {
        let samples = pair.a.shape.samples;
        let permutations = Permutations::new(samples, Some(&labels[..samples])).expect("samples");
        let count = permutations.distinct().min(5);
        let expected = null_of_relabelled_tables(&pair, &permutations, count);
        prop_assert_eq!(null(&pair, &permutations, count, 1).expect("no fault"), expected);
    }
}

/// Tables with more layers than a mask holds on one side.
fn wide() -> Pair {
    let table = |layers: usize, step: usize| {
        let ids = (0..layers * 31)
            .flat_map(|row| (0..3).map(move |rank| (row * step + rank * (1 + row / 31 % 7)) % 31));
        let ids = ids
            .map(|id| i32::try_from(id).expect("a small gallery"))
            .collect();
        Neighbours {
            ids,
            shape: overlap::Shape {
                layers,
                samples: 31,
                depth: 3,
            },
            gallery: 31,
        }
    };
    Pair {
        a: table(70, 3),
        b: table(3, 5),
        k: 3,
    }
}

#[test]
fn the_null_takes_more_layers_than_a_mask_holds_on_either_side() {
    let pair = wide();
    let permutations = Permutations::new(31, None).expect("samples");
    let expected = null_of_relabelled_tables(&pair, &permutations, 20);
    assert_eq!(null(&pair, &permutations, 20, 1).expect("no fault"), expected);
    let turned = Pair {
        a: pair.b,
        b: pair.a,
        k: 3,
    };
    let expected = null_of_relabelled_tables(&turned, &permutations, 20);
    assert_eq!(null(&turned, &permutations, 20, 1).expect("no fault"), expected);
}

#[test]
fn threads_change_nothing_and_more_permutations_change_nothing_of_the_first() {
    let (pair, permutations) = (wide(), Permutations::new(31, None).expect("samples"));
    let one = null(&pair, &permutations, 100, 1).expect("no fault");
    assert_eq!(null(&pair, &permutations, 100, 5).expect("no fault"), one);
    assert_eq!(null(&pair, &permutations, 37, 2).expect("no fault"), one[..37]);
}

#[test]
fn permutations_that_do_not_exist_are_refused() {
    let pair = wide();
    let permutations = Permutations::new(31, None).expect("samples");
    for count in [0, MAX_PERMUTATIONS + 1] {
        let expected = Error::PermutationsOutOfRange {
            permutations: count,
            limit: MAX_PERMUTATIONS,
        };
        assert_eq!(null(&pair, &permutations, count, 1).err(), Some(expected));
    }
    // Two blocks of 15 and a single sample: the blocks may exchange, nothing else may move.
    let labels: Vec<i64> = (0..31).map(|sample| sample / 15).collect();
    let blocked = Permutations::new(31, Some(&labels)).expect("samples");
    let expected = Error::TooFewDistinct {
        permutations: 3,
        distinct: 2,
    };
    assert_eq!(null(&pair, &blocked, 3, 1).err(), Some(expected));
}

#[test]
fn permutations_of_other_samples_are_refused() {
    let permutations = Permutations::new(30, None).expect("samples");
    assert_eq!(
        null(&wide(), &permutations, 1, 1).err(),
        Some(Error::BlocksLength {
            blocks: 30,
            samples: 31
        })
    );
}
