//! Permutations are permutations, keep blocks together, and come equally often.

use std::collections::HashMap;

use overlap::{Error, Permutations};
use proptest::prelude::*;

fn counts(permutations: &Permutations, draws: usize) -> HashMap<Vec<u32>, usize> {
    let mut counts = HashMap::new();
    for index in 0..draws {
        *counts.entry(permutations.permutation(5, index)).or_default() += 1;
    }
    counts
}

/// Every distinct permutation comes, each as often as the others within five standard deviations.
fn assert_uniform(permutations: &Permutations, draws_each: usize) {
    let distinct = permutations.distinct();
    let counts = counts(permutations, distinct * draws_each);
    assert_eq!(counts.len(), distinct);
    for (permutation, &count) in &counts {
        assert!(
            (count.abs_diff(draws_each)).pow(2) < 25 * draws_each,
            "{permutation:?} came {count} times"
        );
    }
}

#[test]
fn every_permutation_comes_equally_often() {
    assert_uniform(&Permutations::new(4, None).expect("samples"), 1000);
}

#[test]
fn blocks_of_one_size_exchange_single_samples_too_and_a_block_of_unique_size_is_permuted_within() {
    let labels = [7, 7, -1, 3, 3, 9, 2, 2, 2];
    let permutations = Permutations::new(9, Some(&labels)).expect("samples");
    assert_eq!(permutations.distinct(), 2 * 2 * 6);
    assert_uniform(&permutations, 1000);
    let order = |places: [usize; 2], permutation: &[u32]| places.map(|place| permutation[place]);
    for permutation in counts(&permutations, 100).keys() {
        let pairs = [order([0, 1], permutation), order([3, 4], permutation)];
        assert!(
            pairs == [[0, 1], [3, 4]] || pairs == [[3, 4], [0, 1]],
            "{permutation:?}"
        );
        assert!([2, 5].contains(&permutation[2]), "{permutation:?}");
        assert!(
            permutation[6..].iter().all(|sample| (6..9).contains(sample)),
            "{permutation:?}"
        );
    }
}

#[test]
fn another_seed_gives_other_permutations() {
    let permutations = Permutations::new(100, None).expect("samples");
    assert_ne!(permutations.permutation(1, 0), permutations.permutation(2, 0));
    assert_ne!(permutations.permutation(1, 0), permutations.permutation(1, 1));
}

#[test]
fn the_permutations_of_a_seed_stay_what_they_are() {
    // Written down: published nulls would change with them.
    let permutations = Permutations::new(8, None).expect("samples");
    assert_eq!(permutations.permutation(0, 0), [3, 0, 5, 4, 7, 6, 1, 2]);
}

#[test]
fn more_distinct_permutations_than_can_be_counted_are_counted_as_the_largest_number() {
    assert_eq!(
        Permutations::new(1000, None).expect("samples").distinct(),
        usize::MAX
    );
}

#[test]
fn labels_for_other_samples_and_no_samples_are_refused() {
    let refused = Permutations::new(3, Some(&[1, 2])).err();
    assert_eq!(
        refused,
        Some(Error::BlocksLength {
            blocks: 2,
            samples: 3
        })
    );
    assert!(matches!(
        Permutations::new(0, None),
        Err(Error::GallerySize { gallery: 0, .. })
    ));
}

proptest! {
    #[test]
    fn a_permutation_holds_every_sample_once(labels in prop::collection::vec(0_i64..5, 1..30), seed: u64, index: u16) {
        let permutations = Permutations::new(labels.len(), Some(&labels)).expect("samples");
        let mut permutation = permutations.permutation(seed, index.into());
        permutation.sort_unstable();
        prop_assert!((0..).zip(&permutation).all(|(sample, &found)| sample == found));
    }

    #[test]
    fn samples_of_one_block_go_to_one_block(labels in prop::collection::vec(0_i64..5, 1..30), seed: u64) {
        let permutations = Permutations::new(labels.len(), Some(&labels)).expect("samples");
        let permutation = permutations.permutation(seed, 0);
        let mut goes_to = HashMap::new();
        for (label, &from) in labels.iter().zip(&permutation) {
            let from = labels[from as usize];
            prop_assert_eq!(*goes_to.entry(label).or_insert(from), from);
        }
    }
}
