//! The buffers between the simulating and the writing thread.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use neuropil_core::{SampleBlock, SpikeBlock};

use super::error::WriteFault;
use super::output::Output;
use crate::provenance::Closing;
use crate::recording::Recordings;

/// Spikes of one recording that wait to be stored.
#[derive(Debug, Default)]
pub(super) struct SpikeBuffer {
    /// `[ms]`.
    pub(super) times: Vec<f64>,
    pub(super) neurons: Vec<u32>,
}

/// What waits to be stored.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// One per spike recording.
    pub(super) spikes: Vec<SpikeBuffer>,
    /// One per sampled recording: whole frames.
    pub(super) samples: Vec<Vec<f64>>,
    pub(super) bytes: usize,
    /// Model time up to which nothing is missing `[ms]`.
    pub(super) reached_ms: f64,
}

impl Batch {
    fn new(recordings: &Recordings) -> Self {
        Self {
            spikes: recordings.spikes.iter().map(|_| SpikeBuffer::default()).collect(),
            samples: recordings.samples.iter().map(|_| Vec::new()).collect(),
            bytes: 0,
            reached_ms: 0.0,
        }
    }

    pub(super) fn clear(&mut self) {
        for buffer in &mut self.spikes {
            buffer.times.clear();
            buffer.neurons.clear();
        }
        self.samples.iter_mut().for_each(Vec::clear);
        self.bytes = 0;
    }
}

#[derive(Debug)]
struct State {
    batch: Batch,
    /// Batches handed over and stored, to know when a checkpoint is reached.
    handed: u64,
    stored: u64,
    checkpoint_wanted: bool,
    closing: Option<Closing>,
    fault: Option<WriteFault>,
    /// Frames received per sampled recording.
    frames: Vec<u64>,
    /// Steps of which everything has been handed over.
    reached_step: u64,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Shared {
    recordings: Recordings,
    commit_bytes: usize,
    buffer_bytes: usize,
    state: Mutex<State>,
    to_writer: Condvar,
    to_simulation: Condvar,
}

/// What the writing thread is asked to do next.
pub(super) enum Work {
    /// Store the batch.
    Commit,
    /// Store the batch, then end.
    Close(Closing),
}

impl Shared {
    pub(super) fn new(recordings: &Recordings, output: &Output) -> Self {
        let state = State {
            batch: Batch::new(recordings),
            handed: 0,
            stored: 0,
            checkpoint_wanted: false,
            closing: None,
            fault: None,
            frames: vec![0; recordings.samples.len()],
            reached_step: 0,
        };
        Self {
            recordings: recordings.clone(),
            commit_bytes: output.commit_bytes.max(1),
            buffer_bytes: output.buffer_bytes.max(output.commit_bytes).max(1),
            state: Mutex::new(state),
            to_writer: Condvar::new(),
            to_simulation: Condvar::new(),
        }
    }

    pub(super) fn empty_batch(&self) -> Batch {
        Batch::new(&self.recordings)
    }

    pub(super) fn spikes(&self, block: SpikeBlock<'_>) -> Result<(), WriteFault> {
        let declared = self.recordings.spikes.len();
        let Some(recording) = self.recordings.spikes.get(block.recording) else {
            let recording = block.recording;
            return Err(WriteFault::Undeclared { what: "spike recording", recording, declared });
        };
        let name = || format!("spikes of {}", recording.population);
        let uneven = |other, what| {
            Err(WriteFault::Uneven { recording: name(), steps: block.steps.len(), other, what })
        };
        if block.neurons.len() != block.steps.len() {
            return uneven(block.neurons.len(), "neurons");
        }
        if !block.offsets.is_empty() && block.offsets.len() != block.steps.len() {
            return uneven(block.offsets.len(), "offsets");
        }
        let largest = block.neurons.iter().fold(0, |max, &n| n.max(max));
        if largest >= recording.size && !block.neurons.is_empty() {
            let (neuron, size) = (largest, recording.size);
            return Err(WriteFault::NoSuchNeuron { recording: name(), neuron, size });
        }
        let mut state = self.room()?;
        let (buffer, clock) = (&mut state.batch.spikes[block.recording], &self.recordings.clock);
        buffer.neurons.extend_from_slice(block.neurons);
        if block.offsets.is_empty() {
            buffer.times.extend(block.steps.iter().map(|&step| clock.ms(step)));
        } else {
            let pairs = block.steps.iter().zip(block.offsets);
            buffer.times.extend(pairs.map(|(&s, offset)| clock.ms(s) - offset * clock.dt_ms()));
        }
        self.grown(state, block.steps.len() * 12);
        Ok(())
    }

