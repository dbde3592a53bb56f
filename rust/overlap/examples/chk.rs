use std::time::Instant;
use overlap::*;
fn main() {
    for (l, n) in [(82usize, 1024usize), (10, 1000), (10, 100_000), (10, 1_000_000)] {
        let shape = Shape { layers: l, samples: n, depth: 10 };
        let mut ids = Vec::new();
        let mut state = 1u64;
        for _ in 0..l * n {
            let start = ids.len();
            while ids.len() < start + 10 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let id = ((state >> 33) as usize % n) as i32;
                if !ids[start..].contains(&id) { ids.push(id); }
            }
        }
        let mut best = f64::MAX;
        for _ in 0..(200_000_000 / (l * n * 10)).clamp(5, 1000) {
            let t = Instant::now();
            let _ = std::hint::black_box(Table::new(Side::A, &ids, shape, None, None).unwrap());
            best = best.min(t.elapsed().as_secs_f64());
        }
        println!("{l} {n} ns per id {:.3}", best * 1e9 / (l * n * 10) as f64);
    }
}
