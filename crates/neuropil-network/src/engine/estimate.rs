//! What a network will take, before anything is allocated.

use crate::delivery::{expected_synapses, storage_bytes};
use crate::description::{Delay, ModelError, Network};

/// Predicted size of a network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Neurons, lists of spikes included.
    pub neurons: u64,
    /// Synapses; the mean for random rules.
    pub synapses: f64,
    /// Bytes of synapses.
    pub synapse_bytes: f64,
    /// Bytes in all.
    pub bytes: f64,
    /// Shortest delay in steps, if all are fixed.
    pub min_delay: Option<u32>,
}

/// State, input buffers and bookkeeping of one neuron, generously.
const NEURON_BYTES: f64 = 200.0;

/// Predicts what [`super::Simulation::build`] will allocate.
///
/// # Errors
/// [`ModelError`] for a connection that cannot be made.
pub fn estimate(network: &Network) -> Result<Estimate, ModelError> {
    let neurons: u64 = network.populations.iter().map(|p| u64::from(p.size)).sum();
    let synapse_bytes: f64 = network.connections.iter().map(storage_bytes).sum();
    let shortest = |delay: &Delay| match delay {
        Delay::Same(steps) => Some(*steps),
        Delay::Each(list) => list.iter().min().copied(),
        Delay::Drawn(_) | Delay::OfDistance(_) => None,
    };
    Ok(Estimate {
        neurons,
        synapses: network.connections.iter().map(expected_synapses).sum(),
        synapse_bytes,
        bytes: synapse_bytes + NEURON_BYTES * neurons as f64,
        min_delay: network
            .connections
            .iter()
            .map(|c| shortest(&c.delay))
            .collect::<Option<Vec<_>>>()
            .and_then(|all| all.into_iter().min()),
    })
}
