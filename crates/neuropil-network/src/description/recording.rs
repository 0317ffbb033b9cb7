//! What is recorded.

use super::{Waveform, Window};

/// Which neurons of a population.
#[derive(Debug, Clone, PartialEq)]
pub enum Neurons {
    /// All of them.
    All,
    /// A contiguous range.
    Range(std::ops::Range<u32>),
    /// A list, ascending.
    List(Vec<u32>),
}

impl Neurons {
    /// The indices, in order, for a population of `size`.
    pub fn indices(&self, size: u32) -> Vec<u32> {
        match self {
            Self::All => (0..size).collect(),
            Self::Range(range) => range.clone().collect(),
            Self::List(list) => list.clone(),
        }
    }
}

/// A recording. The engine numbers spike recordings ([`Recording::Spikes`], [`Recording::Events`]) and
/// sampled recordings (all others) separately, each in the order of declaration.
#[derive(Debug, Clone, PartialEq)]
pub enum Recording {
    /// Spikes, stamped with the end of the step in which they were found.
    Spikes {
        /// Index of the population.
        population: usize,
        /// Which neurons.
        neurons: Neurons,
        /// Kept if `start < stamp ≤ stop`.
        window: Window,
    },
    /// Events of an independent Poisson input, stamped when they are emitted: each reaches its neuron
    /// a delay later.
    Events {
        /// Index of the input.
        input: usize,
        /// Which neurons of the target population.
        neurons: Neurons,
        /// Kept if `start < stamp ≤ stop`.
        window: Window,
    },
    /// Spikes per neuron and time `[Hz]`, counted in bins of `every` steps from the start of the
    /// window; a frame is stamped with the end of its bin. No spike is kept for it.
    Activity {
        /// Index of the population.
        population: usize,
        /// Over which neurons.
        neurons: Neurons,
        /// Width of a bin in steps, ≥ 1.
        every: u64,
        /// Bins lie between its ends.
        window: Window,
    },
    /// A given time course, such as the rate of an input, as it is at the stamps.
    Course {
        /// What it is the course of.
        name: String,
        /// Unit of its values.
        unit: &'static str,
        /// The time course.
        course: Waveform,
        /// Interval in steps, ≥ 1.
        every: u64,
        /// Frames lie at `start + k·every`, `k ≥ 1`, up to `stop`.
        window: Window,
    },
    /// Rates of single neurons of a population of sources that each have their own `[Hz]`, as they
    /// are at the stamps.
    Rates {
        /// Index of the population.
        population: usize,
        /// Which neurons.
        neurons: Neurons,
        /// Interval in steps, ≥ 1.
        every: u64,
        /// Frames lie at `start + k·every`, `k ≥ 1`, up to `stop`.
        window: Window,
    },
    /// State variables, or synaptic currents and conductances of
    /// [`recordables`](crate::description::recordables); columns are variable-major: all neurons of the first variable, then the
    /// next. Stamps are the multiples of `every` (shifted by `offset`), values those at the end of
    /// the step.
    Samples {
        /// Index of the population.
        population: usize,
        /// Which neurons.
        neurons: Neurons,
        /// Names of recordable variables of the model.
        variables: Vec<String>,
        /// Interval in steps, ≥ 1.
        every: u64,
        /// Shift of the grid in steps.
        offset: u64,
        /// Kept if `start < stamp ≤ stop`.
        window: Window,
    },
}
