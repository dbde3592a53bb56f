//! Layers as bits: a group of up to 64 layers of a table becomes, for every row, a list of
//! (id, mask of the layers that hold it).

use std::ops::Range;

use crate::table::Table;

/// Layers that one mask holds.
pub(crate) const GROUP: usize = 64;

/// Calls `visit` with the place of every bit that is set, lowest first.
pub(crate) fn for_each_bit(mut mask: u64, mut visit: impl FnMut(usize)) {
    while mask != 0 {
        visit(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

/// `0..layers` in ranges that fit a mask.
pub(crate) fn layer_ranges(layers: usize) -> impl Iterator<Item = Range<usize>> {
    (0..layers)
        .step_by(GROUP)
        .map(move |start| start..(start + GROUP).min(layers))
}

/// Every group of layers of a table.
pub(crate) fn layer_groups(table: &Table) -> Vec<LayerGroup> {
    layer_ranges(table.layers())
        .map(|layers| LayerGroup::new(table, layers))
        .collect()
}

/// The rows of up to 64 layers, merged.
pub(crate) struct LayerGroup {
    layers: usize,
    /// Where the list of each row starts, and where the last one ends.
    starts: Vec<usize>,
    ids: Vec<u32>,
    masks: Vec<u64>,
}

impl LayerGroup {
    fn new(table: &Table, layers: Range<usize>) -> Self {
        let mut group = Self {
            layers: layers.len(),
            starts: vec![0],
            ids: Vec::new(),
            masks: Vec::new(),
        };
        // The last row that held an id, counted from 1, and where in the list it stands.
        let mut place = vec![(0, 0); table.gallery()];
        for sample in 0..table.samples() {
            for (bit, layer) in layers.clone().enumerate() {
                for id in table.ids(layer, sample) {
                    group.set(&mut place[id as usize], sample + 1, id, bit);
                }
            }
            group.starts.push(group.ids.len());
        }
        group
    }

    fn set(&mut self, place: &mut (usize, usize), row: usize, id: u32, bit: usize) {
        if place.0 != row {
            *place = (row, self.ids.len());
            self.ids.push(id);
            self.masks.push(0);
        }
        self.masks[place.1] |= 1 << bit;
    }

    pub(crate) fn layers(&self) -> usize {
        self.layers
    }

    pub(crate) fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Ids in all lists.
    pub(crate) fn ids(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn longest_row(&self) -> usize {
        self.starts
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .max()
            .unwrap_or(0)
    }

    /// The ids of a row, each with its mask.
    pub(crate) fn row(&self, row: usize) -> impl Iterator<Item = (u32, u64)> {
        let range = self.starts[row]..self.starts[row + 1];
        self.ids[range.clone()]
            .iter()
            .copied()
            .zip(self.masks[range].iter().copied())
    }
}
