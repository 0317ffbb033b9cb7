//! Sampled variables as SONATA reports: `/report/<population>/<variable>`.

use hdf5::{Dataset, File};
use ndarray::ArrayView2;

use super::error::WriteFault;
use super::store::{Chunks, group, write_text, write_texts};
use crate::recording::{Precision, SampledRecording};

/// Values per chunk, about.
const CHUNK: usize = 1 << 15;
/// Columns per chunk at most, so that a few neurons are read without all the others.
const CHUNK_COLUMNS: usize = 128;

/// The datasets of one variable, open for appending.
#[derive(Debug)]
pub(super) struct ReportStore {
    data: Dataset,
    time: Dataset,
    columns: usize,
    precision: Precision,
    start_ms: f64,
    step_ms: f64,
    frames: usize,
}

impl ReportStore {
    pub(super) fn create(
        file: &File,
        index: usize,
        recording: &SampledRecording,
        dt_ms: f64,
        chunks: Chunks,
    ) -> Result<Self, WriteFault> {
        let columns = recording.columns.len();
        let group = group(file, &format!("report/{}", recording.path()))?;
        group.new_attr::<u64>().create("index")?.write_scalar(&(index as u64))?;
        group.new_attr::<u64>().create("size")?.write_scalar(&u64::from(recording.size))?;
        write_text(&group, "columns", recording.kind.name())?;
        let wide = columns.min(CHUNK_COLUMNS);
        let shape = (CHUNK / wide, wide);
        let data = match recording.precision {
            Precision::Double => chunks.growing_table::<f64>(&group, "data", columns, shape)?,
            Precision::Single => chunks.growing_table::<f32>(&group, "data", columns, shape)?,
        };
        write_text(&data, "units", &recording.unit)?;

        let mapping = super::store::group_in(&group, "mapping")?;
        let small = || mapping.new_dataset_builder().obj_track_times(false);
        let (node_ids, pointers) = nodes(recording);
        small().with_data(&node_ids).create("node_ids")?;
        // SONATA allows out-of-order ids and asks to be told.
        let sorted = mapping.dataset("node_ids")?;
        sorted.new_attr::<u8>().create("sorted")?.write_scalar(&u8::from(node_ids.is_sorted()))?;
        small().with_data(&pointers).create("index_pointer")?;
        mapping.link_hard("index_pointer", "index_pointers")?;
        let elements: Vec<u32> = recording.columns.iter().map(|c| c.element).collect();
        small().with_data(&elements).create("element_ids")?;
        if !recording.labels.is_empty() {
            write_texts(&mapping, "labels", &recording.labels)?;
        }
        let (start_ms, step_ms) =
            (recording.start_step as f64 * dt_ms, recording.interval_steps as f64 * dt_ms);
        let time = small().with_data(&[start_ms, start_ms, step_ms]).create("time")?;
        write_text(&time, "units", "ms")?;

        let whole = file.group(&format!("report/{}", recording.population))?;
        if !whole.link_exists("data") {
            whole.link_hard(&format!("{}/data", recording.variable), "data")?;
            whole.link_hard(&format!("{}/mapping", recording.variable), "mapping")?;
        }
        let precision = recording.precision;
        Ok(Self { data, time, columns, precision, start_ms, step_ms, frames: 0 })
    }

    /// Most bytes by which [`append`](Self::append) of `values` can make the file grow.
    pub(super) fn bound(&self, values: usize) -> u64 {
        let partial = self.columns.div_ceil(CHUNK_COLUMNS) * CHUNK;
        if values == 0 { 0 } else { 8 * (values + partial) as u64 }
    }

    pub(super) fn append(&mut self, values: &[f64]) -> Result<(), WriteFault> {
        if values.is_empty() {
            return Ok(());
        }
        let frames = values.len() / self.columns;
        let (from, to) = (self.frames, self.frames + frames);
        self.data.resize((to, self.columns))?;
        let shape = |e: ndarray::ShapeError| WriteFault::Hdf5(e.to_string());
        match self.precision {
            Precision::Double => {
                let view = ArrayView2::from_shape((frames, self.columns), values).map_err(shape)?;
                self.data.write_slice(view, (from..to, ..))?;
            }
            Precision::Single => {
                let single: Vec<f32> = values.iter().map(|&v| v as f32).collect();
                let view =
                    ArrayView2::from_shape((frames, self.columns), &single).map_err(shape)?;
                self.data.write_slice(view, (from..to, ..))?;
            }
        }
        self.frames = to;
        Ok(())
    }

    /// Notes how much has been flushed.
    pub(super) fn confirm(&self) -> Result<(), WriteFault> {
        let stop_ms = self.start_ms + self.frames as f64 * self.step_ms;
        Ok(self.time.write(&[self.start_ms, stop_ms, self.step_ms])?)
    }
}

/// The neurons in order of their columns, and where the columns of each begin; one entry more.
fn nodes(recording: &SampledRecording) -> (Vec<u64>, Vec<u64>) {
    let (mut ids, mut pointers) = (Vec::<u64>::new(), Vec::new());
    for (k, column) in recording.columns.iter().enumerate() {
        if ids.last() != Some(&u64::from(column.neuron)) {
            ids.push(column.neuron.into());
            pointers.push(k as u64);
        }
    }
    pointers.push(recording.columns.len() as u64);
    (ids, pointers)
}
