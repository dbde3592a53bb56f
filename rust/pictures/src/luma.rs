//! Luma and colour differences of 4:2:0 pictures become RGB, exact to rounding, chroma interpolated linearly.

use crate::error::Error;
use crate::plane::{Pixel, Plane, Size, Window};

/// Bits behind the point of a coefficient, which with its sign takes 16.
const BITS: u32 = 13;
/// No coefficient reaches this (those of known matrices stay below 2.2).
const LARGEST: f64 = 3.9;
/// Interpolated chroma counts sixteenths, and luma with it.
const SHIFT: u32 = BITS + 4;
const HALF: i32 = 1 << (SHIFT - 1);

/// How red, green and blue come of luma and differences, in fixed point.
#[derive(Clone, Copy, Debug)]
pub struct Matrix {
    black: i16,
    luma: i16,
    red_of_v: i16,
    green_of_u: i16,
    green_of_v: i16,
    blue_of_u: i16,
}

/// Where the value of two pixels lies: at the first of them, between them, or at the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Site {
    /// At the first pixel.
    First,
    /// Between the pixels.
    Between,
    /// At the second pixel.
    Second,
}

impl Matrix {
    /// By the shares of red and blue in luma (what is left is that of green), for values of the full range 0 to 255 or of
    /// the limited one, 16 to 235 and 16 to 240.
    ///
    /// # Errors
    ///
    /// If the shares are not above 0, or leave next to nothing for green.
    pub fn new([red, blue]: [f64; 2], full: bool) -> Result<Self, Error> {
        let green = 1.0 - red - blue;
        let (luma, chroma) = if full {
            (1.0, 1.0)
        } else {
            (255.0 / 219.0, 255.0 / 224.0)
        };
        let of_red = 2.0 * (1.0 - red) * chroma;
        let of_blue = 2.0 * (1.0 - blue) * chroma;
        let of_green = [-of_blue * blue / green, -of_red * red / green];
        let bounded = of_green.iter().all(|share| share.abs() < LARGEST);
        if !(red > 0.0 && blue > 0.0 && green > 0.0 && bounded) {
            return Err(Error::Matrix([red, blue]));
        }
        Ok(Self {
            black: if full { 0 } else { 16 },
            luma: fixed(luma),
            red_of_v: fixed(of_red),
            green_of_u: fixed(of_green[0]),
            green_of_v: fixed(of_green[1]),
            blue_of_u: fixed(of_blue),
        })
    }

