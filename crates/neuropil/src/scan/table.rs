//! The table of a scan: a row for every point, appended as soon as it is done.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::plan::{Plan, Point};
use crate::run::Summary;

/// Why a table cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ScanTableError {
    #[error("cannot use {path}", path = path.display())]
    File { path: PathBuf, source: csv::Error },
    #[error("cannot write {path}", path = path.display())]
    Labelled { path: PathBuf, source: hdf5::Error },
    #[error(
        "{path} is the table of another scan: its columns or values differ; give another name, or \
         begin anew",
        path = path.display()
    )]
    Other { path: PathBuf },
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The point.
    pub point: Point,
    /// Its figures, or why there are none.
    pub outcome: Result<Summary, String>,
}

/// A table that is being written.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    header: Vec<String>,
    populations: Vec<String>,
    writer: csv::Writer<File>,
}

impl Table {
    /// Opens the table at `path`, making it if it is not there; also returns the numbers of the
    /// points that it holds already. Failed ones are forgotten if they are to be tried again.
    ///
    /// # Errors
    /// [`ScanTableError::Other`] if it belongs to another scan, [`ScanTableError::File`].
    pub fn open(
        path: &Path,
        plan: &Plan,
        retry: bool,
    ) -> Result<(Self, BTreeSet<usize>), ScanTableError> {
        let file = |source| ScanTableError::File { path: path.into(), source };
        let mut header = vec!["point".to_owned(), "seed".to_owned()];
        header.extend(plan.paths.iter().cloned());
        header.extend(["error", "synapses", "spikes", "build_s", "simulate_s"].map(String::from));
        for name in &plan.populations {
            header.extend([format!("{name}.rate_hz"), format!("{name}.cv_isi")]);
        }
        let mut kept = BTreeSet::new();
        let fresh = std::fs::metadata(path).map_or(true, |data| data.len() == 0);
        if !fresh {
            kept = read_kept(path, &header, plan)?;
            if retry {
                kept = without_failed(path, &header, &kept)?;
            }
        }
        let opened = OpenOptions::new().create(true).append(true).open(path);
        let mut writer = csv::Writer::from_writer(opened.map_err(|e| file(e.into()))?);
        if fresh {
            writer.write_record(&header).map_err(file)?;
            writer.flush().map_err(|e| file(e.into()))?;
        }
        let populations = plan.populations.clone();
        Ok((Self { path: path.into(), header, populations, writer }, kept))
    }

    /// Adds a row and makes sure that it is in the file.
    ///
    /// # Errors
    /// [`ScanTableError::File`].
    pub fn append(&mut self, row: &Row) -> Result<(), ScanTableError> {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let mut record = vec![row.point.number.to_string(), row.point.seed.to_string()];
        record.extend(row.point.values.iter().map(|value| plain(value)));
        match &row.outcome {
            Ok(summary) => {
                record.push(String::new());
                record.extend([summary.synapses.to_string(), summary.spikes.to_string()]);
                record.extend([summary.build_s.to_string(), summary.simulate_s.to_string()]);
                for name in &self.populations {
                    let found = summary.populations.iter().find(|p| p.name == *name);
                    record.push(number(found.and_then(|p| p.rate_hz)));
                    record.push(number(found.and_then(|p| p.cv_isi)));
                }
            }
            Err(reason) => record.push(reason.replace(['\n', '\r'], " ")),
        }
        record.resize(self.header.len(), String::new());
        let file = |source| ScanTableError::File { path: self.path.clone(), source };
        self.writer.write_record(&record).map_err(file)?;
        self.writer.flush().map_err(|e| file(e.into()))
    }

    /// Puts the rows into the order of the points and writes them as HDF5 beside the table;
    /// returns how many of the points failed.
    ///
    /// # Errors
    /// [`ScanTableError::File`].
    pub fn sort(&mut self) -> Result<usize, ScanTableError> {
        let file = |source| ScanTableError::File { path: self.path.clone(), source };
        let mut reader = csv::Reader::from_path(&self.path).map_err(file)?;
        let mut rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(file)?;
        rows.sort_by_key(|row| row.get(0).and_then(|n| n.parse::<usize>().ok()));
        let error = self.header.iter().position(|name| name == "error").unwrap_or(0);
        let failed =
            rows.iter().filter(|row| row.get(error).is_some_and(|e| !e.is_empty())).count();
        // Written beside and moved over it, so that a kill leaves one of the two.
        let beside = self.path.with_extension("csv.partial");
        let mut writer = csv::Writer::from_path(&beside).map_err(file)?;
        writer.write_record(&self.header).map_err(file)?;
        rows.iter().try_for_each(|row| writer.write_record(row)).map_err(file)?;
        writer.flush().map_err(|e| file(e.into()))?;
        std::fs::rename(&beside, &self.path).map_err(|e| file(e.into()))?;
        let labelled = self.path.with_extension("h5");
        super::labelled::write(&labelled, &self.header, &rows)
            .map_err(|source| ScanTableError::Labelled { path: labelled, source })?;
        Ok(failed)
    }
}

/// Drops the rows of failed points from a table; returns the numbers of the others.
fn without_failed(
    path: &Path,
    header: &[String],
    kept: &BTreeSet<usize>,
) -> Result<BTreeSet<usize>, ScanTableError> {
    let file = |source| ScanTableError::File { path: path.into(), source };
    let mut reader = csv::Reader::from_path(path).map_err(file)?;
    let error = header.iter().position(|name| name == "error").unwrap_or(0);
    let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(file)?;
    let good = |row: &&csv::StringRecord| row.get(error).is_none_or(str::is_empty);
    let numbers = rows.iter().filter(good).filter_map(|row| row.get(0)?.parse::<usize>().ok());
    let numbers: BTreeSet<usize> = numbers.filter(|number| kept.contains(number)).collect();
    let beside = path.with_extension("csv.partial");
    let mut writer = csv::Writer::from_path(&beside).map_err(file)?;
    writer.write_record(header).map_err(file)?;
    rows.iter().filter(good).try_for_each(|row| writer.write_record(row)).map_err(file)?;
    writer.flush().map_err(|e| file(e.into()))?;
    std::fs::rename(&beside, path).map_err(|e| file(e.into()))?;
    Ok(numbers)
}

/// Numbers of the points in a table, which must be of this plan. A torn last line is dropped.
fn read_kept(
    path: &Path,
    header: &[String],
    plan: &Plan,
) -> Result<BTreeSet<usize>, ScanTableError> {
    let file = |source| ScanTableError::File { path: path.into(), source };
    let text = std::fs::read_to_string(path).map_err(|e| file(e.into()))?;
    if !text.ends_with('\n') {
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        std::fs::write(path, whole).map_err(|e| file(e.into()))?;
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).map_err(file)?;
    let other = || ScanTableError::Other { path: path.into() };
    if reader.headers().map_err(file)? != header {
        return Err(other());
    }
    let mut kept = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(file)?;
        let number: usize = record.get(0).and_then(|n| n.parse().ok()).ok_or_else(other)?;
        let point = plan.points.get(number).ok_or_else(other)?;
        let values = point.values.iter().enumerate();
        let same = record.get(1) == Some(point.seed.to_string().as_str())
            && values.clone().all(|(k, value)| record.get(k + 2) == Some(plain(value).as_str()));
        if !same {
            return Err(other());
        }
        kept.insert(number);
    }
    Ok(kept)
}

/// A value without the quotation marks of a text.
fn plain(value: &str) -> String {
    value.trim_matches('"').to_owned()
}
