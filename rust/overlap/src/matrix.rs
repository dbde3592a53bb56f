//! Shared neighbours of every pair of layers: tables `[layer_a, sample, k]` and `[layer_b, sample, k]`
//! become totals `[layer_a, layer_b]`, summed over samples. All algorithms give the same integers;
//! they differ in where they note which layers hold an id. Budgets are more layers.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined into a dispatched function is compiled for the least vectors alone"
)]

mod bits;
mod bytes;
mod compared;
mod hashed;
mod marks;
mod planes;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use pulp::Arch;

use crate::error::Error;
use crate::parallel::{self, Threads};
use crate::table::{Table, check_comparable, check_pairs};

/// A way to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// A byte for every layer and id of the gallery, 64 layers at once: the plain way.
    Bytes,
    /// A bit for every layer and id of the gallery, 8 layers at once, or 64 where there are more.
    Bits,
    /// Bits in a hash table of the ids of a row: for the largest galleries.
    Hashed,
    /// Every id of a row compared with every id of the other, several by one instruction: for few layers.
    Compared,
}

/// Ids of a gallery whose byte each lies in a near cache.
const NEAR_BITS: usize = 1 << 18;

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 4] = [Self::Bytes, Self::Bits, Self::Hashed, Self::Compared];

    /// The name by which [`Algorithm::named`] finds it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Bits => "bits",
            Self::Hashed => "hashed",
            Self::Compared => "compared",
        }
    }

    /// The algorithm of that name.
    ///
    /// # Errors
    ///
    /// `UnknownName`.
    pub fn named(name: &str) -> Result<Self, Error> {
        Error::find("algorithm", name, Self::ALL, Self::name)
    }

    /// The fastest for these tables, as was measured with vectors of 8 ids (AVX2).
    ///
    /// N was 1e3 to 1e6 (40 x 42: 1e5), layers 1 x 1, 2 x 3, 4 x 6, 8 x 4, 8 x 8, 9 x 3, 10 x 5, 12 x 12 and
    /// 40 x 42, k 10 and 100, ids unrelated and shared. An id that is marked or looked up takes as long as comparisons
    /// of 4 vectors, and of 7 where it is hashed, for a gallery whose marks no near cache holds.
    #[must_use]
    pub fn fastest(a: &Table, b: &Table) -> Self {
        let near = a.gallery().max(b.gallery()) <= NEAR_BITS;
        let (marked, vectors) = if near { (Self::Bits, 4) } else { (Self::Hashed, 7) };
        let lanes = if near && a.layers() > bits::LANES {
            planes::LANES
        } else {
            bits::LANES
        };
        let looked_up = a.layers() + a.layers().div_ceil(lanes) * b.layers();
        if a.layers() * b.layers() * a.k() <= vectors * compared::lanes(Arch::new()) * looked_up {
            Self::Compared
        } else {
            marked
        }
    }

    fn add(self, arch: Arch, tables @ [a, b]: [&Table; 2], rows: Range<usize>, totals: &mut [u64]) {
        match self {
            Self::Bytes => marks::add(arch, bytes::Bytes::new(a.gallery()), tables, rows, totals),
            Self::Bits if a.layers() > bits::LANES => {
                let ids = a.k() * a.layers().min(planes::LANES);
                marks::add(
                    arch,
                    planes::Planes::new(a.gallery(), ids, b.layers()),
                    tables,
                    rows,
                    totals,
                );
            }
            Self::Bits => marks::add(arch, bits::Bits::new(a.gallery()), tables, rows, totals),
            Self::Hashed => marks::add(arch, hashed::Hashed::new(a), tables, rows, totals),
            Self::Compared => compared::add(arch, tables, rows, totals),
        }
    }
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
    let pairs = check_pairs(a, b, 1)?;
    let algorithm = algorithm.unwrap_or_else(|| Algorithm::fastest(a, b));
    let blocks = parallel::blocks(threads, a.samples(), a.k() * (a.layers() + b.layers()))?;
    let (arch, totals) = (Arch::new(), Mutex::new(vec![0; pairs]));
    parallel::map(threads, blocks, |rows| {
        let mut part = vec![0; pairs];
        algorithm.add(arch, [a, b], rows, &mut part);
        // Sums of integers: the order in which blocks arrive changes nothing.
        let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals
            .iter_mut()
            .zip(part)
            .for_each(|(total, part)| *total += part);
    })?;
    Ok(totals.into_inner().unwrap_or_else(PoisonError::into_inner))
}
