//! The tables of a scan: a row for every point, appended as soon as it is done. What failed has a
//! table of its own, so that the other holds figures alone.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::figures;
use super::labelled::{self, Rows};
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
         begin anew with --force",
        path = path.display()
    )]
    Other { path: PathBuf },
    #[error(
        "{path} is no table of a scan, and only such a file is replaced; give another name",
        path = path.display()
    )]
    Foreign { path: PathBuf },
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The point.
    pub point: Point,
    /// Its figures, or why there are none.
    pub outcome: Result<Summary, String>,
}

/// The tables of a scan that is being run.
#[derive(Debug)]
pub struct Table {
    done: Sheet,
    failed: Sheet,
    plan: Plan,
}

/// Which points the tables hold already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Points with figures.
    pub done: BTreeSet<usize>,
    /// Points that failed.
    pub failed: BTreeSet<usize>,
}

impl Held {
    /// Whether a point needs no run.
    pub fn contains(&self, number: usize) -> bool {
        self.done.contains(&number) || self.failed.contains(&number)
    }

    /// Points in all.
    pub fn len(&self) -> usize {
        self.done.len() + self.failed.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How to open the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening {
    /// Forgets everything.
    pub anew: bool,
    /// Forgets the points that failed.
    pub retry: bool,
}

impl Table {
    /// Opens the table at `path`, making it if it is not there, and tells which points it holds.
    ///
    /// # Errors
    /// [`ScanTableError::Other`] if it belongs to another scan, [`ScanTableError::File`].
    pub fn open(
        path: &Path,
        plan: &Plan,
        opening: Opening,
    ) -> Result<(Self, Held), ScanTableError> {
        let first = ["point", "seed"].into_iter().map(String::from);
        let first: Vec<String> = first.chain(plan.paths.iter().cloned()).collect();
        let figures = plan.figures.iter().map(|figure| figure.name.clone());
        let done = first.iter().cloned().chain(figures).collect();
        let failed = first.into_iter().chain([String::from("error")]).collect();
        let beside = failed_path(path);
        if opening.anew {
            let text = std::fs::read(path).unwrap_or_default();
            if !text.is_empty() && !text.starts_with(b"point,seed") {
                return Err(ScanTableError::Foreign { path: path.into() });
            }
            remove(path)?;
            remove(&labelled_path(path))?;
        }
        if opening.anew || opening.retry {
            remove(&beside)?;
        }
        let (done, with_figures) = Sheet::open(path, done, plan)?;
        let (failed, without) = Sheet::open(&beside, failed, plan)?;
        let mut table = Self { done, failed, plan: plan.clone() };
        table.done.begin()?;
        Ok((table, Held { done: with_figures, failed: without }))
    }

    /// Adds a row and makes sure that it is in its file.
    ///
    /// # Errors
    /// [`ScanTableError::File`].
    pub fn append(&mut self, row: &Row) -> Result<(), ScanTableError> {
        let mut record = vec![row.point.number.to_string(), row.point.seed.to_string()];
        record.extend(row.point.values.iter().map(|value| plain(value)));
        match &row.outcome {
            Ok(summary) => {
                let cell = |name: &str| match figures::value(summary, name) {
                    Some(value) => value.to_string(),
                    None => String::new(),
                };
                record.extend(self.plan.figures.iter().map(|figure| cell(&figure.name)));
                self.done.append(&record)
            }
            Err(reason) => {
                record.push(reason.replace(['\n', '\r'], " "));
                self.failed.append(&record)
            }
        }
    }

    /// Puts the rows into the order of the points and writes them as HDF5 beside the table;
    /// returns how many of the points failed. `experiment` is the text of the experiment.
    ///
    /// # Errors
    /// [`ScanTableError`].
    pub fn finish(&mut self, experiment: &str) -> Result<usize, ScanTableError> {
        let (done, failed) = (self.done.sort()?, self.failed.sort()?);
        let done = Rows { header: &self.done.header, rows: &done };
        let failed = Rows { header: &self.failed.header, rows: &failed };
        let path = labelled_path(&self.done.path);
        labelled::write(&path, &self.plan, experiment, done, failed)
            .map_err(|source| ScanTableError::Labelled { path, source })?;
        Ok(failed.rows.len())
    }
}

/// Where the points that failed are listed: `scan_failed.csv` beside `scan.csv`.
pub fn failed_path(table: &Path) -> PathBuf {
    let stem = table.file_stem().unwrap_or_default().to_string_lossy();
    table.with_file_name(format!("{stem}_failed.csv"))
}

/// The labelled result beside a table.
pub fn labelled_path(table: &Path) -> PathBuf {
    table.with_extension("h5")
}

fn remove(path: &Path) -> Result<(), ScanTableError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ScanTableError::File { path: path.into(), source: error.into() })
        }
        _ => Ok(()),
    }
}

