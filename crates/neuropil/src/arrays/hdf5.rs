//! Datasets of HDF5 files.

use super::{Array, ArrayError, Place};

/// Whole numbers in `0..=u32::MAX`.
pub(super) fn indices(place: &Place) -> Result<Array<u32>, ArrayError> {
    let array = read::<i64>(place, "whole numbers")?;
    let mut values = Vec::with_capacity(array.values.len());
    for (row, value) in array.values.iter().enumerate() {
        values.push(u32::try_from(*value).map_err(|_| ArrayError::Value {
            path: place.file.clone(),
            row,
            found: value.to_string(),
            expected: "a neuron index",
        })?);
    }
    Ok(Array { values, shape: array.shape })
}

/// Numbers, NaN refused.
pub(super) fn numbers(place: &Place) -> Result<Array<f64>, ArrayError> {
    let array = read::<f64>(place, "numbers")?;
    match array.values.iter().position(|value| value.is_nan()) {
        None => Ok(array),
        Some(row) => Err(ArrayError::Value {
            path: place.file.clone(),
            row,
            found: "NaN".into(),
            expected: "a number",
        }),
    }
}

fn read<T: hdf5::H5Type + Clone>(
    place: &Place,
    expected: &'static str,
) -> Result<Array<T>, ArrayError> {
    let path = &place.file;
    std::fs::metadata(path).map_err(|error| ArrayError::io(path, &error))?;
    let file = hdf5::File::open(path).map_err(|_| ArrayError::Unreadable {
        path: path.clone(),
        reason: "no HDF5 file".into(),
    })?;
    let dataset = file.dataset(&place.part).map_err(|_| ArrayError::Part {
        path: path.clone(),
        kind: "dataset",
        name: place.part.clone(),
        suggestion: String::new(),
    })?;
    let values = dataset.read_raw::<T>().map_err(|_| ArrayError::Type {
        path: path.clone(),
        found: "something else".into(),
        expected,
    })?;
    Ok(Array { values, shape: dataset.shape() })
}