    pub(super) fn samples(&self, block: SampleBlock<'_>) -> Result<(), WriteFault> {
        let declared = self.recordings.samples.len();
        let Some(recording) = self.recordings.samples.get(block.recording) else {
            let recording = block.recording;
            return Err(WriteFault::Undeclared { what: "sampled recording", recording, declared });
        };
        let (frames, columns) = (block.steps.len(), recording.columns.len());
        if block.values.len() != frames * columns {
            return Err(WriteFault::Uneven {
                recording: format!("{} of {columns} columns", recording.path()),
                steps: frames,
                other: block.values.len(),
                what: "values",
            });
        }
        let mut state = self.room()?;
        let seen = &mut state.frames[block.recording];
        for &found in block.steps {
            let expected = recording.start_step + *seen * recording.interval_steps;
            if found != expected {
                let recording = recording.path();
                return Err(WriteFault::OffInterval { recording, expected, found });
            }
            *seen += 1;
        }
        state.batch.samples[block.recording].extend_from_slice(block.values);
        self.grown(state, block.values.len() * 8);
        Ok(())
    }

    /// Everything up to the end of `step` has been handed over.
    pub(super) fn reached(&self, step: u64) {
        self.lock().reached_step = step;
    }

    /// Waits for room in the buffers.
    fn room(&self) -> Result<MutexGuard<'_, State>, WriteFault> {
        let mut state = self.lock();
        loop {
            if let Some(fault) = &state.fault {
                return Err(fault.clone());
            }
            if state.batch.bytes < self.buffer_bytes {
                return Ok(state);
            }
            state = self.to_simulation.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn grown(&self, mut state: MutexGuard<'_, State>, bytes: usize) {
        let before = state.batch.bytes;
        state.batch.bytes += bytes;
        let wake = (before < self.commit_bytes) & (state.batch.bytes >= self.commit_bytes);
        drop(state);
        if wake {
            self.to_writer.notify_one();
        }
    }

    pub(super) fn checkpoint(&self) -> Result<(), WriteFault> {
        let mut state = self.lock();
        let goal = state.handed + 1;
        state.checkpoint_wanted = true;
        self.to_writer.notify_one();
        while state.stored < goal && state.fault.is_none() {
            state = self.to_simulation.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.fault.clone().map_or(Ok(()), Err)
    }

    pub(super) fn close(&self, closing: Closing) {
        self.lock().closing = Some(closing);
        self.to_writer.notify_one();
    }

    pub(super) fn fault(&self) -> Option<WriteFault> {
        self.lock().fault.clone()
    }

    /// For the writing thread: sleeps until there is work, then swaps `batch` (empty) for what
    /// waits. Work is due when enough bytes wait, a checkpoint or the end is asked for, or
    /// `interval` has passed and anything waits at all.
    pub(super) fn take(&self, batch: &mut Batch, interval: Duration) -> Work {
        let mut due = Instant::now() + interval;
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let late = now >= due;
            let wanted = state.checkpoint_wanted || state.closing.is_some();
            if wanted || state.batch.bytes >= self.commit_bytes || (late && state.batch.bytes > 0) {
                break;
            }
            if late {
                due = now + interval;
            }
            let wait = self.to_writer.wait_timeout(state, due.saturating_duration_since(now));
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::swap(&mut state.batch, batch);
        batch.reached_ms = self.recordings.clock.ms(state.reached_step);
        state.checkpoint_wanted = false;
        state.handed += 1;
        let work = state.closing.take().map_or(Work::Commit, Work::Close);
        drop(state);
        self.to_simulation.notify_all();
        work
    }

    /// For the writing thread: tells how storing ended.
    pub(super) fn stored(&self, outcome: Result<(), WriteFault>) {
        let mut state = self.lock();
        state.stored = state.handed;
        if let Err(fault) = outcome {
            state.fault.get_or_insert(fault);
        }
        drop(state);
        self.to_simulation.notify_all();
    }

    /// A poisoned lock means that a thread panicked between two whole updates; the buffers are
    /// still what was handed over, and keeping them is the point.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
