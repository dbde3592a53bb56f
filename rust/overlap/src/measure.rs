//! What is measured of two rows of neighbours: whole numbers from 0 to k.

use crate::error::Error;

/// A measure of two neighbour lists of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Shared neighbours, `|a[i] ∩ b[i]|`.
    Overlap,
    /// Length of the longest common subsequence.
    Lcs,
    /// Edit distance (Levenshtein: insert, delete, replace, one each).
    Edit,
    /// 1 where sample i is in `a[j]` for any of its neighbours j in `b[i]`, else 0.
    ///
    /// The mean is `cycle_knn(feats_A = a, feats_B = b)` of Huh et al. 2024 (arXiv 2405.07987).
    Cycle,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 4] = [Self::Overlap, Self::Lcs, Self::Edit, Self::Cycle];

    /// The name by which [`Measure::named`] finds it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::Lcs => "lcs",
            Self::Edit => "edit",
            Self::Cycle => "cycle",
        }
    }

    /// The measure of that name.
    ///
    /// # Errors
    ///
    /// `UnknownName`.
    pub fn named(name: &str) -> Result<Self, Error> {
        Error::find("measure", name, Self::ALL, Self::name)
    }
}

/// Length of the longest increasing subsequence: patience sorting.
///
/// Neighbours are distinct, so a common subsequence of two lists is an increasing run of ranks.
pub(crate) fn longest_increasing(ranks: impl Iterator<Item = u32>, tails: &mut Vec<u32>) -> u32 {
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

/// Edit distance of two lists; `distances[j]` is that of what was read of `a` to the first j of `b`.
pub(crate) fn edit_distance(a: &[i32], b: &[i32], distances: &mut Vec<u32>) -> u32 {
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
