//! Counts and totals of any tables are those of sets, by every algorithm and any number of threads.

mod common;

use common::{Pair, large, pairs, shared};
use overlap::{Algorithm, Error, Side, Threads, overlap_totals};
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

proptest! {
    #[test]
    fn totals_are_those_of_sets_by_every_algorithm(pair in pairs(4)) {
        let expected = totals_of_sets(&pair);
        for algorithm in [None].into_iter().chain(Algorithm::ALL.map(Some)) {
            prop_assert_eq!(totals(&pair, 1, algorithm).expect("tables without fault"), &expected[..]);
        }
    }

    #[test]
    fn ids_with_the_same_lower_bits_are_told_apart(mut pair in pairs(9)) {
        for table in [&mut pair.a, &mut pair.b] {
            table.ids.iter_mut().for_each(|id| *id = *id / 3 + ((*id % 3) << 16));
            table.gallery = 3 << 16;
        }
        let expected = totals_of_sets(&pair);
        for algorithm in [Algorithm::Bits, Algorithm::Hashed, Algorithm::Compared] {
            prop_assert_eq!(totals(&pair, 1, Some(algorithm)).expect("tables without fault"), &expected[..]);
        }
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

fn assert_algorithms_agree(pair: &Pair, numbers_of_threads: &[usize]) {
    let expected = totals_of_sets(pair);
    for algorithm in Algorithm::ALL {
        for &threads in numbers_of_threads {
            let totals = totals(pair, threads, Some(algorithm)).expect("no fault");
            assert_eq!(totals, expected, "{}", algorithm.name());
        }
    }
}

#[test]
fn the_algorithms_agree_on_more_layers_than_are_counted_at_once() {
    let pair = Pair {
        a: large(41, 130, 3, 1),
        b: large(41, 67, 3, 2),
        k: 3,
    };
    assert_algorithms_agree(&pair, &[1]);
}

#[test]
fn the_algorithms_agree_where_counters_are_filled_many_times() {
    let pair = Pair {
        a: large(3001, 9, 7, 1),
        b: large(3001, 8, 7, 3),
        k: 7,
    };
    assert_algorithms_agree(&pair, &[1, 3]);
}

#[test]
fn the_algorithms_agree_where_every_layer_shares_the_usual_number_of_ids() {
    // 10 of 10 ids shared in every row: counters of 12 bits are filled four times, each digit of them carries.
    let table = large(1801, 9, 10, 1);
    let pair = Pair {
        a: table.clone(),
        b: table,
        k: 10,
    };
    assert_algorithms_agree(&pair, &[1]);
}

#[test]
fn the_algorithms_agree_where_one_row_fills_a_counter() {
    let pair = Pair {
        a: large(601, 9, 600, 1),
        b: large(601, 2, 600, 3),
        k: 600,
    };
    assert_algorithms_agree(&pair, &[1]);
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
    let unknown = Error::UnknownName {
        kind: "algorithm",
        name: "fast".to_owned(),
        known: "bytes, bits, hashed, compared".to_owned(),
    };
    assert_eq!(Algorithm::named("fast"), Err(unknown));
}
