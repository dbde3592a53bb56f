//! What can be wrong with the inputs of a search: one variant a cause, with the values that explain it.

use crate::error::Error;

/// Everything that a search refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A matrix with no row or no column.
    #[error("{name} is empty: {rows} x {columns}; at least one of each is needed")]
    Empty {
        /// The matrix.
        name: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// The values do not fill the shape.
    #[error("{name} has {values} values, but its shape {rows} x {columns} takes another number")]
    LengthMismatch {
        /// The matrix.
        name: &'static str,
        /// The values given.
        values: usize,
        /// Rows in the shape.
        rows: usize,
        /// Columns in the shape.
        columns: usize,
    },
    /// More samples than places can name.
    #[error("{samples} samples; places are told apart among at most {limit}")]
    TooManySamples {
        /// Samples.
        samples: usize,
        /// The largest number that is taken.
        limit: usize,
    },
    /// A number of best entries that a row does not have.
    #[error("width is {width}, but there are {samples} samples; it must be from 1 to {samples}")]
    WidthOutOfRange {
        /// The width asked for.
        width: usize,
        /// Samples, which are the entries of a row.
        samples: usize,
    },
    /// An array beside a matrix that has another number of entries.
    #[error("{name} has {found} entries; it must have {wanted}, one for each {of}")]
    OtherLength {
        /// The array.
        name: &'static str,
        /// Its entries.
        found: usize,
        /// The entries it must have.
        wanted: usize,
        /// What each entry belongs to.
        of: &'static str,
    },
    /// A score that has no place in an order.
    #[error("the score of query {query} for sample {sample} is not a number, so that none is largest")]
    NotANumber {
        /// Where it is.
        query: usize,
        /// Where it is.
        sample: usize,
    },
    /// A row with a value that is infinite or not a number.
    #[error("row {row} of {name} is not finite")]
    NotFinite {
        /// The row.
        row: usize,
        /// What messages call the rows.
        name: String,
    },
    /// A row that has no direction.
    #[error("row {row} of {name} is zero in float32, but a cosine needs a length")]
    ZeroRow {
        /// The row.
        row: usize,
        /// What messages call the rows.
        name: String,
    },
    /// A threshold that would leave nothing.
    #[error("limit is {limit}; it must be positive")]
    LimitNotPositive {
        /// The threshold.
        limit: String,
    },
    /// A number that names no row.
    #[error("{name}[{pair}] is {row}; it must be from 0 to {}, a row", .rows - 1)]
    RowOutOfRange {
        /// The array.
        name: &'static str,
        /// Where it is.
        pair: usize,
        /// The number.
        row: i64,
        /// Rows that there are.
        rows: usize,
    },
    /// What is wrong with a call of any kernel, such as its threads.
    #[error(transparent)]
    Call(#[from] Error),
}
