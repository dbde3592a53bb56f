//! What the machine can do at best, on one thread: its clock, by a chain of dependent operations, and how many
//! bytes a second it adds up from near caches and from memory. `benchmarks/roofline.py` sets the kernels beside it.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// As many bytes as a mark of 32 layers has; none crosses a cache line.
#[repr(align(32))]
#[derive(Clone, Copy)]
struct Mark([u8; 32]);

/// Steps of the chain.
const STEPS: u64 = 1000;

/// Sums that do not wait for each other.
const SUMS: usize = 4;

/// Adds all marks up, lane by lane, by the vectors that every processor of this kind has.
#[inline(never)]
fn as_compiled(marks: &[Mark]) -> [Mark; SUMS] {
    let mut sums = [Mark([0; 32]); SUMS];
    for marks in marks.chunks_exact(SUMS) {
        for (sum, mark) in sums.iter_mut().zip(marks) {
            for (sum, lane) in sum.0.iter_mut().zip(mark.0) {
                *sum = sum.wrapping_add(lane);
            }
        }
    }
    sums
}

/// The same by vectors as wide as a mark.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn by_avx2(marks: &[Mark]) -> [std::arch::x86_64::__m256i; SUMS] {
    use std::arch::x86_64::{_mm256_add_epi8, _mm256_loadu_si256, _mm256_setzero_si256};
    #[expect(unsafe_code, reason = "a mark is as long as the vector that is loaded")]
    let load = |mark: &Mark| unsafe { _mm256_loadu_si256(mark.0.as_ptr().cast()) };
    let [mut a, mut b, mut c, mut d] = [_mm256_setzero_si256(); SUMS];
    for [one, two, three, four] in marks.as_chunks().0 {
        a = _mm256_add_epi8(a, load(one));
        b = _mm256_add_epi8(b, load(two));
        c = _mm256_add_epi8(c, load(three));
        d = _mm256_add_epi8(d, load(four));
    }
    [a, b, c, d]
}

/// Six operations that wait for each other.
fn step(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ state << 17
}

fn roofline(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("roofline");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(600));
    group.throughput(Throughput::Elements(STEPS));
    group.bench_function("clock", |bencher| {
        bencher.iter(|| (0..STEPS).fold(black_box(1), |state, _| step(state)));
    });
    for (name, kibibytes) in [("near", 16), ("second", 256), ("memory", 256 << 10)] {
        let marks: Vec<Mark> = vec![Mark([1; 32]); kibibytes << 5];
        group.throughput(Throughput::Bytes((kibibytes as u64) << 10));
        group.bench_function(BenchmarkId::new(name, "compiled"), |bencher| {
            bencher.iter(|| as_compiled(black_box(&marks)));
        });
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            group.bench_function(BenchmarkId::new(name, "avx2"), |bencher| {
                #[expect(unsafe_code, reason = "the processor has the feature, as was asked")]
                bencher.iter(|| unsafe { by_avx2(black_box(&marks)) });
            });
        }
    }
}

criterion_group!(benches, roofline);
criterion_main!(benches);
