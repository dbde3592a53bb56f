//! What can be wrong with the inputs: one variant a cause, with the values that explain it.

use std::fmt;

/// Which of two tables is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first table.
    A,
    /// The second table.
    B,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "a",
            Self::B => "b",
        })
    }
}

/// Everything that this crate refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A table with no layer, no sample or no neighbour.
    #[error(
        "{side} is empty: {layers} layers, {samples} samples, {depth} neighbours; at least one of each is needed"
    )]
    Empty {
        /// The table.
        side: Side,
        /// Its layers.
        layers: usize,
        /// Its samples.
        samples: usize,
        /// Its neighbours a sample.
        depth: usize,
    },
    /// The ids do not fill the shape.
    #[error("{side} has {ids} ids, but its shape {layers} x {samples} x {depth} takes another number")]
    LengthMismatch {
        /// The table.
        side: Side,
        /// The ids given.
        ids: usize,
        /// Layers in the shape.
        layers: usize,
        /// Samples in the shape.
        samples: usize,
        /// Neighbours a sample in the shape.
        depth: usize,
    },
    /// No neighbour is to be used.
    #[error("k is 0; it must be from 1 to the depth of the tables")]
    KZero,
    /// More neighbours are to be used than the table has.
    #[error("k is {k}, but {side} has {depth} neighbours a sample; k must be from 1 to {depth}")]
    KTooLarge {
        /// The table.
        side: Side,
        /// The k asked for.
        k: usize,
        /// What the table has.
        depth: usize,
    },
    /// More ids than the kernels make room for.
    #[error("the gallery has {gallery} ids; it must have from 1 to {limit}")]
    GallerySize {
        /// Ids in the gallery.
        gallery: usize,
        /// The largest that is taken.
        limit: usize,
    },
    /// An id that names no sample.
    #[error("{side}[{layer}, {sample}] holds the id {id}; ids must be from 0 to {}", .gallery - 1)]
    IdOutOfRange {
        /// The table.
        side: Side,
        /// Where it is.
        layer: usize,
        /// Where it is.
        sample: usize,
        /// The id.
        id: i32,
        /// Ids in the gallery.
        gallery: usize,
    },
    /// A row that is not a set.
    #[error("{side}[{layer}, {sample}] holds the id {id} twice; the neighbours of a sample must be distinct")]
    DuplicateId {
        /// The table.
        side: Side,
        /// Where it is.
        layer: usize,
        /// Where it is.
        sample: usize,
        /// The id.
        id: i32,
    },
    /// Two tables over different samples.
    #[error("a has {a} samples and b has {b}; they must be the same samples in the same order")]
    SamplesDiffer {
        /// Samples of the first.
        a: usize,
        /// Samples of the second.
        b: usize,
    },
    /// Two tables of which different numbers of neighbours are used.
    #[error("{a} neighbours of a and {b} of b would be compared; give k, or tables of the same depth")]
    KDiffers {
        /// k of the first.
        a: usize,
        /// k of the second.
        b: usize,
    },
    /// Two tables whose ids name samples of different galleries.
    #[error("the ids of a are from a gallery of {a}, those of b from one of {b}; they must be the same")]
    GalleriesDiffer {
        /// Gallery of the first.
        a: usize,
        /// Gallery of the second.
        b: usize,
    },
    /// More layer pairs than the result can hold.
    #[error("{a} x {b} layer pairs; at most {limit} are computed at once")]
    TooManyPairs {
        /// Layers of the first.
        a: usize,
        /// Layers of the second.
        b: usize,
        /// The largest number that is taken.
        limit: usize,
    },
    /// A sum that the counters cannot hold.
    #[error("{samples} samples x {k} neighbours; at most {limit} neighbours a layer are counted")]
    TooManyNeighbours {
        /// Samples.
        samples: usize,
        /// Neighbours a sample.
        k: usize,
        /// The largest product that is taken.
        limit: usize,
    },
    /// A comparison within the samples, of tables whose ids name something else.
    #[error("{side} has {samples} samples, but a gallery of {gallery}; here the ids must name the samples")]
    GalleryNotSamples {
        /// The table.
        side: Side,
        /// Its samples.
        samples: usize,
        /// Ids in its gallery.
        gallery: usize,
    },
    /// A number of permutations that cannot be had.
    #[error("permutations is {permutations}; it must be from 1 to {limit}")]
    PermutationsOutOfRange {
        /// Permutations asked for.
        permutations: usize,
        /// The largest number that is taken.
        limit: usize,
    },
    /// Fewer permutations exist than are asked for.
    #[error(
        "{permutations} permutations are asked for, but these samples and blocks have only {distinct} distinct ones"
    )]
    TooFewDistinct {
        /// Permutations asked for.
        permutations: usize,
        /// Permutations that exist, the identity among them.
        distinct: usize,
    },
    /// Block labels for other samples.
    #[error("blocks has {blocks} labels for {samples} samples; it must have one for each")]
    BlocksLength {
        /// Labels given.
        blocks: usize,
        /// Samples of the tables.
        samples: usize,
    },
    /// A number of threads that cannot be had.
    #[error("threads is {threads}; it must be from 1 to {limit}")]
    ThreadsOutOfRange {
        /// Threads asked for.
        threads: usize,
        /// The largest number that is taken.
        limit: usize,
    },
    /// The system gave no threads.
    #[error("no pool of {threads} threads could be started: {reason}")]
    ThreadsUnavailable {
        /// Threads asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// A name that nothing has.
    #[error("there is no {kind} {name:?}; there are {known}")]
    UnknownName {
        /// What was sought.
        kind: &'static str,
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
}

impl Error {
    /// The one of `all` that has this name, or `UnknownName`.
    pub(crate) fn find<T: Copy, const N: usize>(
        kind: &'static str,
        name: &str,
        all: [T; N],
        name_of: impl Fn(T) -> &'static str,
    ) -> Result<T, Self> {
        let found = all.into_iter().find(|&one| name_of(one) == name);
        found.ok_or_else(|| Self::UnknownName {
            kind,
            name: name.to_owned(),
            known: all.map(name_of).join(", "),
        })
    }
}
