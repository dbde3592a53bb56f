//! Cosines of pairs of rows in float64: rows `[sample, dim]` and pairs of their numbers `[pair]` become `[pair]`.

use super::{Matrix, OF_AN_ID, SearchError, check_length, checked_limit, clip, dot};
use crate::parallel::{self, Threads};

/// The cosines of the pairs (left, right) of rows, whose values are clipped to `[-limit, limit]`.
///
/// `norms` are the lengths of the clipped rows, as [`super::measured`] gives them. Products of float32 values are exact
/// in float64: equal rows have equal cosines.
///
/// # Errors
///
/// `LimitNotPositive`, `OtherLength`, `RowOutOfRange`, `Call`.
pub fn cosines(
    rows: Matrix,
    limit: Option<f32>,
    norms: &[f64],
    [left, right]: [&[i64]; 2],
    threads: Threads,
) -> Result<Vec<f64>, SearchError> {
    let limit = checked_limit(limit)?;
    check_length("norms", norms.len(), rows.rows, "row")?;
    check_length("right", right.len(), left.len(), "entry of left")?;
    let (left, right) = (numbers("left", left, &rows)?, numbers("right", right, &rows)?);
    let blocks = parallel::blocks(threads, left.len(), rows.columns.div_ceil(OF_AN_ID))?;
    let parts = parallel::map(threads, blocks, |pairs| {
        let pairs = left[pairs.clone()].iter().zip(&right[pairs]);
        let cosine = pairs.map(|(&one, &other)| {
            let product = |x, y| clip(x, limit) * clip(y, limit);
            dot(rows.row(one), rows.row(other), product) / (norms[one] * norms[other])
        });
        cosine.collect::<Vec<_>>()
    })?;
    Ok(parts.concat())
}

/// Numbers of rows, each checked.
fn numbers(name: &'static str, given: &[i64], rows: &Matrix) -> Result<Vec<usize>, SearchError> {
    let rows = rows.rows;
    let number = |(pair, &row): (usize, &i64)| {
        let number = usize::try_from(row).ok().filter(|&number| number < rows);
        number.ok_or(SearchError::RowOutOfRange {
            name,
            pair,
            row,
            rows,
        })
    };
    given.iter().enumerate().map(number).collect()
}
