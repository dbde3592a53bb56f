//! Shared neighbours sample by sample: two tables `[layer, sample, k]` whose layers are compared one
//! to one become counts `[layer, sample]`.

use crate::error::Error;
use crate::table::{Table, check_same_layers};

/// Counts `|a[layer, sample] ∩ b[layer, sample]|`, `[layer, sample]` end to end.
///
/// # Errors
///
/// `LayersDiffer`, `SamplesDiffer`, `KDiffers`, `GalleriesDiffer`.
pub fn overlap_counts(a: &Table, b: &Table) -> Result<Vec<u32>, Error> {
    check_same_layers(a, b)?;
    let mut marked = vec![0_u8; a.gallery()];
    let mut counts = Vec::with_capacity(a.layers() * a.samples());
    for layer in 0..a.layers() {
        for sample in 0..a.samples() {
            a.row(layer, sample).for_each(|id| marked[id] = 1);
            counts.push(b.row(layer, sample).map(|id| u32::from(marked[id])).sum());
            a.row(layer, sample).for_each(|id| marked[id] = 0);
        }
    }
    Ok(counts)
}
