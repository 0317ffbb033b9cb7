//! What an engine shows while it runs. Engines know this trait and no file format.

use thiserror::Error;

/// Why a recording stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum RecordError {
    #[error("cannot write to {path}")]
    Write { path: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("recording of {what} needs {found} columns, declared {declared}")]
    Shape { what: String, declared: usize, found: usize },
}

/// Spikes of one group (a recorded population), in order of time, then of neuron.
#[derive(Debug, Clone, Copy)]
pub struct SpikeBlock<'a> {
    /// Which spike recording, in the order in which they were declared.
    pub recording: usize,
    /// End of the step in which each spike was found, as a step count: time = `steps × dt`.
    pub steps: &'a [u64],
    /// Part of a step by which each spike precedes its stamp, in `[0, 1)`; empty if all are 0.
    pub offsets: &'a [f64],
    /// Neuron within its population, one per spike.
    pub neurons: &'a [u32],
}

/// Frames of one sampled recording, consecutive in time.
#[derive(Debug, Clone, Copy)]
pub struct SampleBlock<'a> {
    /// Which sampled recording, in the order in which they were declared.
    pub recording: usize,
    /// Stamp of each frame, as a step count.
    pub steps: &'a [u64],
    /// Frame after frame; a frame has one value per column, in the declared order.
    pub values: &'a [f64],
}

/// Receives what a simulation produces. An error ends the run: a lost frame is never only logged.
pub trait Observer {
    /// Takes spikes.
    ///
    /// # Errors
    /// Whatever keeps them from being stored.
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError>;

    /// Takes frames.
    ///
    /// # Errors
    /// Whatever keeps them from being stored.
    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError>;

    /// Told now and then how many steps are done, of which everything has been handed over; returns `false` to end the run early, cleanly.
    fn progress(&mut self, _steps_done: u64) -> bool {
        true
    }
}
