//! The finished scan as one HDF5 file, labelled.
//!
//! ```text
//! /scan                 attributes: paths, drawn, version
//!   <column>            [points]            point, seed, every key and figure; attributes words, unit
//! /failed/<column>      [points that failed] point, seed, every key, error
//! /grid/<figure>        [values of key 1, values of key 2, …, seeds]   attribute axes
//! /axes/<key>           [values of the key]
//! /experiment           the text of the experiment
//! ```
//!
//! Numbers are `f64`, NaN where a point has none; a key whose values share a unit is stored as
//! numbers with that unit, anything else as text. `/grid` is there if the scan is a grid.

use std::path::Path;

use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, Group};

use super::plan::Plan;
use super::values::number_and_unit;

/// Rows with the names of their columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub header: &'a [String],
    pub rows: &'a [csv::StringRecord],
}

impl<'a> Rows<'a> {
    /// The cells of a column, empty where there is none.
    fn cells(&self, column: usize) -> impl Iterator<Item = &'a str> + Clone {
        self.rows.iter().map(move |row| row.get(column).unwrap_or(""))
    }
}

/// Writes the file. An existing one is replaced if it is of a scan, and left alone if not.
pub(super) fn write(
    path: &Path,
    plan: &Plan,
    experiment: &str,
    done: Rows<'_>,
    failed: Rows<'_>,
) -> Result<(), hdf5::Error> {
    if path.exists() && hdf5::File::open(path).and_then(|file| file.group("scan")).is_err() {
        return Err("it exists and is not the result of a scan".into());
    }
    // Beside it first: a kill leaves one of the two.
    let beside = path.with_extension("h5.partial");
    let file = hdf5::File::create(&beside)?;
    texts(&file.new_dataset_builder(), "experiment", &[experiment])?;
    let scan = file.create_group("scan")?;
    attribute(&scan, "version", &[env!("CARGO_PKG_VERSION")])?;
    attribute(&scan, "paths", &plan.paths)?;
    let drawn: Vec<u8> = plan.drawn.iter().map(|drawn| u8::from(*drawn)).collect();
    scan.new_attr_builder().with_data(&drawn).create("drawn")?;
    for (k, name) in done.header.iter().enumerate() {
        let dataset = column(&scan, name, done.cells(k))?;
        if let Some(figure) = plan.figures.iter().find(|figure| figure.name == *name) {
            describe(&dataset, &figure.words, &figure.unit)?;
        }
    }
    let apart = file.create_group("failed")?;
    for (k, name) in failed.header.iter().enumerate() {
        column(&apart, name, failed.cells(k))?;
    }
    if let Some(shape) = &plan.shape {
        grid(&file, plan, shape, done)?;
    }
    file.flush()?;
    drop((scan, apart, file));
    std::fs::rename(&beside, path).map_err(|error| hdf5::Error::from(error.to_string()))
}

/// A column: numbers if all cells are, with their unit if they share one; else texts.
fn column<'a>(
    group: &Group,
    name: &str,
    cells: impl Iterator<Item = &'a str> + Clone,
) -> Result<Dataset, hdf5::Error> {
    let link = name.replace('/', "|"); // a slash would make a group
    let builder = group.new_dataset_builder();
    match numbers(cells.clone()) {
        Some((values, unit)) if name != "error" => {
            let dataset = builder.with_data(&values).create(link.as_str())?;
            if !unit.is_empty() {
                describe(&dataset, name, &unit)?;
            }
            Ok(dataset)
        }
        _ => texts(&builder, &link, &cells.collect::<Vec<_>>()),
    }
}

/// Numbers, and the unit that all of them have; `None` if they are no numbers or units differ.
pub(super) fn numbers<'a>(cells: impl Iterator<Item = &'a str>) -> Option<(Vec<f64>, String)> {
    let mut shared: Option<&str> = None;
    let mut values = Vec::new();
    for cell in cells {
        if cell.is_empty() {
            values.push(f64::NAN);
            continue;
        }
        let (value, unit) = number_and_unit(cell)?;
        if *shared.get_or_insert(unit) != unit {
            return None;
        }
        values.push(value);
    }
    Some((values, shared.unwrap_or_default().to_owned()))
}

/// Every figure over all keys and seeds, NaN where a point is missing or failed.
fn grid(
    file: &hdf5::File,
    plan: &Plan,
    shape: &[usize],
    done: Rows<'_>,
) -> Result<(), hdf5::Error> {
    let (group, axes) = (file.create_group("grid")?, file.create_group("axes")?);
    let mut stride: usize = shape.iter().product();
    let seeds = (plan.paths.len(), "seed".to_owned());
    let keys = plan.paths.iter().cloned().enumerate().chain([seeds]);
    for (k, name) in keys {
        stride /= shape[k].max(1);
        let at = |n: usize| plan.points.get(n * stride);
        let texts: Vec<String> = (0..shape[k])
            .filter_map(at)
            .map(|point| match point.values.get(k) {
                Some(value) => value.trim_matches('"').to_owned(),
                None => point.seed.to_string(),
            })
            .collect();
        column(&axes, &name, texts.iter().map(String::as_str))?;
    }
    let names: Vec<&str> = plan.paths.iter().map(String::as_str).chain(["seed"]).collect();
    for figure in &plan.figures {
        let Some(k) = done.header.iter().position(|name| *name == figure.name) else { continue };
        let mut values = vec![f64::NAN; shape.iter().product()];
        for row in done.rows {
            let place = row.get(0).and_then(|n| n.parse::<usize>().ok());
            let value = row.get(k).and_then(|cell| cell.parse().ok());
            if let (Some(place), Some(value)) = (place.and_then(|n| values.get_mut(n)), value) {
                *place = value;
            }
        }
        let link = figure.name.replace('/', "|");
        let dataset = group.new_dataset::<f64>().shape(shape).create(link.as_str())?;
        dataset.write_raw(&values)?;
        describe(&dataset, &figure.words, &figure.unit)?;
        attribute(&dataset, "axes", &names)?;
    }
    Ok(())
}

fn describe(dataset: &Dataset, words: &str, unit: &str) -> Result<(), hdf5::Error> {
    attribute(dataset, "words", &[words])?;
    attribute(dataset, "unit", &[unit])
}

fn unicode(text: &str) -> Result<VarLenUnicode, hdf5::Error> {
    let text = text.replace('\0', "").parse::<VarLenUnicode>();
    text.map_err(|error| hdf5::Error::from(error.to_string()))
}

fn attribute(
    on: &hdf5::Location,
    name: &str,
    values: &[impl AsRef<str>],
) -> Result<(), hdf5::Error> {
    let values: Vec<_> =
        values.iter().map(|text| unicode(text.as_ref())).collect::<Result<_, _>>()?;
    on.new_attr_builder().with_data(&values).create(name).map(|_| ())
}

fn texts(
    builder: &hdf5::DatasetBuilder,
    name: &str,
    values: &[impl AsRef<str>],
) -> Result<Dataset, hdf5::Error> {
    let values: Vec<_> =
        values.iter().map(|text| unicode(text.as_ref())).collect::<Result<_, _>>()?;
    builder.clone().with_data(&values).create(name)
}
