//! Rows of features become what a search of their neighbours needs; the rhythm is that of `lib.rs`.

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use overlap::search::{self, Matrix, SearchError};
use pyo3::prelude::*;

use crate::arguments::{array, single, slice, text, whole};
use crate::errors::input_error;
use crate::ids::threads;

/// Norms and the mean.
type Measured<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// Centred rows, their bias and the radius.
type Centred<'py> = (Bound<'py, PyArray2<f32>>, Bound<'py, PyArray1<f32>>, f64);

/// Values and places.
type Largest<'py> = (Bound<'py, PyArray2<f32>>, Bound<'py, PyArray2<i64>>);

#[pyfunction]
#[pyo3(signature = (rows, *, limit=None, name=None, threads=None))]
pub(crate) fn measured_rows<'py>(
    rows: &Bound<'py, PyAny>,
    limit: Option<&Bound<'py, PyAny>>,
    name: Option<&Bound<'py, PyAny>>,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Measured<'py>> {
    let py = rows.py();
    let rows = Rows::new("rows", rows, ["sample", "dim"])?;
    let view = rows.view()?;
    let limit = limit.map(|limit| single("limit", limit)).transpose()?;
    let name = name.map_or_else(|| Ok("rows".to_owned()), |name| text("name", name))?;
    let threads = self::threads(threads)?;
    py.detach(|| search::measured(view.matrix()?, limit, &name, threads))
        .map(|done| {
            (
                PyArray1::from_vec(py, done.norms),
                PyArray1::from_vec(py, done.mean),
            )
        })
        .map_err(|error| input_error(py, &error.to_string()))
}

#[pyfunction]
#[pyo3(signature = (rows, *, norms, mean, limit=None, threads=None))]
pub(crate) fn centred_rows<'py>(
    rows: &Bound<'py, PyAny>,
    norms: &Bound<'py, PyAny>,
    mean: &Bound<'py, PyAny>,
    limit: Option<&Bound<'py, PyAny>>,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Centred<'py>> {
    let py = rows.py();
    let rows = Rows::new("rows", rows, ["sample", "dim"])?;
    let view = rows.view()?;
    let norms = array::<f64>("norms", norms, "float64", &["sample"])?;
    let mean = array::<f64>("mean", mean, "float64", &["dim"])?;
    let (norms, mean) = (slice(&norms)?, slice(&mean)?);
    let limit = limit.map(|limit| single("limit", limit)).transpose()?;
    let threads = self::threads(threads)?;
    let done = py
        .detach(|| search::centred(view.matrix()?, limit, norms, mean, threads))
        .map_err(|error| input_error(py, &error.to_string()))?;
    let bias = PyArray1::from_vec(py, done.bias);
    Ok((shaped(py, done.rows, view.shape)?, bias, done.radius))
}

#[pyfunction]
#[pyo3(signature = (scores, *, width, bias=None, threads=None))]
pub(crate) fn largest<'py>(
    scores: &Bound<'py, PyAny>,
    width: &Bound<'py, PyAny>,
    bias: Option<&Bound<'py, PyAny>>,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Largest<'py>> {
    let py = scores.py();
    let scores = Rows::new("scores", scores, ["query", "sample"])?;
    let view = scores.view()?;
    let bias = bias
        .map(|bias| array::<f32>("bias", bias, "float32", &["sample"]))
        .transpose()?;
    let bias = bias.as_ref().map(slice).transpose()?;
    let (width, threads) = (whole("width", width)?, self::threads(threads)?);
    let found = py
        .detach(|| search::largest(view.matrix()?, bias, width, threads))
        .map_err(|error| input_error(py, &error.to_string()))?;
    let shape = [view.shape[0], width];
    Ok((shaped(py, found.values, shape)?, shaped(py, found.places, shape)?))
}

#[pyfunction]
#[pyo3(signature = (rows, left, right, *, norms, limit=None, threads=None))]
pub(crate) fn cosines<'py>(
    rows: &Bound<'py, PyAny>,
    left: &Bound<'py, PyAny>,
    right: &Bound<'py, PyAny>,
    norms: &Bound<'py, PyAny>,
    limit: Option<&Bound<'py, PyAny>>,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let py = rows.py();
    let rows = Rows::new("rows", rows, ["sample", "dim"])?;
    let view = rows.view()?;
    let left = array::<i64>("left", left, "int64", &["pair"])?;
    let right = array::<i64>("right", right, "int64", &["pair"])?;
    let norms = array::<f64>("norms", norms, "float64", &["sample"])?;
    let (pairs, norms) = ([slice(&left)?, slice(&right)?], slice(&norms)?);
    let limit = limit.map(|limit| single("limit", limit)).transpose()?;
    let threads = self::threads(threads)?;
    py.detach(|| search::cosines(view.matrix()?, limit, norms, pairs, threads))
        .map(|cosines| PyArray1::from_vec(py, cosines))
        .map_err(|error| input_error(py, &error.to_string()))
}

/// A borrowed matrix: C-contiguous float32.
struct Rows<'py> {
    name: &'static str,
    array: PyReadonlyArrayDyn<'py, f32>,
}

/// The part of [`Rows`] that needs no GIL.
#[derive(Clone, Copy)]
struct View<'a> {
    name: &'static str,
    values: &'a [f32],
    shape: [usize; 2],
}

impl<'py> Rows<'py> {
    fn new(name: &'static str, value: &Bound<'py, PyAny>, axes: [&str; 2]) -> PyResult<Self> {
        let array = array(name, value, "float32", &axes)?;
        Ok(Self { name, array })
    }

    fn view(&self) -> PyResult<View<'_>> {
        Ok(View {
            name: self.name,
            values: slice(&self.array)?,
            shape: [self.array.shape()[0], self.array.shape()[1]],
        })
    }
}

impl<'a> View<'a> {
    fn matrix(self) -> Result<Matrix<'a>, SearchError> {
        Matrix::new(self.name, self.values, self.shape)
    }
}

fn shaped<T: numpy::Element>(
    py: Python<'_>,
    values: Vec<T>,
    shape: [usize; 2],
) -> PyResult<Bound<'_, PyArray2<T>>> {
    PyArray1::from_vec(py, values)
        .reshape(shape)
        .map_err(|error| input_error(py, &error.to_string()))
}
