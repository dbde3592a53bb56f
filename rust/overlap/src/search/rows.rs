//! Rows made ready to be searched: `[sample, dim]` become rows of length 1 less their mean, with what each loses. The
//! mean is taken over all rows; any of them can then be made at a time, with the same bits.
//!
//! With u the rows brought to length 1, m their mean and c = u - m, a cosine is
//! `<u_i, u_j> = <c_i, c_j> + <m, c_j> + <c_i, m> + <m, m>`, whose last two terms are the same for all candidates j of
//! a query i: it ranks them by `<c_i, c_j> + <m, c_j>`, in which float32 keeps the digits that tell them apart.

use std::ops::Range;

use super::{Matrix, OF_AN_ID, SearchError, check_length, checked_limit, clip, dot};
use crate::parallel::{self, Threads};

/// What all rows have in common, and the length of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Lengths of the clipped rows, `[sample]`.
    pub norms: Vec<f64>,
    /// m, `[dim]`.
    pub mean: Vec<f64>,
}

/// Rows less the mean, and what every search of them needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Centred {
    /// c, `[sample, dim]` row by row.
    pub rows: Vec<f32>,
    /// `<m, c_j>`, `[sample]`.
    pub bias: Vec<f32>,
    /// The largest length in c.
    pub radius: f64,
}

/// Values of a block of rows. Blocks depend on the shape alone: the order of every sum does, too.
const BLOCK: usize = 1 << 16;

/// The most blocks, each of which has a sum of its rows.
const MOST_BLOCKS: usize = 128;

/// Clips rows to `[-limit, limit]`, brings them to length 1 and takes the mean of all rows off, in float64.
///
/// `mean` is what [`measured`] gave for all rows, `norms` what it gave for these, which may be some of them.
///
/// # Errors
///
/// `LimitNotPositive`, `OtherLength`, `Call`.
pub fn centred(
    rows: Matrix,
    limit: Option<f32>,
    norms: &[f64],
    mean: &[f64],
    threads: Threads,
) -> Result<Centred, SearchError> {
    let limit = checked_limit(limit)?;
    check_length("norms", norms.len(), rows.rows, "row")?;
    check_length("mean", mean.len(), rows.columns, "column")?;
    let (size, blocks) = blocks(&rows);
    let mut done = Centred {
        rows: vec![0.0; rows.values.len()],
        bias: vec![0.0; rows.rows],
        radius: 0.0,
    };
    let parts = done
        .rows
        .chunks_mut(size * rows.columns)
        .zip(done.bias.chunks_mut(size));
    let jobs = blocks.into_iter().zip(parts).collect();
    let squares = parallel::map(worth(&rows, threads)?, jobs, |(block, (into, bias))| {
        let into = into.chunks_exact_mut(rows.columns).zip(bias);
        let mut wide = vec![0.0; rows.columns];
        let each = block.zip(into).map(|(row, (into, bias))| {
            let scale = norms[row].recip();
            for ((wide, mean), &value) in wide.iter_mut().zip(mean).zip(rows.row(row)) {
                *wide = clip(value, limit) * scale - mean;
            }
            for (into, &wide) in into.iter_mut().zip(&wide) {
                *into = single(wide);
            }
            *bias = single(dot(&wide, mean, |x, m| x * m));
            dot(&wide, &wide, |x, y| x * y)
        });
        each.fold(0.0, f64::max)
    })?;
    done.radius = squares.into_iter().fold(0.0, f64::max).sqrt();
    Ok(done)
}

/// The lengths of the rows, clipped to `[-limit, limit]`, and the mean of the rows brought to length 1, in float64.
///
/// `name` is what messages call the rows.
///
/// # Errors
///
/// `LimitNotPositive`, `NotFinite`, `ZeroRow`, `Call`.
pub fn measured(
    rows: Matrix,
    limit: Option<f32>,
    name: &str,
    threads: Threads,
) -> Result<Measured, SearchError> {
    let limit = checked_limit(limit)?;
    let parts = parallel::map(worth(&rows, threads)?, blocks(&rows).1, |block| {
        let mut norms = Vec::with_capacity(block.len());
        let (mut sum, mut wide) = (vec![0.0; rows.columns], vec![0.0; rows.columns]);
        for row in block {
            let values = rows.row(row);
            for (wide, &value) in wide.iter_mut().zip(values) {
                *wide = clip(value, limit);
            }
            let norm = dot(&wide, &wide, |x, y| x * y).sqrt();
            check_row(values, norm, row, name)?;
            let scale = norm.recip();
            for (sum, wide) in sum.iter_mut().zip(&wide) {
                *sum += wide * scale;
            }
            norms.push(norm);
        }
        Ok::<_, SearchError>((norms, sum))
    })?;
    let mut norms = Vec::with_capacity(rows.rows);
    let mut mean = vec![0.0; rows.columns];
    for part in parts {
        let (lengths, sum) = part?;
        norms.extend(lengths);
        mean.iter_mut().zip(sum).for_each(|(mean, sum)| *mean += sum);
    }
    #[expect(clippy::cast_precision_loss, reason = "no array has 2^53 rows")]
    let samples = rows.rows as f64;
    let mean = mean.into_iter().map(|sum| sum / samples).collect();
    Ok(Measured { norms, mean })
}

/// Rows in blocks, and how many each but the last has.
fn blocks(rows: &Matrix) -> (usize, Vec<Range<usize>>) {
    let size = (BLOCK / rows.columns).max(rows.rows.div_ceil(MOST_BLOCKS)).max(1);
    let starts = (0..rows.rows).step_by(size);
    (
        size,
        starts.map(|start| start..(start + size).min(rows.rows)).collect(),
    )
}

/// One thread where more would not be done sooner.
fn worth(rows: &Matrix, threads: Threads) -> Result<Threads, SearchError> {
    let worth = parallel::blocks(threads, rows.rows, rows.columns.div_ceil(OF_AN_ID))?.len();
    Ok(if worth == 1 { Threads::Exactly(1) } else { threads })
}

fn check_row(values: &[f32], norm: f64, row: usize, name: &str) -> Result<(), SearchError> {
    let name = || name.to_owned();
    if !values.iter().fold(true, |fine, value| fine & value.is_finite()) {
        return Err(SearchError::NotFinite { row, name: name() });
    }
    if norm == 0.0 {
        return Err(SearchError::ZeroRow { row, name: name() });
    }
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "rounding is what is wanted")]
fn single(value: f64) -> f32 {
    value as f32
}
