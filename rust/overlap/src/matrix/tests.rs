//! Totals are those of sets by every algorithm and by all vectors that this processor has, not the widest alone.

use std::collections::HashSet;

use proptest::prelude::*;
use pulp::Arch;

use super::Algorithm;
use crate::{Shape, Side, Table};

/// Every way that this processor can go; what is compiled for all processors is always one.
fn ways() -> Vec<Arch> {
    #[cfg(target_arch = "x86_64")]
    let narrower = pulp::x86::V3::try_new().map(Arch::V3);
    #[cfg(not(target_arch = "x86_64"))]
    let narrower = None;
    [Arch::Scalar, Arch::new()].into_iter().chain(narrower).collect()
}

/// Ids `[layer, sample, k]`: each row is a run of the gallery in some stride, which shares some with others.
fn ids(shape: Shape, gallery: usize, draws: &[usize]) -> Vec<i32> {
    let rows = 0..shape.layers * shape.samples;
    let id =
        |row: usize, rank: usize| (draws[row % draws.len()] * (row + 1) + rank * (1 + row % 3)) % gallery;
    let ids = rows.flat_map(|row| (0..shape.depth).map(move |rank| id(row, rank)));
    ids.map(|id| i32::try_from(id).expect("a small gallery"))
        .collect()
}

fn totals_of_sets(a: &Table, b: &Table) -> Vec<u64> {
    let set = |table: &Table, layer, sample| table.row(layer, sample).collect::<HashSet<_>>();
    let total = |layer_a, layer_b| {
        let shared = |sample| {
            set(a, layer_a, sample)
                .intersection(&set(b, layer_b, sample))
                .count() as u64
        };
        (0..a.samples()).map(shared).sum()
    };
    let row = |layer_a| (0..b.layers()).map(move |layer_b| total(layer_a, layer_b));
    (0..a.layers()).flat_map(row).collect()
}

fn assert_all_agree(layers: [usize; 2], samples: usize, k: usize, draws: &[usize]) {
    // Strides are up to 3: a row is a set where the gallery is three times as long, and no stride divides it.
    let gallery = (3 * k + 1).max(samples) | 1;
    let shapes = layers.map(|layers| Shape {
        layers,
        samples,
        depth: k,
    });
    let [a, b] = [
        ids(shapes[0], gallery, draws),
        ids(shapes[1], gallery, &draws[1..]),
    ];
    let a = Table::new(Side::A, &a, shapes[0], None, Some(gallery)).expect("sets");
    let b = Table::new(Side::B, &b, shapes[1], None, Some(gallery)).expect("sets");
    let expected = totals_of_sets(&a, &b);
    for (arch, algorithm) in ways()
        .into_iter()
        .flat_map(|arch| Algorithm::ALL.map(|one| (arch, one)))
    {
        let mut totals = vec![0; expected.len()];
        algorithm.add(arch, [&a, &b], 0..samples, &mut totals);
        assert_eq!(totals, expected, "{} by {arch:?}", algorithm.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_vectors_give_the_totals_of_sets(
        layers in [1_usize..20, 1_usize..20],
        samples in 1_usize..70,
        k in 1_usize..34,
        draws in prop::collection::vec(any::<u16>().prop_map(usize::from), 2..50),
    ) {
        assert_all_agree(layers, samples, k, &draws);
    }
}

#[test]
fn all_vectors_give_the_totals_of_the_usual_k_and_of_more_layers_than_a_word_has_bits() {
    assert_all_agree([67, 9], 40, 10, &[3, 1, 4, 1, 5, 9, 2, 6]);
    assert_all_agree([9, 66], 33, 10, &[2, 7, 1, 8, 2, 8]);
}

#[test]
fn all_vectors_give_the_totals_where_digits_carry_into_all_others() {
    assert_all_agree([9, 9], 1100, 10, &[0, 0]);
}
