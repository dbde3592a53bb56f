//! A neighbour table, checked once: ids `[layer, sample, depth]`, of which the first `k` of every
//! row are used. What a [`Table`] hands out needs no further check: rows are sets of ids in range.

use crate::error::{Error, Side};

/// The most ids that a gallery may have: scratch is as long as the gallery.
pub const MAX_GALLERY: usize = 1 << 24;

/// The most `sample x k` of a layer: counters of 32 bits hold that many.
const MAX_NEIGHBOURS: usize = u32::MAX as usize;

/// Axes of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Layers.
    pub layers: usize,
    /// Samples, which are the rows of a layer.
    pub samples: usize,
    /// Neighbours a sample.
    pub depth: usize,
}

/// Ids `[layer, sample, depth]`, nearest first, of which the first `k` are used.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    ids: &'a [i32],
    shape: Shape,
    k: usize,
    gallery: usize,
}

impl<'a> Table<'a> {
    /// Checks the first `k` ids of every row: each from 0 to `gallery - 1`, none twice in a row.
    ///
    /// Without `k` the whole depth is used; without `gallery` the ids name the samples themselves.
    ///
    /// # Errors
    ///
    /// `Empty`, `LengthMismatch`, `KZero`, `KTooLarge`, `TooManyNeighbours`, `GallerySize`,
    /// `IdOutOfRange`, `DuplicateId`.
    pub fn new(
        side: Side,
        ids: &'a [i32],
        shape: Shape,
        k: Option<usize>,
        gallery: Option<usize>,
    ) -> Result<Self, Error> {
        let table = Self {
            ids,
            shape,
            k: k.unwrap_or(shape.depth),
            gallery: gallery.unwrap_or(shape.samples),
        };
        table.check_sizes(side)?;
        table.check_rows(side)?;
        Ok(table)
    }

    /// Layers.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.shape.layers
    }

    /// Samples, which are the rows of a layer.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.shape.samples
    }

    /// Neighbours that are used of each row.
    #[must_use]
    pub fn k(&self) -> usize {
        self.k
    }

    /// Every id is below this.
    #[must_use]
    pub fn gallery(&self) -> usize {
        self.gallery
    }

    /// The ids of one sample in one layer, nearest first.
    pub(crate) fn ids(&self, layer: usize, sample: usize) -> impl Iterator<Item = u32> + use<'a> {
        // No id is negative: that was checked.
        self.raw_row(layer, sample).iter().map(|id| id.cast_unsigned())
    }

    /// The same, as indices.
    pub(crate) fn row(&self, layer: usize, sample: usize) -> impl Iterator<Item = usize> + use<'a> {
        self.ids(layer, sample).map(|id| id as usize)
    }

    /// The same, as they were given.
    pub(crate) fn raw_row(&self, layer: usize, sample: usize) -> &'a [i32] {
        let start = (layer * self.shape.samples + sample) * self.shape.depth;
        &self.ids[start..start + self.k]
    }

    fn check_sizes(&self, side: Side) -> Result<(), Error> {
        let Shape {
            layers,
            samples,
            depth,
        } = self.shape;
        if layers == 0 || samples == 0 || depth == 0 {
            return Err(Error::Empty {
                side,
                layers,
                samples,
                depth,
            });
        }
        let takes = layers
            .checked_mul(samples)
            .and_then(|rows| rows.checked_mul(depth));
        if takes != Some(self.ids.len()) {
            return Err(Error::LengthMismatch {
                side,
                ids: self.ids.len(),
                layers,
                samples,
                depth,
            });
        }
        if self.k == 0 {
            return Err(Error::KZero);
        }
        if self.k > depth {
            return Err(Error::KTooLarge {
                side,
                k: self.k,
                depth,
            });
        }
        if self.gallery == 0 || self.gallery > MAX_GALLERY {
            return Err(Error::GallerySize {
                gallery: self.gallery,
                limit: MAX_GALLERY,
            });
        }
        if samples * self.k > MAX_NEIGHBOURS {
            return Err(Error::TooManyNeighbours {
                samples,
                k: self.k,
                limit: MAX_NEIGHBOURS,
            });
        }
        Ok(())
    }

    fn check_rows(&self, side: Side) -> Result<(), Error> {
        // Last row, counted from 1, that held an id: no clearing between rows.
        let mut seen_in = vec![0_usize; self.gallery];
        let mut this = 0;
        for layer in 0..self.shape.layers {
            for sample in 0..self.shape.samples {
                this += 1;
                for &id in self.raw_row(layer, sample) {
                    // A negative id becomes an index beyond any gallery.
                    let Some(seen) = seen_in.get_mut(id.cast_unsigned() as usize) else {
                        return Err(Error::IdOutOfRange {
                            side,
                            layer,
                            sample,
                            id,
                            gallery: self.gallery,
                        });
                    };
                    if std::mem::replace(seen, this) == this {
                        return Err(Error::DuplicateId {
                            side,
                            layer,
                            sample,
                            id,
                        });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Refuses two tables that are not about the same samples, gallery and k.
pub(crate) fn check_comparable(a: &Table, b: &Table) -> Result<(), Error> {
    if a.samples() != b.samples() {
        return Err(Error::SamplesDiffer {
            a: a.samples(),
            b: b.samples(),
        });
    }
    if a.k() != b.k() {
        return Err(Error::KDiffers { a: a.k(), b: b.k() });
    }
    if a.gallery() != b.gallery() {
        return Err(Error::GalleriesDiffer {
            a: a.gallery(),
            b: b.gallery(),
        });
    }
    Ok(())
}

/// Refuses two tables whose layers cannot be compared one to one.
pub(crate) fn check_same_layers(a: &Table, b: &Table) -> Result<(), Error> {
    if a.layers() != b.layers() {
        return Err(Error::LayersDiffer {
            a: a.layers(),
            b: b.layers(),
        });
    }
    check_comparable(a, b)
}
