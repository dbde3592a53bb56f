//! Values of every measure are those of sets and of the textbook recursions, for any number of threads.

mod common;

use common::{Pair, pairs, shared, square_pairs};
use overlap::{Error, Measure, Side, Threads, sample_values, value_counts};
use proptest::prelude::*;

fn values(pair: &Pair, measure: Measure) -> Vec<u32> {
    let (a, b) = (pair.a.table(Side::A, pair.k), pair.b.table(Side::B, pair.k));
    sample_values(
        &a.expect("no fault"),
        &b.expect("no fault"),
        measure,
        Threads::Exactly(1),
    )
    .expect("no fault")
}

/// A number for every (`layer_a`, `layer_b`, sample).
fn each<T>(pair: &Pair, value: impl Fn(usize, usize, usize) -> T) -> Vec<T> {
    let [layers_a, layers_b, samples] = [pair.a.shape.layers, pair.b.shape.layers, pair.a.shape.samples];
    let places = (0..layers_a * layers_b * samples).map(|place| {
        (
            place / samples / layers_b,
            place / samples % layers_b,
            place % samples,
        )
    });
    places.map(|(a, b, sample)| value(a, b, sample)).collect()
}

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

fn returns(pair: &Pair, layer_a: usize, layer_b: usize, sample: usize) -> u32 {
    let found = pair.b.row(layer_b, sample, pair.k).iter().any(|&neighbour| {
        let neighbour = usize::try_from(neighbour).expect("no negative id");
        pair.a
            .row(layer_a, neighbour, pair.k)
            .iter()
            .any(|&id| usize::try_from(id) == Ok(sample))
    });
    u32::from(found)
}

proptest! {
    #[test]
    fn common_subsequences_and_edits_are_those_of_the_recursion(mut pair in pairs(2)) {
        pair.k = pair.k.min(6);
        let row = |measure: fn(&[i32], &[i32]) -> u32| {
            each(&pair, |a, b, sample| measure(pair.a.row(a, sample, pair.k), pair.b.row(b, sample, pair.k)))
        };
        prop_assert_eq!(values(&pair, Measure::Lcs), row(lcs));
        prop_assert_eq!(values(&pair, Measure::Edit), row(edits));
    }

    #[test]
    fn overlaps_are_those_of_sets(pair in pairs(3)) {
        let values = values(&pair, Measure::Overlap).into_iter().map(|value| value as usize);
        prop_assert_eq!(values.collect::<Vec<_>>(), each(&pair, |a, b, sample| shared(&pair, a, b, sample)));
    }

    #[test]
    fn a_cycle_closes_where_a_neighbour_of_a_neighbour_is_the_sample(pair in square_pairs(2)) {
        prop_assert_eq!(values(&pair, Measure::Cycle), each(&pair, |a, b, sample| returns(&pair, a, b, sample)));
    }

    #[test]
    fn counts_say_how_many_samples_have_each_value(pair in square_pairs(2), threads in 1_usize..4) {
        let width = pair.k + 1;
        let (a, b) = (pair.a.table(Side::A, pair.k), pair.b.table(Side::B, pair.k));
        let (a, b) = (a.expect("no fault"), b.expect("no fault"));
        for measure in Measure::ALL {
            let mut expected = vec![0; a.layers() * b.layers() * width];
            for (place, value) in values(&pair, measure).into_iter().enumerate() {
                expected[place / a.samples() * width + value as usize] += 1;
            }
            let counts = value_counts(&a, &b, measure, Threads::Exactly(threads)).expect("no fault");
            prop_assert_eq!(&counts, &expected, "{}", measure.name());
        }
    }

    #[test]
    fn a_list_has_all_of_itself_in_order_and_no_edit(pair in square_pairs(1)) {
        let same = Pair { a: pair.a.clone(), b: pair.a.clone(), k: pair.k };
        prop_assert!(values(&same, Measure::Lcs).iter().all(|&length| length as usize == pair.k));
        prop_assert!(values(&same, Measure::Edit).iter().all(|&distance| distance == 0));
    }
}

#[test]
fn threads_share_rows_and_change_nothing() {
    let table = common::large(6007, 2, 12, 1);
    let other = common::large(6007, 3, 12, 4);
    let pair = Pair {
        a: table,
        b: other,
        k: 12,
    };
    let (a, b) = (pair.a.table(Side::A, 12), pair.b.table(Side::B, 12));
    let (a, b) = (a.expect("no fault"), b.expect("no fault"));
    for measure in Measure::ALL {
        let shared_out = sample_values(&a, &b, measure, Threads::Exactly(3)).expect("no fault");
        assert_eq!(shared_out, values(&pair, measure), "{}", measure.name());
    }
}

#[test]
fn a_measure_is_found_by_its_name_alone() {
    for measure in Measure::ALL {
        assert_eq!(Measure::named(measure.name()), Ok(measure));
    }
    let unknown = Error::UnknownName {
        kind: "measure",
        name: "overlaps".to_owned(),
        known: "overlap, lcs, edit, cycle".to_owned(),
    };
    assert_eq!(Measure::named("overlaps"), Err(unknown));
}
