use std::time::Instant;
use overlap::*;
fn ids(shape: Shape, pool: usize, seed: u64) -> Vec<i32> {
    let mut ids = Vec::new();
    let mut state = seed;
    for row in 0..shape.layers * shape.samples {
        let sample = row % shape.samples;
        let start = ids.len();
        while ids.len() < start + shape.depth {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let place = (state >> 33) as usize % pool;
            let id = if pool < shape.samples { (sample * 7919 + place * 104_729) % shape.samples } else { place } as i32;
            if !ids[start..].contains(&id) { ids.push(id); }
        }
    }
    ids
}
fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let cases = [(40,42,1024,0),(40,42,1024,40),(1,1,1024,40),(2,2,10_000,0),(4,6,1000,0),(4,6,10_000,0),(4,6,100_000,0),(4,6,100_000,40),(4,6,1_000_000,0),(4,6,1_000_000,40),(8,8,100_000,0),(12,12,100_000,0),(12,12,8192,0)];
    for (la, lb, n, pool) in cases {
        let key = format!("{la}x{lb}");
        if !names.is_empty() && !names.contains(&key) { continue; }
        let s = |l| Shape { layers: l, samples: n, depth: 10 };
        let p = if pool == 0 { n } else { pool };
        let (ia, ib) = (ids(s(la), p, 1), ids(s(lb), p, 2));
        let mut best = [f64::MAX; 5];
        let reps = (60_000_000 / (la * lb * n * 10)).clamp(3, 300);
        let mut result: Vec<u64> = vec![];
        for _ in 0..reps {
            let t = Instant::now();
            let a = Table::new(Side::A, &ia, s(la), None, None).unwrap();
            let b = Table::new(Side::B, &ib, s(lb), None, None).unwrap();
            best[0] = best[0].min(t.elapsed().as_secs_f64());
            for (i, alg) in Algorithm::ALL.into_iter().enumerate() {
                if alg == Algorithm::Bytes && n > 5000 { continue; }
                
                let t = Instant::now();
                let r = overlap_totals(&a, &b, Threads::Exactly(1), Some(alg)).unwrap();
                best[i + 1] = best[i + 1].min(t.elapsed().as_secs_f64());
                if result.is_empty() { result = r } else { assert_eq!(result, r) }
            }
        }
        let per = 1e9 / (la * lb * n * 10) as f64;
        println!("{key} {n} pool {pool}: ns/(row,neigh)/pair check {:.3} bytes {:.3} bits {:.3} hashed {:.3} compared {:.3}", best[0]*per, best[1]*per, best[2]*per, best[3]*per, best[4]*per);
    }
}
