//! Results as plain tables, for spreadsheets and programs that do not read HDF5.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use neuropil_record::reader::{Report, SpikeQuery, TraceQuery};
use neuropil_record::{ColumnKind, ReadError, ResultFile};
use thiserror::Error;

/// Why a result could not be written as tables.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ExportError {
    #[error("{path} exists and is not replaced unless that is asked for (--force)", path = path.display())]
    Exists { path: PathBuf },
    #[error("cannot write {path}", path = path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("nothing was recorded in {path}", path = path.display())]
    Nothing { path: PathBuf },
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Writes `<result>_spikes_<population>.csv` (`time_ms,neuron`) and
/// `<result>_<population>_<variable>.csv` (`time_ms`, then a column for each neuron or compartment,
/// with its unit) into a folder, which is made if need be; returns the files. `window_ms` leaves out
/// what is before its start, or at its end and later.
///
/// # Errors
/// [`ExportError`]; without `force` no file is replaced.
pub fn tables(
    result: &ResultFile,
    folder: &Path,
    window_ms: Option<(f64, f64)>,
    force: bool,
) -> Result<Vec<PathBuf>, ExportError> {
    let stem = result.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let file = |name: String| folder.join(format!("{stem}_{}.csv", name.replace(['/', '\\'], "_")));
    let spikes = result.spike_recordings().iter();
    let spikes: Vec<_> = spikes.map(|r| (r, file(format!("spikes_{}", r.population)))).collect();
    let reports = result.reports().iter();
    let reports: Vec<_> =
        reports.map(|r| (r, file(format!("{}_{}", r.population, r.variable)))).collect();
    let paths: Vec<PathBuf> =
        spikes.iter().map(|s| s.1.clone()).chain(reports.iter().map(|r| r.1.clone())).collect();
    if paths.is_empty() {
        return Err(ExportError::Nothing { path: result.path().to_owned() });
    }
    if let Some(path) = paths.iter().find(|path| path.exists() && !force) {
        return Err(ExportError::Exists { path: path.clone() });
    }
    let made = if folder.as_os_str().is_empty() { Ok(()) } else { std::fs::create_dir_all(folder) };
    made.map_err(|source| ExportError::Write { path: folder.to_owned(), source })?;
    for (recording, path) in &spikes {
        let mut query = SpikeQuery::default();
        if let Some((from, until)) = window_ms {
            query = query.from_ms(from).until_ms(until);
        }
        let found = result.spikes(&recording.population, &query)?;
        written(path, |out| {
            writeln!(out, "time_ms,neuron")?;
            let mut pairs = found.times_ms.iter().zip(&found.neurons);
            pairs.try_for_each(|(time, neuron)| writeln!(out, "{},{neuron}", short(*time)))
        })?;
    }
    for (report, path) in &reports {
        let mut query = TraceQuery::default();
        if let Some((from, until)) = window_ms {
            query = query.from_ms(from).until_ms(until);
        }
        let found = result.traces(&report.population, &report.variable, &query)?;
        written(path, |out| {
            writeln!(out, "time_ms,{}", headings(report).join(","))?;
            for (frame, time) in found.times_ms().into_iter().enumerate() {
                write!(out, "{}", short(time))?;
                found.values.iter().try_for_each(|column| write!(out, ",{}", column[frame]))?;
                writeln!(out)?;
            }
            Ok(())
        })?;
    }
    Ok(paths)
}

fn written(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), ExportError> {
    let fault = |source| ExportError::Write { path: path.to_owned(), source };
    let mut out = BufWriter::new(File::create(path).map_err(fault)?);
    write(&mut out).and_then(|()| out.flush()).map_err(fault)
}

/// A time without the rounding error of a step count times a step.
fn short(time_ms: f64) -> f64 {
    (time_ms * 1e9).round() / 1e9
}

/// `V_m[3] (mV)`, or the label that a column was given.
fn headings(report: &Report) -> Vec<String> {
    let place = |(k, column): (usize, &neuropil_record::Column)| match report.kind {
        _ if report.labels.len() > k => format!("[{}]", report.labels[k].replace(',', ";")),
        ColumnKind::Neurons => format!("[{}]", column.neuron),
        ColumnKind::Compartments => format!("[{}:{}]", column.neuron, column.element),
        ColumnKind::Population => String::new(),
    };
    let places = report.columns.iter().enumerate().map(place);
    places.map(|place| format!("{}{place} ({})", report.variable, report.unit)).collect()
}
