//! Times of the kernels at the sizes of a real grid, on one thread: totals by every algorithm, one pair,
//! a large gallery, and the null. Layers are either unrelated or share neighbours as an encoder's do.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use overlap::{
    Algorithm, Measure, Permutations, Shape, Side, Table, Threads, max_null, overlap_totals, value_counts,
};

/// Ids of a table whose layers draw each row from `pool` ids of its own, or from all samples.
fn ids(shape: Shape, pool: usize, seed: u64) -> Vec<i32> {
    let mut ids = Vec::with_capacity(shape.layers * shape.samples * shape.depth);
    let mut state = seed;
    for row in 0..shape.layers * shape.samples {
        let sample = row % shape.samples;
        let start = ids.len();
        while ids.len() < start + shape.depth {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let place = (state >> 33) as usize % pool;
            let id = if pool < shape.samples {
                (sample * 7919 + place * 104_729) % shape.samples
            } else {
                place
            };
            let id = i32::try_from(id).expect("a small gallery");
            if !ids[start..].contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}

struct Case {
    name: &'static str,
    layers: [usize; 2],
    samples: usize,
    pool: usize,
}

impl Case {
    fn with_tables(&self, run: impl FnOnce(&Table, &Table)) {
        let shapes = self.layers.map(|layers| Shape {
            layers,
            samples: self.samples,
            depth: 10,
        });
        let [a, b] = [ids(shapes[0], self.pool, 1), ids(shapes[1], self.pool, 2)];
        let a = Table::new(Side::A, &a, shapes[0], None, None).expect("a table without fault");
        let b = Table::new(Side::B, &b, shapes[1], None, None).expect("a table without fault");
        run(&a, &b);
    }
}

fn brief(group: &mut BenchmarkGroup<'_, WallTime>) {
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(600));
}

/// Elements are layer pairs, so that the throughput is pairs a second.
fn totals(criterion: &mut Criterion) {
    let cases = [
        Case {
            name: "unrelated",
            layers: [40, 42],
            samples: 1024,
            pool: 1024,
        },
        Case {
            name: "sharing",
            layers: [40, 42],
            samples: 1024,
            pool: 40,
        },
        Case {
            name: "one_pair",
            layers: [1, 1],
            samples: 1024,
            pool: 40,
        },
        Case {
            name: "budgets",
            layers: [104, 270],
            samples: 1024,
            pool: 40,
        },
        Case {
            name: "mid",
            layers: [40, 42],
            samples: 8192,
            pool: 8192,
        },
        Case {
            name: "mid_sharing",
            layers: [40, 42],
            samples: 8192,
            pool: 40,
        },
        Case {
            name: "large_sharing",
            layers: [4, 6],
            samples: 100_000,
            pool: 40,
        },
        Case {
            name: "million_sharing",
            layers: [4, 6],
            samples: 1_000_000,
            pool: 40,
        },
        Case {
            name: "large",
            layers: [4, 6],
            samples: 100_000,
            pool: 100_000,
        },
        Case {
            name: "million",
            layers: [4, 6],
            samples: 1_000_000,
            pool: 1_000_000,
        },
    ];
    for case in cases {
        let mut group = criterion.benchmark_group(format!("totals_{}", case.name));
        brief(&mut group);
        group.throughput(Throughput::Elements((case.layers[0] * case.layers[1]) as u64));
        let shape = Shape {
            layers: case.layers[0] + case.layers[1],
            samples: case.samples,
            depth: 10,
        };
        let checked = ids(shape, case.pool, 3);
        group.bench_function("check", |bencher| {
            bencher.iter(|| Table::new(Side::A, black_box(&checked), shape, None, None));
        });
        case.with_tables(|a, b| {
            for algorithm in Algorithm::ALL {
                group.bench_function(BenchmarkId::from_parameter(algorithm.name()), |bencher| {
                    bencher.iter(|| overlap_totals(black_box(a), b, Threads::Exactly(1), Some(algorithm)));
                });
            }
        });
    }
}

/// Every measure, sample by sample. Elements are pairs of rows.
fn values(criterion: &mut Criterion) {
    let case = Case {
        name: "",
        layers: [4, 6],
        samples: 1024,
        pool: 40,
    };
    let mut group = criterion.benchmark_group("values");
    brief(&mut group);
    group.throughput(Throughput::Elements(24 * 1024));
    case.with_tables(|a, b| {
        for measure in Measure::ALL {
            group.bench_function(measure.name(), |bencher| {
                bencher.iter(|| value_counts(black_box(a), b, measure, Threads::Exactly(1)));
            });
        }
    });
}

/// Elements are permutations: a thousand are ten times what is printed.
fn null(criterion: &mut Criterion) {
    for (name, pool) in [("unrelated", 1024), ("sharing", 40), ("close", 14)] {
        let mut group = criterion.benchmark_group("null");
        brief(&mut group);
        group.throughput(Throughput::Elements(100));
        let permutations = Permutations::new(1024, None).expect("samples");
        Case {
            name,
            layers: [25, 43],
            samples: 1024,
            pool,
        }
        .with_tables(|a, b| {
            group.bench_function(name, |bencher| {
                bencher.iter(|| max_null(black_box(a), b, &permutations, 100, 7, Threads::Exactly(1)));
            });
        });
    }
}

criterion_group!(benches, totals, values, null);
criterion_main!(benches);
