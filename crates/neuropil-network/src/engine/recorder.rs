//! Gathers what the workers found and hands it to the observer, in order of time.

use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};

use crate::description::{Neurons, Window};

/// A spike recording.
pub(super) struct SpikeProbe {
    pub population: usize,
    pub neurons: Neurons,
    pub window: Window,
    pub steps: Vec<u64>,
    pub ids: Vec<u32>,
}

impl SpikeProbe {
    /// Keeps a spike if it is wanted.
    pub fn take(&mut self, stamp: u64, neuron: u32) {
        let wanted = match &self.neurons {
            Neurons::All => true,
            Neurons::Range(range) => range.contains(&neuron),
            Neurons::List(list) => list.binary_search(&neuron).is_ok(),
        };
        if wanted && self.window.holds(stamp) {
            self.steps.push(stamp);
            self.ids.push(neuron);
        }
    }
}

/// When frames are taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampling {
    pub every: u64,
    pub offset: u64,
    pub window: Window,
}

impl Sampling {
    /// Whether a frame is due.
    pub fn due(&self, stamp: u64) -> bool {
        stamp % self.every == self.offset % self.every && self.window.holds(stamp)
    }
}

/// A sampled recording.
pub(super) struct SampleProbe {
    pub sampling: Sampling,
    /// Number of neurons and of variables: a frame has their product in columns.
    pub neurons: usize,
    pub variables: usize,
    pub steps: Vec<u64>,
    pub values: Vec<f64>,
}

/// All recordings of a simulation.
#[derive(Default)]
pub(super) struct Recorder {
    pub spikes: Vec<SpikeProbe>,
    pub samples: Vec<SampleProbe>,
}

impl Recorder {
    /// Hands everything gathered so far to the observer.
    ///
    /// # Errors
    /// Whatever the observer says.
    pub fn flush(&mut self, observer: &mut dyn Observer) -> Result<(), RecordError> {
        for (recording, probe) in self.spikes.iter_mut().enumerate() {
            if !probe.steps.is_empty() {
                let (steps, neurons) = (&probe.steps, &probe.ids);
                observer.spikes(SpikeBlock { recording, steps, offsets: &[], neurons })?;
                probe.steps.clear();
                probe.ids.clear();
            }
        }
        for (recording, probe) in self.samples.iter_mut().enumerate() {
            if !probe.steps.is_empty() {
                let (steps, values) = (&probe.steps, &probe.values);
                observer.samples(SampleBlock { recording, steps, values })?;
                probe.steps.clear();
                probe.values.clear();
            }
        }
        Ok(())
    }

    /// Spikes and values gathered since the last flush.
    pub fn pending(&self) -> usize {
        self.spikes.iter().map(|p| p.ids.len()).sum::<usize>()
            + self.samples.iter().map(|p| p.values.len()).sum::<usize>()
    }
}