/// One file of rows.
#[derive(Debug)]
struct Sheet {
    path: PathBuf,
    header: Vec<String>,
    /// Open once there is something to write.
    writer: Option<csv::Writer<File>>,
}

impl Sheet {
    /// A sheet and the numbers of the points that it holds, which must be of the plan. A torn last
    /// line is dropped.
    fn open(
        path: &Path,
        header: Vec<String>,
        plan: &Plan,
    ) -> Result<(Self, BTreeSet<usize>), ScanTableError> {
        let sheet = Self { path: path.into(), header, writer: None };
        let mut kept = BTreeSet::new();
        if sheet.fresh() {
            return Ok((sheet, kept));
        }
        let text = std::fs::read_to_string(path).map_err(|e| sheet.fault(e.into()))?;
        if !text.ends_with('\n') {
            let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
            std::fs::write(path, whole).map_err(|e| sheet.fault(e.into()))?;
            if whole.is_empty() {
                return Ok((sheet, kept));
            }
        }
        let reader = csv::ReaderBuilder::new().flexible(true).from_path(path);
        let mut reader = reader.map_err(|e| sheet.fault(e))?;
        let other = || ScanTableError::Other { path: path.into() };
        if reader.headers().map_err(|e| sheet.fault(e))? != sheet.header[..] {
            return Err(other());
        }
        for record in reader.records() {
            let record = record.map_err(|e| sheet.fault(e))?;
            let number: usize = record.get(0).and_then(|n| n.parse().ok()).ok_or_else(other)?;
            let point = plan.points.get(number).ok_or_else(other)?;
            let mut values = point.values.iter().enumerate();
            let same = record.get(1) == Some(point.seed.to_string().as_str())
                && values.all(|(k, value)| record.get(k + 2) == Some(plain(value).as_str()));
            if !same {
                return Err(other());
            }
            kept.insert(number);
        }
        Ok((sheet, kept))
    }

    fn fresh(&self) -> bool {
        std::fs::metadata(&self.path).map_or(true, |data| data.len() == 0)
    }

    fn fault(&self, source: csv::Error) -> ScanTableError {
        ScanTableError::File { path: self.path.clone(), source }
    }

    /// Makes the file, with its header.
    fn begin(&mut self) -> Result<(), ScanTableError> {
        let fresh = self.fresh();
        let opened = OpenOptions::new().create(true).append(true).open(&self.path);
        let mut writer = csv::Writer::from_writer(opened.map_err(|e| self.fault(e.into()))?);
        if fresh {
            writer.write_record(&self.header).map_err(|e| self.fault(e))?;
            writer.flush().map_err(|e| self.fault(e.into()))?;
        }
        self.writer = Some(writer);
        Ok(())
    }

    fn append(&mut self, record: &[String]) -> Result<(), ScanTableError> {
        if self.writer.is_none() {
            self.begin()?;
        }
        let path = &self.path;
        let fault = |source| ScanTableError::File { path: path.clone(), source };
        match &mut self.writer {
            Some(writer) => {
                writer.write_record(record).map_err(fault)?;
                writer.flush().map_err(|e| fault(e.into()))
            }
            None => Ok(()),
        }
    }

    /// All rows, put in the order of the points in the file too.
    fn sort(&mut self) -> Result<Vec<csv::StringRecord>, ScanTableError> {
        self.writer = None;
        if self.fresh() {
            return Ok(Vec::new());
        }
        let mut reader = csv::Reader::from_path(&self.path).map_err(|e| self.fault(e))?;
        let rows = reader.records().collect::<Result<Vec<_>, _>>();
        let mut rows = rows.map_err(|e| self.fault(e))?;
        rows.sort_by_key(|row| row.get(0).and_then(|n| n.parse::<usize>().ok()));
        // Written beside and moved over it, so that a kill leaves one of the two.
        let beside = self.path.with_extension("csv.partial");
        let mut writer = csv::Writer::from_path(&beside).map_err(|e| self.fault(e))?;
        writer.write_record(&self.header).map_err(|e| self.fault(e))?;
        rows.iter().try_for_each(|row| writer.write_record(row)).map_err(|e| self.fault(e))?;
        writer.flush().map_err(|e| self.fault(e.into()))?;
        std::fs::rename(&beside, &self.path).map_err(|e| self.fault(e.into()))?;
        Ok(rows)
    }
}

/// A value without the quotation marks of a text.
fn plain(value: &str) -> String {
    value.trim_matches('"').to_owned()
}
