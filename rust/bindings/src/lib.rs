//! The Python module `platoscope._native`: `overlaps` has the functions over neighbour ids, `search` those over features,
//! `pictures` those over decoded pictures. Every one has one rhythm: convert, release the GIL, call the crate, map the
//! error. Its documentation is `python/platoscope/_native.pyi`.

mod arguments;
mod errors;
mod ids;
mod overlaps;
mod pictures;
mod search;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::overlaps::{max_null, overlap_totals, permutation, sample_values, value_counts};
    #[pymodule_export]
    use super::pictures::{resized_luma, resized_rgb};
    #[pymodule_export]
    use super::search::{centred_rows, cosines, largest, measured_rows};
    #[pymodule_export]
    use super::source_digest;
}

#[pyfunction]
#[pyo3(signature = (*, part=None))]
fn source_digest(part: Option<&Bound<'_, PyAny>>) -> PyResult<&'static str> {
    let Some(part) = part else {
        return Ok(env!("PLATOSCOPE_SOURCE_DIGEST"));
    };
    match arguments::text("part", part)?.as_str() {
        "overlap" => Ok(env!("PLATOSCOPE_OVERLAP_DIGEST")),
        "pictures" => Ok(env!("PLATOSCOPE_PICTURES_DIGEST")),
        name => {
            let message = format!("part is {name:?}; there are overlap, pictures");
            Err(errors::input_error(part.py(), &message))
        }
    }
}
