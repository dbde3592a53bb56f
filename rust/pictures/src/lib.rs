//! A decoded picture, 8 bits a value in three planes, becomes an interleaved RGB picture of another size.
//!
//! The part that is shown (a box, which may begin and end between pixels) is made RGB, exact to rounding, and brought
//! to whole pixels by one antialiased bicubic step (a = -1/2, as Pillow's). All sums are of whole numbers, so that every
//! instruction set gives the same bytes.
#![forbid(unsafe_code)]
#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for wider vectors"
)]

mod error;
mod luma;
mod plane;
mod resize;

pub use error::Error;
pub use luma::{Matrix, Site};
pub use plane::{Picture, Plane, Size};
pub use resize::resized;
