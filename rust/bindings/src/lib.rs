//! The Python module `platoscope._native`: arrays of neighbour ids become arrays of counts. Every function
//! has one rhythm: convert, release the GIL, call `overlap`, map the error. Its documentation is
//! `python/platoscope/_native.pyi`.

mod arguments;
mod errors;

use numpy::{PyArray1, PyArray2, PyArrayMethods};
use overlap::{Error, Permutations, Side, Table};
use pyo3::prelude::*;

use crate::arguments::{Ids, Labels, algorithm, count, threads, whole};
use crate::errors::{input_error, refused};

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{
        cycle_hits, edit_distances, lcs_lengths, max_null, overlap_counts, overlap_totals, permutation,
        source_digest,
    };
}

#[pyfunction]
#[pyo3(signature = (a, b, *, k=None, gallery=None))]
fn overlap_counts<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    gallery: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<i32>>> {
    let counts = by_sample(a, b, k, gallery, overlap::overlap_counts)?;
    Ok(counted(a.py(), counts))
}

#[pyfunction]
#[pyo3(signature = (a, b, *, k=None, gallery=None))]
fn lcs_lengths<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    gallery: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<i32>>> {
    let lengths = by_sample(a, b, k, gallery, overlap::lcs_lengths)?;
    Ok(counted(a.py(), lengths))
}

#[pyfunction]
#[pyo3(signature = (a, b, *, k=None, gallery=None))]
fn edit_distances<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    gallery: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<i32>>> {
    let distances = by_sample(a, b, k, gallery, overlap::edit_distances)?;
    Ok(counted(a.py(), distances))
}

#[pyfunction]
#[pyo3(signature = (a, b, *, k=None))]
fn cycle_hits<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<bool>>> {
    let hits = by_sample(a, b, k, None, overlap::cycle_hits)?;
    Ok(PyArray1::from_vec(a.py(), hits))
}

#[pyfunction]
#[pyo3(signature = (a, b, *, k=None, gallery=None, threads=None, algorithm=None))]
fn overlap_totals<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    gallery: Option<&Bound<'py, PyAny>>,
    threads: Option<&Bound<'py, PyAny>>,
    algorithm: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let py = a.py();
    let (a, b) = (Ids::layers(Side::A, a)?, Ids::layers(Side::B, b)?);
    let (a, b) = (a.view()?, b.view()?);
    let (k, gallery) = (count("k", k)?, count("gallery", gallery)?);
    let (threads, algorithm) = (self::threads(threads)?, self::algorithm(algorithm)?);
    let totals = py.detach(|| {
        let (a, b) = (a.table(k, gallery)?, b.table(k, gallery)?);
        overlap::overlap_totals(&a, &b, threads, algorithm)
    });
    let totals = totals.map_err(|error| refused(py, &error))?;
    // A total is at most samples x k, which is below 2^32.
    PyArray1::from_iter(py, totals.into_iter().map(u64::cast_signed))
        .reshape([a.layers(), b.layers()])
        .map_err(|error| input_error(py, &error.to_string()))
}

#[pyfunction]
#[pyo3(signature = (a, b, *, k=None, permutations, seed, blocks=None, threads=None))]
fn max_null<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    permutations: &Bound<'py, PyAny>,
    seed: &Bound<'py, PyAny>,
    blocks: Option<&Bound<'py, PyAny>>,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let py = a.py();
    let (a, b) = (Ids::layers(Side::A, a)?, Ids::layers(Side::B, b)?);
    let (a, b) = (a.view()?, b.view()?);
    let (k, threads) = (count("k", k)?, self::threads(threads)?);
    let (permutations, seed) = (whole("permutations", permutations)?, whole("seed", seed)?);
    let blocks = blocks.map(Labels::new).transpose()?;
    let blocks = blocks.as_ref().map(Labels::view).transpose()?;
    let maxima = py.detach(|| {
        let (a, b) = (a.table(k, None)?, b.table(k, None)?);
        let drawn = Permutations::new(a.samples(), blocks)?;
        let maxima = overlap::max_null(&a, &b, &drawn, permutations, seed, threads)?;
        Ok(maxima.into_iter().map(|total| mean_overlap(total, &a)).collect())
    });
    maxima
        .map(|maxima| PyArray1::from_vec(py, maxima))
        .map_err(|error| refused(py, &error))
}

#[pyfunction]
#[pyo3(signature = (samples, *, seed, index, blocks=None))]
fn permutation<'py>(
    samples: &Bound<'py, PyAny>,
    seed: &Bound<'py, PyAny>,
    index: &Bound<'py, PyAny>,
    blocks: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<i32>>> {
    let py = samples.py();
    let (samples, seed, index) = (
        whole("samples", samples)?,
        whole("seed", seed)?,
        whole("index", index)?,
    );
    let blocks = blocks.map(Labels::new).transpose()?;
    let blocks = blocks.as_ref().map(Labels::view).transpose()?;
    let drawn = py.detach(|| Ok(Permutations::new(samples, blocks)?.permutation(seed, index)));
    drawn
        .map(|drawn| counted(py, drawn))
        .map_err(|error| refused(py, &error))
}

#[pyfunction]
fn source_digest() -> &'static str {
    env!("PLATOSCOPE_SOURCE_DIGEST")
}

/// The rhythm of the functions that compare two tables of one layer sample by sample.
fn by_sample<'py, T: Send>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    gallery: Option<&Bound<'py, PyAny>>,
    compare: impl Fn(&Table, &Table) -> Result<Vec<T>, Error> + Send,
) -> PyResult<Vec<T>> {
    let py = a.py();
    let (a, b) = (Ids::layer(Side::A, a)?, Ids::layer(Side::B, b)?);
    let (a, b) = (a.view()?, b.view()?);
    let (k, gallery) = (count("k", k)?, count("gallery", gallery)?);
    let compared = py.detach(move || compare(&a.table(k, gallery)?, &b.table(k, gallery)?));
    compared.map_err(|error| refused(py, &error))
}

/// Counts and ids as int32: none exceeds the 2^24 ids of a gallery.
fn counted(py: Python<'_>, counts: Vec<u32>) -> Bound<'_, PyArray1<i32>> {
    PyArray1::from_iter(py, counts.into_iter().map(u32::cast_signed))
}

/// `total / (samples * k)`.
#[expect(clippy::cast_precision_loss, reason = "both are below 2^32")]
fn mean_overlap(total: u64, table: &Table) -> f64 {
    total as f64 / (table.samples() * table.k()) as f64
}
