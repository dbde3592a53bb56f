//! What a table refuses: a variant a cause, with the values.

use overlap::{
    Error, MAX_GALLERY, Measure, Permutations, Shape, Side, Table, Threads, max_null, overlap_totals,
    sample_values, value_counts,
};

const SHAPE: Shape = Shape {
    layers: 1,
    samples: 3,
    depth: 2,
};
const IDS: [i32; 6] = [1, 2, 0, 2, 0, 1];

fn table(ids: &[i32], shape: Shape, k: Option<usize>) -> Result<Table<'_>, Error> {
    Table::new(Side::A, ids, shape, k, None)
}

fn values(a: &Table, b: &Table, measure: Measure) -> Option<Error> {
    sample_values(a, b, measure, Threads::All).err()
}

fn good(shape: Shape, ids: &[i32]) -> Table<'_> {
    Table::new(Side::B, ids, shape, None, Some(4)).expect("a table without fault")
}

#[test]
fn a_table_without_fault_is_taken() {
    let table = table(&IDS, SHAPE, None).expect("a table without fault");
    assert_eq!(
        (table.layers(), table.samples(), table.k(), table.gallery()),
        (1, 3, 2, 3)
    );
}

#[test]
fn an_axis_of_nothing_is_refused() {
    for shape in [
        Shape { layers: 0, ..SHAPE },
        Shape { samples: 0, ..SHAPE },
        Shape { depth: 0, ..SHAPE },
    ] {
        let Shape {
            layers,
            samples,
            depth,
        } = shape;
        assert_eq!(
            table(&[], shape, None).err(),
            Some(Error::Empty {
                side: Side::A,
                layers,
                samples,
                depth
            })
        );
    }
}

#[test]
fn ids_that_do_not_fill_the_shape_are_refused() {
    let expected = Error::LengthMismatch {
        side: Side::A,
        ids: 5,
        layers: 1,
        samples: 3,
        depth: 2,
    };
    assert_eq!(table(&IDS[..5], SHAPE, None).err(), Some(expected));
    let huge = Shape {
        layers: usize::MAX,
        samples: 2,
        depth: 2,
    };
    assert!(matches!(
        table(&IDS, huge, None),
        Err(Error::LengthMismatch { .. })
    ));
}

#[test]
fn a_k_of_zero_or_beyond_the_depth_is_refused() {
    assert_eq!(table(&IDS, SHAPE, Some(0)).err(), Some(Error::KZero));
    assert_eq!(
        table(&IDS, SHAPE, Some(3)).err(),
        Some(Error::KTooLarge {
            side: Side::A,
            k: 3,
            depth: 2
        })
    );
}

#[test]
fn a_gallery_of_nothing_or_too_much_is_refused() {
    for gallery in [0, MAX_GALLERY + 1] {
        let refused = Table::new(Side::A, &IDS, SHAPE, None, Some(gallery)).err();
        assert_eq!(
            refused,
            Some(Error::GallerySize {
                gallery,
                limit: MAX_GALLERY
            })
        );
    }
}

#[test]
fn an_id_out_of_range_is_named_with_its_place() {
    for id in [-1, i32::MIN, 3, i32::MAX] {
        let ids = [1, 2, 0, id, 0, 1];
        let expected = Error::IdOutOfRange {
            side: Side::A,
            layer: 0,
            sample: 1,
            id,
            gallery: 3,
        };
        assert_eq!(table(&ids, SHAPE, None).err(), Some(expected));
    }
}

#[test]
fn an_id_that_comes_twice_in_a_row_is_named_with_its_place() {
    let shape = Shape {
        layers: 2,
        samples: 2,
        depth: 2,
    };
    let ids = [0, 1, 1, 0, 0, 1, 1, 1];
    let expected = Error::DuplicateId {
        side: Side::A,
        layer: 1,
        sample: 1,
        id: 1,
    };
    assert_eq!(table(&ids, shape, None).err(), Some(expected));
}

#[test]
fn what_stands_behind_the_first_k_is_not_looked_at() {
    assert!(table(&[1, -7, 0, 0, 2, 99], SHAPE, Some(1)).is_ok());
}

#[test]
fn tables_of_other_samples_k_or_gallery_are_not_compared() {
    let a = good(SHAPE, &IDS);
    let fewer = good(Shape { samples: 2, ..SHAPE }, &IDS[..4]);
    let shallow = good(Shape { depth: 1, ..SHAPE }, &IDS[..3]);
    let twice = [IDS, IDS].concat();
    let more = good(Shape { layers: 2, ..SHAPE }, &twice);
    let other = Table::new(Side::B, &IDS, SHAPE, None, Some(3)).expect("a table without fault");
    assert_eq!(
        values(&a, &fewer, Measure::Overlap),
        Some(Error::SamplesDiffer { a: 3, b: 2 })
    );
    assert_eq!(
        values(&a, &shallow, Measure::Overlap),
        Some(Error::KDiffers { a: 2, b: 1 })
    );
    assert_eq!(
        values(&a, &other, Measure::Overlap),
        Some(Error::GalleriesDiffer { a: 4, b: 3 })
    );
    assert!(overlap_totals(&a, &more, Threads::All, None).is_ok());
}

