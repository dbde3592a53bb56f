//! Comparisons that look at the order of the neighbours, or follow them: two tables
//! `[layer, sample, k]` whose layers are compared one to one become one number `[layer, sample]`.

use crate::error::{Error, Side};
use crate::table::{Table, check_same_layers};

/// Length of the longest common subsequence of the two neighbour lists of every sample.
///
/// # Errors
///
/// `LayersDiffer`, `SamplesDiffer`, `KDiffers`, `GalleriesDiffer`.
pub fn lcs_lengths(a: &Table, b: &Table) -> Result<Vec<u32>, Error> {
    check_same_layers(a, b)?;
    let mut rank_in_a = vec![None; a.gallery()];
    let mut tails = Vec::with_capacity(a.k());
    Ok(each_row(a, |layer, sample| {
        a.row(layer, sample)
            .zip(0..)
            .for_each(|(id, rank)| rank_in_a[id] = Some(rank));
        let length = longest_increasing(b.row(layer, sample).filter_map(|id| rank_in_a[id]), &mut tails);
        a.row(layer, sample).for_each(|id| rank_in_a[id] = None);
        length
    }))
}

/// Neighbours are distinct, so a common subsequence is an increasing run of ranks: patience sorting.
fn longest_increasing(ranks: impl Iterator<Item = u32>, tails: &mut Vec<u32>) -> u32 {
    tails.clear();
    let mut length = 0;
    for rank in ranks {
        let pile = tails.partition_point(|&tail| tail < rank);
        if let Some(tail) = tails.get_mut(pile) {
            *tail = rank;
        } else {
            tails.push(rank);
            length += 1;
        }
    }
    length
}

/// Edit distance (Levenshtein: insert, delete, replace, one each) of the two neighbour lists of every sample.
///
/// # Errors
///
/// `LayersDiffer`, `SamplesDiffer`, `KDiffers`, `GalleriesDiffer`.
pub fn edit_distances(a: &Table, b: &Table) -> Result<Vec<u32>, Error> {
    check_same_layers(a, b)?;
    let mut distances = Vec::with_capacity(a.k() + 1);
    Ok(each_row(a, |layer, sample| {
        edit_distance(a.raw_row(layer, sample), b.raw_row(layer, sample), &mut distances)
    }))
}

/// `distances[j]` is the distance of what was read of `a` to the first j of `b`.
fn edit_distance(a: &[i32], b: &[i32], distances: &mut Vec<u32>) -> u32 {
    distances.clear();
    distances.extend((0..).take(b.len() + 1));
    let mut last = distances[b.len()];
    for x in a {
        let mut corner = distances[0];
        distances[0] += 1;
        last = distances[0];
        for (y, distance) in b.iter().zip(&mut distances[1..]) {
            let replaced = corner + u32::from(x != y);
            corner = *distance;
            last = replaced.min(corner + 1).min(last + 1);
            *distance = last;
        }
    }
    last
}

/// Whether a sample is found again: among the neighbours in `b` of any of its neighbours in `a`.
///
/// This is `cycle_knn(feats_A = b, feats_B = a)` of Huh et al. 2024 (arXiv 2405.07987) before the mean.
///
/// # Errors
///
/// `LayersDiffer`, `SamplesDiffer`, `KDiffers`, `GalleriesDiffer`, `GalleryNotSamples`.
pub fn cycle_hits(a: &Table, b: &Table) -> Result<Vec<bool>, Error> {
    check_same_layers(a, b)?;
    if a.gallery() != a.samples() {
        return Err(Error::GalleryNotSamples {
            side: Side::A,
            samples: a.samples(),
            gallery: a.gallery(),
        });
    }
    Ok(each_row(a, |layer, sample| {
        a.row(layer, sample)
            .any(|neighbour| b.row(layer, neighbour).any(|id| id == sample))
    }))
}

/// One result for every row, `[layer, sample]` end to end.
fn each_row<T>(table: &Table, mut result: impl FnMut(usize, usize) -> T) -> Vec<T> {
    let mut results = Vec::with_capacity(table.layers() * table.samples());
    for layer in 0..table.layers() {
        results.extend((0..table.samples()).map(|sample| result(layer, sample)));
    }
    results
}
