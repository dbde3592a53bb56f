//! The permutation null of the maximum over layer pairs: tables `[layer_a, sample, k]` and
//! `[layer_b, sample, k]` become the largest total overlap `[permutation]` of any pair, when the samples
//! of `b` are permuted, the same for all layers, rows and neighbour labels both.
//!
//! A row of all layers is one list of (id, mask of the layers that hold it), made once. For a
//! permutation, lists are walked on one side and looked up on the other.

use std::ops::Range;

use crate::error::{Error, Side};
use crate::masks::{LayerGroup, for_each_bit, layer_groups};
use crate::parallel::{self, Threads};
use crate::permutation::Permutations;
use crate::table::{Table, check_comparable};

/// Permutations that are counted together, so that a row is laid out once for all of them.
const BATCH: usize = 16;

/// The largest total overlap of any pair of layers, for each of the `count` permutations.
///
/// With the permutation p and its inverse, row i of the permuted table holds `inverse[b[layer, p[i]]]`.
/// Equal seeds give equal results for any number of threads, and the first of them for a larger `count`.
///
/// # Errors
///
/// `SamplesDiffer`, `KDiffers`, `GalleryNotSamples`, `BlocksLength`, `PermutationsOutOfRange`,
/// `TooFewDistinct`, `ThreadsOutOfRange`, `ThreadsUnavailable`.
pub fn max_null(
    a: &Table,
    b: &Table,
    permutations: &Permutations,
    count: usize,
    seed: u64,
    threads: Threads,
) -> Result<Vec<u64>, Error> {
    check_comparable(a, b)?;
    check_within(a, permutations)?;
    permutations.check(count)?;
    let (groups_a, groups_b) = (layer_groups(a), layer_groups(b));
    let batches: Vec<_> = (0..count)
        .step_by(BATCH)
        .map(|start| start..(start + BATCH).min(count))
        .collect();
    let maxima = parallel::map(threads, batches, |indices| {
        let drawn = draw(permutations, seed, indices);
        let mut maxima = vec![0; drawn.len()];
        for group_a in &groups_a {
            for group_b in &groups_b {
                raise(&mut maxima, &count_all(group_a, group_b, &drawn));
            }
        }
        maxima
    })?;
    Ok(maxima.concat())
}

fn check_within(a: &Table, permutations: &Permutations) -> Result<(), Error> {
    let samples = a.samples();
    if a.gallery() != samples {
        return Err(Error::GalleryNotSamples {
            side: Side::A,
            samples,
            gallery: a.gallery(),
        });
    }
    if permutations.samples() != samples {
        return Err(Error::BlocksLength {
            blocks: permutations.samples(),
            samples,
        });
    }
    Ok(())
}

/// A permutation and its inverse.
struct Drawn {
    forward: Vec<u32>,
    inverse: Vec<u32>,
}

fn draw(permutations: &Permutations, seed: u64, indices: Range<usize>) -> Vec<Drawn> {
    let draw = |index| {
        let forward = permutations.permutation(seed, index);
        let mut inverse = vec![0; forward.len()];
        forward
            .iter()
            .zip(0..)
            .for_each(|(&from, to)| inverse[from as usize] = to);
        Drawn { forward, inverse }
    };
    indices.map(draw).collect()
}

/// Totals `[permutation][pair]` of two groups of layers.
fn count_all(a: &LayerGroup, b: &LayerGroup, drawn: &[Drawn]) -> Vec<Vec<u32>> {
    // Walking costs what a list is long: walk the side with the shorter lists.
    if a.ids() <= b.ids() {
        // An id x of a[i] is in the permuted b[i] where p[x] is in b[p[i]].
        let maps: Vec<_> = drawn.iter().map(|p| (&p.inverse[..], &p.forward[..])).collect();
        count(a, b, &maps)
    } else {
        let maps: Vec<_> = drawn.iter().map(|p| (&p.forward[..], &p.inverse[..])).collect();
        count(b, a, &maps)
    }
}

/// For every row that is laid out, and every map to the walked row and from walked ids to laid out ones.
fn count(walked: &LayerGroup, laid: &LayerGroup, maps: &[(&[u32], &[u32])]) -> Vec<Vec<u32>> {
    let mut totals = vec![vec![0; walked.layers() * laid.layers()]; maps.len()];
    let mut masks = vec![0_u64; laid.rows()];
    let mut hits = Hits::new(walked);
    for row in 0..laid.rows() {
        laid.row(row).for_each(|(id, mask)| masks[id as usize] = mask);
        for (totals, (row_of, id_of)) in totals.iter_mut().zip(maps) {
            hits.walk(walked, row_of[row] as usize, |id| {
                masks[id_of[id as usize] as usize]
            });
            hits.add_to(totals, laid.layers());
        }
        laid.row(row).for_each(|(id, _)| masks[id as usize] = 0);
    }
    totals
}

/// The ids of one row that both sides hold: pairs of masks.
struct Hits {
    masks: Vec<(u64, u64)>,
    found: usize,
}

impl Hits {
    fn new(walked: &LayerGroup) -> Self {
        Self {
            masks: vec![(0, 0); walked.longest_row() + 1],
            found: 0,
        }
    }

    /// Collects without a branch: whether an id is held by the other side cannot be foreseen.
    fn walk(&mut self, walked: &LayerGroup, row: usize, laid: impl Fn(u32) -> u64) {
        self.found = 0;
        for (id, mask) in walked.row(row) {
            let other = laid(id);
            self.masks[self.found] = (mask, other);
            self.found += usize::from(other != 0);
        }
    }

    fn add_to(&self, totals: &mut [u32], laid_layers: usize) {
        for &(walked, laid) in &self.masks[..self.found] {
            for_each_bit(walked, |layer| {
                let totals = &mut totals[layer * laid_layers..(layer + 1) * laid_layers];
                for_each_bit(laid, |layer| totals[layer] += 1);
            });
        }
    }
}

fn raise(maxima: &mut [u64], totals: &[Vec<u32>]) {
    for (most, totals) in maxima.iter_mut().zip(totals) {
        *most = totals.iter().map(|&total| u64::from(total)).fold(*most, u64::max);
    }
}
