//! One text table per recording, for spreadsheets and for machines without HDF5.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};
use thiserror::Error;

use crate::recording::{ColumnKind, Recordings, RecordingsError, SampledRecording};

/// Why tables could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum CsvError {
    #[error("the output folder {} exists and is not empty", path.display())]
    Exists { path: PathBuf },
    #[error(transparent)]
    Recordings(#[from] RecordingsError),
    #[error("cannot create {}", path.display())]
    Create { path: PathBuf, source: csv::Error },
    #[error("cannot create {}", path.display())]
    Folder { path: PathBuf, source: io::Error },
}

/// Writes `spikes_<population>.csv` (columns `time_ms,neuron`) and `<population>_<variable>.csv`
/// (`time_ms`, then one column per neuron or compartment) into a folder of its own. Numbers are
/// written with the fewest digits that read back to the same `f64`.
#[derive(Debug)]
pub struct CsvFolder {
    dt_ms: f64,
    spikes: Vec<Table>,
    samples: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    path: PathBuf,
    columns: usize,
    writer: csv::Writer<File>,
}

impl CsvFolder {
    /// Creates the folder and one table per recording.
    ///
    /// # Errors
    /// [`CsvError::Exists`] if the folder is there and holds anything; [`CsvError::Recordings`] for
    /// declarations that cannot be stored; the others when the file system refuses.
    pub fn create(folder: &Path, recordings: &Recordings) -> Result<Self, CsvError> {
        recordings.check()?;
        let fault = |source| CsvError::Folder { path: folder.to_owned(), source };
        if folder.exists() && fs::read_dir(folder).map_err(fault)?.next().is_some() {
            return Err(CsvError::Exists { path: folder.to_owned() });
        }
        fs::create_dir_all(folder).map_err(fault)?;
        let (mut spikes, mut samples) = (Vec::new(), Vec::new());
        for recording in &recordings.spikes {
            let path = folder.join(format!("spikes_{}.csv", recording.population));
            spikes.push(Table::create(path, ["time_ms".into(), "neuron".into()].into())?);
        }
        for recording in &recordings.samples {
            let name = format!("{}_{}.csv", recording.population, recording.variable);
            let header = std::iter::once("time_ms".to_owned()).chain(headings(recording));
            samples.push(Table::create(folder.join(name), header.collect())?);
        }
        Ok(Self { dt_ms: recordings.clock.dt_ms(), spikes, samples })
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// When a table cannot be written.
    pub fn finish(mut self) -> Result<(), RecordError> {
        for table in self.spikes.iter_mut().chain(&mut self.samples) {
            table.writer.flush().map_err(|e| write_error(&table.path, e))?;
        }
        Ok(())
    }
}

/// `V_m[3] (mV)`, or the label that was given.
fn headings(recording: &SampledRecording) -> impl Iterator<Item = String> + '_ {
    recording.columns.iter().enumerate().map(|(k, column)| {
        let place = match (recording.labels.get(k), recording.kind) {
            (Some(label), _) => format!("[{label}]"),
            (None, ColumnKind::Neurons) => format!("[{}]", column.neuron),
            (None, ColumnKind::Compartments) => format!("[{}:{}]", column.neuron, column.element),
            (None, ColumnKind::Population) => String::new(),
        };
        format!("{}{place} ({})", recording.variable, recording.unit)
    })
}

impl Table {
    fn create(path: PathBuf, header: Vec<String>) -> Result<Self, CsvError> {
        let fault = |source| CsvError::Create { path: path.clone(), source };
        let mut writer = csv::Writer::from_path(&path).map_err(fault)?;
        writer.write_record(&header).map_err(fault)?;
        Ok(Self { columns: header.len() - 1, path, writer })
    }

    fn row(&mut self, fields: impl Iterator<Item = String>) -> Result<(), RecordError> {
        self.writer
            .write_record(fields.map(String::into_bytes))
            .map_err(|e| write_error(&self.path, e))
    }
}

fn write_error(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> RecordError {
    RecordError::Write { path: path.display().to_string(), source: Box::new(source) }
}

impl Observer for CsvFolder {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        let (declared, dt_ms) = (self.spikes.len(), self.dt_ms);
        let Some(table) = self.spikes.get_mut(block.recording) else {
            let what = format!("spike recording {}", block.recording);
            return Err(RecordError::Shape { what, declared, found: block.recording + 1 });
        };
        for (k, (&step, neuron)) in block.steps.iter().zip(block.neurons).enumerate() {
            let offset = block.offsets.get(k).copied().unwrap_or(0.0);
            let time = step as f64 * dt_ms - offset * dt_ms;
            table.row([time.to_string(), neuron.to_string()].into_iter())?;
        }
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        let (declared, dt_ms) = (self.samples.len(), self.dt_ms);
        let Some(table) = self.samples.get_mut(block.recording) else {
            let what = format!("sampled recording {}", block.recording);
            return Err(RecordError::Shape { what, declared, found: block.recording + 1 });
        };
        if block.values.len() != block.steps.len() * table.columns {
            let what = table.path.display().to_string();
            let found = block.values.len().checked_div(block.steps.len()).unwrap_or(0);
            return Err(RecordError::Shape { what, declared: table.columns, found });
        }
        for (&step, frame) in block.steps.iter().zip(block.values.chunks(table.columns)) {
            let time = step as f64 * dt_ms;
            table.row(std::iter::once(time).chain(frame.iter().copied()).map(|v| v.to_string()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::SpikeRecording;
    use neuropil_core::Clock;

    #[test]
    fn tables_have_a_header_and_one_row_per_spike_or_frame() {
        let folder = tempfile::tempdir().unwrap();
        let mut recordings = Recordings::new(Clock::new(0.1).unwrap());
        recordings.spikes.push(SpikeRecording::all("E", 10));
        recordings.samples.push(SampledRecording::neurons("E", 10, "V_m", "mV", [0, 7], 5));
        let out = folder.path().join("out");
        let mut sink = CsvFolder::create(&out, &recordings).unwrap();
        let block = SpikeBlock { recording: 0, steps: &[2, 30], offsets: &[], neurons: &[1, 9] };
        sink.spikes(block).unwrap();
        sink.samples(SampleBlock { recording: 0, steps: &[5], values: &[-70.0, 0.5] }).unwrap();
        sink.finish().unwrap();
        let read = |name| fs::read_to_string(out.join(name)).unwrap();
        assert_eq!(read("spikes_E.csv"), "time_ms,neuron\n0.2,1\n3,9\n");
        assert_eq!(read("E_V_m.csv"), "time_ms,V_m[0] (mV),V_m[7] (mV)\n0.5,-70,0.5\n");
        assert!(matches!(CsvFolder::create(&out, &recordings), Err(CsvError::Exists { .. })));
    }
}
