//! Python arguments become values of Rust, without copying an array. What is refused here is what a slice cannot express:
//! dtype, order, number of axes, and numbers that are no counts.

use numpy::{Element, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};

use crate::errors::input_error;

/// A borrowed array of the dtype of `T`, C-contiguous and aligned, with these axes.
pub(crate) fn array<'py, T: Element>(
    name: &str,
    value: &Bound<'py, PyAny>,
    dtype: &str,
    axes: &[&str],
) -> PyResult<PyReadonlyArrayDyn<'py, T>> {
    let py = value.py();
    let wanted = format!("a C-contiguous {dtype} array [{}]", axes.join(", "));
    let refuse = |found: String| input_error(py, &format!("{name} is {found}; it must be {wanted}"));
    let Ok(untyped) = value.cast::<PyUntypedArray>() else {
        return Err(refuse(format!("of type {}", value.get_type().name()?)));
    };
    let Ok(typed) = value.cast::<PyArrayDyn<T>>() else {
        return Err(refuse(format!("of dtype {}", untyped.dtype())));
    };
    if untyped.ndim() != axes.len() {
        return Err(refuse(format!("of shape {:?}", untyped.shape())));
    }
    if !untyped.is_c_contiguous() || !untyped.is_aligned() {
        return Err(refuse("not contiguous in C order, or not aligned".to_owned()));
    }
    typed.try_readonly().map_err(|error| refuse(error.to_string()))
}

/// What is borrowed, to be taken where the GIL is released.
pub(crate) fn slice<'a, T: Element>(array: &'a PyReadonlyArrayDyn<'_, T>) -> PyResult<&'a [T]> {
    Ok(array.as_slice()?)
}

/// A whole number from 0, given by anything that Python takes as an index, but a bool.
pub(crate) fn whole<T>(name: &str, value: &Bound<'_, PyAny>) -> PyResult<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py, Error = PyErr>,
{
    let number = if value.is_instance_of::<PyBool>() {
        None
    } else {
        value.extract::<T>().ok()
    };
    number.ok_or_else(|| {
        let found = shown(value);
        let most = 8 * size_of::<T>();
        input_error(
            value.py(),
            &format!("{name} is {found}; it must be a whole number from 0 to 2^{most} - 1"),
        )
    })
}

/// The same, where `None` leaves the choice to the core.
pub(crate) fn count(name: &str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<usize>> {
    value.map(|value| whole(name, value)).transpose()
}

/// A number, given by anything that Python takes as a float, but a bool; rounded to float32.
pub(crate) fn single(name: &str, value: &Bound<'_, PyAny>) -> PyResult<f32> {
    let number = if value.is_instance_of::<PyBool>() {
        None
    } else {
        value.extract::<f32>().ok()
    };
    let py = value.py();
    number.ok_or_else(|| input_error(py, &format!("{name} is {}; it must be a number", shown(value))))
}

/// How Python prints a value.
fn shown(value: &Bound<'_, PyAny>) -> String {
    value
        .repr()
        .map_or_else(|_| "unprintable".to_owned(), |text| text.to_string())
}

/// A text.
pub(crate) fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(text) = value.cast::<PyString>() else {
        let found = value.get_type().name()?;
        return Err(input_error(
            value.py(),
            &format!("{name} is of type {found}; it must be a name"),
        ));
    };
    Ok(text.to_string_lossy().into_owned())
}

/// Yes or no.
pub(crate) fn switch(name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let switch = value.cast::<PyBool>().map(PyBoolMethods::is_true);
    switch.map_err(|_| {
        let found = shown(value);
        input_error(
            value.py(),
            &format!("{name} is {found}; it must be True or False"),
        )
    })
}

/// So many numbers, in a tuple or a list.
pub(crate) fn numbers<T, const N: usize>(name: &str, value: &Bound<'_, PyAny>, what: &str) -> PyResult<[T; N]>
where
    T: for<'a, 'py> FromPyObject<'a, 'py, Error = PyErr>,
{
    let refuse = || {
        let found = shown(value);
        input_error(value.py(), &format!("{name} is {found}; it must be {N} {what}"))
    };
    let items: Vec<Bound<'_, PyAny>> = value.extract().map_err(|_| refuse())?;
    let switched = items.iter().any(PyAnyMethods::is_instance_of::<PyBool>);
    let found: Option<Vec<T>> = items.iter().map(|item| item.extract::<T>().ok()).collect();
    let found = found
        .filter(|_| !switched)
        .and_then(|found| found.try_into().ok());
    found.ok_or_else(refuse)
}
