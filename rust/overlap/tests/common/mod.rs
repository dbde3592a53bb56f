//! Tables to test with, and the obvious way to count in them.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::HashSet;

use overlap::{Error, Shape, Side, Table};
use proptest::prelude::*;

/// Ids `[layer, sample, depth]` with their shape.
#[derive(Clone, Debug)]
pub(crate) struct Neighbours {
    pub(crate) ids: Vec<i32>,
    pub(crate) shape: Shape,
    pub(crate) gallery: usize,
}

impl Neighbours {
    pub(crate) fn table(&self, side: Side, k: usize) -> Result<Table<'_>, Error> {
        Table::new(side, &self.ids, self.shape, Some(k), Some(self.gallery))
    }

    pub(crate) fn row(&self, layer: usize, sample: usize, k: usize) -> &[i32] {
        let start = (layer * self.shape.samples + sample) * self.shape.depth;
        &self.ids[start..start + k]
    }

    pub(crate) fn set(&self, layer: usize, sample: usize, k: usize) -> HashSet<i32> {
        self.row(layer, sample, k).iter().copied().collect()
    }
}

/// Two tables over the same samples and gallery, and a k for both.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) a: Neighbours,
    pub(crate) b: Neighbours,
    pub(crate) k: usize,
}

/// Tables of some layers whose rows hold distinct ids of a gallery in any order.
pub(crate) fn ids(
    layers: usize,
    samples: usize,
    depth: usize,
    gallery: usize,
) -> impl Strategy<Value = Neighbours> {
    let row = Just(
        (0..gallery)
            .map(|id| i32::try_from(id).expect("a small gallery"))
            .collect::<Vec<_>>(),
    )
    .prop_shuffle()
    .prop_map(move |order| order[..depth].to_vec());
    prop::collection::vec(row, layers * samples).prop_map(move |rows| Neighbours {
        ids: rows.concat(),
        shape: Shape {
            layers,
            samples,
            depth,
        },
        gallery,
    })
}

/// Pairs of tables; the two may differ in layers and depth, and the gallery may be larger than the samples.
pub(crate) fn pairs(most_layers: usize) -> impl Strategy<Value = Pair> {
    (
        1..=most_layers,
        1..=most_layers,
        1_usize..9,
        0_usize..6,
        any::<[prop::sample::Index; 3]>(),
    )
        .prop_flat_map(|(layers_a, layers_b, samples, more, [depth_a, depth_b, k])| {
            let gallery = samples + more;
            let (depth_a, depth_b) = (1 + depth_a.index(gallery), 1 + depth_b.index(gallery));
            let k = 1 + k.index(depth_a.min(depth_b));
            let tables = (
                ids(layers_a, samples, depth_a, gallery),
                ids(layers_b, samples, depth_b, gallery),
            );
            tables.prop_map(move |(a, b)| Pair { a, b, k })
        })
}

/// Pairs of tables with the same number of layers, whose ids name the samples.
pub(crate) fn square_pairs(most_layers: usize) -> impl Strategy<Value = Pair> {
    (1..=most_layers, 1_usize..10, any::<prop::sample::Index>()).prop_flat_map(|(layers, samples, k)| {
        let k = 1 + k.index(samples);
        let tables = (ids(layers, samples, k, samples), ids(layers, samples, k, samples));
        tables.prop_map(move |(a, b)| Pair { a, b, k })
    })
}

/// What two rows share.
pub(crate) fn shared(pair: &Pair, layer_a: usize, layer_b: usize, sample: usize) -> usize {
    pair.a
        .set(layer_a, sample, pair.k)
        .intersection(&pair.b.set(layer_b, sample, pair.k))
        .count()
}

/// Tables of many rows, which take several blocks and fill the counters more than once.
pub(crate) fn large(samples: usize, layers: usize, k: usize, seed: usize) -> Neighbours {
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
