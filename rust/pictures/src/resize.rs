//! One antialiased bicubic step from a box of a picture to whole pixels.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::error::Error;
use crate::plane::{Picture, Pixel, Size, Window};

/// Pixels on either side that the cubic reaches.
const REACH: f64 = 2.0;

/// Resize the box `[left, top, right, bottom]` of a picture to the size `to`: `[height, width, 3]`.
///
/// # Errors
///
/// If the box or the size is not what it has to be.
pub fn resized(picture: &Picture<'_>, edges: [f64; 4], to: Size) -> Result<Vec<u8>, Error> {
    let size = picture.size();
    let [left, top, right, bottom] = edges;
    let across = 0.0 <= left && left < right && right <= f64::from(size.0);
    let down = 0.0 <= top && top < bottom && bottom <= f64::from(size.1);
    if !(across && down) {
        return Err(Error::Box { edges, size });
    }
    if [to.0, to.1].iter().any(|side| !(1..=65535).contains(side)) {
        return Err(Error::Size(to));
    }
    let window = Window {
        columns: reached(left, right, to.0, size.0),
        rows: reached(top, bottom, to.1, size.1),
    };
    let pixels = picture.pixels(window);
    let refused = |_| Error::Box { edges, size };
    let large = TypedImageRef::new(side(window.width()), side(window.height()), &pixels)
        .map_err(|_| Error::Picture(size))?;
    let mut small = TypedImage::<Pixel>::new(to.0, to.1);
    #[expect(clippy::cast_precision_loss, reason = "sides are below 2^27")]
    let (x, y) = (left - window.columns.0 as f64, top - window.rows.0 as f64);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .use_alpha(false)
        .crop(x, y, right - left, bottom - top);
    // What it could refuse, a box that leads out of the picture, was refused above.
    Resizer::new()
        .resize_typed(&large, &mut small, &options)
        .map_err(refused)?;
    Ok(without_fourth(small.pixels()))
}

fn without_fourth(pixels: &[Pixel]) -> Vec<u8> {
    let mut values = vec![0; 3 * pixels.len()];
    for (three, pixel) in values.chunks_exact_mut(3).zip(pixels) {
        three.copy_from_slice(&pixel.0[..3]);
    }
    values
}

/// The whole pixels that the filter reaches from a side of the box.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "they are from 0 to the side"
)]
fn reached(from: f64, until: f64, to: u32, side: u32) -> (usize, usize) {
    let scale = ((until - from) / f64::from(to)).max(1.0);
    let margin = REACH * scale + 1.0;
    (
        (from - margin).floor().max(0.0) as usize,
        (until + margin).ceil().min(f64::from(side)) as usize,
    )
}

#[expect(clippy::cast_possible_truncation, reason = "a side is at most 2^26")]
fn side(length: usize) -> u32 {
    length as u32
}
