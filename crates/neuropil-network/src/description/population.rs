//! Populations and parts of them.

use std::collections::BTreeMap;

use super::Generator;
use crate::neurons::Model;

/// A value for every neuron of a population.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// The same for all.
    Same(f64),
    /// One per neuron, in order.
    Each(Vec<f64>),
}

impl Column {
    /// The value of neuron `index`.
    ///
    /// # Panics
    /// If `index` is beyond the population.
    pub fn at(&self, index: usize) -> f64 {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[index],
        }
    }

    /// The values of neurons `range`, as a column of their own.
    ///
    /// # Panics
    /// If `range` is beyond the population.
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        match self {
            Self::Same(value) => Self::Same(*value),
            Self::Each(values) => Self::Each(values[range].to_vec()),
        }
    }
}

/// Spike times of a population that has no dynamics: it says what it is told to say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpikeTrains {
    /// Stamp of each spike as a step count (≥ 1: a stamp is the end of a step), ascending.
    pub steps: Vec<u64>,
    /// Neuron of each spike.
    pub neurons: Vec<u32>,
}

/// What makes a population's neurons spike.
#[derive(Debug, Clone)]
pub enum Dynamics {
    /// A neuron model with its parameters.
    Model {
        /// The model.
        model: Model,
        /// Parameters that differ from the model's defaults, by name.
        parameters: BTreeMap<String, Column>,
        /// State variables that differ from the model's initial values, by name.
        initial: BTreeMap<String, Column>,
    },
    /// A list of spikes.
    Trains(SpikeTrains),
    /// A random process.
    Generator(Generator),
}

/// Neurons of one kind.
#[derive(Debug, Clone)]
pub struct Population {
    /// Name in the experiment and in results.
    pub name: String,
    /// Number of neurons, ≥ 1.
    pub size: u32,
    /// Their dynamics.
    pub dynamics: Dynamics,
}

/// A contiguous part of a population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Index of the population.
    pub population: usize,
    /// First neuron.
    pub first: u32,
    /// How many.
    pub count: u32,
}
