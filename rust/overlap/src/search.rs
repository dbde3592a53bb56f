//! The passes over one layer from which its neighbours are sought: rows `[sample, dim]` become centred rows, scores
//! `[query, sample]` become the best of every query, and pairs of rows become cosines. Every number is the same for
//! any number of threads.

mod cosines;
mod error;
mod largest;
mod rows;

pub use cosines::cosines;
pub use error::SearchError;
pub use largest::{Largest, largest};
pub use rows::{Centred, Measured, centred, measured};

/// float32 values, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
}

impl<'a> Matrix<'a> {
    /// Checks that the values fill the shape, `[row, column]`, of which there is at least one each.
    ///
    /// # Errors
    ///
    /// `Empty`, `LengthMismatch`; both call it `name`.
    pub fn new(
        name: &'static str,
        values: &'a [f32],
        [rows, columns]: [usize; 2],
    ) -> Result<Self, SearchError> {
        if rows == 0 || columns == 0 {
            return Err(SearchError::Empty { name, rows, columns });
        }
        if rows.checked_mul(columns) != Some(values.len()) {
            return Err(SearchError::LengthMismatch {
                name,
                values: values.len(),
                rows,
                columns,
            });
        }
        Ok(Self {
            values,
            rows,
            columns,
        })
    }

    fn row(&self, row: usize) -> &'a [f32] {
        &self.values[row * self.columns..][..self.columns]
    }
}

/// As many values are work as one neighbour id to look at is.
const OF_AN_ID: usize = 4;

/// Sums that a processor keeps side by side; they are added up at the end, in one order.
const LANES: usize = 8;

/// The sum of what `term` gives for every pair of entries.
fn dot<T: Copy>(a: &[T], b: &[T], term: impl Fn(T, T) -> f64) -> f64 {
    let mut sums = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a.remainder().iter().zip(b.remainder());
    let rest: f64 = rest.map(|(&x, &y)| term(x, y)).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            sums[lane] += term(a[lane], b[lane]);
        }
    }
    sums.iter().sum::<f64>() + rest
}

fn check_length(
    name: &'static str,
    found: usize,
    wanted: usize,
    of: &'static str,
) -> Result<(), SearchError> {
    let wrong = SearchError::OtherLength {
        name,
        found,
        wanted,
        of,
    };
    if found == wanted { Ok(()) } else { Err(wrong) }
}

/// The threshold that values are clipped at: infinity, which clips nothing, where none is given.
fn checked_limit(limit: Option<f32>) -> Result<f32, SearchError> {
    match limit {
        None => Ok(f32::INFINITY),
        Some(limit) if limit > 0.0 => Ok(limit),
        Some(limit) => Err(SearchError::LimitNotPositive {
            limit: limit.to_string(),
        }),
    }
}

/// `value` in `[-limit, limit]`.
fn clip(value: f32, limit: f32) -> f64 {
    let below = if value > limit { limit } else { value };
    f64::from(if below < -limit { -limit } else { below })
}
