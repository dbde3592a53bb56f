//! Arrays of neighbour ids, labels and names become what `overlap` takes, without copying an array.

use numpy::{PyReadonlyArrayDyn, PyUntypedArrayMethods};
use overlap::{Error, Shape, Side, Table, Threads};
use pyo3::prelude::*;

use crate::arguments::{array, count, slice, text};
use crate::errors::input_error;

/// A borrowed array of neighbour ids: C-contiguous int32.
pub(crate) struct Ids<'py> {
    array: PyReadonlyArrayDyn<'py, i32>,
    shape: Shape,
    side: Side,
}

/// The part of [`Ids`] that needs no GIL.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    ids: &'a [i32],
    shape: Shape,
    side: Side,
}

impl<'py> Ids<'py> {
    /// An array `[layer, sample, k]`.
    pub(crate) fn layers(side: Side, value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let array = array(&side.to_string(), value, "int32", &["layer", "sample", "k"])?;
        let (layers, samples, depth) = (array.shape()[0], array.shape()[1], array.shape()[2]);
        Ok(Self {
            array,
            shape: Shape {
                layers,
                samples,
                depth,
            },
            side,
        })
    }

    /// The ids, to be taken where the GIL is released.
    pub(crate) fn view(&self) -> PyResult<View<'_>> {
        Ok(View {
            ids: slice(&self.array)?,
            shape: self.shape,
            side: self.side,
        })
    }
}

impl<'a> View<'a> {
    /// The checked table.
    pub(crate) fn table(self, k: Option<usize>, gallery: Option<usize>) -> Result<Table<'a>, Error> {
        Table::new(self.side, self.ids, self.shape, k, gallery)
    }

    pub(crate) fn layers(self) -> usize {
        self.shape.layers
    }
}

/// A borrowed array of block labels: C-contiguous int64 `[sample]`.
pub(crate) struct Labels<'py>(PyReadonlyArrayDyn<'py, i64>);

impl<'py> Labels<'py> {
    pub(crate) fn new(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        array("blocks", value, "int64", &["sample"]).map(Self)
    }

    /// The labels, to be taken where the GIL is released.
    pub(crate) fn view(&self) -> PyResult<&[i64]> {
        slice(&self.0)
    }
}

/// A number of threads; `None` is all of them.
pub(crate) fn threads(value: Option<&Bound<'_, PyAny>>) -> PyResult<Threads> {
    Ok(count("threads", value)?.map_or(Threads::All, Threads::Exactly))
}

/// What `find` finds by a name.
pub(crate) fn named<T>(
    argument: &str,
    value: &Bound<'_, PyAny>,
    find: impl Fn(&str) -> Result<T, Error>,
) -> PyResult<T> {
    find(&text(argument, value)?).map_err(|error| refused(value.py(), &error))
}

/// The exception for an error of the core.
pub(crate) fn refused(py: Python<'_>, error: &Error) -> PyErr {
    input_error(py, &error.to_string())
}
