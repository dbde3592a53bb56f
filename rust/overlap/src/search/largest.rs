//! The best of every query: scores `[query, sample]`, to each of which a bias of its sample is added, become the
//! `width` largest sums and their places, `[query, width]`, falling. Of equal sums the one that stands first is first.

use super::{LANES, Matrix, OF_AN_ID, SearchError};
use crate::parallel::{self, Threads};

/// Largest sums and where they stand, `[query, width]` row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Largest {
    /// The sums, falling in every row.
    pub values: Vec<f32>,
    /// Their samples.
    pub places: Vec<i64>,
}

/// Bits of a key that hold the place.
const PLACE_BITS: u32 = 32;

/// The `width` largest of `scores[query, sample] + bias[sample]` of every query.
///
/// # Errors
///
/// `TooManySamples`, `WidthOutOfRange`, `OtherLength`, `NotANumber`, `Call`.
pub fn largest(
    scores: Matrix,
    bias: Option<&[f32]>,
    width: usize,
    threads: Threads,
) -> Result<Largest, SearchError> {
    check(&scores, bias, width)?;
    let mut found = Largest {
        values: vec![0.0; scores.rows * width],
        places: vec![0; scores.rows * width],
    };
    let blocks = parallel::blocks(threads, scores.rows, scores.columns.div_ceil(OF_AN_ID))?;
    let size = blocks[0].len() * width;
    let parts = found.values.chunks_mut(size).zip(found.places.chunks_mut(size));
    let jobs = blocks.into_iter().zip(parts).collect();
    let refused = parallel::map(threads, jobs, |(rows, (values, places))| {
        let mut scan = Scan::new(bias, width, scores.columns);
        let into = values.chunks_exact_mut(width).zip(places.chunks_exact_mut(width));
        for (query, (values, places)) in rows.zip(into) {
            scan.read(scores.row(query))
                .map_err(|sample| SearchError::NotANumber { query, sample })?;
            scan.write(values, places);
        }
        Ok(())
    })?;
    refused.into_iter().collect::<Result<(), _>>().map(|()| found)
}

fn check(scores: &Matrix, bias: Option<&[f32]>, width: usize) -> Result<(), SearchError> {
    let samples = scores.columns;
    let limit = u32::MAX as usize;
    if samples > limit {
        return Err(SearchError::TooManySamples { samples, limit });
    }
    if !(1..=samples).contains(&width) {
        return Err(SearchError::WidthOutOfRange { width, samples });
    }
    match bias {
        Some(bias) if bias.len() != samples => Err(SearchError::OtherLength {
            name: "bias",
            found: bias.len(),
            wanted: samples,
            of: "sample",
        }),
        _ => Ok(()),
    }
}

/// One row at a time: its sums, and those that may be among the largest as keys that sort as they are ordered.
struct Scan<'a> {
    bias: Option<&'a [f32]>,
    width: usize,
    sums: Vec<f32>,
    maxima: Vec<f32>,
    /// Places of the sums that reach a floor, and what is left of earlier rows.
    reach: Vec<u32>,
    kept: Vec<u64>,
}

impl<'a> Scan<'a> {
    fn new(bias: Option<&'a [f32]>, width: usize, samples: usize) -> Self {
        // Every class of a floor must have an entry, and one entry a class would leave nothing out.
        let classes = (3 * width).next_multiple_of(LANES);
        Self {
            bias,
            width,
            sums: Vec::with_capacity(samples),
            maxima: vec![0.0; if 2 * classes <= samples { classes } else { 0 }],
            reach: vec![0; samples],
            kept: Vec::new(),
        }
    }

    /// Leaves the keys of the largest sums in `kept`, in order; refuses the place of what is not a number.
    fn read(&mut self, scores: &[f32]) -> Result<(), usize> {
        self.sums.clear();
        match self.bias {
            Some(bias) => self.sums.extend(scores.iter().zip(bias).map(|(s, b)| s + b)),
            None => self.sums.extend_from_slice(scores),
        }
        if self.sums.iter().fold(false, |bad, sum| bad | sum.is_nan()) {
            return Err(self.sums.iter().position(|sum| sum.is_nan()).unwrap_or(0));
        }
        let floor = self.floor();
        self.keep(floor);
        if self.kept.len() > 2 * self.width {
            self.kept.select_nth_unstable(self.width - 1);
            self.kept.truncate(self.width);
        }
        self.kept.sort_unstable();
        Ok(())
    }

    /// What at least `width` sums reach: each class of places has a maximum, and the `width` largest maxima do.
    fn floor(&mut self) -> f32 {
        if self.maxima.is_empty() {
            return f32::NEG_INFINITY;
        }
        let maxima = &mut self.maxima[..];
        maxima.fill(f32::NEG_INFINITY);
        for part in self.sums.chunks(maxima.len()) {
            for (largest, &sum) in maxima.iter_mut().zip(part) {
                *largest = if sum > *largest { sum } else { *largest };
            }
        }
        let falling = |a: &f32, b: &f32| b.total_cmp(a);
        *maxima.select_nth_unstable_by(self.width - 1, falling).1
    }

    fn keep(&mut self, floor: f32) {
        let mut count = 0;
        for (place, &sum) in (0_u32..).zip(&self.sums) {
            // Written in any case and kept by the count: nobody can foretell which sums reach the floor.
            self.reach[count] = place;
            count += usize::from(sum >= floor);
        }
        let sums = &self.sums;
        let keys = self.reach[..count]
            .iter()
            .map(|&place| key(sums[place as usize], place));
        self.kept.clear();
        self.kept.extend(keys);
    }

    fn write(&self, values: &mut [f32], places: &mut [i64]) {
        for ((&key, value), place) in self.kept.iter().zip(values).zip(places) {
            let at = key & u64::from(u32::MAX);
            *place = at.cast_signed();
            *value = self.sums[usize::try_from(at).unwrap_or(usize::MAX)];
        }
    }
}

/// A number that rises as the sum falls and, of equal sums, as the place rises.
fn key(sum: f32, place: u32) -> u64 {
    let bits = (sum + 0.0).to_bits(); // -0 becomes 0, which it equals
    let rising = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
    u64::from(!rising) << PLACE_BITS | u64::from(place)
}
