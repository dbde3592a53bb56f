//! A search's passes against a sort and plain sums; the same bits for any number of threads.

use overlap::Threads;
use overlap::search::{Centred, Largest, Matrix, Measured, SearchError, centred, cosines, largest, measured};
use proptest::prelude::*;

const ONE: Threads = Threads::Exactly(1);

fn matrix(values: &[f32], columns: usize) -> Matrix<'_> {
    Matrix::new("x", values, [values.len() / columns, columns]).expect("a full matrix")
}

/// Both passes over all rows.
fn made_ready(rows: Matrix, limit: Option<f32>, threads: Threads) -> (Measured, Centred) {
    let all = measured(rows, limit, "x", threads).expect("no fault");
    let done = centred(rows, limit, &all.norms, &all.mean, threads).expect("no fault");
    (all, done)
}

/// The largest sums by a stable sort of each row.
fn sorted(scores: &[f32], bias: &[f32], width: usize) -> Largest {
    let (mut values, mut places) = (Vec::new(), Vec::new());
    for row in scores.chunks(bias.len()) {
        let mut sums: Vec<_> = row.iter().zip(bias).map(|(s, b)| s + b).zip(0_i64..).collect();
        sums.sort_by(|(a, _), (b, _)| b.partial_cmp(a).expect("numbers"));
        values.extend(sums[..width].iter().map(|&(sum, _)| sum));
        places.extend(sums[..width].iter().map(|&(_, place)| place));
    }
    Largest { values, places }
}

/// Numbers of which many are equal, some without end and some zeros of either sign.
fn score() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -1e3_f32..1e3,
        4 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, f32::INFINITY, f32::NEG_INFINITY, f32::MAX]),
    ]
}

/// Scores `[query, sample]`, a bias `[sample]` and a width.
fn searches() -> impl Strategy<Value = (Vec<f32>, Vec<f32>, usize)> {
    (
        1_usize..5,
        1_usize..300,
        any::<prop::sample::Index>(),
        any::<bool>(),
    )
        .prop_flat_map(|(queries, samples, width, narrow)| {
            let width = 1 + width.index(if narrow { samples.min(12) } else { samples });
            let scores = prop::collection::vec(score(), queries * samples);
            let bias = prop::collection::vec(-10_f32..10.0, samples);
            (scores, bias, Just(width))
        })
}

/// Values that rise and fall, as many as `samples * dim`, in which no row is zero.
fn wave(samples: usize, dim: usize) -> Vec<f32> {
    let value = |at: usize| f32::from(u8::try_from(at * at % 251).expect("below 251")) - 100.5;
    (0..samples * dim).map(value).collect()
}

fn close(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0)
}