#[test]
fn ids_that_do_not_name_the_samples_cannot_be_permuted_or_followed() {
    let a = good(SHAPE, &IDS);
    let expected = Error::GalleryNotSamples {
        side: Side::A,
        samples: 3,
        gallery: 4,
    };
    assert_eq!(values(&a, &a, Measure::Cycle), Some(expected.clone()));
    let permutations = Permutations::new(3, None).expect("three samples");
    assert_eq!(
        max_null(&a, &a, &permutations, 1, 0, Threads::All).err(),
        Some(expected)
    );
}

#[test]
fn a_number_of_threads_that_cannot_be_had_is_refused() {
    let a = good(SHAPE, &IDS);
    for threads in [0, overlap::MAX_THREADS + 1] {
        let refused = overlap_totals(&a, &a, Threads::Exactly(threads), None).err();
        assert_eq!(
            refused,
            Some(Error::ThreadsOutOfRange {
                threads,
                limit: overlap::MAX_THREADS
            })
        );
    }
}

#[test]
fn more_pairs_than_the_result_can_hold_are_refused() {
    let shape = Shape {
        layers: 1 << 12,
        samples: 1,
        depth: 1,
    };
    let ids = vec![0; 1 << 12];
    let table = Table::new(Side::A, &ids, shape, None, None).expect("a table without fault");
    let refused = overlap_totals(&table, &table, Threads::All, None).err();
    assert_eq!(
        refused,
        Some(Error::TooManyPairs {
            a: 1 << 12,
            b: 1 << 12,
            limit: 1 << 22
        })
    );
}

#[test]
fn more_numbers_than_a_result_can_hold_are_refused() {
    let shape = Shape {
        layers: 1 << 10,
        samples: 1 << 10,
        depth: 1,
    };
    let ids = vec![0; 1 << 20];
    let table = Table::new(Side::A, &ids, shape, None, None).expect("a table without fault");
    let refused = Error::TooManyPairs {
        a: 1 << 10,
        b: 1 << 10,
        limit: 1 << 19,
    };
    assert_eq!(values(&table, &table, Measure::Overlap), Some(refused));
    assert!(value_counts(&table, &table, Measure::Overlap, Threads::All).is_ok());
}

#[test]
fn rows_are_told_apart_beyond_the_numbers_that_a_stamp_has() {
    // Rows 0 and 65,535 have stamps of one value but for the clearing between them.
    let shape = Shape {
        layers: 1,
        samples: 65_540,
        depth: 2,
    };
    let mut ids: Vec<i32> = (0..65_540).flat_map(|row| [row, (row + 1) % 65_540]).collect();
    ids[2 * 65_535] = 0;
    assert!(Table::new(Side::A, &ids, shape, None, None).is_ok());
    ids[2 * 65_538 + 1] = 65_538;
    let twice = Error::DuplicateId {
        side: Side::A,
        layer: 0,
        sample: 65_538,
        id: 65_538,
    };
    assert_eq!(Table::new(Side::A, &ids, shape, None, None).err(), Some(twice));
}

/// Rows without fault: the next `depth` ids of a ring, steps of `step` apart.
fn ring(layers: usize, samples: usize, depth: usize, step: usize) -> (Vec<i32>, Shape) {
    let row = |row: usize| (1..=depth).map(move |rank| (row % samples + rank * step) % samples);
    let ids = (0..layers * samples).flat_map(row);
    let ids = ids.map(|id| i32::try_from(id).expect("a small gallery"));
    let shape = Shape {
        layers,
        samples,
        depth,
    };
    (ids.collect(), shape)
}

#[test]
fn the_first_fault_is_named_wherever_it_lies_for_any_k() {
    for k in [1, 2, 3, 10, 16, 17] {
        for depth in [k, k + 3] {
            let (good, shape) = ring(3, 50, depth, 1);
            assert!(table(&good, shape, Some(k)).is_ok());
            for (row, rank) in [(0, 0), (63, k - 1), (64, k / 2), (149, k - 1)] {
                let (layer, sample) = (row / 50, row % 50);
                let side = Side::A;
                let mut ids = good.clone();
                ids[row * depth + rank] = 50;
                let outside = Error::IdOutOfRange {
                    side,
                    layer,
                    sample,
                    id: 50,
                    gallery: 50,
                };
                assert_eq!(table(&ids, shape, Some(k)).err(), Some(outside.clone()));
                let id = good[row * depth];
                if rank > 0 {
                    ids[row * depth + rank] = id;
                    let twice = Error::DuplicateId {
                        side,
                        layer,
                        sample,
                        id,
                    };
                    assert_eq!(table(&ids, shape, Some(k)).err(), Some(twice));
                    // In one row an id out of range is named before one that comes twice.
                    ids[row * depth + k - 1] = if rank == k - 1 { id } else { 50 };
                    ids[row * depth] = if rank == k - 1 { 50 } else { id };
                    let first = table(&ids, shape, Some(k)).err();
                    assert_eq!(first, Some(outside));
                }
            }
        }
    }
}

#[test]
fn ids_whose_lower_halves_are_equal_are_distinct() {
    let (mut ids, shape) = ring(1, 70_000, 3, 1 << 16);
    assert!(table(&ids, shape, None).is_ok());
    ids[3 * 69_999 + 2] = ids[3 * 69_999];
    let id = ids[3 * 69_999];
    let twice = Error::DuplicateId {
        side: Side::A,
        layer: 0,
        sample: 69_999,
        id,
    };
    assert_eq!(table(&ids, shape, None).err(), Some(twice));
}