    /// The pixel of a luma and of differences in sixteenths.
    #[inline(always)]
    fn pixel(&self, luma: u8, u: i16, v: i16) -> Pixel {
        let y = i32::from((i16::from(luma) - self.black) << 4) * i32::from(self.luma) + HALF;
        let (u, v) = (i32::from(u), i32::from(v));
        let red = y + v * i32::from(self.red_of_v);
        let green = y + u * i32::from(self.green_of_u) + v * i32::from(self.green_of_v);
        let blue = y + u * i32::from(self.blue_of_u);
        Pixel::new([byte(red), byte(green), byte(blue), 0])
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it is below LARGEST")]
fn fixed(coefficient: f64) -> i16 {
    (coefficient * f64::from(1 << BITS)).round() as i16
}

#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "it is from 0 to 255")]
fn byte(value: i32) -> u8 {
    (value >> SHIFT).clamp(0, 255) as u8
}

impl Site {
    /// By its distance from the first pixel, in halves of a pixel.
    ///
    /// # Errors
    ///
    /// If it is not 0, 1 or 2.
    pub fn halves(distance: u64) -> Result<Self, Error> {
        match distance {
            0 => Ok(Self::First),
            1 => Ok(Self::Between),
            2 => Ok(Self::Second),
            _ => Err(Error::Site(distance)),
        }
    }

    /// Which values, and quarters of each, an entry between them takes; `last` is the last value that there is.
    fn mixed(self, place: usize, last: usize) -> ([usize; 2], [i16; 2]) {
        let (own, before, after) = (
            place / 2,
            (place / 2).saturating_sub(1),
            (place / 2 + 1).min(last),
        );
        match (self, place % 2) {
            (Self::First, 0) | (Self::Second, 1) => ([own, own], [4, 0]),
            (Self::First, _) => ([own, after], [2, 2]),
            (Self::Second, _) => ([before, own], [2, 2]),
            (Self::Between, 0) => ([before, own], [1, 3]),
            (Self::Between, _) => ([own, after], [3, 1]),
        }
    }
}

/// Fill in the pixels of a window, rows end to end.
#[inline(always)]
pub(crate) fn convert(
    planes: &[Plane<'_>; 3],
    size: Size,
    matrix: &Matrix,
    sites: [Site; 2],
    window: Window,
    pixels: &mut [Pixel],
) {
    let [luma, blue, red] = planes;
    let last = [(size.0 as usize - 1) / 2, (size.1 as usize - 1) / 2];
    let mut across = [Across::new(window, last[0]), Across::new(window, last[0])];
    for (row, pixels) in (window.rows.0..).zip(pixels.chunks_exact_mut(window.width())) {
        let (rows, quarters) = sites[1].mixed(row, last[1]);
        for (line, plane) in across.iter_mut().zip([blue, red]) {
            line.mix(rows.map(|row| plane.row(row)), quarters);
            line.spread(sites[0]);
        }
        let luma = &luma.row(row)[window.columns.0..window.columns.1];
        let [u, v] = [across[0].shown(), across[1].shown()];
        for (pixel, ((&y, &u), &v)) in pixels.iter_mut().zip(luma.iter().zip(u).zip(v)) {
            *pixel = matrix.pixel(y, u, v);
        }
    }
}

/// Differences along a row.
struct Across {
    /// Columns of the plane that are taken, one more than needed on either side, repeated at the borders.
    first: usize,
    count: usize,
    last: usize,
    /// In quarters, mixed of two rows.
    mixed: Vec<i16>,
    /// In sixteenths, for each pixel from `2 * first` on.
    spread: Vec<[i16; 2]>,
    skipped: usize,
    width: usize,
}

impl Across {
    fn new(window: Window, last: usize) -> Self {
        let first = window.columns.0 / 2;
        let count = (window.columns.1 - 1) / 2 - first + 1;
        Self {
            first,
            count,
            last,
            mixed: vec![0; count + 2],
            spread: vec![[0; 2]; count],
            skipped: window.columns.0 % 2,
            width: window.width(),
        }
    }

    #[inline(always)]
    fn mix(&mut self, [one, other]: [&[u8]; 2], [of_one, of_other]: [i16; 2]) {
        let mix = |(&a, &b): (&u8, &u8)| i16::from(a) * of_one + i16::from(b) * of_other - 4 * 128;
        let (from, to) = (self.first, self.first + self.count);
        let inner = &mut self.mixed[1..=self.count];
        for (mixed, pair) in inner.iter_mut().zip(one[from..to].iter().zip(&other[from..to])) {
            *mixed = mix(pair);
        }
        let (before, after) = (from.saturating_sub(1), to.min(self.last));
        self.mixed[0] = mix((&one[before], &other[before]));
        self.mixed[self.count + 1] = mix((&one[after], &other[after]));
    }

    #[inline(always)]
    fn spread(&mut self, site: Site) {
        let (before, own, after) = (&self.mixed[..], &self.mixed[1..], &self.mixed[2..]);
        let around = before.iter().zip(own).zip(after);
        match site {
            Site::First => {
                for (pair, ((_, own), after)) in self.spread.iter_mut().zip(around) {
                    *pair = [4 * own, 2 * (own + after)];
                }
            }
            Site::Between => {
                for (pair, ((before, own), after)) in self.spread.iter_mut().zip(around) {
                    *pair = [before + 3 * own, 3 * own + after];
                }
            }
            Site::Second => {
                for (pair, ((before, own), _)) in self.spread.iter_mut().zip(around) {
                    *pair = [2 * (before + own), 4 * own];
                }
            }
        }
    }

    fn shown(&self) -> &[i16] {
        &self.spread.as_flattened()[self.skipped..][..self.width]
    }
}