proptest! {
    #[test]
    fn the_largest_are_those_of_a_sort((scores, bias, width) in searches()) {
        let found = largest(matrix(&scores, bias.len()), Some(&bias), width, ONE).expect("no fault");
        prop_assert_eq!(found, sorted(&scores, &bias, width));
        let nothing = vec![0.0; bias.len()];
        let found = largest(matrix(&scores, bias.len()), None, width, ONE).expect("no fault");
        prop_assert_eq!(found, sorted(&scores, &nothing, width));
    }

    #[test]
    fn a_score_that_is_no_number_is_refused_wherever_it_is(
        (mut scores, bias, width) in searches(), at in any::<prop::sample::Index>()
    ) {
        let at = at.index(scores.len());
        scores[at] = f32::NAN;
        let (query, sample) = (at / bias.len(), at % bias.len());
        let found = largest(matrix(&scores, bias.len()), Some(&bias), width, ONE);
        prop_assert_eq!(found, Err(SearchError::NotANumber { query, sample }));
    }

    #[test]
    fn rows_are_brought_to_length_one_and_centred(
        samples in 1_usize..20, dim in 1_usize..40, limit in prop::option::of(1_f32..120.0)
    ) {
        let values = wave(samples, dim);
        let clipped = |at: usize| f64::from(values[at].clamp(-limit.unwrap_or(f32::MAX), limit.unwrap_or(f32::MAX)));
        let row = |i: usize| (0..dim).map(move |d| i * dim + d);
        let norm = |i: usize| row(i).map(|at| clipped(at).powi(2)).sum::<f64>().sqrt();
        let unit = |i: usize, d: usize| clipped(i * dim + d) / norm(i);
        let count = f64::from(u32::try_from(samples).expect("few"));
        let mean: Vec<f64> = (0..dim).map(|d| (0..samples).map(|i| unit(i, d)).sum::<f64>() / count).collect();
        let (all, found) = made_ready(matrix(&values, dim), limit, ONE);
        let mut radius = 0_f64;
        for i in 0..samples {
            let shifted: Vec<f64> = (0..dim).map(|d| unit(i, d) - mean[d]).collect();
            let bias: f64 = shifted.iter().zip(&mean).map(|(c, m)| c * m).sum();
            radius = radius.max(shifted.iter().map(|c| c * c).sum::<f64>().sqrt());
            prop_assert!(close(all.norms[i], norm(i)));
            prop_assert!((f64::from(found.bias[i]) - bias).abs() < 1e-7);
            for (single, c) in found.rows[i * dim..][..dim].iter().zip(shifted) {
                prop_assert!((f64::from(*single) - c).abs() < 1e-7);
            }
        }
        prop_assert!(close(found.radius, radius));
    }

    #[test]
    fn cosines_are_those_of_the_clipped_rows(
        dim in 1_usize..40,
        limit in prop::option::of(1_f32..120.0),
        pairs in prop::collection::vec((0_usize..9, 0_usize..9), 0..20)
    ) {
        let values = wave(9, dim);
        let norms = measured(matrix(&values, dim), limit, "x", ONE).expect("no fault").norms;
        let most = limit.unwrap_or(f32::MAX);
        let clipped = |i: usize, d: usize| f64::from(values[i * dim + d].clamp(-most, most));
        let number = |row: usize| i64::try_from(row).expect("few");
        let left: Vec<_> = pairs.iter().map(|&(i, _)| number(i)).collect();
        let right: Vec<_> = pairs.iter().map(|&(_, j)| number(j)).collect();
        let found = cosines(matrix(&values, dim), limit, &norms, [&left, &right], ONE).expect("no fault");
        prop_assert_eq!(found.len(), pairs.len());
        for (cosine, &(i, j)) in found.into_iter().zip(&pairs) {
            let dot: f64 = (0..dim).map(|d| clipped(i, d) * clipped(j, d)).sum();
            prop_assert!(close(cosine, dot / (norms[i] * norms[j])));
        }
    }
}

#[test]
fn threads_share_rows_and_change_no_bit() {
    let (samples, dim) = (1500, 301);
    let values = wave(samples, dim);
    let rows = matrix(&values, dim);
    let (all, one) = made_ready(rows, Some(90.0), ONE);
    let left: Vec<_> = (0..1500_i64).collect();
    let right: Vec<_> = left.iter().map(|i| (i * 7 + 1) % 1500).collect();
    let pairs = [&left[..], &right[..]];
    let cosine = cosines(rows, Some(90.0), &all.norms, pairs, ONE).expect("no fault");
    let best = largest(rows, Some(&one.bias[..dim]), 12, ONE).expect("no fault");
    assert_eq!(best, sorted(&values, &one.bias[..dim], 12));
    for threads in [2, 3, 7].map(Threads::Exactly) {
        assert_eq!(made_ready(rows, Some(90.0), threads), (all.clone(), one.clone()));
        assert_eq!(
            cosines(rows, Some(90.0), &all.norms, pairs, threads).as_ref(),
            Ok(&cosine)
        );
        assert_eq!(
            largest(rows, Some(&one.bias[..dim]), 12, threads).as_ref(),
            Ok(&best)
        );
    }
}

