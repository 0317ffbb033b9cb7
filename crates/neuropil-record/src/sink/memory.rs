//! Keeping everything in memory.

use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};

use crate::recording::Recordings;

/// Spikes of one recording, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpikeTable {
    /// Stamp of each spike `[steps]`.
    pub steps: Vec<u64>,
    /// Time of each spike `[ms]`.
    pub times_ms: Vec<f64>,
    /// Neuron of each spike, within its population.
    pub neurons: Vec<u32>,
}

/// Frames of one sampled recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SampleTable {
    /// Stamp of each frame `[steps]`.
    pub steps: Vec<u64>,
    /// Frame after frame: frames × columns values.
    pub values: Vec<f64>,
    /// Values per frame.
    pub columns: usize,
}

impl SampleTable {
    /// The values of one column over all frames.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn column(&self, column: usize) -> impl Iterator<Item = f64> + '_ {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        self.values.iter().skip(column).step_by(self.columns).copied()
    }
}

/// Keeps every spike and every frame.
#[derive(Debug, Clone)]
pub struct Memory {
    dt_ms: f64,
    spikes: Vec<SpikeTable>,
    samples: Vec<SampleTable>,
    names: Vec<String>,
}

impl Memory {
    /// An empty table for each of `recordings`.
    pub fn new(recordings: &Recordings) -> Self {
        let table = |columns| SampleTable { columns, ..SampleTable::default() };
        Self {
            dt_ms: recordings.clock.dt_ms(),
            spikes: vec![SpikeTable::default(); recordings.spikes.len()],
            samples: recordings.samples.iter().map(|r| table(r.columns.len())).collect(),
            names: recordings.samples.iter().map(|r| r.path()).collect(),
        }
    }

    /// What the spike recording declared at position `recording` has received.
    ///
    /// # Panics
    /// If none was declared at that position.
    pub fn spike_table(&self, recording: usize) -> &SpikeTable {
        &self.spikes[recording]
    }

    /// What the sampled recording declared at position `recording` has received.
    ///
    /// # Panics
    /// If none was declared at that position.
    pub fn sample_table(&self, recording: usize) -> &SampleTable {
        &self.samples[recording]
    }
}

impl Observer for Memory {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        let declared = self.spikes.len();
        let Some(table) = self.spikes.get_mut(block.recording) else {
            let what = format!("spike recording {}", block.recording);
            return Err(RecordError::Shape { what, declared, found: block.recording + 1 });
        };
        table.steps.extend_from_slice(block.steps);
        table.neurons.extend_from_slice(block.neurons);
        let dt_ms = self.dt_ms;
        if block.offsets.is_empty() {
            table.times_ms.extend(block.steps.iter().map(|&step| step as f64 * dt_ms));
        } else {
            let pairs = block.steps.iter().zip(block.offsets);
            table.times_ms.extend(pairs.map(|(&s, offset)| s as f64 * dt_ms - offset * dt_ms));
        }
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        let declared = self.samples.len();
        let Some(table) = self.samples.get_mut(block.recording) else {
            let what = format!("sampled recording {}", block.recording);
            return Err(RecordError::Shape { what, declared, found: block.recording + 1 });
        };
        if block.values.len() != block.steps.len() * table.columns {
            return Err(RecordError::Shape {
                what: self.names[block.recording].clone(),
                declared: table.columns,
                found: block.values.len().checked_div(block.steps.len()).unwrap_or(0),
            });
        }
        table.steps.extend_from_slice(block.steps);
        table.values.extend_from_slice(block.values);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{SampledRecording, SpikeRecording};
    use neuropil_core::Clock;

    fn memory() -> Memory {
        let mut recordings = Recordings::new(Clock::new(0.1).unwrap());
        recordings.spikes.push(SpikeRecording::all("E", 10));
        recordings.samples.push(SampledRecording::neurons("E", 10, "V_m", "mV", 0..2, 1));
        Memory::new(&recordings)
    }

    #[test]
    fn an_offset_moves_a_spike_back_within_its_step() {
        let mut memory = memory();
        let block =
            SpikeBlock { recording: 0, steps: &[3, 4], offsets: &[0.0, 0.5], neurons: &[1, 2] };
        memory.spikes(block).unwrap();
        assert_eq!(memory.spike_table(0).times_ms, [3.0 * 0.1, 4.0 * 0.1 - 0.5 * 0.1]);
    }

    #[test]
    fn a_column_is_picked_from_all_frames() {
        let mut memory = memory();
        for step in 1..4 {
            let values = [step as f64, -(step as f64)];
            memory.samples(SampleBlock { recording: 0, steps: &[step], values: &values }).unwrap();
        }
        let table = memory.sample_table(0);
        assert_eq!(table.column(1).collect::<Vec<_>>(), [-1.0, -2.0, -3.0]);
    }

    #[test]
    fn a_frame_of_the_wrong_width_is_refused() {
        let block = SampleBlock { recording: 0, steps: &[1], values: &[1.0, 2.0, 3.0] };
        let error = memory().samples(block).unwrap_err();
        assert_eq!(error.to_string(), "recording of E/V_m needs 3 columns, declared 2");
    }
}
