//! Arrays of neighbour ids become arrays of counts; the rhythm is that of `lib.rs`.

use numpy::{Element, PyArray1, PyArray2, PyArray3, PyArrayMethods};
use overlap::{Algorithm, Error, Measure, Permutations, Side, Table, Threads};
use pyo3::prelude::*;

use crate::arguments::{count, whole};
use crate::errors::input_error;
use crate::ids::{Ids, Labels, named, refused, threads};

#[pyfunction]
#[pyo3(signature = (a, b, *, measure, k=None, gallery=None, threads=None))]
pub(crate) fn sample_values<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    measure: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    gallery: Option<&Bound<'py, PyAny>>,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray3<i32>>> {
    by_measure(
        [a, b],
        measure,
        [k, gallery],
        threads,
        |a: &Table<'_>| a.samples(),
        |a: &Table<'_>, b: &Table<'_>, measure, threads| {
            let values = overlap::sample_values(a, b, measure, threads)?;
            Ok(values.into_iter().map(u32::cast_signed).collect())
        },
    )
}

#[pyfunction]
#[pyo3(signature = (a, b, *, measure, k=None, gallery=None, threads=None))]
pub(crate) fn value_counts<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    measure: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    gallery: Option<&Bound<'py, PyAny>>,
    threads: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray3<i64>>> {
    by_measure(
        [a, b],
        measure,
        [k, gallery],
        threads,
        |a: &Table<'_>| a.k() + 1,
        |a: &Table<'_>, b: &Table<'_>, measure, threads| {
            let counts = overlap::value_counts(a, b, measure, threads)?;
            Ok(counts.into_iter().map(u64::cast_signed).collect())
        },
    )
}

#[pyfunction]
#[pyo3(signature = (a, b, *, k=None, gallery=None, threads=None, algorithm=None))]
pub(crate) fn overlap_totals<'py>(
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
    let threads = self::threads(threads)?;
    let algorithm = algorithm
        .map(|name| named("algorithm", name, Algorithm::named))
        .transpose()?;
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
pub(crate) fn max_null<'py>(
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
pub(crate) fn permutation<'py>(
    samples: &Bound<'py, PyAny>,
    seed: &Bound<'py, PyAny>,
    index: &Bound<'py, PyAny>,
    blocks: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<i32>>> {
    let py = samples.py();
    let (samples, seed, index): (usize, u64, usize) = (
        whole("samples", samples)?,
        whole("seed", seed)?,
        whole("index", index)?,
    );
    let blocks = blocks.map(Labels::new).transpose()?;
    let blocks = blocks.as_ref().map(Labels::view).transpose()?;
    let drawn = py.detach(|| {
        let permutations = Permutations::new(samples, blocks)?;
        permutations.check(index.saturating_add(1))?;
        Ok(permutations.permutation(seed, index))
    });
    drawn
        .map(|drawn| PyArray1::from_iter(py, drawn.into_iter().map(u32::cast_signed)))
        .map_err(|error| refused(py, &error))
}

/// The rhythm of the functions that measure every pair of layers.
fn by_measure<'py, T: Element>(
    tables: [&Bound<'py, PyAny>; 2],
    measure: &Bound<'py, PyAny>,
    counts: [Option<&Bound<'py, PyAny>>; 2],
    threads: Option<&Bound<'py, PyAny>>,
    axis: impl Fn(&Table) -> usize + Send,
    compare: impl Fn(&Table, &Table, Measure, Threads) -> Result<Vec<T>, Error> + Send,
) -> PyResult<Bound<'py, PyArray3<T>>> {
    let py = tables[0].py();
    let (a, b) = (Ids::layers(Side::A, tables[0])?, Ids::layers(Side::B, tables[1])?);
    let (a, b) = (a.view()?, b.view()?);
    let measure = named("measure", measure, Measure::named)?;
    let (k, gallery) = (count("k", counts[0])?, count("gallery", counts[1])?);
    let threads = self::threads(threads)?;
    let measured = py.detach(move || {
        let (a, b) = (a.table(k, gallery)?, b.table(k, gallery)?);
        Ok((compare(&a, &b, measure, threads)?, axis(&a)))
    });
    let (values, last) = measured.map_err(|error| refused(py, &error))?;
    PyArray1::from_vec(py, values)
        .reshape([a.layers(), b.layers(), last])
        .map_err(|error| input_error(py, &error.to_string()))
}

/// `total / (samples * k)`.
#[expect(clippy::cast_precision_loss, reason = "both are below 2^32")]
fn mean_overlap(total: u64, table: &Table) -> f64 {
    total as f64 / (table.samples() * table.k()) as f64
}
