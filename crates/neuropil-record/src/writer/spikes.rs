//! Spikes as SONATA: `/spikes/<population>`.

use hdf5::{Dataset, File};

use super::error::WriteFault;
use super::shared::SpikeBuffer;
use super::store::{Chunks, group, write_text};
use crate::recording::SpikeRecording;

/// SONATA's enumeration of how spikes are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, hdf5::H5Type)]
#[repr(u8)]
#[expect(non_camel_case_types, dead_code, reason = "the names are those of the format")]
enum Sorting {
    none = 0,
    by_id = 1,
    by_time = 2,
}

const CHUNK: usize = 1 << 15;

/// The datasets of one population, open for appending.
#[derive(Debug)]
pub(super) struct SpikeStore {
    timestamps: Dataset,
    node_ids: Dataset,
    sorting: hdf5::Attribute,
    committed: hdf5::Attribute,
    stored: usize,
    last_ms: f64,
    sorted: bool,
}

impl SpikeStore {
    pub(super) fn create(
        file: &File,
        index: usize,
        recording: &SpikeRecording,
        chunks: Chunks,
    ) -> Result<Self, WriteFault> {
        let group = group(file, &format!("spikes/{}", recording.population))?;
        let sorting = group.new_attr::<Sorting>().create("sorting")?;
        sorting.write_scalar(&Sorting::by_time)?;
        group.new_attr::<u64>().create("size")?.write_scalar(&u64::from(recording.size))?;
        group.new_attr::<u64>().create("index")?.write_scalar(&(index as u64))?;
        group.new_attr::<u64>().create("start_step")?.write_scalar(&recording.start_step)?;
        if let Some(stop) = recording.stop_step {
            group.new_attr::<u64>().create("stop_step")?.write_scalar(&stop)?;
        }
        if let Some(neurons) = &recording.neurons {
            let neurons: Vec<u64> = neurons.iter().map(|&n| u64::from(n)).collect();
            let builder = group.new_dataset_builder().obj_track_times(false);
            builder.with_data(&neurons).create("recorded")?;
        }
        let committed = group.new_attr::<u64>().create("committed")?;
        committed.write_scalar(&0)?;
        let timestamps = chunks.growing::<f64>(&group, "timestamps", CHUNK)?;
        write_text(&timestamps, "units", "ms")?;
        let node_ids = chunks.growing::<u64>(&group, "node_ids", CHUNK)?;
        Ok(Self {
            timestamps,
            node_ids,
            sorting,
            committed,
            stored: 0,
            last_ms: f64::MIN,
            sorted: true,
        })
    }

    /// Most bytes by which [`append`](Self::append) can make the file grow.
    pub(super) fn bound(buffer: &SpikeBuffer) -> u64 {
        if buffer.times.is_empty() { 0 } else { 16 * (buffer.times.len() + CHUNK) as u64 }
    }

    pub(super) fn append(&mut self, buffer: &SpikeBuffer) -> Result<(), WriteFault> {
        if buffer.times.is_empty() {
            return Ok(());
        }
        let (from, to) = (self.stored, self.stored + buffer.times.len());
        let ids: Vec<u64> = buffer.neurons.iter().map(|&n| u64::from(n)).collect();
        self.timestamps.resize(to)?;
        self.timestamps.write_slice(&buffer.times, from..to)?;
        self.node_ids.resize(to)?;
        self.node_ids.write_slice(&ids, from..to)?;
        self.stored = to;
        let ordered = buffer.times[0] >= self.last_ms && buffer.times.is_sorted();
        self.last_ms = buffer.times[buffer.times.len() - 1];
        if self.sorted && !ordered {
            self.sorted = false;
            self.sorting.write_scalar(&Sorting::none)?;
        }
        Ok(())
    }

    /// Notes how much has been flushed.
    pub(super) fn confirm(&self) -> Result<(), WriteFault> {
        Ok(self.committed.write_scalar(&(self.stored as u64))?)
    }
}
