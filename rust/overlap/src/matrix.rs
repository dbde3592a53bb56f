//! Shared neighbours of every pair of layers: tables `[layer_a, sample, k]` and `[layer_b, sample, k]`
//! become totals `[layer_a, layer_b]`, summed over samples. All algorithms give the same integers;
//! they differ in what they do once per layer and what once per pair. Budgets are more layers.

mod bitsets;
mod layer_masks;
mod lookups;

use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::parallel::{self, Threads};
use crate::table::{Table, check_comparable};

/// The most layer pairs at once: every thread has totals of its own.
const MAX_PAIRS: usize = 1 << 22;

/// A way to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Mark the row of one layer in a map of bytes, look up the rows of all others.
    Lookups,
    /// Note for every id of a row which layers hold it, look up the rows of the other side once.
    LayerMasks,
    /// One bit for every (row, id) that both sides hold; a pair is the popcount of an AND.
    Bitsets,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Lookups, Self::LayerMasks, Self::Bitsets];

    /// The name by which [`Algorithm::named`] finds it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lookups => "lookups",
            Self::LayerMasks => "layer_masks",
            Self::Bitsets => "bitsets",
        }
    }

    /// The algorithm of that name.
    ///
    /// # Errors
    ///
    /// `UnknownAlgorithm`.
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| {
                let known = Self::ALL.map(Self::name).join(", ");
                Error::UnknownAlgorithm {
                    name: name.to_owned(),
                    known,
                }
            })
    }

    /// The fastest for these tables, as `cargo bench` has it: a look at a few rows tells whether the
    /// layers share enough for bits to be cheaper than additions.
    #[must_use]
    pub fn fastest(a: &Table, b: &Table) -> Self {
        if a.layers().min(b.layers()) <= FEW_LAYERS {
            Self::Lookups
        } else if sparse(a, b) {
            Self::LayerMasks
        } else {
            Self::Bitsets
        }
    }
}

/// Up to so many layers on one side, what is saved on the others does not pay.
const FEW_LAYERS: usize = 8;

/// Rows that are counted to choose an algorithm.
const PROBED_ROWS: usize = 16;

/// Whether an id of a row is shared by less than one pair of layers.
fn sparse(a: &Table, b: &Table) -> bool {
    let start = (a.samples() - a.samples().min(PROBED_ROWS)) / 2;
    let rows = start..(start + PROBED_ROWS).min(a.samples());
    let ids = rows.len() * a.k() * (a.layers() + b.layers());
    let mut totals = vec![0; a.layers() * b.layers()];
    layer_masks::add(a, b, rows, &mut totals);
    totals.iter().sum::<u64>() < ids as u64
}

/// Totals over samples of `|a[layer_a, sample] ∩ b[layer_b, sample]|`, `[layer_a, layer_b]` row by row.
///
/// Divided by `samples * k` they are the mutual k-NN of every pair. Without `algorithm` the fastest is
/// chosen.
///
/// # Errors
///
/// `SamplesDiffer`, `KDiffers`, `GalleriesDiffer`, `TooManyPairs`, `ThreadsOutOfRange`,
/// `ThreadsUnavailable`.
pub fn overlap_totals(
    a: &Table,
    b: &Table,
    threads: Threads,
    algorithm: Option<Algorithm>,
) -> Result<Vec<u64>, Error> {
    check_comparable(a, b)?;
    let pairs = check_pairs(a, b)?;
    let add = match algorithm.unwrap_or_else(|| Algorithm::fastest(a, b)) {
        Algorithm::Lookups => lookups::add,
        Algorithm::LayerMasks => layer_masks::add,
        Algorithm::Bitsets => bitsets::add,
    };
    let blocks = parallel::blocks(threads, a.samples(), a.k() * (a.layers() + b.layers()))?;
    let totals = Mutex::new(vec![0; pairs]);
    parallel::map(threads, blocks, |rows| {
        let mut part = vec![0; pairs];
        add(a, b, rows, &mut part);
        // Sums of integers: the order in which blocks arrive changes nothing.
        let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals
            .iter_mut()
            .zip(part)
            .for_each(|(total, part)| *total += part);
    })?;
    Ok(totals.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn check_pairs(a: &Table, b: &Table) -> Result<usize, Error> {
    let (layers_a, layers_b) = (a.layers(), b.layers());
    let too_many = Error::TooManyPairs {
        a: layers_a,
        b: layers_b,
        limit: MAX_PAIRS,
    };
    layers_a
        .checked_mul(layers_b)
        .filter(|&pairs| pairs <= MAX_PAIRS)
        .ok_or(too_many)
}
