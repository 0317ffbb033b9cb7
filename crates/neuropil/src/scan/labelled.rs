//! The finished table as an HDF5 file: one dataset for every column under `/scan`, numbers as
//! `f64` (NaN where a point has none), anything else as text.

use std::path::Path;

use hdf5::types::VarLenUnicode;

/// Writes the columns. An existing file is replaced if it is such a table, and left alone if not.
pub(super) fn write(
    path: &Path,
    header: &[String],
    rows: &[csv::StringRecord],
) -> Result<(), hdf5::Error> {
    if path.exists() && hdf5::File::open(path).and_then(|file| file.group("scan")).is_err() {
        return Err("it exists and is not the table of a scan".into());
    }
    let group = hdf5::File::create(path)?.create_group("scan")?;
    for (k, name) in header.iter().enumerate() {
        let cells = || rows.iter().map(move |row| row.get(k).unwrap_or(""));
        let number = |cell: &str| if cell.is_empty() { Some(f64::NAN) } else { cell.parse().ok() };
        let link = name.replace('/', "|"); // a slash would make a group
        match cells().map(number).collect::<Option<Vec<f64>>>() {
            Some(numbers) if name != "error" => {
                group.new_dataset_builder().with_data(&numbers).create(link.as_str())?;
            }
            _ => {
                let text = |cell: &str| cell.replace('\0', "").parse::<VarLenUnicode>();
                let texts = cells().map(text).collect::<Result<Vec<_>, _>>();
                let texts = texts.map_err(|error| hdf5::Error::from(error.to_string()))?;
                group.new_dataset_builder().with_data(&texts).create(link.as_str())?;
            }
        }
    }
    group.file()?.flush()
}
