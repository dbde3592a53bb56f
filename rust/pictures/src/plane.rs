//! Planes of values and the picture that they make.

use pulp::{Simd, WithSimd};

use crate::error::Error;
use crate::luma::{self, Matrix, Site};

/// Width and height of a picture in pixels.
pub type Size = (u32, u32);

/// The longest side; the products of columns, rows and values a pixel then stay far below 2^63.
const LONGEST: u32 = 1 << 26;

/// A pixel of the window: red, green, blue and nothing.
pub(crate) type Pixel = fast_image_resize::pixels::U8x4;

/// Rows of values; what stands right of the picture's last column is padding.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    /// All rows end to end.
    pub values: &'a [u8],
    /// Values of a row, padding included.
    pub columns: usize,
}

/// Whole pixels of a picture: columns and rows from, and up to but without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) columns: (usize, usize),
    pub(crate) rows: (usize, usize),
}

/// A picture of three planes.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    planes: [Plane<'a>; 3],
    size: Size,
    luma: Option<(Matrix, [Site; 2])>,
}

impl<'a> Picture<'a> {
    /// A picture of red, green and blue.
    ///
    /// # Errors
    ///
    /// If the size is nothing or too large, or a plane is smaller.
    pub fn rgb(planes: [Plane<'a>; 3], size: Size) -> Result<Self, Error> {
        Self::checked(planes, size, None)
    }

    /// A picture of luma, and of blue and red differences, one of each for two by two pixels.
    ///
    /// `sites` says where these lie, across and down.
    ///
    /// # Errors
    ///
    /// If the size is nothing or too large, or a plane is smaller.
    pub fn luma(planes: [Plane<'a>; 3], size: Size, matrix: Matrix, sites: [Site; 2]) -> Result<Self, Error> {
        Self::checked(planes, size, Some((matrix, sites)))
    }

    fn checked(planes: [Plane<'a>; 3], size: Size, luma: Option<(Matrix, [Site; 2])>) -> Result<Self, Error> {
        if [size.0, size.1].iter().any(|side| !(1..=LONGEST).contains(side)) {
            return Err(Error::Picture(size));
        }
        let (width, height) = (size.0 as usize, size.1 as usize);
        for (place, plane) in planes.iter().enumerate() {
            let wanted = if place > 0 && luma.is_some() {
                (width.div_ceil(2), height.div_ceil(2))
            } else {
                (width, height)
            };
            let rows = plane.values.len().checked_div(plane.columns).unwrap_or(0);
            if plane.columns < wanted.0 || rows < wanted.1 {
                let found = (plane.columns, rows);
                return Err(Error::Plane { place, found, wanted });
            }
        }
        Ok(Self { planes, size, luma })
    }

    pub(crate) fn size(&self) -> Size {
        self.size
    }

    /// The pixels of a window of it, rows end to end.
    pub(crate) fn pixels(&self, window: Window) -> Vec<Pixel> {
        let mut pixels = vec![Pixel::default(); window.width() * window.height()];
        // The loops are compiled for wider vectors too; the widest that the machine has are taken.
        pulp::Arch::new().dispatch(Filling {
            picture: self,
            window,
            pixels: &mut pixels,
        });
        pixels
    }

    #[inline(always)]
    fn fill(&self, window: Window, pixels: &mut [Pixel]) {
        if let Some((matrix, sites)) = &self.luma {
            luma::convert(&self.planes, self.size, matrix, *sites, window, pixels);
            return;
        }
        let (from, to) = window.columns;
        for (row, pixels) in (window.rows.0..).zip(pixels.chunks_exact_mut(window.width())) {
            let [red, green, blue] = self.planes.map(|plane| &plane.row(row)[from..to]);
            for (pixel, ((&r, &g), &b)) in pixels.iter_mut().zip(red.iter().zip(green).zip(blue)) {
                pixel.0 = [r, g, b, 0];
            }
        }
    }
}

/// What is compiled for each instruction set; `inline(always)` on all of it lets the compiler do so.
struct Filling<'a, 'b> {
    picture: &'b Picture<'a>,
    window: Window,
    pixels: &'b mut [Pixel],
}

impl WithSimd for Filling<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.picture.fill(self.window, self.pixels);
    }
}

impl<'a> Plane<'a> {
    pub(crate) fn row(&self, row: usize) -> &'a [u8] {
        &self.values[row * self.columns..][..self.columns]
    }
}

impl Window {
    pub(crate) fn width(self) -> usize {
        self.columns.1 - self.columns.0
    }

    pub(crate) fn height(self) -> usize {
        self.rows.1 - self.rows.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels of a window by plain instructions.
    fn plain(picture: &Picture<'_>, window: Window) -> Vec<Pixel> {
        let mut pixels = vec![Pixel::default(); window.width() * window.height()];
        picture.fill(window, &mut pixels);
        pixels
    }

    #[test]
    fn every_instruction_set_gives_the_same_pixels() {
        let values: Vec<u8> = (0..67_u32 * 43)
            .map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let plane = |columns| Plane {
            values: &values,
            columns,
        };
        let size = (67, 43);
        let mut pictures = vec![Picture::rgb([plane(67); 3], size).expect("it is one")];
        for site in [Site::First, Site::Between, Site::Second] {
            let matrix = Matrix::new([0.2126, 0.0722], false).expect("they are shares");
            let planes = [plane(67), plane(34), plane(35)];
            pictures.push(Picture::luma(planes, size, matrix, [site; 2]).expect("it is one"));
        }
        for window in [
            Window {
                columns: (0, 67),
                rows: (0, 43),
            },
            Window {
                columns: (5, 62),
                rows: (7, 8),
            },
        ] {
            for picture in &pictures {
                assert_eq!(picture.pixels(window), plain(picture, window));
            }
        }
    }
}
