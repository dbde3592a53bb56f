//! Errors of the crates, and of the conversion before them, become `platoscope.errors.InputError`.

use pyo3::prelude::*;

/// `platoscope.errors.InputError` with this message.
pub(crate) fn input_error(py: Python<'_>, message: &str) -> PyErr {
    // Looked up when it is needed: importing the module runs no Python of the package.
    let raised = py
        .import("platoscope.errors")
        .and_then(|errors| errors.getattr("InputError"));
    match raised.and_then(|class| class.call1((message,))) {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}
