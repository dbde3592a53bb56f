//! Every (row, id) that both sides hold gets a bit, and every layer the set of its bits; a pair of
//! layers shares the popcount of an AND. The cost is `(layer_a + layer_b) x sample x k` to set the
//! bits, and a 64th of the (row, id) in common for each pair: best for many layers.

use std::ops::Range;

use crate::table::Table;

/// Words of 64 bits a layer that are filled before they are counted: both sides stay in the cache.
const WORDS: usize = 256;

pub(super) fn add(a: &Table, b: &Table, rows: Range<usize>, totals: &mut [u64]) {
    let mut sets = Bitsets::new(a, b);
    for sample in rows {
        sets.add_row(a, b, sample);
        if sets.is_full() {
            sets.count_into(totals);
        }
    }
    sets.count_into(totals);
}

struct Bitsets {
    /// For an id, the bit of this row's (row, id), or a bit of an earlier row.
    bit_of: Vec<usize>,
    next: usize,
    row_needs: usize,
    words: usize,
    a: Vec<u64>,
    b: Vec<u64>,
}

impl Bitsets {
    fn new(a: &Table, b: &Table) -> Self {
        // One bit more than ids: the first of a row means "held by a, not yet by b".
        let row_needs = 1 + a.gallery().min(a.layers().min(b.layers()) * a.k());
        let words = WORDS.max((row_needs + 1).div_ceil(64));
        Self {
            bit_of: vec![0; a.gallery()],
            next: 1,
            row_needs,
            words,
            a: vec![0; a.layers() * words],
            b: vec![0; b.layers() * words],
        }
    }

    fn add_row(&mut self, a: &Table, b: &Table, sample: usize) {
        let only_a = self.next;
        self.next += 1;
        for layer in 0..a.layers() {
            a.row(layer, sample).for_each(|id| self.bit_of[id] = only_a);
        }
        for (layer, set) in self.b.chunks_exact_mut(self.words).enumerate() {
            for id in b.row(layer, sample) {
                let bit = &mut self.bit_of[id];
                if *bit == only_a {
                    *bit = self.next;
                    self.next += 1;
                }
                if *bit > only_a {
                    set[*bit / 64] |= 1 << (*bit % 64);
                }
            }
        }
        for (layer, set) in self.a.chunks_exact_mut(self.words).enumerate() {
            for bit in a.row(layer, sample).map(|id| self.bit_of[id]) {
                set[bit / 64] |= u64::from(bit > only_a) << (bit % 64);
            }
        }
    }

    fn is_full(&self) -> bool {
        self.next + self.row_needs > 64 * self.words
    }

    /// Adds what the sets share to `totals` and empties them.
    fn count_into(&mut self, totals: &mut [u64]) {
        let used = self.next.div_ceil(64);
        let layers_b = self.b.len() / self.words;
        for (a, totals) in self
            .a
            .chunks_exact(self.words)
            .zip(totals.chunks_exact_mut(layers_b))
        {
            for (b, total) in self.b.chunks_exact(self.words).zip(totals) {
                *total += shared(&a[..used], &b[..used]);
            }
        }
        self.a.fill(0);
        self.b.fill(0);
        self.bit_of.fill(0);
        self.next = 1;
    }
}

fn shared(a: &[u64], b: &[u64]) -> u64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u64::from((a & b).count_ones()))
        .sum()
}
