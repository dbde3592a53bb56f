//! A neighbour table, checked once: ids `[layer, sample, depth]`, of which the first `k` of every
//! row are used. What a [`Table`] hands out needs no further check: rows are sets of ids in range.

use std::ops::Range;

use pulp::Arch;

use crate::error::{Error, Side};
use crate::sets;

/// The most ids that a gallery may have: scratch is as long as the gallery.
pub const MAX_GALLERY: usize = 1 << 24;

/// The most `sample x k` of a layer: counters of 32 bits hold that many.
const MAX_NEIGHBOURS: usize = u32::MAX as usize;

/// The most layer pairs at once: every thread has totals of its own.
const MAX_PAIRS: usize = 1 << 22;

/// The most numbers in a result, 2 GB of the smaller ones.
const MAX_NUMBERS: usize = 1 << 29;

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
        let rows = self.shape.layers * self.shape.samples;
        let last = i32::try_from(self.gallery - 1).unwrap_or(i32::MAX);
        let (check, arch) = (sets::check(self.k), Arch::new());
        let mut stamps = Rows::of(self.gallery);
        for start in (0..rows).step_by(sets::ROWS) {
            let several = start..(start + sets::ROWS).min(rows);
            let ids = &self.ids[several.start * self.shape.depth..several.end * self.shape.depth];
            let whole = several.len() == sets::ROWS;
            if !(whole && check.is_some_and(|surely_sets| surely_sets(arch, ids, self.shape.depth, last))) {
                self.check_each(side, several, &mut stamps)?;
            }
        }
        Ok(())
    }

    /// Refuses the first of these rows, counted through all layers, that is no set of ids in range.
    fn check_each(&self, side: Side, rows: Range<usize>, stamps: &mut Rows) -> Result<(), Error> {
        for row in rows {
            let (layer, sample) = (row / self.shape.samples, row % self.shape.samples);
            match stamps.distinct(self.raw_row(layer, sample)) {
                Some(true) => {}
                Some(false) => return Err(self.duplicate(side, layer, sample)),
                None => return Err(self.out_of_range(side, layer, sample)),
            }
        }
        Ok(())
    }

    fn out_of_range(&self, side: Side, layer: usize, sample: usize) -> Error {
        let outside = |id: &&i32| id.cast_unsigned() as usize >= self.gallery;
        Error::IdOutOfRange {
            side,
            layer,
            sample,
            id: *self.raw_row(layer, sample).iter().find(outside).unwrap_or(&-1),
            gallery: self.gallery,
        }
    }

    fn duplicate(&self, side: Side, layer: usize, sample: usize) -> Error {
        let row = self.raw_row(layer, sample);
        let again = (1..row.len()).find(|&rank| row[..rank].contains(&row[rank]));
        Error::DuplicateId {
            side,
            layer,
            sample,
            id: row[again.unwrap_or(0)],
        }
    }
}

/// For every id, the row that held it last: nothing is cleared between rows.
struct Rows {
    held_by: Vec<u16>,
    this: u16,
}

impl Rows {
    fn of(gallery: usize) -> Self {
        Self {
            held_by: vec![0; gallery],
            this: 0,
        }
    }

    /// Whether no id of the next row comes twice, `None` where one is out of range.
    fn distinct(&mut self, row: &[i32]) -> Option<bool> {
        if self.this == u16::MAX {
            self.held_by.fill(0);
            self.this = 0;
        }
        self.this += 1;
        let mut again = false;
        for id in row {
            // A negative id is beyond any gallery as well.
            let held_by = self.held_by.get_mut(id.cast_unsigned() as usize)?;
            again |= std::mem::replace(held_by, self.this) == self.this;
        }
        Some(!again)
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

/// Gives the number of layer pairs, for each of which `width` numbers are kept; refuses too many.
pub(crate) fn check_pairs(a: &Table, b: &Table, width: usize) -> Result<usize, Error> {
    let limit = MAX_PAIRS.min(MAX_NUMBERS / width);
    let (layers_a, layers_b) = (a.layers(), b.layers());
    let pairs = layers_a.checked_mul(layers_b).filter(|&pairs| pairs <= limit);
    pairs.ok_or(Error::TooManyPairs {
        a: layers_a,
        b: layers_b,
        limit,
    })
}
