//! What the tests share: noise, and a slow resizing in float64.

/// Values without order, the same each time.
pub(crate) fn noise(values: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..values).map(|_| next()).collect()
}

/// Keys' cubic with a = -1/2.
fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// Weights of all values of a line for each value of the result, `[to][from]`.
fn weights(from: u32, start: f64, stop: f64, to: u32) -> Vec<Vec<f64>> {
    let scale = (stop - start) / f64::from(to);
    let wide = scale.max(1.0);
    let of = |place: u32| {
        let centre = start + (f64::from(place) + 0.5) * scale;
        let all: Vec<f64> = (0..from)
            .map(|x| cubic((f64::from(x) + 0.5 - centre) / wide))
            .collect();
        let total: f64 = all.iter().sum();
        all.into_iter().map(|weight| weight / total).collect()
    };
    (0..to).map(of).collect()
}

/// A plane `[height, width]` by its formula: columns, rounded to 8 bits, and then rows, which are not.
pub(crate) fn resized_plane(plane: &[f64], from: (u32, u32), edges: [f64; 4], to: (u32, u32)) -> Vec<f64> {
    let (width, height) = (from.0 as usize, from.1 as usize);
    let down = weights(from.1, edges[1], edges[3], to.1);
    let across = weights(from.0, edges[0], edges[2], to.0);
    let mut result = Vec::new();
    for weights in &down {
        let value = |x: usize| -> f64 { (0..height).map(|y| weights[y] * plane[y * width + x]).sum() };
        let line: Vec<f64> = (0..width).map(|x| value(x).round().clamp(0.0, 255.0)).collect();
        for weights in &across {
            let value: f64 = weights
                .iter()
                .zip(&line)
                .map(|(weight, value)| weight * value)
                .sum();
            result.push(value.clamp(0.0, 255.0));
        }
    }
    result
}
