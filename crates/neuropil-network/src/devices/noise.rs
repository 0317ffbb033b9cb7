//! Gaussian noise current, independent for every neuron, redrawn at a fixed interval.
//!
//! For `every·h ≪ τ_m` the potential has variance `(σ τ/C)² (1 − q)/(1 + q)`, `q = exp(−every·h/τ)`.

use std::ops::Range;

use neuropil_core::random::Stream;

use super::current::{emission, overlap};
use crate::description::{Waveform, Window};

/// A noise generator on a part of one population.
#[derive(Debug)]
pub(crate) struct NoiseDrive {
    pub(crate) targets: Range<u32>,
    pub(crate) mean: f64,
    pub(crate) std: f64,
    pub(crate) std_mod: f64,
    pub(crate) frequency_hz: f64,
    pub(crate) phase_deg: f64,
    pub(crate) every: u64,
    pub(crate) delay: u64,
    pub(crate) window: Window,
    pub(crate) dt_ms: f64,
    pub(crate) key: [u32; 2],
    /// Factor on the current.
    pub(crate) course: Waveform,
}

impl NoiseDrive {
    /// Whether any current is read at `stamp` by the neurons `first..first + len`.
    pub(crate) fn reaches(&self, first: u32, stamp: u64, len: usize) -> bool {
        overlap(&self.targets, first, len).is_some()
            && emission(stamp, self.delay, self.window).is_some()
    }

    /// Adds the current read at `stamp` by the neurons `first..first + current.len()`.
    pub(crate) fn add(&self, first: u32, stamp: u64, current: &mut [f64]) {
        let Some(emitted) = emission(stamp, self.delay, self.window) else { return };
        let Some(overlap) = overlap(&self.targets, first, current.len()) else { return };
        let draw = (emitted - 1) / self.every;
        let t_s = (draw * self.every) as f64 * self.dt_ms * 1e-3;
        let phase = std::f64::consts::TAU * self.frequency_hz * t_s + self.phase_deg.to_radians();
        let variance = self.std * self.std + self.std_mod * self.std_mod * phase.sin();
        let sd = variance.max(0.0).sqrt();
        let factor = self.course.at(emitted, self.dt_ms);
        let neurons = first + overlap.within.start as u32..;
        for (neuron, i) in neurons.zip(&mut current[overlap.within]) {
            let entity = u64::from(neuron) << 40 | draw & ((1 << 40) - 1);
            *i += factor * (self.mean + sd * Stream::new(self.key, entity).normal());
        }
    }
}