#[test]
fn some_rows_are_centred_as_all_of_them_are() {
    let (samples, dim) = (700, 103);
    let values = wave(samples, dim);
    let (all, done) = made_ready(matrix(&values, dim), Some(90.0), ONE);
    for part in [0..1, 3..300, 650..700] {
        let rows = matrix(&values[part.start * dim..part.end * dim], dim);
        let some = centred(rows, Some(90.0), &all.norms[part.clone()], &all.mean, ONE).expect("no fault");
        assert_eq!(some.rows, done.rows[part.start * dim..part.end * dim]);
        assert_eq!(some.bias, done.bias[part]);
        assert!(some.radius <= done.radius);
    }
}

#[test]
fn the_first_row_without_a_length_is_refused_by_its_number() {
    let mut values = wave(1500, 100);
    values[900 * 100..901 * 100].fill(0.0);
    values[1400 * 100..1401 * 100].fill(0.0);
    let zero = SearchError::ZeroRow {
        row: 900,
        name: "layer 7".to_owned(),
    };
    for threads in [1, 3].map(Threads::Exactly) {
        assert_eq!(
            measured(matrix(&values, 100), None, "layer 7", threads),
            Err(zero.clone())
        );
    }
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        values[77] = value;
        let found = measured(matrix(&values, 100), Some(1.0), "x", ONE);
        assert_eq!(
            found,
            Err(SearchError::NotFinite {
                row: 0,
                name: "x".to_owned()
            })
        );
    }
}

#[test]
fn what_cannot_be_searched_is_refused_with_what_would_be_taken() {
    let values = wave(3, 4);
    let rows = matrix(&values, 4);
    let message = |error: SearchError| error.to_string();
    let limit = measured(rows, Some(f32::NAN), "x", ONE).map_err(message);
    assert_eq!(limit, Err("limit is NaN; it must be positive".to_owned()));
    for (norms, dims, limit, text) in [
        (3, 4, -1.0, "limit is -1; it must be positive"),
        (2, 4, 1.0, "norms has 2 entries; it must have 3, one for each row"),
        (
            3,
            3,
            1.0,
            "mean has 3 entries; it must have 4, one for each column",
        ),
    ] {
        let found = centred(rows, Some(limit), &vec![1.0; norms], &vec![0.0; dims], ONE).map_err(message);
        assert_eq!(found, Err(text.to_owned()));
    }
    for width in [0, 5] {
        let wide = largest(rows, None, width, ONE);
        assert_eq!(wide, Err(SearchError::WidthOutOfRange { width, samples: 4 }));
    }
    let bias = largest(rows, Some(&[0.0; 3]), 1, ONE).map_err(message);
    assert_eq!(
        bias,
        Err("bias has 3 entries; it must have 4, one for each sample".to_owned())
    );
    let norms = [1.0; 3];
    for (left, right, text) in [
        (
            vec![0, 3],
            vec![0, 0],
            "left[1] is 3; it must be from 0 to 2, a row",
        ),
        (
            vec![0, 0],
            vec![-1, 0],
            "right[0] is -1; it must be from 0 to 2, a row",
        ),
        (
            vec![0],
            vec![],
            "right has 0 entries; it must have 1, one for each entry of left",
        ),
    ] {
        let found = cosines(rows, None, &norms, [&left, &right], ONE).map_err(message);
        assert_eq!(found, Err(text.to_owned()));
    }
    let norms = cosines(rows, None, &norms[..2], [&[], &[]], ONE).map_err(message);
    assert_eq!(
        norms,
        Err("norms has 2 entries; it must have 3, one for each row".to_owned())
    );
    assert!(matches!(
        Matrix::new("x", &[], [0, 4]),
        Err(SearchError::Empty { name: "x", .. })
    ));
    assert!(matches!(
        Matrix::new("x", &values, [2, 4]),
        Err(SearchError::LengthMismatch { values: 12, .. })
    ));
    assert!(matches!(
        largest(rows, None, 1, Threads::Exactly(0)),
        Err(SearchError::Call(_))
    ));
}
