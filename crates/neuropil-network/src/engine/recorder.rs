//! Gathers what the workers found and hands it to the observer, in order of time.

use neuropil_core::{Clock, Observer, RecordError, SampleBlock, SpikeBlock};

use super::part::PoissonDrive;
use crate::description::{Neurons, Waveform, Window};

/// What a spike recording listens to.
pub(super) enum Heard {
    /// The spikes of a population.
    Population(usize),
    /// The events of an input, drawn once more.
    Input(Box<PoissonDrive>),
}

/// A spike recording.
pub(super) struct SpikeProbe {
    pub heard: Heard,
    pub neurons: Neurons,
    pub window: Window,
    pub steps: Vec<u64>,
    pub ids: Vec<u32>,
}

impl SpikeProbe {
    /// Keeps a spike if it is wanted.
    pub fn take(&mut self, stamp: u64, neuron: u32) {
        if holds(&self.neurons, neuron) && self.window.holds(stamp) {
            self.steps.push(stamp);
            self.ids.push(neuron);
        }
    }
}

fn holds(neurons: &Neurons, neuron: u32) -> bool {
    match neurons {
        Neurons::All => true,
        Neurons::Range(range) => range.contains(&neuron),
        Neurons::List(list) => list.binary_search(&neuron).is_ok(),
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

/// What a sampled recording consists of.
pub(super) enum Columns {
    /// State, gathered from the workers.
    State,
    /// Spikes per neuron and time, with the number of neurons and the count of the bin under way.
    Activity { population: usize, neurons: Neurons, size: f64, count: u64 },
    /// A given time course.
    Course(Waveform),
    /// Given rates of several neurons: steps per frame, and frame after frame.
    Rates { every: u64, rates_hz: Vec<f64> },
}

/// A sampled recording.
pub(super) struct SampleProbe {
    pub content: Columns,
    pub sampling: Sampling,
    /// Number of neurons and of variables: a frame has their product in columns.
    pub neurons: usize,
    pub variables: usize,
    pub steps: Vec<u64>,
    pub values: Vec<f64>,
}

impl SampleProbe {
    /// Counts the spikes of a population at a stamp.
    pub fn count(&mut self, of: usize, stamp: u64, spikes: &[u32]) {
        if let Columns::Activity { population, neurons, count, .. } = &mut self.content
            && *population == of
            && self.sampling.window.holds(stamp)
        {
            *count += match neurons {
                Neurons::All => spikes.len() as u64,
                some => spikes.iter().filter(|n| holds(some, **n)).count() as u64,
            };
        }
    }

    /// Ends a step: takes a frame if one is due.
    pub fn end_step(&mut self, stamp: u64, clock: Clock) {
        if matches!(self.content, Columns::State) || !self.sampling.due(stamp) {
            return;
        }
        let bin_s = self.sampling.every as f64 * clock.dt_ms() * 1e-3;
        let value = match &mut self.content {
            Columns::State => return,
            Columns::Rates { every, rates_hz } => {
                let frames = rates_hz.len() / self.neurons.max(1);
                let frame = usize::try_from((stamp - 1) / *every).unwrap_or(usize::MAX);
                let first = frame.min(frames.saturating_sub(1)) * self.neurons;
                self.steps.push(stamp);
                self.values.extend(&rates_hz[first..first + self.neurons]);
                return;
            }
            Columns::Activity { size, count, .. } => std::mem::take(count) as f64 / (*size * bin_s),
            Columns::Course(course) => course.at(stamp, clock.dt_ms()),
        };
        self.steps.push(stamp);
        self.values.push(value);
    }
}

/// All recordings of a simulation.
#[derive(Default)]
pub(super) struct Recorder {
    pub spikes: Vec<SpikeProbe>,
    pub samples: Vec<SampleProbe>,
}

impl Recorder {
    /// Takes the spikes of a population at a stamp.
    pub fn take(&mut self, population: usize, stamp: u64, spikes: &[u32]) {
        for probe in &mut self.spikes {
            if matches!(probe.heard, Heard::Population(p) if p == population) {
                spikes.iter().for_each(|neuron| probe.take(stamp, *neuron));
            }
        }
        for probe in &mut self.samples {
            probe.count(population, stamp, spikes);
        }
    }

    /// Ends a step: what does not come from the workers is recorded here.
    pub fn end_step(&mut self, stamp: u64, clock: Clock) {
        for SpikeProbe { heard, neurons, window, steps, ids } in &mut self.spikes {
            let Heard::Input(drive) = heard else { continue };
            if window.holds(stamp) {
                drive.events(stamp, clock, |neuron| {
                    if holds(neurons, neuron) {
                        steps.push(stamp);
                        ids.push(neuron);
                    }
                });
            }
        }
        for probe in &mut self.samples {
            probe.end_step(stamp, clock);
        }
    }

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
