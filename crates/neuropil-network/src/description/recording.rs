//! What is recorded.

use super::Window;

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

/// A recording. The engine numbers spike recordings and sampled recordings separately, each in the
/// order of declaration.
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
    /// State variables; columns are variable-major: all neurons of the first variable, then the
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
