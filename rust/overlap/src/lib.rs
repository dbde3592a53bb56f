//! Arithmetic on sets of nearest neighbours.
//!
//! Neighbour tables `[layer, sample, depth]` become counts of shared neighbours: per sample, summed
//! for every pair of layers, and for samples that were permuted (the null of the maximum over pairs);
//! and comparisons that look at the order of the neighbours or follow them back.

#![forbid(unsafe_code)]

mod counts;
mod error;
mod masks;
mod matrix;
mod null;
mod ordered;
mod parallel;
mod permutation;
mod table;

pub use counts::overlap_counts;
pub use error::{Error, Side};
pub use matrix::{Algorithm, overlap_totals};
pub use null::max_null;
pub use ordered::{cycle_hits, edit_distances, lcs_lengths};
pub use parallel::{MAX_THREADS, Threads};
pub use permutation::{MAX_PERMUTATIONS, Permutations};
pub use table::{MAX_GALLERY, Shape, Table};
