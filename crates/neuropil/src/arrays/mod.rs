//! Arrays from files: NumPy `.npy`, CSV, HDF5.
//!
//! A place is a file name, for CSV and HDF5 followed by `:` and the column or dataset:
//! `pairs.npy`, `pairs.csv:source`, `pairs.h5:/edges/source`. Every value is checked as it is read
//! and the first bad one is named with its row; nothing is held twice.

mod csv;
mod error;
mod hdf5;
mod npy;

use std::path::{Path, PathBuf};

pub use error::ArrayError;

/// An array: values in row-major order and their shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<T> {
    /// Values, last index fastest.
    pub values: Vec<T>,
    /// Extent of each dimension.
    pub shape: Vec<usize>,
}

impl<T> Array<T> {
    /// A one-dimensional array.
    pub fn line(values: Vec<T>) -> Self {
        let shape = vec![values.len()];
        Self { values, shape }
    }
}

/// A file, and what in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Column or dataset; empty for the only or first one.
    pub part: String,
}

impl Place {
    /// Splits `file:part`; the file counts from `folder`.
    ///
    /// ```
    /// use neuropil::arrays::Place;
    /// let place = Place::parse("pairs.csv:source", "data");
    /// assert_eq!((place.file.to_str(), place.part.as_str()), (Some("data/pairs.csv"), "source"));
    /// ```
    pub fn parse(text: &str, folder: impl AsRef<Path>) -> Self {
        // Only what follows a known ending is a part: a Windows drive letter is none.
        let cut = [".csv:", ".tsv:", ".txt:", ".h5:", ".hdf5:", ".nwb:"]
            .iter()
            .find_map(|ending| text.find(ending).map(|k| k + ending.len() - 1));
        let (file, part) = match cut {
            Some(k) => (&text[..k], &text[k + 1..]),
            None => (text, ""),
        };
        Self { file: folder.as_ref().join(file), part: part.into() }
    }

    fn format(&self) -> Result<Format, ArrayError> {
        let ending = self.file.extension().and_then(|e| e.to_str()).unwrap_or("");
        match ending.to_ascii_lowercase().as_str() {
            "npy" => Ok(Format::Npy),
            "csv" | "tsv" | "txt" | "dat" => Ok(Format::Csv),
            "h5" | "hdf5" | "nwb" => Ok(Format::Hdf5),
            _ => Err(ArrayError::Format { path: self.file.clone() }),
        }
    }
}

enum Format {
    Npy,
    Csv,
    Hdf5,
}

/// Reads whole numbers in `0..=u32::MAX`, such as neuron indices.
///
/// # Errors
/// [`ArrayError`]; a negative, fractional or too large value is named with its row.
pub fn read_indices(place: &Place) -> Result<Array<u32>, ArrayError> {
    match place.format()? {
        Format::Npy => npy::read_indices(&place.file),
        Format::Csv => csv::column(place, |text| text.parse::<u32>().ok(), "a neuron index"),
        Format::Hdf5 => hdf5::indices(place),
    }
}

/// Reads numbers. NaN is refused, infinity is not.
///
/// # Errors
/// [`ArrayError`]; a NaN is named with its row.
pub fn read_numbers(place: &Place) -> Result<Array<f64>, ArrayError> {
    match place.format()? {
        Format::Npy => npy::read_numbers(&place.file),
        Format::Csv => csv::column(
            place,
            |text| text.parse::<f64>().ok().filter(|value| !value.is_nan()),
            "a number",
        ),
        Format::Hdf5 => hdf5::numbers(place),
    }
}
