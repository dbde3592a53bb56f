//! Why a picture is not resized.

use std::fmt;

use crate::plane::Size;

/// Why a picture is not resized.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Error {
    /// A plane has fewer rows or columns than the picture asks for.
    Plane {
        /// Which of the three planes, from 0.
        place: usize,
        /// Columns and rows that it has.
        found: (usize, usize),
        /// Columns and rows that it needs.
        wanted: (usize, usize),
    },
    /// The picture has no pixels, or a side that is too long.
    Picture(Size),
    /// The box is empty, not finite, or not within the picture.
    Box {
        /// Left, top, right and bottom, in pixels of the picture.
        edges: [f64; 4],
        /// Width and height of the picture.
        size: Size,
    },
    /// A picture of no pixels is asked for, or one with too long a side.
    Size(Size),
    /// Shares of red and blue in luma that cannot be, or leave next to nothing for green.
    Matrix([f64; 2]),
    /// A place of chroma that there is not, in halves of a pixel.
    Site(u64),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plane {
                place,
                found: (columns, rows),
                wanted,
            } => write!(
                f,
                "plane {place} has {columns} columns and {rows} rows; it must have at least {} and {}",
                wanted.0, wanted.1
            ),
            Self::Picture((width, height)) => {
                write!(f, "size is {width} x {height}; each side must be from 1 to 2^26")
            }
            Self::Box {
                edges: [left, top, right, bottom],
                size: (width, height),
            } => write!(
                f,
                "edges are {left}, {top}, {right}, {bottom}; they must be left < right and top < bottom within {width} x {height} pixels"
            ),
            Self::Size((width, height)) => write!(
                f,
                "a picture of {width} x {height} pixels is asked for; each side must be from 1 to 65535"
            ),
            Self::Matrix([red, blue]) => write!(
                f,
                "shares of luma are {red} (red) and {blue} (blue); they must be above 0 and leave a share for green"
            ),
            Self::Site(distance) => write!(
                f,
                "a site of chroma is {distance}; it must be 0 (at the first of two pixels), 1 (between) or 2 (at the second)"
            ),
        }
    }
}

impl std::error::Error for Error {}
