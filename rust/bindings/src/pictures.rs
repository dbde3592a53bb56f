//! Planes of decoded pictures become interleaved pictures; the rhythm is that of `lib.rs`.

use numpy::{PyArray1, PyArray3, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pictures::{Error, Matrix, Picture, Plane, Site};
use pyo3::prelude::*;

use crate::arguments::{array, numbers, slice, switch};
use crate::errors::input_error;

#[pyfunction]
#[pyo3(signature = (red, green, blue, *, size, edges, to))]
pub(crate) fn resized_rgb<'py>(
    red: &Bound<'py, PyAny>,
    green: &Bound<'py, PyAny>,
    blue: &Bound<'py, PyAny>,
    size: &Bound<'py, PyAny>,
    edges: &Bound<'py, PyAny>,
    to: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyArray3<u8>>> {
    let planes = [plane("red", red)?, plane("green", green)?, plane("blue", blue)?];
    resized(red.py(), &planes, [size, edges, to], |planes, size| {
        Picture::rgb(planes, size)
    })
}

#[pyfunction]
#[pyo3(signature = (luma, blue, red, *, shares, full, sites, size, edges, to))]
#[expect(clippy::too_many_arguments, reason = "they are keywords")]
pub(crate) fn resized_luma<'py>(
    luma: &Bound<'py, PyAny>,
    blue: &Bound<'py, PyAny>,
    red: &Bound<'py, PyAny>,
    shares: &Bound<'py, PyAny>,
    full: &Bound<'py, PyAny>,
    sites: &Bound<'py, PyAny>,
    size: &Bound<'py, PyAny>,
    edges: &Bound<'py, PyAny>,
    to: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyArray3<u8>>> {
    let py = luma.py();
    let planes = [plane("luma", luma)?, plane("blue", blue)?, plane("red", red)?];
    let refused = |error: Error| input_error(py, &error.to_string());
    let matrix =
        Matrix::new(numbers("shares", shares, "numbers")?, switch("full", full)?).map_err(refused)?;
    let [across, down] = numbers("sites", sites, "whole numbers")?;
    let sites = [
        Site::halves(across).map_err(refused)?,
        Site::halves(down).map_err(refused)?,
    ];
    resized(py, &planes, [size, edges, to], |planes, size| {
        Picture::luma(planes, size, matrix, sites)
    })
}

/// A borrowed plane: C-contiguous uint8.
fn plane<'py>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArrayDyn<'py, u8>> {
    array(name, value, "uint8", &["row", "column"])
}

/// The picture of the planes that `made` makes, resized; `shape` is its size, the edges of the box and the size wanted.
fn resized<'py>(
    py: Python<'py>,
    planes: &[PyReadonlyArrayDyn<'py, u8>; 3],
    [size, edges, to]: [&Bound<'py, PyAny>; 3],
    made: impl for<'a> FnOnce([Plane<'a>; 3], (u32, u32)) -> Result<Picture<'a>, Error> + Send,
) -> PyResult<Bound<'py, PyArray3<u8>>> {
    let [one, two, three] = planes;
    let planes = [borrowed(one)?, borrowed(two)?, borrowed(three)?];
    let [width, height] = numbers("size", size, "whole numbers")?;
    let edges = numbers("edges", edges, "numbers")?;
    let [columns, rows] = numbers("to", to, "whole numbers")?;
    let done = py.detach(|| pictures::resized(&made(planes, (width, height))?, edges, (columns, rows)));
    let pixels = done.map_err(|error| input_error(py, &error.to_string()))?;
    PyArray1::from_vec(py, pixels)
        .reshape([rows as usize, columns as usize, 3])
        .map_err(|error| input_error(py, &error.to_string()))
}

fn borrowed<'a>(plane: &'a PyReadonlyArrayDyn<'_, u8>) -> PyResult<Plane<'a>> {
    Ok(Plane {
        values: slice(plane)?,
        columns: plane.shape()[1],
    })
}
