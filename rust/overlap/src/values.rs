//! A measure of every pair of layers, sample by sample: tables `[layer_a, sample, k]` and
//! `[layer_b, sample, k]` become values `[layer_a, layer_b, sample]`, or how many samples have each value,
//! `[layer_a, layer_b, k + 1]`, from which the mean of any function of the value follows exactly.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Side};
use crate::measure::{Measure, edit_distance, longest_increasing};
use crate::parallel::{self, Threads};
use crate::table::{Table, check_comparable, check_pairs};

/// The value of every sample for every pair of layers, `[layer_a, layer_b, sample]` end to end.
///
/// # Errors
///
/// `SamplesDiffer`, `KDiffers`, `GalleriesDiffer`, `GalleryNotSamples` (`Cycle` alone), `TooManyPairs`,
/// `ThreadsOutOfRange`, `ThreadsUnavailable`.
pub fn sample_values(a: &Table, b: &Table, measure: Measure, threads: Threads) -> Result<Vec<u32>, Error> {
    let samples = a.samples();
    let pairs = check(a, b, measure, samples)?;
    let mut values = vec![0; pairs * samples];
    let parts = each_job(a, b, threads, |layer_a, rows| {
        let mut part = vec![0; b.layers() * rows.len()];
        let length = rows.len();
        let first = rows.start;
        visit(a, b, measure, layer_a, rows, |layer_b, sample, value| {
            part[layer_b * length + sample - first] = value;
        });
        part
    })?;
    for ((layer_a, rows), part) in parts {
        for (layer_b, part) in part.chunks_exact(rows.len()).enumerate() {
            let start = (layer_a * b.layers() + layer_b) * samples;
            values[start + rows.start..start + rows.end].copy_from_slice(part);
        }
    }
    Ok(values)
}

/// How many samples have each value from 0 to k, for every pair of layers: `[layer_a, layer_b, k + 1]`.
///
/// # Errors
///
/// Those of [`sample_values`].
pub fn value_counts(a: &Table, b: &Table, measure: Measure, threads: Threads) -> Result<Vec<u64>, Error> {
    let width = a.k() + 1;
    let pairs = check(a, b, measure, width)?;
    let counts = Mutex::new(vec![0; pairs * width]);
    each_job(a, b, threads, |layer_a, rows| {
        let mut part = vec![0_u64; b.layers() * width];
        visit(a, b, measure, layer_a, rows, |layer_b, _, value| {
            part[layer_b * width + value as usize] += 1;
        });
        // Sums of integers: the order in which parts arrive changes nothing, and none waits in memory.
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = &mut counts[layer_a * b.layers() * width..][..part.len()];
        counts
            .iter_mut()
            .zip(part)
            .for_each(|(count, part)| *count += part);
    })?;
    Ok(counts.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Refuses what cannot be compared; gives the pairs of layers, for each of which `width` numbers are kept.
fn check(a: &Table, b: &Table, measure: Measure, width: usize) -> Result<usize, Error> {
    check_comparable(a, b)?;
    if measure == Measure::Cycle && a.gallery() != a.samples() {
        return Err(Error::GalleryNotSamples {
            side: Side::A,
            samples: a.samples(),
            gallery: a.gallery(),
        });
    }
    check_pairs(a, b, width)
}

/// A layer of `a` and some of its rows.
type Job = (usize, Range<usize>);

/// Runs `job` for parts of every layer of `a`, in order.
fn each_job<R: Send>(
    a: &Table,
    b: &Table,
    threads: Threads,
    job: impl Fn(usize, Range<usize>) -> R + Sync + Send,
) -> Result<Vec<(Job, R)>, Error> {
    let blocks = parallel::blocks(threads, a.samples(), a.k() * (1 + b.layers()))?;
    let jobs: Vec<Job> = (0..a.layers())
        .flat_map(|layer| blocks.iter().map(move |rows| (layer, rows.clone())))
        .collect();
    parallel::map(threads, jobs, |(layer, rows)| {
        ((layer, rows.clone()), job(layer, rows))
    })
}

/// Calls `take` with (`layer_b`, sample, value) for these rows of one layer of `a` and every layer of `b`.
fn visit(
    a: &Table,
    b: &Table,
    measure: Measure,
    layer_a: usize,
    rows: Range<usize>,
    mut take: impl FnMut(usize, usize, u32),
) {
    let mut ranks = Ranks(vec![NOWHERE; a.gallery()]);
    let mut scratch = Vec::with_capacity(a.k() + 1);
    for sample in rows {
        ranks.set(a.ids(layer_a, sample));
        for layer_b in 0..b.layers() {
            let value = match measure {
                Measure::Overlap => ranks.found(b.ids(layer_b, sample)).map(|_| 1).sum(),
                Measure::Lcs => longest_increasing(ranks.found(b.ids(layer_b, sample)), &mut scratch),
                Measure::Edit => edit_distance(
                    a.raw_row(layer_a, sample),
                    b.raw_row(layer_b, sample),
                    &mut scratch,
                ),
                Measure::Cycle => u32::from(returns(a, layer_a, b, layer_b, sample)),
            };
            take(layer_b, sample, value);
        }
        ranks.clear(a.ids(layer_a, sample));
    }
}

/// Whether the sample is among the neighbours in `a` of any of its neighbours in `b`.
fn returns(a: &Table, layer_a: usize, b: &Table, layer_b: usize, sample: usize) -> bool {
    b.row(layer_b, sample)
        .any(|neighbour| a.row(layer_a, neighbour).any(|id| id == sample))
}

/// The rank of an id that a row does not hold.
const NOWHERE: u32 = u32::MAX;

/// For every id of the gallery, its rank in the row at hand.
struct Ranks(Vec<u32>);

impl Ranks {
    fn set(&mut self, ids: impl Iterator<Item = u32>) {
        ids.zip(0..).for_each(|(id, rank)| self.0[id as usize] = rank);
    }

    fn clear(&mut self, ids: impl Iterator<Item = u32>) {
        ids.for_each(|id| self.0[id as usize] = NOWHERE);
    }

    /// The ranks of the ids that the row holds, in the order of these ids.
    fn found(&self, ids: impl Iterator<Item = u32>) -> impl Iterator<Item = u32> {
        ids.map(|id| self.0[id as usize]).filter(|&rank| rank != NOWHERE)
    }
}
