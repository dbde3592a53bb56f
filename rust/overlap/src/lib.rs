//! Arithmetic on sets of nearest neighbours.
//!
//! Neighbour tables `[layer, sample, depth]` become counts of shared neighbours, summed for every pair of
//! layers, also when samples are permuted (the null of the maximum over pairs); and measures of every pair
//! of layers sample by sample, which may look at the order of the neighbours or follow them back. `search`
//! has the passes over features by which the neighbours are found.

#![forbid(unsafe_code)]

mod error;
mod masks;
mod matrix;
mod measure;
mod null;
mod parallel;
mod permutation;
pub mod search;
mod sets;
mod table;
mod values;

pub use error::{Error, Side};
pub use matrix::{Algorithm, overlap_totals};
pub use measure::Measure;
pub use null::max_null;
pub use parallel::{MAX_THREADS, Threads};
pub use permutation::{MAX_PERMUTATIONS, Permutations};
pub use table::{MAX_GALLERY, Shape, Table};
pub use values::{sample_values, value_counts};
