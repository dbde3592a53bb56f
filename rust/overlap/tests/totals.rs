//! Counts and totals of any tables are those of sets, by every algorithm and any number of threads.

mod common;

use common::{Neighbours, Pair, pairs, shared, square_pairs};
use overlap::{Algorithm, Error, Shape, Side, Threads, overlap_counts, overlap_totals};
use proptest::prelude::*;

fn totals(pair: &Pair, threads: usize, algorithm: Option<Algorithm>) -> Result<Vec<u64>, Error> {
    let (a, b) = (pair.a.table(Side::A, pair.k)?, pair.b.table(Side::B, pair.k)?);
    overlap_totals(&a, &b, Threads::Exactly(threads), algorithm)
}

fn totals_of_sets(pair: &Pair) -> Vec<u64> {
    let total = |layer_a, layer_b| {
        (0..pair.a.shape.samples)
            .map(|sample| shared(pair, layer_a, layer_b, sample) as u64)
            .sum()
    };
    let row = |layer_a| (0..pair.b.shape.layers).map(move |layer_b| total(layer_a, layer_b));
    (0..pair.a.shape.layers).flat_map(row).collect()
}

/// Tables that take several blocks of rows and fill the bit sets more than once.
fn large(samples: usize, layers: usize, k: usize, seed: usize) -> Neighbours {
    let id = |row: usize, rank: usize| i32::try_from((row * 7 + rank * (1 + (row + seed) % 5)) % samples);
    let ids = (0..layers * samples).flat_map(|row| (0..k).map(move |rank| id(row, rank)));
    let shape = Shape {
        layers,
        samples,
        depth: k,
    };
    Neighbours {
        ids: ids.map(|id| id.expect("a small gallery")).collect(),
        shape,
        gallery: samples,
    }
}

proptest! {
    #[test]
    fn totals_are_those_of_sets_by_every_algorithm(pair in pairs(4)) {
        let expected = totals_of_sets(&pair);
        for algorithm in [None, Some(Algorithm::Lookups), Some(Algorithm::LayerMasks), Some(Algorithm::Bitsets)] {
            prop_assert_eq!(totals(&pair, 1, algorithm).expect("tables without fault"), &expected[..]);
        }
    }

    #[test]
    fn counts_are_those_of_sets(pair in square_pairs(3)) {
        let (a, b) = (pair.a.table(Side::A, pair.k), pair.b.table(Side::B, pair.k));
        let counts = overlap_counts(&a.expect("no fault"), &b.expect("no fault")).expect("no fault");
        let samples = pair.a.shape.samples;
        let expected = (0..counts.len()).map(|row| shared(&pair, row / samples, row / samples, row % samples));
        prop_assert_eq!(counts.into_iter().map(|count| count as usize).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }

    #[test]
    fn exchanging_the_sides_transposes_the_totals(pair in pairs(9)) {
        let turned = Pair { a: pair.b.clone(), b: pair.a.clone(), k: pair.k };
        let (straight, turned) = (totals(&pair, 1, None), totals(&turned, 1, None));
        let (straight, turned) = (straight.expect("no fault"), turned.expect("no fault"));
        let (layers_a, layers_b) = (pair.a.shape.layers, pair.b.shape.layers);
        for layer_a in 0..layers_a {
            for layer_b in 0..layers_b {
                prop_assert_eq!(straight[layer_a * layers_b + layer_b], turned[layer_b * layers_a + layer_a]);
            }
        }
    }
}

#[test]
fn the_algorithms_agree_on_more_layers_than_a_mask_holds() {
    let pair = Pair {
        a: large(41, 130, 3, 1),
        b: large(41, 67, 3, 2),
        k: 3,
    };
    let expected = totals_of_sets(&pair);
    for algorithm in Algorithm::ALL {
        assert_eq!(
            totals(&pair, 1, Some(algorithm)).expect("no fault"),
            expected,
            "{}",
            algorithm.name()
        );
    }
}

#[test]
fn the_algorithms_agree_where_bit_sets_are_filled_many_times() {
    let pair = Pair {
        a: large(3001, 9, 7, 1),
        b: large(3001, 8, 7, 3),
        k: 7,
    };
    let expected = totals_of_sets(&pair);
    for algorithm in Algorithm::ALL {
        for threads in [1, 3] {
            assert_eq!(
                totals(&pair, threads, Some(algorithm)).expect("no fault"),
                expected,
                "{}",
                algorithm.name()
            );
        }
    }
}

#[test]
fn a_table_against_itself_shares_everything_on_the_diagonal() {
    let table = large(101, 3, 5, 1);
    let totals = totals(
        &Pair {
            a: table.clone(),
            b: table,
            k: 5,
        },
        1,
        None,
    )
    .expect("no fault");
    assert_eq!([totals[0], totals[4], totals[8]], [505; 3]);
}

#[test]
fn an_algorithm_is_found_by_its_name_alone() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::named(algorithm.name()), Ok(algorithm));
    }
    let known = "lookups, layer_masks, bitsets".to_owned();
    assert_eq!(
        Algorithm::named("fast"),
        Err(Error::UnknownAlgorithm {
            name: "fast".to_owned(),
            known
        })
    );
}

#[test]
fn few_layers_are_looked_up_and_many_are_masked_or_made_bits_by_what_they_share() {
    let fastest = |a: &Neighbours, b: &Neighbours| {
        let (a, b) = (
            a.table(Side::A, 10).expect("no fault"),
            b.table(Side::B, 10).expect("no fault"),
        );
        Algorithm::fastest(&a, &b)
    };
    let (one, many) = (large(1021, 1, 10, 1), large(1021, 20, 10, 1));
    assert_eq!(fastest(&one, &many), Algorithm::Lookups);
    assert_eq!(fastest(&many, &many), Algorithm::Bitsets);
    // Moved by half a gallery, no row shares an id with the row it was.
    let far = Neighbours {
        ids: many.ids.iter().map(|id| (id + 510) % 1021).collect(),
        ..many.clone()
    };
    assert_eq!(fastest(&many, &far), Algorithm::LayerMasks);
}
