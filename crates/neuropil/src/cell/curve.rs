//! Firing rate over current.

use super::pulses::{Family, pulses};
use super::{CellError, Subject};

/// Rates of a neuron under constant currents.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Name of the neuron.
    pub name: String,
    /// Currents `[pA]`.
    pub amplitudes_pa: Vec<f64>,
    /// Rate in the second half of the pulse, from its first to its last spike `[Hz]`; 0 with fewer
    /// than two spikes.
    pub steady_hz: Vec<f64>,
    /// Reciprocal of the first interval `[Hz]`; 0 with fewer than two spikes.
    pub initial_hz: Vec<f64>,
    /// Spikes during the pulse.
    pub spikes: Vec<usize>,
}

/// Measures the rates.
///
/// # Errors
/// As [`pulses`].
pub fn curve(subject: &Subject, family: &Family) -> Result<Curve, CellError> {
    let response = pulses(subject, family)?;
    let (start, stop) = (family.delay_ms, family.delay_ms + family.duration_ms);
    let middle = 0.5 * (start + stop);
    let during: Vec<Vec<f64>> = response
        .spikes_ms
        .iter()
        .map(|all| all.iter().copied().filter(|t| (start..=stop).contains(t)).collect())
        .collect();
    let steady = |spikes: &Vec<f64>| {
        let late: Vec<f64> = spikes.iter().copied().filter(|t| *t >= middle).collect();
        match late.as_slice() {
            [first, .., last] => (late.len() - 1) as f64 * 1e3 / (last - first),
            _ => 0.0,
        }
    };
    let initial = |spikes: &Vec<f64>| match spikes.as_slice() {
        [first, second, ..] => 1e3 / (second - first),
        _ => 0.0,
    };
    Ok(Curve {
        name: response.name,
        amplitudes_pa: family.amplitudes_pa.clone(),
        steady_hz: during.iter().map(steady).collect(),
        initial_hz: during.iter().map(initial).collect(),
        spikes: during.iter().map(Vec::len).collect(),
    })
}
