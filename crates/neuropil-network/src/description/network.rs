//! The whole network and its checks.

use neuropil_core::Clock;
use thiserror::Error;

use super::{Connection, Input, Population, Recording};

/// A network, resolved and ready to be built.
#[derive(Debug, Clone)]
pub struct Network {
    /// Time grid.
    pub clock: Clock,
    /// Everything random depends on it.
    pub seed: u64,
    /// Populations; others refer to them by index.
    pub populations: Vec<Population>,
    /// Projections.
    pub connections: Vec<Connection>,
    /// Devices.
    pub inputs: Vec<Input>,
    /// What is recorded.
    pub recordings: Vec<Recording>,
}

/// Why a network cannot be built.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ModelError {
    #[error("{model} has no {kind} \"{name}\"{suggestion}")]
    UnknownName { model: String, kind: &'static str, name: String, suggestion: String },
    #[error(
        "{model}: {name} = {value}{gap}{unit} of neuron {neuron}: {expected}",
        gap = if .unit.is_empty() { "" } else { " " }
    )]
    Parameter {
        model: String,
        name: String,
        value: f64,
        unit: String,
        neuron: usize,
        expected: &'static str,
    },
    #[error("{model} has no value for parameter \"{name}\" ({unit})")]
    Missing { model: String, name: String, unit: String },
    #[error(
        "population {population}: {what} has {found} values, the population has {size} neurons"
    )]
    Length { population: String, what: String, found: usize, size: u32 },
    #[error("connection {name}: {what}")]
    Connection { name: String, what: String },
    #[error("input {name}: {what}")]
    Input { name: String, what: String },
    #[error("recording of {population}: {what}")]
    Recording { population: String, what: String },
}
