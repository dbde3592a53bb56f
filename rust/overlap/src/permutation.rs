//! Permutations of samples: a seed and an index become the permutation of that index, whatever was
//! made before it. Blocks of samples that belong together are permuted as wholes.

use std::collections::{BTreeMap, HashMap};

use crate::error::Error;

/// The most permutations at once.
pub const MAX_PERMUTATIONS: usize = 1 << 24;

/// The permutations that keep the blocks of samples together.
///
/// Whole blocks exchange with blocks of the same size, the order inside kept; single samples are blocks
/// of size one. A block of unique size is permuted within.
#[derive(Clone, Debug)]
pub struct Permutations {
    samples: usize,
    /// Blocks of each size, smallest size first; a block is its samples in order.
    blocks: Vec<Vec<Vec<u32>>>,
}

impl Permutations {
    /// Permutations of `samples`; `labels` names the block of every sample, without it all are single.
    ///
    /// # Errors
    ///
    /// `BlocksLength`; `GallerySize` where there are no samples, or more than ids are made for.
    pub fn new(samples: usize, labels: Option<&[i64]>) -> Result<Self, Error> {
        if samples == 0 || samples > crate::MAX_GALLERY {
            return Err(Error::GallerySize {
                gallery: samples,
                limit: crate::MAX_GALLERY,
            });
        }
        let blocks = match labels {
            None => numbered(samples).map(|sample| vec![sample]).collect(),
            Some(labels) if labels.len() == samples => collect_blocks(labels),
            Some(labels) => {
                return Err(Error::BlocksLength {
                    blocks: labels.len(),
                    samples,
                });
            }
        };
        let mut by_size = BTreeMap::<usize, Vec<Vec<u32>>>::new();
        for block in blocks {
            by_size.entry(block.len()).or_default().push(block);
        }
        Ok(Self {
            samples,
            blocks: by_size.into_values().collect(),
        })
    }

    /// Samples that are permuted.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Refuses a number of permutations that is none, too large, or more than there are.
    ///
    /// # Errors
    ///
    /// `PermutationsOutOfRange`, `TooFewDistinct`.
    pub fn check(&self, permutations: usize) -> Result<(), Error> {
        if permutations == 0 || permutations > MAX_PERMUTATIONS {
            return Err(Error::PermutationsOutOfRange {
                permutations,
                limit: MAX_PERMUTATIONS,
            });
        }
        let distinct = self.distinct();
        if distinct < permutations {
            return Err(Error::TooFewDistinct {
                permutations,
                distinct,
            });
        }
        Ok(())
    }

    /// Distinct permutations, the identity among them, or `usize::MAX` where there are more.
    #[must_use]
    pub fn distinct(&self) -> usize {
        // The product of (blocks of a size)!, and of size! where the size is unique.
        let factors = self.blocks.iter().flat_map(|alike| 1..=moving(alike));
        factors.fold(1, usize::saturating_mul)
    }

    /// The permutation of that index: row `i` is given the sample `permutation[i]`.
    #[must_use]
    pub fn permutation(&self, seed: u64, index: usize) -> Vec<u32> {
        let mut random = Stream::new(seed, index as u64);
        let mut permutation: Vec<u32> = numbered(self.samples).collect();
        for alike in &self.blocks {
            let order = random.order(moving(alike));
            if let [block] = alike.as_slice() {
                order
                    .iter()
                    .zip(block)
                    .for_each(|(&from, &to)| permutation[to as usize] = block[from]);
            } else {
                for (&from, to) in order.iter().zip(alike) {
                    let places = alike[from].iter().zip(to);
                    places.for_each(|(&from, &to)| permutation[to as usize] = from);
                }
            }
        }
        permutation
    }
}

/// What is permuted among blocks of one size: the blocks, or the samples of the only one.
fn moving(alike: &[Vec<u32>]) -> usize {
    if let [block] = alike {
        block.len()
    } else {
        alike.len()
    }
}

/// The samples of each block, blocks in the order of their first samples.
fn collect_blocks(labels: &[i64]) -> Vec<Vec<u32>> {
    let mut place = HashMap::new();
    let mut blocks: Vec<Vec<u32>> = Vec::new();
    for (label, sample) in labels.iter().zip(numbered(labels.len())) {
        let block = *place.entry(label).or_insert_with(|| {
            blocks.push(Vec::new());
            blocks.len() - 1
        });
        blocks[block].push(sample);
    }
    blocks
}

/// Samples as ids, of which there are at most `MAX_GALLERY`.
fn numbered(samples: usize) -> impl Iterator<Item = u32> {
    (0_u32..).take(samples)
}

/// `SplitMix64` from a start that is a hash of seed and index.
struct Stream(u64);

impl Stream {
    fn new(seed: u64, index: u64) -> Self {
        Self(mix(seed ^ mix(index.wrapping_add(GAMMA))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// Uniform below `bound`, without bias (Lemire 2019, arXiv 1805.10941).
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the halves of a product of 128 bits are meant"
    )]
    fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// `0..length` in random order (Fisher and Yates).
    fn order(&mut self, length: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..length).collect();
        for last in (1..length).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}

/// 2^64 over the golden ratio, odd.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014).
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
