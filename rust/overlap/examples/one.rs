use overlap::*;
use std::time::Instant;
fn ids(shape: Shape, pool: usize, seed: u64) -> Vec<i32> {
    let mut ids = Vec::new();
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
            } as i32;
            if !ids[start..].contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}
// args: la lb n pool k seconds algs...
fn main() {
    let v: Vec<String> = std::env::args().skip(1).collect();
    let num = |i: usize| v[i].parse::<usize>().unwrap();
    let (la, lb, n, pool, k, secs) = (num(0), num(1), num(2), num(3), num(4), num(5));
    let s = |l| Shape {
        layers: l,
        samples: n,
        depth: k,
    };
    let p = if pool == 0 { n } else { pool };
    let (ia, ib) = (ids(s(la), p, 1), ids(s(lb), p, 2));
    let per = 1e9 / (la * lb * n * k) as f64;
    let mut best = vec![f64::MAX; v.len()];
    let begin = Instant::now();
    while begin.elapsed().as_secs_f64() < secs as f64 / 10.0 || best[0] == f64::MAX {
        let t = Instant::now();
        let a = Table::new(Side::A, &ia, s(la), None, None).unwrap();
        let b = Table::new(Side::B, &ib, s(lb), None, None).unwrap();
        best[0] = best[0].min(t.elapsed().as_secs_f64());
        for (i, name) in v[6..].iter().enumerate() {
            let t = Instant::now();
            std::hint::black_box(
                overlap_totals(&a, &b, Threads::Exactly(1), Some(Algorithm::named(name).unwrap())).unwrap(),
            );
            best[i + 1] = best[i + 1].min(t.elapsed().as_secs_f64());
        }
    }
    print!("{la}x{lb} N {n} pool {pool} k {k}: check {:.4}", best[0] * per);
    for (i, name) in v[6..].iter().enumerate() {
        print!(" {name} {:.4}", best[i + 1] * per);
    }
    println!();
}
